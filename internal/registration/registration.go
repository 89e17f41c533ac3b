package registration

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text"
)

// Passwords keep the hash of a holder's password; package signin has them.
type Passwords interface {
	Set(tx *db.Tx, holder string, hash string) error
}

// Service opens accounts.
type Service struct {
	DB        *db.DB
	Accounts  *account.Accounts
	Sessions  *signin.Sessions
	Notices   *notify.Notices
	Passwords Passwords
	Hasher    *secret.Hasher
	Texts     *text.Catalogue // for the deadline that a letter names
	Law       *jurisdiction.Jurisdiction
}

// Application is what the form holds when Register is pressed (REG-01, REG-02).
type Application struct {
	Names map[string]string // by part of a name: "family_name", "given_name"
	Phone string            // as typed; may be "" when there is an e-mail
	Email string            // as typed; may be "" when there is a phone
	// NoPhone says that the form asked for an e-mail only (REG-03).
	NoPhone bool

	Language string
	Region   string
	Category string
	Next     string // where the visitor wanted to go, a path of this site

	Browser string // names the browser, from visit.Request.Browser; never ""
	Client  string // its network address, for limits only
}

// step is where a registration is.
type step string

const (
	stepCode      step = "code"      // an SMS was sent
	stepMail      step = "mail"      // a letter was sent
	stepConfirmed step = "confirmed" // the contact is proved; a password is missing
	stepDone      step = "done"
	stepOver      step = "over"
)

// typed is what is sealed of a registration.
type typed struct {
	Names    map[string]string `json:"names,omitempty"`
	Contact  string            `json:"contact"`
	Email    string            `json:"email,omitempty"` // a second contact, confirmed later
	Language string            `json:"language"`
	Region   string            `json:"region,omitempty"`
	Category string            `json:"category,omitempty"`
	Next     string            `json:"next,omitempty"`
}

// registration is a row.
type registration struct {
	id       string
	state    step
	browser  string
	kind     account.ContactKind
	contact  string // blind index
	codeMAC  string
	tries    int
	sent     time.Time
	codeEnds time.Time
	ends     time.Time
	account  account.ID
	terms    string
	created  time.Time
	sealed   []byte
	typed    typed
}

// subject is whose key in the vault seals the registration.
func (r registration) subject() string {
	if r.account != "" {
		return string(r.account)
	}
	return "registration/" + r.id
}

func (r registration) object() string { return "registration/" + r.id }

// Begin checks the form, keeps it for the browser and sends the code or the
// letter (REG-19, REG-29). Refused: fault.Invalid with the fields that are wrong;
// fault.TooMany when enough was sent there already.
func (s *Service) Begin(ctx context.Context, a Application) error {
	r, err := s.check(a)
	if err != nil {
		return err
	}
	for range 3 { // two tabs of one browser may begin at once; the later one wins
		if err = s.begin(ctx, a, r); !errors.Is(err, db.ErrUnique) {
			return err
		}
	}
	return err
}

func (s *Service) begin(ctx context.Context, a Application, row registration) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		if err := s.endBrowser(tx, a.Browser); err != nil {
			return err
		}
		row.id, row.created, row.ends = secret.NewID(), tx.Now(), tx.Now().Add(s.Law.Rules.Links.Registration)
		if _, err := s.Accounts.Vault().Create(tx, row.subject()); err != nil {
			return err
		}
		if err := s.insert(tx, row); err != nil {
			return err
		}
		if err := s.send(tx, row, a.Client); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Visitor, ID: a.Browser}, Act: "registration.begin",
			Object: row.object(), Facts: map[string]string{"contact": string(row.kind), "terms": row.terms}})
	})
}

// check brings what was typed to the form in which it is kept.
func (s *Service) check(a Application) (registration, error) {
	var wrong []fault.Field
	note := func(err error) { wrong = append(wrong, fieldsOf(err)...) }
	r := registration{state: stepCode, browser: a.Browser, terms: s.terms(),
		typed: typed{Names: map[string]string{}, Language: a.Language, Region: a.Region, Category: a.Category, Next: a.Next}}
	for _, part := range s.NameParts() {
		name, err := s.Law.Names.Check(part.Code, a.Names[part.Code])
		if fields := fieldsOf(err); len(fields) == 1 && fields[0].Key == "jurisdiction.missing" {
			err = fault.OneField(part.Code, "registration.contact.name_missing", fault.Vars{"part": part.Label.In(a.Language)})
		}
		note(err)
		r.typed.Names[part.Code] = name
	}
	phone, email := strings.TrimSpace(a.Phone), strings.TrimSpace(a.Email)
	switch {
	case phone != "" || email != "":
	case a.NoPhone: // the page asks for nothing else
		note(emailShape())
	default:
		note(fault.OneField("phone", "registration.contact.one_needed", nil))
	}
	var err error
	if phone != "" {
		r.kind = account.Phone
		r.typed.Contact, err = s.Law.Phone.Normalise(phone)
		note(err)
	}
	if email != "" {
		email, err = cleanEmail(email)
		note(err)
	}
	if phone == "" {
		r.kind, r.state, r.typed.Contact = account.Email, stepMail, email
	} else {
		r.typed.Email = email
	}
	return r, fault.Fields(wrong...)
}

func fieldsOf(err error) []fault.Field {
	if err == nil {
		return nil
	}
	return fault.Of(err).Fields
}

// NameParts are the parts of a name that the form asks for.
func (s *Service) NameParts() []jurisdiction.NamePart {
	var parts []jurisdiction.NamePart
	for _, p := range s.Law.Names.Parts {
		if p.Registration {
			parts = append(parts, p)
		}
	}
	return parts
}

// terms name what was agreed to (SEC-10): the codes of the pack's terms.
func (s *Service) terms() string {
	var codes []string
	for _, t := range s.Law.Terms {
		codes = append(codes, t.Code)
	}
	return strings.Join(codes, " ")
}

// Register gives the queue the jobs of this package.
func (s *Service) Register(q *jobs.Queue) {
	jobs.Every(q, time.Hour, func(ctx context.Context, _ jobs.Job, _ Tidy) error { return s.DB.Write(ctx, s.tidy) })
}

// Tidy is the periodic job that forgets registrations which nobody finished.
type Tidy struct{}

// Kind implements jobs.Args.
func (Tidy) Kind() string { return "registration.tidy" }

// errNoRegistration says that the browser has no registration at this step: it
// was finished, it is over, or it never began. Pages lead to the form.
var errNoRegistration = errors.New("registration: none at this step")

// IsNone says whether an error means that there is no registration to go on with.
func IsNone(err error) bool { return errors.Is(err, errNoRegistration) }
