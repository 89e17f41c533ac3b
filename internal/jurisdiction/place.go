package jurisdiction

import "time"

// Region is a part of the country with its own list of services (NAV-06).
type Region struct {
	Source
	Code     string `yaml:"code"`
	Name     Words  `yaml:"name"`
	TimeZone string `yaml:"time_zone,optional"` // IANA name; empty: the country's
	zone     *time.Location
}

// Zone is the region's time zone.
func (r Region) Zone() *time.Location { return r.zone }

// City is a place that the location selector offers (NAV-07).
type City struct {
	Source
	Code      string  `yaml:"code"`
	Name      Words   `yaml:"name"`
	Region    string  `yaml:"region"`
	Latitude  float64 `yaml:"latitude"`
	Longitude float64 `yaml:"longitude"`
}

// Authority is a body that takes part in public services (NAV-25).
type Authority struct {
	Source
	Code    string `yaml:"code"`
	Name    Words  `yaml:"name"`
	About   Words  `yaml:"about"`
	Website string `yaml:"website,optional"`
}

// Category is a shelf of the catalogue (CAT-01).
type Category struct {
	Source
	Code  string `yaml:"code"`
	Name  Words  `yaml:"name"`
	About Words  `yaml:"about,optional"`
}

// Audience is a user category of NAV-01.
type Audience struct {
	Source
	Code string `yaml:"code"`
	Name Words  `yaml:"name"`
}

// CentreKind is a kind of service centre (CTR-01).
type CentreKind struct {
	Source
	Code string `yaml:"code"`
	Name Words  `yaml:"name"`
}

// What a centre may offer.
const (
	ConfirmIdentity = "confirm" // identity confirmation (CTR-08)
	RestoreAccount  = "restore" // CTR-09
	DeleteAccount   = "delete"  // CTR-09
	PickUp          = "pickup"  // hands out finished documents (PAS-04)
	Advice          = "advice"  // help at a computer, paper applications
)

// Centre is an office that people can go to.
type Centre struct {
	Source
	Code      string   `yaml:"code"`
	Kind      string   `yaml:"kind"`
	Name      Words    `yaml:"name"`
	City      string   `yaml:"city"`
	Address   Words    `yaml:"address"`
	Phone     string   `yaml:"phone,optional"`
	Hours     Hours    `yaml:"hours"`
	Offers    []string `yaml:"offers"`
	Latitude  float64  `yaml:"latitude"`
	Longitude float64  `yaml:"longitude"`
}

// DoesOffer says whether the centre does an operation, ConfirmIdentity for one.
func (c Centre) DoesOffer(operation string) bool {
	for _, o := range c.Offers {
		if o == operation {
			return true
		}
	}
	return false
}

// Register is a state register that checks or answers.
type Register struct {
	Source
	Code     string            `yaml:"code"`
	Name     Words             `yaml:"name"`              // as the resident reads it
	Owner    string            `yaml:"owner"`             // authority
	Checks   Words             `yaml:"checks"`            // "Checking SNILS"
	Wire     string            `yaml:"wire"`              // provider: INSTANCE/CLASS/MEMBER/SUBSYSTEM (docs/wires/register.md)
	Service  string            `yaml:"service"`           // service code at the provider: checks, statements
	Sends    []string          `yaml:"sends"`             // profile fields that are sent; no more than needed
	Renames  map[string]string `yaml:"renames,optional"`  // profile field to its name on the wire, where they differ
	Corrects []string          `yaml:"corrects,optional"` // profile fields that are open again after a mismatch (CHK-21, Q-12)
	Help     string            `yaml:"help,optional"`     // address where people can look for themselves (CHK-22)
}
