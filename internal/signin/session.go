package signin

import (
	"errors"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Limits are how long a session lasts; defaults are those of security.md 1.
type Limits struct {
	Idle, Total                 time.Duration // simplified and standard: 30 min, 24 h
	VerifiedIdle, VerifiedTotal time.Duration // verified: 15 min, 12 h
	StaffIdle, StaffTotal       time.Duration // officers: 10 min, 8 h
	SharedIdle                  time.Duration // somebody else's computer: 10 min
}

// DefaultLimits are those of security.md 1.
var DefaultLimits = Limits{
	Idle: 30 * time.Minute, Total: 24 * time.Hour,
	VerifiedIdle: 15 * time.Minute, VerifiedTotal: 12 * time.Hour,
	StaffIdle: 10 * time.Minute, StaffTotal: 8 * time.Hour,
	SharedIdle: 10 * time.Minute,
}

// Session is a browser in which somebody is signed in. The zero Session is
// nobody's.
type Session struct {
	ID       string // SHA-256 of the cookie's token: names the session, opens nothing
	Line     string // names the session for all its days, whatever its id becomes; opens nothing
	Account  account.ID
	Officer  officer.ID
	Level    account.Level // when it was made; the present level is computed
	Shared   bool          // on somebody else's computer
	Way      string        // "password", "password+totp", "registration"
	SignedIn time.Time     // when the person last proved himself
	Seen     time.Time
	Ends     time.Time
	Idle     time.Duration
	Browser  string // id of the cookie of the browser it was made in, "" when unknown
	Renewed  string // the new token, when it was found by the one before (Renew); "" otherwise
}

// Anyone says whether somebody is signed in.
func (s Session) Anyone() bool { return s.ID != "" }

// Until is when the session ends if nothing more happens.
func (s Session) Until() time.Time {
	if idle := s.Seen.Add(s.Idle); idle.Before(s.Ends) {
		return idle
	}
	return s.Ends
}

// Opening says for whom and how a session is made.
type Opening struct {
	Account account.ID // a resident
	Officer officer.ID // or an officer
	Way     string
	Browser string // id of the browser's own cookie, so that a known browser keeps its own lane
	Known   bool   // it keeps its lane already
	Shared  bool
	Device  string // the browser in human words, sealed, for the list of sessions
	// Old is the session of this browser, which ends (SESS-2). When its holder has
	// proved himself again at the same level, the new one goes on in its line, so
	// that other sites stay entered; a higher level ends them too (behaviour.md 2.4).
	Old Session
	// Joins is a session at the identity system's host that this one, at the
	// portal's host, belongs to: it ends with it and takes it along (GEN-21).
	Joins Session
}

// Sessions makes, finds and ends sessions.
type Sessions struct {
	accounts *account.Accounts
	officers *officer.Officers
	limits   Limits
}

// NewSessions makes the sessions of these accounts and officers.
func NewSessions(a *account.Accounts, o *officer.Officers, l Limits) *Sessions {
	return &Sessions{a, o, l}
}

const insertSession db.SQL = `INSERT INTO signin_session
	(id, line, parent, holder_kind, holder, level, shared, way, browser, device, signed_in_at, seen_at, ends_at, idle)
	VALUES ($1, $12, $13, $2, $3, $4, $5, $6, $7, $8, $14, $9, $10, $11)`

// Begin is the only function that makes a session. It checks that the account is
// open or the officer active, and returns the token for the cookie.
func (s *Sessions) Begin(tx *db.Tx, o Opening) (token string, err error) {
	token = secret.Token()
	id := secret.Hash(token)
	kind, holder, act := "resident", string(o.Account), account.ByHolder(o.Account)
	level := account.None
	var idle, total time.Duration
	if o.Officer != "" {
		kind, holder = "officer", string(o.Officer)
		act = audit.Actor{Kind: audit.Officer, ID: holder}
		idle, total = s.limits.StaffIdle, s.limits.StaffTotal
		if err := s.mayOfficer(tx, o.Officer); err != nil {
			return "", err
		}
	} else if level, err = s.mayResident(tx, o.Account); err != nil {
		return "", err
	} else {
		idle, total = s.limits.of(level)
	}
	if o.Shared {
		idle = min(idle, s.limits.SharedIdle)
	}
	line, err := s.follow(tx, o.Old, holder, level)
	if err != nil {
		return "", err
	}
	key, err := s.accounts.Vault().Open(tx, holder)
	if err != nil {
		return "", err
	}
	signed, ends := tx.Now(), tx.Now().Add(total)
	if o.Joins.Anyone() {
		signed, ends = o.Joins.SignedIn, o.Joins.Ends
	}
	err = tx.Later(insertSession, id, kind, holder, int(level), o.Shared, o.Way, o.Browser,
		key.SealText(devicePlace(id), o.Device),
		db.At(tx.Now()), db.At(ends), idle.Microseconds(), line, db.Text(o.Joins.Line), db.At(signed))
	if err != nil {
		return "", err
	}
	if !o.Shared && !o.Known {
		if err := rememberBrowser(tx, holder, o.Browser); err != nil {
			return "", err
		}
	}
	return token, audit.Record(tx, audit.Entry{Actor: act, Act: "signin.begin", Subject: holder, Object: "session/" + id[:16], Facts: map[string]string{"way": o.Way}})
}

func (s *Sessions) mayResident(tx *db.Tx, id account.ID) (account.Level, error) {
	a, err := s.accounts.Get(tx, id)
	if err != nil {
		return account.None, err
	}
	if !a.Open {
		return account.None, fault.New(fault.Forbidden, "signin.account_closed")
	}
	return s.accounts.LevelOf(tx, id)
}

func (s *Sessions) mayOfficer(tx *db.Tx, id officer.ID) error {
	o, err := s.officers.Get(tx, id)
	if err != nil {
		return err
	}
	if !o.Active {
		return fault.New(fault.Forbidden, "signin.account_closed")
	}
	return nil
}

const selectSession db.SQL = `SELECT id, line, holder_kind, holder, level, shared, way, browser, signed_in_at, seen_at, ends_at, idle
	FROM signin_session WHERE id = $1 AND ended_at IS NULL`

// Find gives the live session of a cookie's token, or the zero Session. The token
// before the last renewal finds it for a short grace.
func (s *Sessions) Find(tx *db.Tx, token string) (Session, error) {
	if token == "" {
		return Session{}, nil
	}
	found, err := db.One(tx, scanSession, selectSession, secret.Hash(token))
	if errors.Is(err, db.ErrNone) {
		found, err = s.findRenewed(tx, token)
	}
	if err != nil || !found.Until().After(tx.Now()) {
		return Session{}, err
	}
	return found, nil
}

const selectEnded db.SQL = `SELECT ended_at FROM signin_session
	WHERE (id = $1 OR previous = $1) AND ended_at > $2 AND ended_why IN ('elsewhere', 'ended_others', 'not_me', 'password')`

// EndedShown is how long somebody is told that another device has signed him out.
const EndedShown = 24 * time.Hour

// EndedElsewhere says when the session of a cookie's token, or of the token before
// the last renewal, was ended from another device; the zero time when it lives or ended in another way.
func (s *Sessions) EndedElsewhere(tx *db.Tx, token string) (time.Time, error) {
	at, err := db.One(tx, db.Scalar[db.Time], selectEnded, secret.Hash(token), db.At(tx.Now().Add(-EndedShown)))
	if errors.Is(err, db.ErrNone) {
		return time.Time{}, nil
	}
	return at.Time, err
}

func scanSession(r db.Row) (s Session, err error) {
	var kind, holder string
	var signed, seen, ends db.Time
	var level int
	var idle int64
	err = r.Scan(&s.ID, &s.Line, &kind, &holder, &level, &s.Shared, &s.Way, &s.Browser, &signed, &seen, &ends, &idle)
	if kind == "officer" {
		s.Officer = officer.ID(holder)
	} else {
		s.Account = account.ID(holder)
	}
	s.Level, s.SignedIn, s.Seen, s.Ends = account.Level(level), signed.Time, seen.Time, ends.Time
	s.Idle = time.Duration(idle) * time.Microsecond
	return s, err
}

// touchEvery is how seldom a session's last use is written.
const touchEvery = time.Minute

// Stale says whether the session's last use should be written now.
func (s Session) Stale(now time.Time) bool { return s.Anyone() && now.Sub(s.Seen) >= touchEvery }

const touchSession db.SQL = `UPDATE signin_session SET seen_at = $2
	WHERE (id = $1 OR line = (SELECT parent FROM signin_session WHERE id = $1)) AND ended_at IS NULL AND seen_at < $2`

// Touch writes that the session was used, and with it the one that it joined.
func (s *Sessions) Touch(tx *db.Tx, id string) error {
	_, err := tx.Exec(touchSession, id, db.At(tx.Now()))
	return err
}

const (
	endSession db.SQL = `UPDATE signin_session SET ended_at = $2, ended_why = $3 WHERE (id = $1 OR previous = $1) AND ended_at IS NULL
		RETURNING coalesce(parent, line)`
	endJoined   db.SQL = `UPDATE signin_session SET ended_at = $2, ended_why = $3 WHERE (line = $1 OR parent = $1) AND ended_at IS NULL`
	endSessions db.SQL = `UPDATE signin_session SET ended_at = $2, ended_why = $3
		WHERE holder = $1 AND id <> $4 AND (previous IS NULL OR previous <> $4) AND ended_at IS NULL
		AND (parent IS NULL OR parent <> (SELECT line FROM signin_session WHERE id = $4)) RETURNING coalesce(parent, line)`
)

// follow ends the session before and gives the line of the one that follows it.
func (s *Sessions) follow(tx *db.Tx, old Session, holder string, level account.Level) (line string, err error) {
	if old.Anyone() && old.holder() == holder && old.Level >= level {
		_, err := s.end(tx, old, "signed_in") // what joined it goes on
		return old.Line, err
	}
	return secret.NewID(), s.End(tx, old, "signed_in")
}

// End ends one session: the Exit button (LOG-11), a new sign-in of somebody else
// in the same browser. Other sites that were entered in it are told.
func (s *Sessions) End(tx *db.Tx, session Session, why string) error {
	line, err := s.end(tx, session, why)
	if err != nil || line == "" || session.Account == "" {
		return err
	}
	return s.endLine(tx, line, why)
}

const selectRoot db.SQL = `SELECT parent FROM signin_session WHERE id = $1 AND parent IS NOT NULL`

// Root names the line of the session that sites were entered in: a session's own,
// or at the portal's host that of the one it joined (GEN-21).
func (s *Sessions) Root(tx *db.Tx, session Session) (line string, err error) {
	line, err = db.One(tx, db.Scalar[string], selectRoot, session.ID)
	if errors.Is(err, db.ErrNone) {
		return session.Line, nil
	}
	return line, err
}

// endLine ends what is left of a line, with all that joined it, and tells of it.
func (s *Sessions) endLine(tx *db.Tx, line, why string) error {
	if _, err := tx.Exec(endJoined, line, db.At(tx.Now()), why); err != nil {
		return err
	}
	return jobs.Publish(tx, Ended{line})
}

// end ends one session and tells nobody. It gives the line that it belonged to,
// "" when it had ended before.
func (s *Sessions) end(tx *db.Tx, session Session, why string) (line string, err error) {
	if !session.Anyone() {
		return "", nil
	}
	line, err = db.One(tx, db.Scalar[string], endSession, session.ID, db.At(tx.Now()), why)
	if errors.Is(err, db.ErrNone) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return line, audit.Record(tx, audit.Entry{Actor: session.By(), Act: "signin.end", Subject: session.holder(), Object: "session/" + session.ID[:16], Facts: map[string]string{"why": why}})
}

// EndAll ends all sessions of a holder (an account's or officer's id) but one ("" for none kept).
func (s *Sessions) EndAll(tx *db.Tx, holder, keep, why string) error {
	lines, err := db.All(tx, db.Scalar[string], endSessions, holder, db.At(tx.Now()), why, keep)
	slices.Sort(lines)
	for _, line := range slices.Compact(lines) {
		if err == nil {
			err = s.endLine(tx, line, why)
		}
	}
	if err != nil {
		return err
	}
	return jobs.Publish(tx, AllEnded{holder, why, tx.Now()})
}

// AllEnded is published when everything that a holder has open ends because of his
// safety (a new password, "not me"): what other sites were given until At dies too,
// also what outlives sessions (SESS-5). Holder is an account's or officer's id.
type AllEnded struct {
	Holder string    `json:"holder"`
	Why    string    `json:"why"`
	At     time.Time `json:"at"`
}

// Kind implements jobs.Args.
func (AllEnded) Kind() string { return "signin.all_ended" }

// Ended is published when a session ends, by Exit or by time (EndOver): other sites
// that were entered in it are told (SESS-4). Line is Session.Line.
type Ended struct {
	Line string `json:"line"`
}

// Kind implements jobs.Args.
func (Ended) Kind() string { return "signin.ended" }

const selectLine db.SQL = `SELECT id, line, holder_kind, holder, level, shared, way, browser, signed_in_at, seen_at, ends_at, idle
	FROM signin_session WHERE line = $1 AND ended_at IS NULL`

// Live gives the session of a line while it lives, or the zero Session.
func (s *Sessions) Live(tx *db.Tx, line string) (Session, error) {
	found, err := db.One(tx, scanSession, selectLine, line)
	if errors.Is(err, db.ErrNone) || err == nil && !found.Until().After(tx.Now()) {
		return Session{}, nil
	}
	return found, err
}

// Lives is the condition, for statements of other packages, that the line $2 of the
// resident $1 lives at the moment $3: what Live and Until say.
const Lives = `EXISTS (SELECT 1 FROM signin_session WHERE line = $2 AND holder_kind = 'resident' AND holder = $1
	AND ended_at IS NULL AND ends_at > $3 AND seen_at + idle > $3)`

// AheadLive lets the answer of Live come with the one to what is asked next.
func (s *Sessions) AheadLive(tx *db.Tx, line string) { tx.Ahead(selectLine, line) }

func (s Session) holder() string {
	if s.Officer != "" {
		return string(s.Officer)
	}
	return string(s.Account)
}

// By is the audit actor of whoever holds the session.
func (s Session) By() audit.Actor {
	if s.Officer != "" {
		return audit.Actor{Kind: audit.Officer, ID: string(s.Officer)}
	}
	return account.ByHolder(s.Account)
}
