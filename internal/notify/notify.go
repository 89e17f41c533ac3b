package notify

import (
	"fmt"
	"log/slog"
	"net/url"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/text"
)

// Settings are what a house decides about its messages.
type Settings struct {
	Origin  string             // what links in e-mails begin with: "https://okno.example"
	Portal  jurisdiction.Words // who writes: the portal's name
	Zone    *time.Location     // in which quiet hours are counted; nil is UTC
	Quiet   Hours              // no ordinary SMS then; the zero value has no quiet hours
	PerDay  int                // ordinary messages to one person by one channel a day; 0 is DefaultPerDay
	Limits  Limits             // of codes
	Support string             // a phone number that letters name, may be ""
}

// DefaultPerDay is how many ordinary notices one person gets by one channel in a day (MSG-4).
const DefaultPerDay = 20

// DefaultQuiet are the quiet hours of a house that names none: 21:00 to 8:00.
var DefaultQuiet = Hours{From: 21, To: 8}

// Hours are hours of the day, From included, To not: 21 to 8 spans midnight.
type Hours struct{ From, To int }

// Doors are the ways out.
type Doors struct {
	SMS   sms.Sender
	Email email.Sender
}

// Notices writes messages and sends them.
type Notices struct {
	db       *db.DB
	accounts *account.Accounts
	texts    *text.Catalogue
	doors    Doors
	settings Settings
	host     string
	log      *slog.Logger
}

// New makes the notices of a house. The origin must be an absolute URL.
func New(d *db.DB, accounts *account.Accounts, texts *text.Catalogue, doors Doors, s Settings, log *slog.Logger) (*Notices, error) {
	origin, err := url.Parse(s.Origin)
	if err != nil || origin.Hostname() == "" {
		return nil, fmt.Errorf("notify: origin must be an absolute address such as https://okno.example")
	}
	if s.Zone == nil {
		s.Zone = time.UTC
	}
	if s.PerDay == 0 {
		s.PerDay = DefaultPerDay
	}
	return &Notices{d, accounts, texts, doors, s, origin.Hostname(), log}, nil
}

// Notice tells the holder of an account that something happened.
type Notice struct {
	To account.ID
	// Key begins the keys of the texts: Key.sms (one part: no name, no amount, no
	// link), Key.subject (50 characters) and Key.email. A channel for which there
	// is no text is left out (NTF-05 goes by e-mail only).
	Key  string
	Vars map[string]string // variables of the texts
	Path string            // page of the portal that letters link to, "/id/check"; "" for none
	// Security marks what the holder must hear whatever was chosen (AUTH-6): it
	// goes by every confirmed contact, also at night and beyond the day's cap.
	Security bool
}

// Direct is a message to a contact that need not belong to an account, and every
// message that carries a code.
type Direct struct {
	Kind    account.ContactKind
	Address string // E.164 or an e-mail address
	Lang    string
	// Key begins the keys of the texts, as in Notice. For a letter with a Link
	// there is also Key.button: what its button says.
	Key  string
	Vars map[string]string
	// Code is the one-time code, "" for none. Texts hold it as {code}. An SMS gets
	// the domain-bound last line by which a browser fills it in (OTP-5).
	Code string
	// Link is a path with its one-time token, for e-mails only. A message with a
	// Code, a Link or an Until is a code: sent at most once.
	Link string
	// Until is when the code or link dies: after it nothing is sent. Zero: never.
	Until time.Time
	// Subject is whose key in the vault seals the message: an account, an officer,
	// "registration/<id>". "" makes a key for this message alone.
	Subject string
}

// Send writes a notice to the holder's chosen contacts, in the holder's language.
// It fails when the account does not exist or when there is no text at all.
func (n *Notices) Send(tx *db.Tx, notice Notice) error {
	holder, err := n.accounts.Get(tx, notice.To)
	if err != nil || !holder.Open {
		return err
	}
	contacts, err := n.wanted(tx, notice)
	if err != nil {
		return err
	}
	words := n.texts.For(holder.Language)
	if !words.Has(notice.Key+".sms") && !words.Has(notice.Key+".email") {
		return fmt.Errorf("notify: there is no text %s.sms or %s.email", notice.Key, notice.Key)
	}
	kind := ordinary
	if notice.Security {
		kind = security
	}
	for _, contact := range contacts {
		m := message{subject: string(notice.To), kind: kind, channel: channelOf(contact.Kind), key: notice.Key, lang: words.Lang(),
			content: content{To: contact.Value, Vars: notice.Vars, Path: notice.Path}}
		if !words.Has(notice.Key + "." + m.channel) {
			continue
		}
		if err := n.write(tx, contact.Kind, m); err != nil {
			return err
		}
	}
	return nil
}

// SendTo writes a message to one contact.
func (n *Notices) SendTo(tx *db.Tx, d Direct) error {
	m := message{subject: d.Subject, kind: security, channel: channelOf(d.Kind), key: d.Key, lang: n.texts.For(d.Lang).Lang(), dies: d.Until,
		content: content{To: d.Address, Vars: d.Vars, Code: d.Code, Path: d.Link}}
	if d.Code != "" || d.Link != "" || !d.Until.IsZero() {
		m.kind = code
	}
	if !n.texts.For(d.Lang).Has(d.Key + "." + m.channel) {
		return fmt.Errorf("notify: there is no text %s.%s", d.Key, m.channel)
	}
	return n.write(tx, d.Kind, m)
}

func channelOf(kind account.ContactKind) string {
	if kind == account.Phone {
		return "sms"
	}
	return "email"
}
