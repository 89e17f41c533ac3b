package visit

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"okno/internal/db"
	"okno/internal/secret"
)

// againWithin is how long a second press gets the cookies of the first answer too.
// Later it is led on without them: a form that was left open must not sign in.
const againWithin = 2 * time.Minute

// led is where a form has led to, and the cookies of that answer. A browser that
// is pressed twice drops the first answer with the cookie of a new session; the
// second must bring it again.
type led struct {
	location string
	cookies  []string
}

// again gives the answer of the first press.
func (l led) again(w http.ResponseWriter, r *Request) error {
	for _, c := range l.cookies {
		w.Header().Add("Set-Cookie", c)
	}
	return r.Redirect(w, l.location)
}

// used marks a form as used. Cookies are sealed under a key of their own, which is
// wrapped by the ring; they are found by the form's key alone, of which the table
// holds the hash.
func (s *Site) used(r *Request, key string, answer http.Header) error {
	var sealed, wrapped []byte
	var wrap string
	if cookies := answer.Values("Set-Cookie"); len(cookies) > 0 {
		var own secret.Key
		own, wrapped, wrap = s.Vault.Ring().NewKey("once/" + key)
		sealed = own.SealText(cookiesPlace(key), strings.Join(cookies, "\n"))
	}
	return s.DB.Write(context.WithoutCancel(r.Context()), func(tx *db.Tx) error {
		_, err := tx.Exec(insertOnce, key, answer.Get("Location"), sealed, wrapped, db.Text(wrap), db.At(tx.Now()))
		return err
	})
}

func cookiesPlace(key string) secret.Place {
	return secret.Place{Table: "visit_once", Column: "cookies", Row: key}
}

const selectOnce db.SQL = `SELECT location, cookies, cookies_key, cookies_wrap, at FROM visit_once WHERE key = $1`

// ledTo reads where a form has led to; the zero value when it has led nowhere yet.
func (s *Site) ledTo(r *Request, key string) (l led, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		var sealed, wrapped []byte
		var wrap db.Text
		at, err := db.One(tx, func(row db.Row) (at db.Time, err error) {
			err = row.Scan(&l.location, &sealed, &wrapped, &wrap, &at)
			return at, err
		}, selectOnce, key)
		if errors.Is(err, db.ErrNone) {
			l = led{}
			return nil
		}
		if err != nil || sealed == nil || tx.Now().Sub(at.Time) > againWithin {
			return err
		}
		if live, err := s.Sessions.Find(tx, s.sessionToken(r.Request)); err != nil || live.Anyone() {
			return err // the first answer has arrived
		}
		own, err := s.Vault.Ring().Unwrap("once/"+key, wrapped, string(wrap))
		if err != nil {
			return err
		}
		cookies, err := own.OpenText(cookiesPlace(key), sealed)
		l.cookies = strings.Split(cookies, "\n")
		return err
	})
	return l, err
}

// sessionToken is the cookie of the session that a request to this path belongs to.
func (s *Site) sessionToken(hr *http.Request) string {
	if inDesk(hr.URL.Path) {
		return cookie(hr, s.cookieName(staffCookie))
	}
	return cookie(hr, s.cookieName(sessionCookie))
}

const forgetCookies db.SQL = `UPDATE visit_once SET cookies = NULL, cookies_key = NULL, cookies_wrap = NULL
	WHERE cookies IS NOT NULL AND at < $1`
