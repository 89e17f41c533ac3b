package consent

import (
	"errors"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/secret"
)

// ID names an agreement.
type ID string

// Consent is one agreement.
type Consent struct {
	ID         ID
	Account    account.ID
	Client     client.ID
	Attributes []client.Attribute // agreed to
	Declined   []client.Attribute // optional ones that were left out, so that nobody asks again and again
	Purpose    string             // as it was shown, in the language it was shown in
	Given      time.Time
	Ends       time.Time
	Begun      time.Time // when the first of those was given that followed one another without a stop
	Stopped    time.Time // zero: in force until it ends
	Why        string    // why it was stopped: "holder", "replaced", "closed"
}

// InForce says whether it holds at a moment.
func (c Consent) InForce(now time.Time) bool {
	return c.ID != "" && c.Stopped.IsZero() && now.Before(c.Ends)
}

// Has says whether the attribute was agreed to.
func (c Consent) Has(a client.Attribute) bool { return slices.Contains(c.Attributes, a) }

// Stopped is published when somebody takes a consent back: the site's tokens die.
type Stopped struct {
	Consent ID         `json:"consent"`
	Account account.ID `json:"account"`
	Client  client.ID  `json:"client"`
}

// Kind implements jobs.Args.
func (Stopped) Kind() string { return "consent.stopped" }

// Question is what a site asks of a person who has agreed to less, or to nothing.
type Question struct {
	Required []client.Attribute // new ones that the site cannot do without
	Optional []client.Attribute // new ones that may be left out; never ticked beforehand
	Already  []client.Attribute // agreed to before, shown apart: only the difference is asked (S23)
}

// Open says whether there is anything to ask.
func (q Question) Open() bool { return len(q.Required)+len(q.Optional) > 0 }

// Ask compares what a site wants with what holds. Optional attributes that were
// declined are not asked for again unless again is true (prompt=consent).
func Ask(c client.Client, wanted []client.Attribute, holds Consent, again bool) Question {
	var q Question
	if c.ByLaw() {
		return q
	}
	for _, a := range wanted {
		switch {
		case holds.Has(a):
			q.Already = append(q.Already, a)
		case slices.Contains(c.Required, a):
			q.Required = append(q.Required, a)
		case slices.Contains(c.Optional, a) && (again || !slices.Contains(holds.Declined, a)):
			q.Optional = append(q.Optional, a)
		}
	}
	return q
}

const columns = `id, account, client, attributes, declined, purpose, given_at, ends_at, begun_at, stopped_at, stopped_why`

const selectInForce db.SQL = `SELECT ` + columns + ` FROM consent_consent WHERE account = $1 AND client = $2 AND stopped_at IS NULL AND ends_at > $3`

// Find gives the consent in force, or the zero Consent.
func Find(tx *db.Tx, who account.ID, site client.ID) (Consent, error) {
	found, err := db.One(tx, scan, selectInForce, string(who), string(site), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return Consent{}, nil
	}
	return found, err
}

// Ahead lets the answer of Find come with the one to what is asked next.
func Ahead(tx *db.Tx, who account.ID, site client.ID) {
	tx.Ahead(selectInForce, string(who), string(site), db.At(tx.Now()))
}

const selectStopped db.SQL = `SELECT stopped_at FROM consent_consent WHERE id = $1`

// StoppedAt is when a consent was stopped; the zero time when it was not.
func StoppedAt(tx *db.Tx, id ID) (time.Time, error) {
	at, err := db.One(tx, db.Scalar[db.Time], selectStopped, string(id))
	if errors.Is(err, db.ErrNone) {
		return time.Time{}, nil
	}
	return at.Time, err
}

const selectConsents db.SQL = `SELECT ` + columns + ` FROM consent_consent WHERE account = $1 ORDER BY given_at DESC, id DESC`

// Of lists all agreements of a person, the newest first, those that ended too.
func Of(tx *db.Tx, who account.ID) ([]Consent, error) {
	return db.All(tx, scan, selectConsents, string(who))
}

func scan(r db.Row) (c Consent, err error) {
	var attributes, declined string
	var given, ends, begun, stopped db.Time
	var why db.Text
	err = r.Scan(&c.ID, &c.Account, &c.Client, &attributes, &declined, &c.Purpose, &given, &ends, &begun, &stopped, &why)
	c.Attributes, c.Declined = split(attributes), split(declined)
	c.Given, c.Ends, c.Begun, c.Stopped, c.Why = given.Time, ends.Time, begun.Time, stopped.Time, string(why)
	return c, err
}

func split(list string) (attributes []client.Attribute) {
	for _, a := range strings.Fields(list) {
		attributes = append(attributes, client.Attribute(a))
	}
	return attributes
}

func join(attributes []client.Attribute) string {
	var words []string
	for _, a := range attributes {
		words = append(words, string(a))
	}
	return strings.Join(words, " ")
}

const (
	replace db.SQL = `UPDATE consent_consent SET stopped_at = $3, stopped_why = 'replaced' WHERE account = $1 AND client = $2 AND stopped_at IS NULL`
	insert  db.SQL = `INSERT INTO consent_consent (id, account, client, attributes, declined, purpose, given_at, ends_at, begun_at)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`
)

// Give keeps an agreement, together with what was agreed to before, with its
// audit line; the earlier one becomes history. Ticked are the optional attributes
// that were chosen; the question says what was asked.
func Give(tx *db.Tx, who account.ID, c client.Client, q Question, ticked []client.Attribute, purpose string) (Consent, error) {
	before, err := Find(tx, who, c.ID)
	if err != nil {
		return Consent{}, err
	}
	now := Consent{ID: ID(secret.NewID()), Account: who, Client: c.ID, Purpose: purpose, Given: tx.Now(), Ends: tx.Now().Add(c.Life()),
		Attributes: slices.Concat(before.Attributes, q.Required), Begun: before.Begun}
	if before.ID == "" {
		now.Begun = now.Given
	}
	for _, a := range q.Optional {
		if slices.Contains(ticked, a) {
			now.Attributes = append(now.Attributes, a)
		} else {
			now.Declined = append(now.Declined, a)
		}
	}
	now.Declined = append(now.Declined, before.Declined...) // a no is remembered when something else is asked
	now.Declined = slices.DeleteFunc(now.Declined, func(a client.Attribute) bool { return slices.Contains(now.Attributes, a) })
	now.Attributes, now.Declined = tidy(now.Attributes), tidy(now.Declined)
	if _, err := tx.Exec(replace, string(who), string(c.ID), db.At(tx.Now())); err != nil {
		return Consent{}, err
	}
	err = tx.ExecOne(insert, string(now.ID), string(who), string(c.ID), join(now.Attributes), join(now.Declined), purpose, db.At(now.Given), db.At(now.Ends), db.At(now.Begun))
	if err != nil {
		return Consent{}, err
	}
	return now, audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "consent.give", Subject: string(who), Object: "client/" + string(c.ID),
		Facts: map[string]string{"attributes": join(now.Attributes)}})
}

func tidy(list []client.Attribute) []client.Attribute {
	slices.Sort(list)
	return slices.Compact(list)
}

const stop db.SQL = `UPDATE consent_consent SET stopped_at = $3, stopped_why = $4 WHERE id = $1 AND account = $2 AND stopped_at IS NULL RETURNING client`

// Stop takes a consent back, with its audit line, tells whoever listens, and says
// which site it was.
// A consent that was stopped already is a Conflict; one of somebody else is not found.
func Stop(tx *db.Tx, who account.ID, id ID, why string) (client.ID, error) {
	site, err := db.One(tx, db.Scalar[string], stop, string(id), string(who), db.At(tx.Now()), why)
	if errors.Is(err, db.ErrNone) {
		return "", fault.New(fault.NotFound, "consent.gone")
	}
	if err != nil {
		return "", err
	}
	err = audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "consent.stop", Subject: string(who), Object: "client/" + site, Facts: map[string]string{"why": why}})
	if err != nil {
		return "", err
	}
	return client.ID(site), jobs.Publish(tx, Stopped{Consent: id, Account: who, Client: client.ID(site)})
}

// Uses says how often a site was given data under an agreement and those before it,
// and when last; zero: never (S23). It is counted in the audit log.
func Uses(tx *db.Tx, c Consent) (n int64, last time.Time, err error) {
	until := c.Stopped
	if until.IsZero() {
		until = tx.Now()
	}
	return audit.CountReads(tx, string(c.Account), audit.Actor{Kind: audit.Client, ID: string(c.Client)}, c.Begun, until)
}
