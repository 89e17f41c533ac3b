package relyingparty

// A Kind names one of the sites.
type Kind string

// The sites.
const (
	Tax        Kind = "tax"        // the tax service's taxpayer account: verified, but not by letter (TAX-05, LTR-27, SSO-06, SSO-09)
	Diary      Kind = "diary"      // the school electronic diary: verified only (OTH-02, SSO-07)
	Moscow     Kind = "moscow"     // the city services of Moscow: asks for an optional e-mail address (SSO-03)
	Petersburg Kind = "petersburg" // the services of St Petersburg: the simplest client, made for a secret and without pushed requests (SSO-04)
	Tatarstan  Kind = "tatarstan"  // the services of Tatarstan: signs in silently and renews two minutes before the end (SSO-05)
	Utility    Kind = "utility"    // housing and utilities: built for ESIA, it signs its requests with RSA and speaks nothing else
)

// Kinds are all sites, in the order in which a demo shows them.
func Kinds() []Kind { return []Kind{Tax, Diary, Moscow, Petersburg, Tatarstan, Utility} }

// A Level is how well the provider knows a person, as an authentication context class reference.
type Level string

// The levels, lowest first.
const (
	Simplified Level = "urn:okno:level:simplified"
	Standard   Level = "urn:okno:level:standard"
	Verified   Level = "urn:okno:level:verified"
)

// rank orders the levels; an unknown one is below all.
func (l Level) rank() int {
	switch l {
	case Simplified:
		return 1
	case Standard:
		return 2
	case Verified:
		return 3
	}
	return 0
}

// word is the level's name in the keys of the texts.
func (l Level) word() string {
	return map[Level]string{Simplified: "simplified", Standard: "standard", Verified: "verified"}[l]
}

// ByLetter is the way of proof that the law keeps out of the taxpayer account (LTR-27).
const ByLetter = "letter"

// manner is how a site uses Okno.
type manner struct {
	level    Level
	refuses  string   // a way of proof that the site's law does not accept; "" for none
	scopes   []string // all are needed
	number   bool     // asks for the country's number of a person too: such a site has to push
	optional []string // claims that the person may keep back
	proved   bool     // asks for verified_claims (OpenID Connect for Identity Assurance)
	pushed   bool     // pushes its authorization requests (RFC 9126)
	silent   bool     // tries to sign in without a page of the provider
	renews   bool     // renews the session two minutes before its end (behaviour 2.4)
	esia     bool     // was built for ESIA (behaviour 3)
}

// manners are the sites' ways, all different, so that together they try the provider from every side.
var manners = map[Kind]manner{
	Tax:        {level: Verified, refuses: ByLetter, scopes: []string{"openid", "profile"}, number: true, proved: true, pushed: true},
	Diary:      {level: Verified, scopes: []string{"openid", "profile"}, pushed: true},
	Moscow:     {level: Standard, scopes: []string{"openid", "profile"}, optional: []string{"email", "email_verified"}, pushed: true, renews: true},
	Petersburg: {level: Standard, scopes: []string{"openid", "profile", "phone"}},
	Tatarstan:  {level: Standard, scopes: []string{"openid", "profile"}, pushed: true, silent: true, renews: true},
	Utility:    {level: Verified, scopes: []string{"openid", "fullname", "addresses", "mobile"}, esia: true},
}
