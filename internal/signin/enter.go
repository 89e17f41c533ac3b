package signin

import (
	"context"
	"net/netip"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
)

// Attempt is one try to sign in.
type Attempt struct {
	Login    string // as typed: phone, e-mail or national number; an officer's login
	Password string
	Code     string  // officers: six digits of the authenticator app
	Browser  string  // id of the browser's own cookie, "" when it has none
	Address  string  // network address, for limits only; "" is not bounded
	Device   string  // the browser in human words: "Firefox, Windows"
	Shared   bool    // somebody else's computer: nothing is remembered
	Old      Session // the session of this browser, which ends (SESS-2)
	// Work says whether the browser has solved a challenge for this try, and spends
	// it. It is asked only after two wrong tries; nil: it has not (SEC-09, Q-53).
	Work func() bool
}

// Result is what became of an attempt. A refusal is a result, because it is
// counted; it never says what was wrong.
type Result struct {
	Token   string     // for the cookie; "" when refused
	Account account.ID // who signed in
	Officer officer.ID
	Wait    time.Duration // after a refusal: how long the next try has to wait
	Waiting bool          // refused unread: the wait was not over
}

// Refused says whether nobody signed in.
func (r Result) Refused() bool { return r.Token == "" }

// Refusal is what the refused person reads beside a field: the same whatever was
// wrong, with the wait if there is one (AUTH-7).
func (r Result) Refusal(field string) error {
	seconds := int((r.Wait + time.Second - 1) / time.Second)
	switch {
	case seconds == 0:
		return fault.OneField(field, "signin.refused", nil)
	case seconds < 60:
		return fault.OneField(field, "signin.refused_seconds", fault.Vars{"n": seconds})
	}
	return fault.OneField(field, "signin.refused_minutes", fault.Vars{"n": minutes(r.Wait)})
}

// SignIn lets a resident in (LOG-02, 04, 05). The work is the same whether or not
// the login exists (AUTH-7): one read, one password hash, one write. The wrong try
// is counted before anybody learns the result of the comparison (OTP-3). Faults:
// TooMany when this machine or the network address is busy.
func (s *Service) SignIn(ctx context.Context, a Attempt) (Result, error) {
	l := readLogin(s.law, a.Login)
	return s.enter(ctx, a, door{
		index: s.accounts.Vault().Index("signin.unknown", l.normal(a.Login)),
		find: func(tx *db.Tx) (string, error) {
			id, err := s.find(tx, l)
			return string(id), err
		}})
}

// SignInOfficer lets an officer in: login, password and the code of the
// authenticator app at once, so that no answer tells which was wrong (D-11).
func (s *Service) SignInOfficer(ctx context.Context, a Attempt) (Result, error) {
	return s.enter(ctx, a, door{staff: true,
		index: s.accounts.Vault().Index("signin.unknown_officer", a.Login),
		find: func(tx *db.Tx) (string, error) {
			o, err := s.officers.ByLogin(tx, a.Login)
			if fault.Is(err, fault.NotFound) || err == nil && !o.Active {
				return "", nil
			}
			return string(o.ID), err
		}})
}

// door is what differs between residents and officers.
type door struct {
	staff bool
	index string // blind index of the login, for counting tries at logins that nobody has
	find  func(tx *db.Tx) (holder string, err error)
}

// found is what is known about the login before the password is looked at.
type found struct {
	holder string // "" when nobody has the login
	hash   string
	lane   lane
	known  bool   // the browser has its own lane
	totp   string // officers: secret of the authenticator app
}

func (s *Service) look(tx *db.Tx, a Attempt, d door) (f found, err error) {
	if f.holder, err = d.find(tx); err != nil {
		return f, err
	}
	tx.Ahead(selectBrowser, f.holder, a.Browser)
	tx.Ahead(selectLane, d.lane(f.holder, a, true))
	if f.hash, err = s.Hash(tx, f.holder); err != nil {
		return f, err
	}
	if f.known, err = knowsBrowser(tx, f.holder, a.Browser); err != nil {
		return f, err
	}
	if f.lane, err = readLane(tx, d.lane(f.holder, a, f.known)); err != nil || !d.staff {
		return f, err
	}
	f.totp, err = s.totpOf(tx, officer.ID(f.holder))
	return f, err
}

// facts say at which door a try was made.
func (d door) facts() map[string]string {
	return map[string]string{"door": map[bool]string{true: "desk", false: "residents"}[d.staff]}
}

// lane names the lane in which a try is counted.
func (d door) lane(holder string, a Attempt, known bool) string {
	switch {
	case holder == "":
		return "u/" + d.index
	case known && !a.Shared:
		return "b/" + holder + "/" + a.Browser
	}
	return "p/" + holder
}

func (s *Service) enter(ctx context.Context, a Attempt, d door) (Result, error) {
	var f found
	if err := s.db.Read(ctx, func(tx *db.Tx) (err error) { f, err = s.look(tx, a, d); return err }); err != nil {
		return Result{}, err
	}
	now, address := s.db.Clock().Now(), network(a.Address)
	if !f.known && !s.addresses.left(address, now) {
		return Result{}, fault.New(fault.TooMany, "signin.address_busy").After(addressEvery)
	}
	if wait := f.lane.wait(now); wait > 0 {
		return Result{Wait: wait, Waiting: true}, nil
	}
	worked := f.lane.wantsWork() && a.Work != nil && a.Work()
	if wait := f.lane.withoutWork(now); wait > 0 && !worked {
		return Result{Wait: wait, Waiting: true}, nil
	}
	p, err := s.prove(ctx, f, a, now)
	p.worked = worked
	if err != nil {
		return Result{}, err
	}
	var result Result
	err = s.db.Write(ctx, func(tx *db.Tx) (err error) { result, err = s.settle(tx, f, a, d, p); return err })
	if err == nil && result.Refused() {
		s.addresses.count(address, now)
	}
	return result, err
}

// proof is the outcome of the comparisons. Nobody looks at it before the try is
// counted, in the same transaction.
type proof struct {
	password bool
	fresh    string // the hash made anew, when its parameters were old (AUTH-3)
	step     int64  // of the authenticator code, 0 when it fits none
	worked   bool   // the browser has solved a challenge
}

func (s *Service) prove(ctx context.Context, f found, a Attempt, now time.Time) (p proof, err error) {
	p.step = stepOf(f.totp, a.Code, now)
	if f.hash == "" {
		return p, s.hasher.Waste(ctx, a.Password)
	}
	var stale bool
	p.password, stale, err = s.hasher.Verify(ctx, a.Password, f.hash)
	if err == nil && p.password && stale {
		p.fresh, err = s.hasher.Hash(ctx, a.Password)
	}
	return p, err
}

// settle counts the try or opens the session.
func (s *Service) settle(tx *db.Tx, f found, a Attempt, d door, p proof) (Result, error) {
	s.ahead(tx, f, d)
	l, err := readLane(tx, f.lane.name)
	if err != nil {
		return Result{}, err
	}
	if wait := l.wait(tx.Now()); wait > 0 {
		return Result{Wait: wait, Waiting: true}, nil
	}
	if wait := l.withoutWork(tx.Now()); wait > 0 && !p.worked {
		return Result{Wait: wait, Waiting: true}, nil
	}
	right, err := s.isRight(tx, f, d, p)
	if err != nil {
		return Result{}, err
	}
	if !right {
		return s.refuse(tx, f, l, d)
	}
	if err := l.clear(tx); err != nil {
		return Result{}, err
	}
	return s.open(tx, f, a, d, p)
}

// ahead lets all that settling a try asks come in one answer, whatever the
// outcome is going to be: a wrong try takes as long as a right one till it is told.
func (s *Service) ahead(tx *db.Tx, f found, d door) {
	tx.Ahead(selectPassword, f.holder)
	tx.Ahead(selectLocked, f.holder)
	if d.staff {
		return
	}
	s.accounts.Ahead(tx, account.ID(f.holder))
	tx.Ahead(selectEvery, f.holder)
}

// isRight says whether the proofs hold, against what stands in the database now.
// The step of an authenticator code is spent here.
func (s *Service) isRight(tx *db.Tx, f found, d door, p proof) (bool, error) {
	hash, err := s.Hash(tx, f.holder)
	if err != nil || hash != f.hash {
		return false, err // the password was changed meanwhile
	}
	locked, err := s.locked(tx, f.holder)
	if err != nil || locked || !p.password {
		return false, err // the reads come first: a locked password takes as long as a wrong one
	}
	if !d.staff {
		return true, nil
	}
	return spendStep(tx, officer.ID(f.holder), p.step)
}

func (s *Service) refuse(tx *db.Tx, f found, l lane, d door) (Result, error) {
	wait, err := l.count(tx)
	if err != nil {
		return Result{}, err
	}
	holder := f.holder
	if holder == "" {
		holder = l.name // the same work for a login that nobody has
	}
	if l.failures+1 == FreeOfWork {
		entry := audit.Entry{Actor: audit.BySystem("signin"), Act: "signin.challenge", Subject: f.holder, Object: "lane"}
		if err := audit.Record(tx, entry); err != nil {
			return Result{}, err
		}
	}
	failed := audit.Entry{Actor: audit.Actor{Kind: audit.Visitor}, Act: "signin.fail", Subject: f.holder, Object: "lane", Facts: d.facts()}
	if err := audit.Record(tx, failed); err != nil { // also where nobody has the login: no work may tell it (AUTH-7)
		return Result{}, err
	}
	return Result{Wait: wait}, note(tx, event{holder: holder, kind: Failed})
}

func (s *Service) open(tx *db.Tx, f found, a Attempt, d door, p proof) (r Result, err error) {
	o := Opening{Account: account.ID(f.holder), Way: "password", Browser: a.Browser, Shared: a.Shared, Device: a.Device, Old: a.Old, Known: f.known}
	if d.staff {
		o.Account, o.Officer, o.Way = "", officer.ID(f.holder), "password+totp"
	}
	if p.fresh != "" {
		if err := s.rehash(tx, f.holder, f.hash, p.fresh); err != nil {
			return r, err
		}
	}
	told, err := s.toldOf(tx, f, d) // asked before anything is written, with the rest
	if err != nil {
		return r, err
	}
	if r.Token, err = s.sessions.Begin(tx, o); err != nil {
		return Result{}, err
	}
	r.Account, r.Officer = o.Account, o.Officer
	kind := SignedIn
	if !f.known {
		kind = SignedInNew
	}
	if err := s.noteWithDevice(tx, f.holder, kind, a.Device); err != nil || !told {
		return r, err
	}
	return r, s.tell(tx, o.Account, f.known)
}

// toldOf says whether the holder is told of a sign-in: always from a new browser
// (AUTH-6), from a known one if he wants it (NTF-06).
func (s *Service) toldOf(tx *db.Tx, f found, d door) (bool, error) {
	if d.staff || !f.known {
		return !d.staff, nil
	}
	return wantsEvery(tx, account.ID(f.holder))
}

// network is the address, or for IPv6 its /64, which is one customer.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}
