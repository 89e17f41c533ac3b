package visit

import (
	"errors"
	"net/http"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
)

// sessionCookieOf names the cookie of whoever may be signed in at a path.
func sessionCookieOf(hr *http.Request) string {
	if inDesk(hr.URL.Path) {
		return staffCookie
	}
	return sessionCookie
}

// Late mounts a page for everybody that finds out who asks in the transaction in
// which it decides (Request.Deciding): in one trip to the database instead of two,
// and what is decided is decided of what is true at that moment.
func (s *Site) Late(pattern string, h Handler) {
	s.add(Route{Pattern: pattern, Who: Everybody}, http.HandlerFunc(func(w http.ResponseWriter, hr *http.Request) {
		r := s.bare(hr)
		err := h(w, r)
		if err == nil {
			return
		}
		if !r.known {
			if unknown := r.arrived(w); unknown != nil {
				err = unknown
			}
		}
		r.showFault(w, err)
	}))
}

// errUnsettled ends a decision about somebody whose session has to be written first.
var errUnsettled = errors.New("visit: the session must be renewed first")

// Deciding runs act, which calls arrive in its own transaction before it reads who
// asks. Afterwards it is known, whatever came of it. act may run twice.
func (r *Request) Deciding(w http.ResponseWriter, act func(arrive func(*db.Tx) error) error) error {
	err := act(r.arrive)
	if settled := r.arrived(w); settled != nil {
		return settled
	}
	if errors.Is(err, errUnsettled) {
		return act(func(*db.Tx) error { return nil })
	}
	return err
}

// Expected is who this browser was a moment ago, "" when nobody remembers: only to
// ask ahead (db.Tx.Ahead) what will be asked once it is known.
func (r *Request) Expected() account.ID {
	if r.token == "" {
		return ""
	}
	return r.site.holders.Of(secret.Hash(r.token))
}

func (r *Request) arrive(tx *db.Tx) error {
	if r.token == "" {
		return nil
	}
	if err := r.site.identify(tx, r); err != nil {
		return err
	}
	if r.unsettled() {
		return errUnsettled
	}
	r.known = true
	return nil
}

// arrived finds out who asks, unless it is known, and settles the session.
func (r *Request) arrived(w http.ResponseWriter) error {
	s := r.site
	if r.token == "" {
		r.known = true
		return nil
	}
	if !r.known {
		err := s.DB.Read(r.Context(), func(tx *db.Tx) error {
			if r.Expected() != "" {
				tx.Whole()
			}
			return s.identify(tx, r)
		})
		if err != nil {
			return err
		}
		r.known = true
	}
	if !r.Session.Anyone() {
		s.dropCookie(w, sessionCookieOf(r.Request))
	}
	if err := s.renew(w, r); err != nil {
		return err
	}
	if !r.Session.Stale(r.Now) {
		return nil
	}
	return s.DB.Write(r.Context(), func(tx *db.Tx) error { return s.Sessions.Touch(tx, r.Session.ID) })
}

// identify reads the session and whoever holds it.
func (s *Site) identify(tx *db.Tx, r *Request) (err error) {
	r.Session, r.Account, r.Officer, r.Level = signin.Session{}, account.Account{}, officer.Officer{}, account.None
	expected := r.Expected()
	if expected != "" {
		s.Accounts.Ahead(tx, expected)
	}
	if r.Session, err = s.Sessions.Find(tx, r.token); err != nil {
		return err
	}
	if !r.Session.Anyone() {
		r.ended, err = s.Sessions.EndedElsewhere(tx, r.token)
		return err
	}
	if r.Session.Officer != "" {
		if r.Officer, err = s.Officers.Get(tx, r.Session.Officer); err == nil && !r.Officer.Active {
			r.Officer, r.Session = officer.Officer{}, signin.Session{}
		}
		return err
	}
	if expected != r.Session.Account {
		s.Accounts.Ahead(tx, r.Session.Account)
		s.holders.Keep(secret.Hash(r.token), r.Session.Account)
	}
	return s.present(tx, r)
}

// present reads the resident of a session.
func (s *Site) present(tx *db.Tx, r *Request) (err error) {
	if r.Account, err = s.Accounts.Get(tx, r.Session.Account); err != nil {
		return err
	}
	if !r.Account.Open {
		r.Account, r.Session = account.Account{}, signin.Session{}
		return nil
	}
	if r.Account.Language != r.Choices.Language && cookie(r.Request, s.cookieName(choicesCookie)) == "" {
		r.Choices.Language = r.Account.Language
		r.Printer = s.Texts.For(r.Choices.Language)
	}
	r.Level, err = s.Accounts.LevelOf(tx, r.Account.ID)
	return err
}
