package signin_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
)

const deskPassword = "window over the river"

func code(t testing.TB, secret string, at time.Time) string {
	t.Helper()
	c, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// equip accepts an invitation and gives the secret of the authenticator.
func (w *world) equip(token string) string {
	w.t.Helper()
	i, err := w.service.Invitation(context.Background(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	a := signin.Acceptance{Password: deskPassword, Repeat: deskPassword, Code: code(w.t, i.Secret, w.now.Now())}
	if err := w.service.Accept(context.Background(), token, a); err != nil {
		w.t.Fatal(err)
	}
	return i.Secret
}

func (w *world) tryDesk(login, password, code string) signin.Result {
	w.t.Helper()
	r, err := w.service.SignInOfficer(context.Background(), signin.Attempt{Work: worked, Login: login, Password: password, Code: code})
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func TestOfficers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		ctx := context.Background()
		w := newWorld(t, d, now)
		id, token := w.officer("kuznetsov")
		t.Run("AUTH-5 an officer without credentials cannot sign in", func(t *testing.T) {
			for _, p := range []string{"", "admin", "kuznetsov", deskPassword} {
				if !w.tryDesk("kuznetsov", p, "000000").Refused() {
					t.Fatal(p)
				}
			}
		})
		t.Run("D-11 an officer's password has at least 12 characters, whatever the residents' profile", func(t *testing.T) {
			i, err := w.service.Invitation(ctx, token)
			if err != nil {
				t.Fatal(err)
			}
			c := code(t, i.Secret, now.Now())
			for _, weak := range []string{"Tulip;7Okna", "kuznetsov kuz", "password"} {
				if err := w.service.Accept(ctx, token, signin.Acceptance{Password: weak, Repeat: weak, Code: c}); !fault.Is(err, fault.Invalid) {
					t.Error(weak, err)
				}
			}
			if p := w.service.StaffRules().Profile(); p.Min < 12 || p.LatinCapital {
				t.Error(p)
			}
		})
		value := w.equip(token)
		t.Run("AUTH-5 an invitation counts once", func(t *testing.T) {
			if _, err := w.service.Invitation(ctx, token); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
		})
		t.Run("AUTH-5 an invitation dies after an hour and when a newer one is made", func(t *testing.T) {
			_, old := w.officer("late")
			now.Advance(time.Hour)
			if _, err := w.service.Invitation(ctx, old); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			var first, second string
			w.write(func(tx *db.Tx) (err error) {
				if first, err = w.service.Invite(tx, id, audit.BySystem("test")); err == nil {
					second, err = w.service.Invite(tx, id, audit.BySystem("test"))
				}
				return err
			})
			if _, err := w.service.Invitation(ctx, first); !fault.Is(err, fault.Expired) {
				t.Fatal(err)
			}
			if _, err := w.service.Invitation(ctx, second); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("AUTH-4 password and authenticator together let an officer in", func(t *testing.T) {
			now.Advance(time.Minute)
			r := w.tryDesk(" Kuznetsov ", deskPassword, code(t, value, now.Now()))
			if s := w.session(r.Token); s.Officer != id || s.Way != "password+totp" || s.Idle != 10*time.Minute {
				t.Fatalf("%+v %+v", r, s)
			}
		})
		t.Run("AUTH-7 a wrong login, password or code is refused in the same way", func(t *testing.T) {
			now.Advance(time.Minute)
			good := code(t, value, now.Now())
			for _, r := range []signin.Result{w.tryDesk("nobody", deskPassword, good), w.tryDesk("kuznetsov", "wrong", good), w.tryDesk("kuznetsov", deskPassword, "000000"), w.tryDesk("kuznetsov", deskPassword, "")} {
				if r != (signin.Result{}) {
					t.Errorf("%+v", r)
				}
			}
		})
		t.Run("OTP-2 a code of the authenticator counts once, and no older one after it", func(t *testing.T) {
			now.Advance(time.Minute)
			older, good := code(t, value, now.Now().Add(-30*time.Second)), code(t, value, now.Now())
			if w.tryDesk("kuznetsov", deskPassword, good).Refused() {
				t.Fatal("refused")
			}
			if !w.tryDesk("kuznetsov", deskPassword, good).Refused() || !w.tryDesk("kuznetsov", deskPassword, older).Refused() {
				t.Fatal("a spent code let in")
			}
			now.Advance(2 * time.Minute)
			if !w.tryDesk("kuznetsov", deskPassword, good).Refused() {
				t.Fatal("an old code let in")
			}
		})
		t.Run("SESS-5 an officer whose rights ended cannot sign in", func(t *testing.T) {
			w.write(func(tx *db.Tx) error { return w.officers.End(tx, id, audit.BySystem("test")) })
			now.Advance(time.Hour)
			if !w.tryDesk("kuznetsov", deskPassword, code(t, value, now.Now())).Refused() {
				t.Fatal("let in")
			}
		})
	})
}

// cheapPassword lets a race test compare often.
func (w *world) cheapPassword(id officer.ID, password string) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error { return w.service.Set(tx, string(id), w.cheapHash(password)) })
}

func TestOfficersRace(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		id, token := w.officer("kuznetsov")
		value := w.equip(token)
		t.Run("OTP-2 of 64 sign-ins at once with one code one succeeds", func(t *testing.T) {
			w.cheapPassword(id, deskPassword)
			w.tryDesk("kuznetsov", "", "") // the statements are prepared once
			now.Advance(time.Minute)
			c := code(t, value, now.Now())
			var in atomic.Int64
			var wg sync.WaitGroup
			for range 64 {
				wg.Go(func() {
					r, err := w.service.SignInOfficer(context.Background(), signin.Attempt{Work: worked, Login: "kuznetsov", Password: deskPassword, Code: c})
					if err != nil && !fault.Is(err, fault.TooMany) {
						t.Error(err)
					} else if err == nil && !r.Refused() {
						in.Add(1)
					}
				})
			}
			wg.Wait()
			if in.Load() != 1 {
				t.Fatal(in.Load())
			}
		})
		t.Run("OTP-2 of 16 acceptances of one invitation at once one succeeds", func(t *testing.T) {
			_, token := w.officer("second")
			i, err := w.service.Invitation(context.Background(), token)
			if err != nil {
				t.Fatal(err)
			}
			a := signin.Acceptance{Password: deskPassword, Repeat: deskPassword, Code: code(t, i.Secret, now.Now())}
			w.service.Accept(context.Background(), token, signin.Acceptance{})
			var done atomic.Int64
			var wg sync.WaitGroup
			for range 16 {
				wg.Go(func() {
					if err := w.service.Accept(context.Background(), token, a); err == nil {
						done.Add(1)
					} else if !fault.Is(err, fault.Expired) {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if done.Load() != 1 {
				t.Fatal(done.Load())
			}
		})
	})
}

func TestSecretsStayOut(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		_, token := w.officer("kuznetsov")
		t.Run("OTP-4 the table keeps no invitation in clear", func(t *testing.T) {
			w.write(func(tx *db.Tx) error {
				ids, err := db.All(tx, db.Scalar[string], `SELECT id FROM signin_invitation`)
				if len(ids) != 1 || ids[0] != secret.Hash(token) {
					t.Error(ids)
				}
				return err
			})
		})
	})
}
