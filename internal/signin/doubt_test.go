package signin_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/secret"
	"okno/internal/signin"
)

// doubted is a world in which somebody has signed in from a new browser a day
// after the account was opened; it gives the token of the notice's link.
func doubted(t *testing.T, d *db.DB, now *clock.Fake) (w *world, token string, r signin.Result) {
	t.Helper()
	w = newWorld(t, d, now)
	now.Advance(24 * time.Hour)
	r = w.try(signin.Attempt{Login: phone, Password: password, Browser: "new"})
	if token = w.notices.link(); r.Refused() || len(token) != 43 {
		t.Fatal("no link in the notice of a new browser")
	}
	return w, token, r
}

func TestNotMe(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w, token, stranger := doubted(t, d, now)
		s := w.service
		unlock := func(code, password string) error {
			return s.Unlock(ctx, signin.Unlocking{Token: token, Code: code, Password: password, Repeat: password})
		}
		acts := func(act string) (n int64) {
			w.write(func(tx *db.Tx) (err error) {
				n, err = db.One(tx, db.Scalar[int64], `SELECT count(*) FROM audit_entry WHERE act = $1 AND subject = $2`, act, string(w.irina))
				return err
			})
			return n
		}
		t.Run("OTP-4 the table holds the hash of the link only", func(t *testing.T) {
			w.write(func(tx *db.Tx) error {
				ids, err := db.All(tx, db.Scalar[string], `SELECT id FROM signin_doubt`)
				if len(ids) != 1 || ids[0] != secret.Hash(token) {
					t.Error(ids)
				}
				return err
			})
		})
		t.Run("AUTH-6 looking at the link spends nothing and says what happened", func(t *testing.T) {
			for range 3 {
				got, err := s.Doubted(ctx, token)
				if err != nil || got.About != signin.SignedInNew || got.Pressed || !w.session(stranger.Token).Anyone() {
					t.Fatal(got, err)
				}
			}
		})
		t.Run("AUTH-6 nothing can be set by a link that was not pressed", func(t *testing.T) {
			if err := unlock("", other); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
		})
		t.Run("AUTH-6 the press ends all sessions and freezes the sign-in, also in known browsers", func(t *testing.T) {
			if err := s.Lock(ctx, token); err != nil {
				t.Fatal(err)
			}
			if w.session(stranger.Token).Anyone() {
				t.Fatal("the session lives")
			}
			for _, browser := range []string{"new", "home", ""} {
				if !w.try(signin.Attempt{Login: phone, Password: password, Browser: browser}).Refused() {
					t.Fatal("the locked password opens in", browser)
				}
			}
			if !slices.Contains(w.notices.keys(), "signin.locked") || !slices.Contains(w.events(), signin.Locked) || acts("signin.lock") != 1 {
				t.Fatal(w.notices.keys(), w.events(), acts("signin.lock"))
			}
		})
		t.Run("SESS-5 whoever gave something out for the sessions hears of the press, to end what outlives them", func(t *testing.T) {
			if n := heard(w, w.irina, string(signin.Locked)); n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("AUTH-7 a locked account answers as a wrong password does", func(t *testing.T) {
			now.Advance(25 * time.Hour)
			for range 8 {
				right := w.try(signin.Attempt{Login: phone, Password: password})
				nobody := w.try(signin.Attempt{Login: "+79165550000", Password: password})
				if right != nobody {
					t.Fatalf("%+v, %+v", right, nobody)
				}
			}
		})
		t.Run("OTP-3 the new password needs the code from the phone, of which no more than five tries count", func(t *testing.T) {
			if got := field(unlock("", other)); got != "code signin.unlock.code_missing" {
				t.Fatal(got)
			}
			if got := field(unlock("123456", other)); got != "code signin.unlock.code_over" {
				t.Fatal(got)
			}
			if err := s.SendUnlockCode(ctx, token, "", "en"); err != nil {
				t.Fatal(err)
			}
			for range 5 {
				if got := field(unlock("x", other)); got != "code signin.unlock.code_wrong" {
					t.Fatal(got)
				}
			}
			if got := field(unlock(w.notices.lastCode(), other)); got != "code signin.unlock.code_over" || w.notices.wrong != 5 {
				t.Fatal(got, w.notices.wrong)
			}
		})
		t.Run("AUDIT-1 the code that was sent has its line", func(t *testing.T) {
			w.write(func(tx *db.Tx) error {
				n, err := db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE act = 'signin.unlock_code' AND subject = $1`, string(w.irina))
				if n != 1 {
					t.Error(n)
				}
				return err
			})
		})
		t.Run("PWD-16 the rules hold, and the password that somebody knows does not come back", func(t *testing.T) {
			if err := s.SendUnlockCode(ctx, token, "", "en"); err != nil {
				t.Fatal(err)
			}
			if got := field(unlock(w.notices.lastCode(), "weak")); got != "password signin.password.weak" {
				t.Fatal(got)
			}
			if got := field(unlock(w.notices.lastCode(), password)); got != "password signin.password.used_before" {
				t.Fatal(got)
			}
		})
		t.Run("REC-1 the new password opens, nobody is signed in by the link, and the link is over", func(t *testing.T) {
			if err := unlock(w.notices.lastCode(), other); err != nil {
				t.Fatal(err)
			}
			w.write(func(tx *db.Tx) error {
				live, err := w.sessions.List(tx, w.irina)
				if len(live) != 0 {
					t.Error(live)
				}
				return err
			})
			if got, err := s.Doubted(ctx, token); err != nil || !got.Restored {
				t.Fatal(got, err)
			}
			if err := unlock(w.notices.lastCode(), "Third;6pasS"); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			if err := s.Lock(ctx, token); err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Hour)
			if w.try(signin.Attempt{Login: phone, Password: other, Browser: "home"}).Refused() || acts("signin.unlock") != 1 {
				t.Fatal("the new password does not open")
			}
		})
		t.Run("AUTH-6 the change itself is told with a link of its own, which works for ten days", func(t *testing.T) {
			keys := w.notices.keys()
			if !slices.Contains(keys, "signin.password_changed") {
				t.Fatal(keys)
			}
			last := w.notices.link()
			now.Advance(10*24*time.Hour - time.Second)
			if _, err := s.Doubted(ctx, last); err != nil {
				t.Fatal(err)
			}
			now.Advance(time.Second)
			if _, err := s.Doubted(ctx, last); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			if err := s.Lock(ctx, last); !fault.Is(err, fault.Expired) || acts("signin.lock") != 1 {
				t.Fatal(err)
			}
		})
	})
}

func TestNotMeOfStrangersPhone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w := newWorld(t, d, now)
		oleg := w.account("Олег", "", "oleg@example.org", "", w.cheapHash(password))
		now.Advance(time.Hour)
		w.try(signin.Attempt{Login: "oleg@example.org", Password: password})
		token := w.notices.link()
		now.Advance(time.Hour)
		w.write(func(tx *db.Tx) error { return w.accounts.AddContact(tx, oleg, account.Phone, "+79160000055") })
		if err := w.service.Lock(ctx, token); err != nil {
			t.Fatal(err)
		}
		t.Run("REC-5 a phone that came after what is doubted gets no code and has no say", func(t *testing.T) {
			got, err := w.service.Doubted(ctx, token)
			if err != nil || got.Phone != "" {
				t.Fatal(got, err)
			}
			if err := w.service.SendUnlockCode(ctx, token, "", "en"); err != nil || len(w.notices.codes) != 0 {
				t.Fatal(err, w.notices.codes)
			}
		})
		t.Run("Q-31 who has no other contact sets the password by the mailbox alone", func(t *testing.T) {
			if err := w.service.Unlock(ctx, signin.Unlocking{Token: token, Password: other, Repeat: other}); err != nil {
				t.Fatal(err)
			}
		})
	})
}

func TestNotMeRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w, token, _ := doubted(t, d, now)
		count := func(f func() error) (done int64) {
			var n atomic.Int64
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					if err := f(); err == nil {
						n.Add(1)
					} else if !fault.Is(err, fault.Expired) && !fault.Is(err, fault.Invalid) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			return n.Load()
		}
		t.Run("OTP-2 of 64 presses of the link one locks", func(t *testing.T) {
			count(func() error { return w.service.Lock(ctx, token) })
			locked := 0
			w.write(func(tx *db.Tx) (err error) {
				locked, err = db.One(tx, db.Scalar[int], `SELECT count(*) FROM audit_entry WHERE act = 'signin.lock'`)
				return err
			})
			if locked != 1 {
				t.Fatal(locked)
			}
		})
		t.Run("OTP-2 of new passwords by one link and one code one is kept", func(t *testing.T) {
			if err := w.service.SendUnlockCode(ctx, token, "", "en"); err != nil {
				t.Fatal(err)
			}
			u := signin.Unlocking{Token: token, Code: w.notices.lastCode(), Password: other, Repeat: other}
			if done := count(func() error { return w.service.Unlock(ctx, u) }); done != 1 {
				t.Fatal(done)
			}
			if strings.Count(strings.Join(w.notices.keys(), " "), "signin.password_changed") < 1 {
				t.Fatal(w.notices.keys())
			}
		})
	})
}
