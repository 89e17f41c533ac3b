package jurisdiction

import (
	"fmt"
	"io/fs"
	"slices"
	"time"
)

// Jurisdiction is one country's rules, whole and checked. It is read-only.
type Jurisdiction struct {
	Code        string         // lower-case code of the pack, "ru"
	Name        Words          // name of the country
	Portal      Words          // name of the portal in this country
	Languages   []string       // BCP 47; the first is the default
	Currency    Currency       //
	Zone        *time.Location // where the state's deadlines are counted
	WorkingWeek []time.Weekday // the days that are worked
	Phone       Phone          //
	Address     []AddressPart  // in the order of the form
	Citizenship Citizenship    //
	Contacts    []Contact      // SUP-05, SUP-06, NAV-20
	Levels      []Level        // Simplified, Standard, Verified
	Identifiers []Identifier   // national numbers
	Documents   []Document     //
	Names       Names          // REG-06, REG-07
	Passwords   Passwords      // PWD
	Rules       Rules          // lifetimes, tries, limits: security.md 1
	Proofing    Proofing       // IDC, LTR
	Regions     []Region       //
	Cities      []City         // NAV-07
	Authorities []Authority    // NAV-25
	Categories  []Category     // CAT-01
	Audiences   []Audience     // NAV-01
	CentreKinds []CentreKind   // CTR-01
	Centres     []Centre       //
	Registers   []Register     // CHK-03, CHK-04
	Services    []*Service     // by id
	Questions   []Article      // NAV-18, SUP-01
	News        []Article      // NAV-19, newest first
	Terms       []Article      // NAV-27
	Calendar    Calendar       //
	Theme       Theme          //
	texts       fs.FS          // the folder text/ of the pack, or nil
	pack        fs.FS          // the pack itself
}

// Currency is the pack's money. Amounts are whole smallest units.
type Currency struct {
	Code       string `yaml:"code"`        // ISO 4217
	MinorUnits int    `yaml:"minor_units"` // decimal digits of the smallest unit
	Name       Words  `yaml:"name"`
}

// Contact is one way to reach support.
type Contact struct {
	Kind  string `yaml:"kind"` // "phone", "email" or "address"
	Value string `yaml:"value"`
	Note  Words  `yaml:"note"`
}

// AddressPart is one line of an address.
type AddressPart struct {
	Source
	Code         string `yaml:"code"`
	Label        Words  `yaml:"label"`
	Optional     bool   `yaml:"optional,optional"`
	Pattern      string `yaml:"pattern,optional"`      // regular expression of the whole value; empty: any text
	Autocomplete string `yaml:"autocomplete,optional"` // HTML autofill token
	pattern      *pattern
}

// Texts are the pack's own words for keys of locale/: <lang>.yaml files, for
// text.Catalogue.Overlay. Nil when the pack has none.
func (j *Jurisdiction) Texts() fs.FS { return j.texts }

// Language is the default language.
func (j *Jurisdiction) Language() string { return j.Languages[0] }

// Service finds a service by id.
func (j *Jurisdiction) Service(id string) (*Service, bool) {
	for _, s := range j.Services {
		if s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Document finds a kind of document by code.
func (j *Jurisdiction) Document(code string) (Document, bool) {
	return byCode(j.Documents, code, func(d Document) string { return d.Code })
}

// Identifier finds a national number by code.
func (j *Jurisdiction) Identifier(code string) (Identifier, bool) {
	return byCode(j.Identifiers, code, func(i Identifier) string { return i.Code })
}

// Register finds a register by code.
func (j *Jurisdiction) Register(code string) (Register, bool) {
	return byCode(j.Registers, code, func(r Register) string { return r.Code })
}

// Region finds a region by code.
func (j *Jurisdiction) Region(code string) (Region, bool) {
	return byCode(j.Regions, code, func(r Region) string { return r.Code })
}

// City finds a city by code.
func (j *Jurisdiction) City(code string) (City, bool) {
	return byCode(j.Cities, code, func(c City) string { return c.Code })
}

// Authority finds an authority by code.
func (j *Jurisdiction) Authority(code string) (Authority, bool) {
	return byCode(j.Authorities, code, func(a Authority) string { return a.Code })
}

// Category finds a category by code.
func (j *Jurisdiction) Category(code string) (Category, bool) {
	return byCode(j.Categories, code, func(c Category) string { return c.Code })
}

// Centre finds a centre by code.
func (j *Jurisdiction) Centre(code string) (Centre, bool) {
	return byCode(j.Centres, code, func(c Centre) string { return c.Code })
}

// ZoneOf is the time zone of a region, the country's zone if it has none of its own.
func (j *Jurisdiction) ZoneOf(region string) *time.Location {
	if r, ok := j.Region(region); ok {
		return r.Zone()
	}
	return j.Zone
}

func byCode[T any](list []T, code string, of func(T) string) (T, bool) {
	i := slices.IndexFunc(list, func(t T) bool { return of(t) == code })
	if i < 0 {
		var none T
		return none, false
	}
	return list[i], true
}

// AccountLevel is a rung of the ladder of LVL-01. The ladder is the same
// everywhere; what a rung needs and is called is the pack's.
type AccountLevel int

// The rungs.
const (
	Anonymous AccountLevel = iota
	Simplified
	Standard
	Verified
)

var levelWords = [...]string{"anonymous", "simplified", "standard", "verified"}

// String is the word that packs use.
func (l AccountLevel) String() string {
	if l < Anonymous || l > Verified {
		return fmt.Sprintf("level(%d)", int(l))
	}
	return levelWords[l]
}

func (l *AccountLevel) fromText(text string) error {
	i := slices.Index(levelWords[:], text)
	if i < 0 {
		return fmt.Errorf("%q is not a level (anonymous, simplified, standard, verified)", text)
	}
	*l = AccountLevel(i)
	return nil
}

// Level is what a rung is called, needs and is proved by.
type Level struct {
	Source
	Code   AccountLevel `yaml:"code"`
	Name   Words        `yaml:"name"`
	Brings Words        `yaml:"brings"`          // what the level opens (LVL-41, LVL-42)
	Needs  []string     `yaml:"needs"`           // profile fields (LVL-06..08); a trailing ? marks one that may be absent
	Proofs []string     `yaml:"proofs,optional"` // registers that must all match, or methods of which one is enough
}
