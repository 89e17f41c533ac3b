package oidc_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// TestLate holds what comes a moment too late, or is asked for a moment too early.
func TestLate(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		w.Register()
		site := w.Site("site", nil)
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		phone := 1
		opens := func(p *oidc.Provider, token string) bool {
			_, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", token)
			return err == nil
		}
		t.Run("OIDC-10 a node that was asked too early for a grant takes its bound token from nobody as a free one", func(t *testing.T) {
			other, holder := w.Restarted(), w.Holder()
			code := site.Code(w.Visitor(irina))
			id, _, _ := strings.Cut(strings.TrimPrefix(code, "okc_"), "_")
			if opens(other, "oka_"+id+"_"+strconv.FormatInt(now.Now().Add(time.Minute).Unix(), 36)+"_x_y") {
				t.Fatal("a forged token opens something")
			}
			call := site.Redemption(code)
			call.Proof = holder.Proof("POST", oidc.PathToken, "", nil)
			bound, err := w.Provider.Token(ctx, call)
			if err != nil || bound.Type != "DPoP" {
				t.Fatal(err, bound.Type)
			}
			if opens(other, bound.Access) || opens(w.Provider, bound.Access) {
				t.Fatal("a bound token serves whoever has it")
			}
		})
		for what, event := range map[string]func(who account.ID) error{
			"a consent was stopped": func(who account.ID) error {
				given := consentOf(t, w, who, "site")
				return d.Write(ctx, func(tx *db.Tx) error { _, err := consent.Stop(tx, who, given, "holder"); return err })
			},
			"a level fell": func(who account.ID) error {
				return d.Write(ctx, func(tx *db.Tx) error { return w.Accounts.Revoke(tx, who, "wrong", audit.BySystem("test")) })
			},
		} {
			phone++
			who := w.Account(account.Verified, "Олег Ким", "+7912000000"+strconv.Itoa(phone))
			t.Run("SESS-5 what was decided before and put down after "+what+" ends all the same", func(t *testing.T) {
				tokens := site.Tokens(w.Visitor(who))
				if err := event(who); err != nil {
					t.Fatal(err)
				}
				w.RunDue()
				if opens(w.Restarted(), tokens.Access) {
					t.Fatal("it lives")
				}
				w.Write(func(tx *db.Tx) error { // as if it came only now
					_, err := tx.Exec(`UPDATE oidc_grant SET revoked_at = NULL, revoked_why = NULL WHERE revoked_at IS NOT NULL`)
					return err
				})
				if !opens(w.Restarted(), tokens.Access) {
					t.Fatal("it did not come")
				}
				now.Advance(2 * time.Second)
				w.RunDue()
				if opens(w.Restarted(), tokens.Access) {
					t.Fatal("it lives on")
				}
			})
		}
	})
}
