package signin_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/signin"
)

func field(err error) string {
	if f := fault.Of(err); err != nil && len(f.Fields) > 0 {
		return f.Fields[0].Name + " " + f.Fields[0].Key
	}
	return ""
}

const selectHeard db.SQL = `SELECT args FROM jobs_job WHERE kind = $1`

// heard counts how often the end of everything was published, for a reason.
func heard(w *world, who account.ID, why string) (n int) {
	w.write(func(tx *db.Tx) error {
		all, err := db.All(tx, db.Scalar[string], selectHeard, signin.AllEnded{}.Kind())
		for _, text := range all {
			var e signin.AllEnded
			if json.Unmarshal([]byte(text), &e) == nil && e.Holder == string(who) && e.Why == why {
				n++
			}
		}
		return err
	})
	return n
}

func TestChangePassword(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w := newWorld(t, d, now)
		here := w.session(w.try(signin.Attempt{Login: phone, Password: password, Browser: "home"}).Token)
		elsewhere := w.try(signin.Attempt{Login: phone, Password: password, Browser: "work"}).Token
		change := func(old, fresh, repeat string) error {
			return w.service.ChangePassword(ctx, here, signin.Change{Old: old, New: fresh, Repeat: repeat, Browser: "home"})
		}
		t.Run("SEC-01 the old password comes first, and the new one obeys the rules", func(t *testing.T) {
			for want, err := range map[string]error{
				"old signin.password.old_wrong":         change("Wrong!1pass", other, other),
				"password signin.password.weak":         change(password, "weak", "weak"),
				"password signin.password.new_missing":  change(password, "", ""),
				"repeat signin.password.repeat_differs": change(password, other, "Other;5x"),
				"password signin.password.used_before":  change(password, password, password),
			} {
				if field(err) != want {
					t.Error(want, err)
				}
			}
		})
		t.Run("PWD-16 the password can be changed later, and then only the new one opens", func(t *testing.T) {
			if err := change(password, other, other); err != nil {
				t.Fatal(err)
			}
			if !w.try(signin.Attempt{Login: phone, Password: password, Browser: "home"}).Refused() {
				t.Fatal("the old password opens")
			}
			if w.try(signin.Attempt{Login: phone, Password: other, Browser: "home"}).Refused() {
				t.Fatal("the new password does not open")
			}
		})
		t.Run("SESS-5 whoever gave something out for the sessions hears of it, to end what outlives them", func(t *testing.T) {
			if n := heard(w, here.Account, "password"); n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("SESS-5 the other sessions end, this one stays", func(t *testing.T) {
			if w.session(elsewhere).Anyone() {
				t.Fatal("the other session lives")
			}
			w.write(func(tx *db.Tx) error {
				live, err := w.sessions.List(tx, w.irina)
				if !slices.ContainsFunc(live, func(l signin.Listed) bool { return l.ID == here.ID }) {
					t.Error("this session ended")
				}
				return err
			})
		})
		t.Run("AUTH-6 the change is told on all channels and is an event", func(t *testing.T) {
			if !slices.Contains(w.notices.keys(), "signin.password_changed") || !slices.Contains(w.events(), signin.PasswordChanged) {
				t.Fatal(w.notices.keys(), w.events())
			}
		})
		t.Run("an earlier password cannot come back", func(t *testing.T) {
			if got := field(change(other, password, password)); got != "password signin.password.used_before" {
				t.Fatal(got)
			}
		})
		t.Run("OTP-3 guessing the old password in an open session is delayed", func(t *testing.T) {
			for range 5 {
				change("Wrong!1pass", "Third;6pasS", "Third;6pasS")
			}
			if got := field(change(other, "Third;6pasS", "Third;6pasS")); got != "old signin.wait" {
				t.Fatal(got)
			}
			now.Advance(3 * time.Second)
			if err := change(other, "Third;6pasS", "Third;6pasS"); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func TestSessionsList(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w := newWorld(t, d, now)
		token := func(browser string) string {
			return w.try(signin.Attempt{Login: phone, Password: password, Browser: browser, Device: browser}).Token
		}
		here, other, third := w.session(token("Firefox, Linux")), w.session(token("Safari, iOS")), w.session(token("Chrome, Windows"))
		list := func() (devices []string) {
			w.write(func(tx *db.Tx) error {
				devices = nil
				live, err := w.sessions.List(tx, w.irina)
				for _, l := range live {
					devices = append(devices, l.Device)
				}
				return err
			})
			return devices
		}
		t.Run("SESS-6 the holder sees the sessions by their devices", func(t *testing.T) {
			if got := list(); len(got) != 3 || !slices.Contains(got, "Safari, iOS") {
				t.Fatal(got)
			}
		})
		t.Run("SESS-6 the holder ends one, and nobody ends a stranger's", func(t *testing.T) {
			stranger := w.account("Олег", "+79160000011", "", "", w.cheapHash(password))
			err := d.Write(ctx, func(tx *db.Tx) error { return w.sessions.EndOne(tx, signin.Session{Account: stranger}, other.ID) })
			if !fault.Is(err, fault.NotFound) || len(list()) != 3 {
				t.Fatal(err)
			}
			w.write(func(tx *db.Tx) error { return w.sessions.EndOne(tx, here, other.ID) })
			if got := list(); len(got) != 2 || slices.Contains(got, "Safari, iOS") {
				t.Fatal(got)
			}
		})
		t.Run("SESS-6 all others end at once when an event was not the holder's", func(t *testing.T) {
			if err := w.service.NotMe(ctx, here, "Firefox, Linux"); err != nil {
				t.Fatal(err)
			}
			if got := list(); len(got) != 1 || got[0] != "Firefox, Linux" || third.ID == here.ID {
				t.Fatal(got)
			}
		})
		t.Run("SEC-03 a moved level is a security event, once", func(t *testing.T) {
			q := jobs.New(d, slog.New(slog.DiscardHandler))
			w.service.Register(q)
			w.write(func(tx *db.Tx) (err error) {
				for _, register := range w.accounts.Rules().StandardRegisters {
					e := account.Evidence{Way: account.ByRegister, Source: register}
					if _, _, err = w.accounts.Add(tx, w.irina, e, audit.BySystem("test")); err != nil {
						return err
					}
				}
				return nil
			})
			if err := q.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
			moved := 0
			for _, kind := range w.events() {
				if kind == signin.LevelMoved {
					moved++
				}
			}
			if moved != 2 { // simplified at opening, standard now
				t.Fatal(w.events())
			}
		})
	})
}
