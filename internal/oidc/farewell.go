package oidc

import (
	"context"
	"errors"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/secret"
	"okno/internal/signin"
)

// FarewellState is whether a site has heard that a session ended.
type FarewellState string

// The states.
const (
	Waiting FarewellState = "waiting" // it is being told
	Told    FarewellState = "told"    // it has confirmed
	Silent  FarewellState = "silent"  // it did not answer, or said no, as often as we tried
	Untold  FarewellState = "untold"  // it has no address for it
)

// Farewell is the sign-out at one site.
type Farewell struct {
	ID     string
	Client client.ID
	State  FarewellState
	Tries  int // how often it was told
	At     time.Time
}

// Site is a door to the sites: it posts a logout token to the address that a site
// registered. An error means that it has not confirmed.
type Site interface {
	SayGoodbye(ctx context.Context, address, token string) error
}

// TellFarewell is the job that tells one site.
type TellFarewell struct {
	Farewell string `json:"farewell"`
}

// Kind implements jobs.Args.
func (TellFarewell) Kind() string { return "oidc.farewell" }

// TellSlowly is TellFarewell for a site that did not answer the last time, or that has
// many to hear: nobody who answers waits behind it.
type TellSlowly struct {
	Farewell string `json:"farewell"`
}

// Kind implements jobs.Args.
func (TellSlowly) Kind() string { return "oidc.farewell_slow" }

// farewellTries is how often a site is told before it counts as silent.
const farewellTries = 5

// farewellPauses are the pauses between the tries.
var farewellPauses = []time.Duration{2 * time.Second, 15 * time.Second, 2 * time.Minute, 15 * time.Minute}

const (
	insertFarewell db.SQL = `INSERT INTO oidc_farewell (id, session, client, account, sid, state, tries, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, $7)
	ON CONFLICT (session, client) DO UPDATE SET state = excluded.state, tries = 0, created_at = excluded.created_at, told_at = NULL
	WHERE oidc_farewell.created_at < $8 RETURNING id`
	selectFarewell db.SQL = `SELECT id, client, account, sid, state, tries FROM oidc_farewell WHERE id = $1`
	selectParting  db.SQL = `SELECT id, client, state, tries, created_at FROM oidc_farewell WHERE session = $1 ORDER BY id`
	countTry       db.SQL = `UPDATE oidc_farewell SET tries = tries + 1 WHERE id = $1 AND state = 'waiting'`
	markFarewell   db.SQL = `UPDATE oidc_farewell SET state = $2, told_at = $3 WHERE id = $1 AND state IN ('waiting', 'silent')`
	againFarewell  db.SQL = `UPDATE oidc_farewell SET state = 'waiting', tries = 0 WHERE id = $1 AND session = $2 AND state = 'silent'`
)

// EndSession ends everything that sites were given in a session and tells each of
// them (SESS-4), also those whose tokens died before: the person may still be
// signed in there. It may run twice.
func (p *Provider) EndSession(tx *db.Tx, line string) error {
	grants, err := db.All(tx, scanGrant, selectEntered, line)
	if err != nil {
		return err
	}
	if err := p.sayGoodbyes(tx, grants); err != nil {
		return err
	}
	return p.endGrants(tx, grants)
}

// sayGoodbyes tells each site once for each session in which it was entered, by
// the last grant: a site that was told before and entered again is told again.
func (p *Provider) sayGoodbyes(tx *db.Tx, grants []Grant) error {
	type entry struct {
		client  client.ID
		session string
	}
	last := map[entry]Grant{}
	for _, g := range grants {
		at := entry{g.Client, g.Session}
		if had, ok := last[at]; !ok || g.Created.After(had.Created) {
			last[at] = g
		}
	}
	for _, g := range grants { // in their order, which is the same in every run
		at := entry{g.Client, g.Session}
		if last[at].ID != g.ID {
			continue
		}
		if err := p.sayGoodbye(tx, g); err != nil {
			return err
		}
	}
	return nil
}

// endGrants revokes what was given in a session, but for what outlives it.
func (p *Provider) endGrants(tx *db.Tx, grants []Grant) error {
	grants = slices.DeleteFunc(grants, func(g Grant) bool { return g.Detail.Offline })
	return revokeAll(tx, grants, "session")
}

const selectOutliving db.SQL = `SELECT id, client, account, session, sid, level, detail, generation, created_at, ends_at, revoked_at, seed, code_until, code_spent_at
	FROM oidc_grant WHERE account = $1 AND created_at <= $2 AND revoked_at IS NULL ORDER BY id`

// outliving lists what outlives a person's sessions and was given until a moment.
func outliving(tx *db.Tx, who account.ID, until time.Time) ([]Grant, error) {
	given, err := db.All(tx, scanGrant, selectOutliving, string(who), db.At(until))
	return slices.DeleteFunc(given, func(g Grant) bool { return !g.Detail.Offline }), err
}

// allEnded ends also what outlives the sessions of a person whose safety was in
// question: Exit and time leave it alone, a new password and "not me" do not
// (SESS-5). What was given afterwards stays, however late the event comes.
func (p *Provider) allEnded(tx *db.Tx, e signin.AllEnded) error {
	given, err := outliving(tx, account.ID(e.Holder), e.At)
	if err != nil {
		return err
	}
	if err := p.sayGoodbyes(tx, given); err != nil {
		return err
	}
	return revokeAll(tx, given, e.Why)
}

func revokeAll(tx *db.Tx, grants []Grant, why string) error {
	for _, g := range grants {
		if err := g.revoke(tx, why); err != nil {
			return err
		}
	}
	return nil
}

func (p *Provider) sayGoodbye(tx *db.Tx, g Grant) error {
	c, err := p.Clients.Get(tx, g.Client)
	if err != nil {
		return err
	}
	state := Waiting
	if c.LogoutURI == "" {
		state = Untold
	}
	id, err := db.One(tx, db.Scalar[string], insertFarewell, secret.NewID(), g.Session, string(g.Client), string(g.Account), g.SID, string(state), db.At(tx.Now()), db.At(g.Created))
	if errors.Is(err, db.ErrNone) || err == nil && state == Untold {
		return nil // it was told since
	}
	if err != nil {
		return err
	}
	_, err = jobs.Add(tx, TellFarewell{id})
	return err
}

// Parting lists the sites of a session that has ended, and which have confirmed.
func Parting(tx *db.Tx, line string) ([]Farewell, error) {
	return db.All(tx, func(r db.Row) (f Farewell, err error) {
		var at db.Time
		err = r.Scan(&f.ID, &f.Client, &f.State, &f.Tries, &at)
		f.At = at.Time
		return f, err
	}, selectParting, line)
}

// PartingOf is Parting in a transaction of its own.
func (p *Provider) PartingOf(ctx context.Context, line string) (list []Farewell, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) (err error) { list, err = Parting(tx, line); return err })
	return list, err
}

// TellAgain tries a site that did not answer once more, at the person's wish.
func (p *Provider) TellAgain(ctx context.Context, line, id string) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(againFarewell, id, line)
		if err != nil || n == 0 {
			return err
		}
		_, err = jobs.Add(tx, TellFarewell{id})
		return err
	})
}

// farewell is one site to be told.
type farewell struct {
	id, sid string
	client  client.ID
	account account.ID
	state   FarewellState
	tries   int
}

// tell runs one try. Each try is counted before it is made. What does not get onto the
// quick way is not tried, but goes the slow one.
func (p *Provider) tell(ctx context.Context, site Site, id string, slowly bool) error {
	var f farewell
	var c client.Client
	var holder account.Account
	var slow bool
	var entered string
	defer func() {
		if entered != "" {
			p.quick.leave(entered)
		}
	}()
	err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		f, err = db.One(tx, func(r db.Row) (f farewell, err error) {
			err = r.Scan(&f.id, &f.client, &f.account, &f.sid, &f.state, &f.tries)
			return f, err
		}, selectFarewell, id)
		if err != nil || f.state != Waiting {
			return err
		}
		if c, err = p.Clients.Get(tx, f.client); err != nil {
			return err
		}
		holder, err = p.Accounts.Get(tx, f.account)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Expired) {
			return err // of an erased account the session's name is enough
		}
		if slow = !slowly && entered == "" && !p.quick.enter(owned(c)); slow {
			_, err = jobs.Add(tx, TellSlowly{id})
			return err
		}
		if !slowly && entered == "" {
			entered = owned(c)
		}
		_, err = tx.Exec(countTry, id)
		return err
	})
	if err != nil || f.state != Waiting || slow {
		return err
	}
	token, err := p.logoutToken(ctx, c, holder, f.sid)
	if err != nil {
		return err
	}
	failed := site.SayGoodbye(ctx, c.LogoutURI, token)
	p.quick.heard(owned(c), failed == nil)
	return p.DB.Write(ctx, func(tx *db.Tx) error { return p.heard(tx, f, failed == nil) })
}

// heard writes how a try ended, and when the next one is due.
func (p *Provider) heard(tx *db.Tx, f farewell, confirmed bool) error {
	state := Told
	if !confirmed {
		if f.tries+1 < farewellTries {
			_, err := jobs.AddAt(tx, tx.Now().Add(farewellPauses[f.tries]), TellSlowly{f.id})
			return err
		}
		state = Silent
	}
	n, err := tx.Exec(markFarewell, f.id, string(state), db.At(tx.Now()))
	if err != nil || n == 0 {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem(TellFarewell{}.Kind()), Act: "oidc.logout", Subject: string(f.account), Object: "client/" + string(f.client),
		Facts: map[string]string{"state": string(state)}})
}

// logoutToken is the token of OpenID Connect Back-Channel Logout 1.0.
func (p *Provider) logoutToken(ctx context.Context, c client.Client, holder account.Account, sid string) (string, error) {
	now := p.DB.Clock().Now()
	claims := map[string]any{"iss": p.Issuer, "aud": string(c.ID), "iat": now.Unix(), "exp": now.Add(p.Limits.IDToken).Unix(),
		"jti": secret.NewID(), "sid": sid, "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
	if holder.Person != "" {
		claims["sub"] = p.Subject(c, holder.Person)
	}
	return p.sign(ctx, c.Algorithm(), typeLogout, claims)
}
