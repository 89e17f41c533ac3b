package visit

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/signin"
)

// renew lets the session have a new id when the level has moved since it was made
// (SESS-2), and gives the browser its new cookie. A request that comes with the
// old one meanwhile gets the same; from another browser it is nobody's.
func (s *Site) renew(w http.ResponseWriter, r *Request) error {
	if r.Session.Account == "" {
		return nil
	}
	if r.outgrown() {
		err := s.DB.Write(r.Context(), func(tx *db.Tx) (err error) {
			r.Session, err = s.Sessions.Renew(tx, r.token, r.Browser())
			return err
		})
		if err != nil {
			return err
		}
	}
	if r.Session.Renewed == "" && r.Session.Anyone() {
		return nil
	}
	if !r.Session.Anyone() || !r.Session.Fits(r.Browser()) {
		r.Session, r.Account, r.Level = signin.Session{}, account.Account{}, account.None
		s.dropCookie(w, sessionCookie)
		return nil
	}
	s.setCookie(w, sessionCookie, r.Session.Renewed, 0, http.SameSiteLaxMode)
	return nil
}

// outgrown says that the level has moved since the session was made.
func (r *Request) outgrown() bool { return r.Session.Level != r.Level && r.Session.Renewed == "" }

// unsettled says that the session has to get a new id, or has just got one.
func (r *Request) unsettled() bool {
	return r.Session.Account != "" && (r.outgrown() || r.Session.Renewed != "")
}
