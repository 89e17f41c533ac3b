package visit_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

// decision is what a page decided, of whom, and how often it was run.
type decision struct {
	who   account.ID
	level account.Level
	runs  int
}

// decide mounts a page that finds out who asks in the transaction in which it
// decides, and one that never gets so far.
func decide(w *visittest.World) *decision {
	last := &decision{}
	w.Site.Late("GET /decide", func(rw http.ResponseWriter, r *visit.Request) error {
		*last = decision{}
		err := r.Deciding(rw, func(arrive func(*db.Tx) error) error {
			last.runs++
			return w.DB.Write(r.Context(), func(tx *db.Tx) error {
				if err := arrive(tx); err != nil {
					return err
				}
				last.who, last.level = r.Account.ID, r.Level
				_, err := tx.Exec(markDecided, string(r.Account.ID))
				return err
			})
		})
		if err == nil {
			rw.WriteHeader(http.StatusOK)
		}
		return err
	})
	w.Site.Late("GET /refuse", func(rw http.ResponseWriter, r *visit.Request) error {
		err := r.Deciding(rw, func(func(*db.Tx) error) error { return fault.New(fault.Forbidden, "web.erased") })
		last.who = r.Account.ID
		return err
	})
	return last
}

const markDecided db.SQL = `UPDATE account_account SET region = region WHERE id = $1`

func TestLate(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		last := decide(w)
		mount(w)
		v := visitor{w, "the-browser-of-anna"}
		anna := w.Account(account.Standard, "Anna Smirnova", "+79160000002")
		token := v.signIn(anna)
		for range 2 { // the second time it is expected who comes
			if status, set := v.ask("/decide", token); status != 200 || set != "" || last.who != anna || last.runs != 1 || last.level != account.Standard {
				t.Fatal(status, set, *last)
			}
		}
		t.Run("SESS-2 a level that has risen gives a new id before it is decided, once", func(t *testing.T) {
			v.confirm(anna)
			status, fresh := v.ask("/decide", token)
			if status != 200 || len(fresh) < 43 || last.who != anna || last.level != account.Verified || v.renewals(anna) != 1 {
				t.Fatal(status, fresh, *last)
			}
			if status, set := v.ask("/decide", token); status != 200 || set != fresh || last.who != anna || v.renewals(anna) != 1 {
				t.Fatal("a request under way with the old id", status, set, *last)
			}
			if status, set := v.ask("/decide", fresh); status != 200 || set != "" || last.who != anna || last.runs != 1 {
				t.Fatal(status, set, *last)
			}
			thief := visitor{w, "another-browser"}
			if status, set := thief.ask("/decide", token); status != 200 || set != "-" || last.who != "" {
				t.Fatal("a copy of the old cookie in another browser", status, set, *last)
			}
			token = fresh
		})
		t.Run("a refusal that comes before anybody is asked for still knows who reads it", func(t *testing.T) {
			if status, set := v.ask("/refuse", token); status != http.StatusForbidden || set != "" || last.who != anna {
				t.Fatal(status, set, *last)
			}
		})
		t.Run("who was expected and is gone is nobody", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				session, err := w.Sessions.Find(tx, token)
				if err != nil {
					return err
				}
				return w.Sessions.End(tx, session, "exit")
			})
			if status, set := v.ask("/decide", token); status != 200 || set != "-" || last.who != "" {
				t.Fatal(status, set, *last)
			}
			again := v.signIn(anna)
			now.Advance(24 * time.Hour)
			if status, set := v.ask("/decide", again); status != 200 || set != "-" || last.who != "" {
				t.Fatal("a session that is over", status, set, *last)
			}
			if status, _ := v.ask("/decide", "nonsense"); status != 200 || last.who != "" {
				t.Fatal(status, *last)
			}
		})
		t.Run("what fails is shown as an error, and nothing is kept", func(t *testing.T) {
			broken := errors.New("broken")
			w.Site.Late("GET /broken", func(rw http.ResponseWriter, r *visit.Request) error {
				return r.Deciding(rw, func(arrive func(*db.Tx) error) error {
					return w.DB.Write(r.Context(), func(tx *db.Tx) error { return errors.Join(arrive(tx), broken) })
				})
			})
			if status, _ := v.ask("/broken", v.signIn(anna)); status != http.StatusInternalServerError {
				t.Fatal(status)
			}
		})
	})
}
