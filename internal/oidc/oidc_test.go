package oidc_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

func code(err error) string {
	if r := oidc.RefusalOf(err); r != nil {
		return r.Code
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestWholeWay(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		diary := w.Site("diary", func(c *client.Client) { c.Level = account.Verified })
		v := w.Visitor(irina)
		t.Run("SSO-02 a site gets an ID token that says who, how well and how", func(t *testing.T) {
			tokens := diary.Tokens(v)
			claims := oidctest.Claims(t, tokens.ID)
			if claims["iss"] != oidctest.Issuer || claims["aud"] != "diary" || claims["nonce"] != "the-nonce" || claims["acr"] != "urn:okno:level:verified" || claims["sub"] == "" || claims["sid"] == "" {
				t.Fatalf("%v", claims)
			}
			proof, _ := claims["okno_proof"].(map[string]any)
			if proof["way"] != "desk" || proof["at"].(float64) == 0 {
				t.Fatalf("%v", proof)
			}
			if tokens.Expires != 300 || claims["exp"].(float64)-claims["iat"].(float64) != 120 {
				t.Fatalf("%+v %v", tokens, claims)
			}
		})
		t.Run("OIDC-12 two sites of different sectors see different names of one person, and one site always the same", func(t *testing.T) {
			tax := w.Site("tax", nil)
			one, two, other := oidctest.Claims(t, diary.Tokens(v).ID), oidctest.Claims(t, diary.Tokens(v).ID), oidctest.Claims(t, tax.Tokens(v).ID)
			if one["sub"] != two["sub"] || one["sub"] == other["sub"] || one["sid"] == other["sid"] {
				t.Fatalf("%v %v %v", one, two, other)
			}
		})
		t.Run("SSO-01 userinfo tells what was asked for and agreed to, and nothing else", func(t *testing.T) {
			tokens := diary.Tokens(v)
			claims, site, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", tokens.Access)
			if err != nil || site != "diary" || claims["name"] != "Ирина Соколова" || claims["email"] != nil || claims["phone_number"] != nil {
				t.Fatalf("%v %v %v", claims, site, err)
			}
		})
		t.Run("OIDC-9 a refresh token turns, and the one before ends the family, also after a restart", func(t *testing.T) {
			first := diary.Tokens(v)
			second, err := w.Provider.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", first.Refresh))
			if err != nil || second.Refresh == first.Refresh {
				t.Fatal(err)
			}
			p := w.Restarted()
			if _, err := p.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", first.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
			if _, err := p.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", second.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal("the family lives on: ", err)
			}
			if _, _, err := p.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", second.Access); code(err) != oidc.InvalidToken {
				t.Fatal("the access token lives on: ", err)
			}
		})
		t.Run("OIDC-9 a refresh that asks for less gets less, this once, and never more", func(t *testing.T) {
			turn := func(refresh, scope string) oidc.Tokens {
				tokens, err := w.Provider.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", refresh, "scope", scope))
				if err != nil {
					t.Fatal(err)
				}
				return tokens
			}
			told := func(access string) map[string]any {
				claims, _, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", access)
				if err != nil {
					t.Fatal(err)
				}
				return claims
			}
			whole := diary.Tokens(v, "scope", "openid fullname birthdate")
			less := turn(whole.Refresh, "openid")
			if claims := told(less.Access); less.Scope != "openid" || less.ID == "" || claims["sub"] == nil || claims["name"] != nil {
				t.Fatalf("%q %v", less.Scope, told(less.Access))
			}
			part := turn(less.Refresh, "openid fullname")
			if claims := told(part.Access); part.Scope != "openid fullname" || claims["name"] == nil {
				t.Fatalf("%q %v", part.Scope, claims)
			}
			alone := turn(part.Refresh, "fullname")
			if _, _, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", alone.Access); alone.ID != "" || code(err) != oidc.InsufficientScope {
				t.Fatal(alone.ID, err)
			}
			if _, err := w.Provider.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", alone.Refresh, "scope", "openid email")); code(err) != oidc.InvalidScope {
				t.Fatal(err)
			}
			if again := turn(alone.Refresh, ""); again.Scope != whole.Scope || told(again.Access)["name"] == nil {
				t.Fatal(again.Scope)
			}
			cut := less.Access[:strings.LastIndexByte(less.Access, '_')]
			mac := strings.TrimPrefix(less.Access, cut)
			for _, forged := range []string{cut + "f" + mac, cut[:len(cut)-1] + mac} {
				if _, _, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", forged); code(err) != oidc.InvalidToken {
					t.Error("a token was widened", err)
				}
			}
		})
		t.Run("OIDC-5 a code that is used again ends what it gave", func(t *testing.T) {
			c := diary.Code(v)
			tokens, err := w.Provider.Token(ctx, diary.Redemption(c))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Provider.Token(ctx, diary.Redemption(c)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
			if _, err := w.Provider.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
		})
		t.Run("OIDC-5 a code lives 60 seconds", func(t *testing.T) {
			c := diary.Code(v)
			now.Advance(time.Minute)
			if _, err := w.Provider.Token(ctx, diary.Redemption(c)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
		})
		t.Run("OTP-2 of 64 parallel redemptions of one code exactly one succeeds", func(t *testing.T) {
			c := diary.Code(v)
			once(t, func() error { _, err := w.Provider.Token(ctx, diary.Redemption(c)); return err })
		})
		t.Run("OTP-2 of 64 parallel uses of one refresh token exactly one succeeds", func(t *testing.T) {
			tokens := diary.Tokens(v)
			once(t, func() error {
				_, err := w.Provider.Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
				return err
			})
		})
		t.Run("OTP-2 of 64 parallel uses of one pushed request exactly one succeeds", func(t *testing.T) {
			pushed, err := w.Provider.Push(ctx, diary.Pushing())
			if err != nil {
				t.Fatal(err)
			}
			ask := diary.Ask()
			for name := range ask {
				if name != "client_id" {
					ask.Del(name)
				}
			}
			ask.Set("request_uri", pushed.URI)
			once(t, func() error { _, err := w.Provider.Authorize(ctx, ask, v); return err })
		})
		t.Run("OTP-2 of 64 parallel uses of one assertion exactly one succeeds", func(t *testing.T) {
			call := diary.Call("grant_type", "client_credentials")
			once(t, func() error { _, err := w.Provider.Token(ctx, call); return err })
		})
		t.Run("SESS-4 a session that ends takes the tokens of all sites along", func(t *testing.T) {
			v := w.Visitor(irina)
			tokens := diary.Tokens(v)
			w.Write(func(tx *db.Tx) error { return w.Sessions.End(tx, v.Session, "exit") })
			if _, err := w.Restarted().Token(ctx, diary.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
			if _, _, err := w.Restarted().UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", tokens.Access); code(err) != oidc.InvalidToken {
				t.Fatal(err)
			}
		})
		t.Run("TAX-05 a site that refuses letters gets no code for a person proved by letter", func(t *testing.T) {
			ivan := w.Account(account.Standard, "Иван Петров", "+79120000002")
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, ivan, account.Evidence{Way: account.ByLetter, Source: "post"}, audit.BySystem("test"))
				return err
			})
			nalog := w.Site("nalog", func(c *client.Client) { c.Level, c.Refuses = account.Verified, []account.Way{account.ByLetter} })
			next, err := w.Provider.Authorize(ctx, nalog.Ask(), w.Visitor(ivan))
			if err != nil || next.Step != oidc.Barred || next.Way != account.ByLetter {
				t.Fatalf("%+v %v", next, err)
			}
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, ivan, account.Evidence{Way: account.ByDesk, Source: "centre", By: "officer"}, audit.BySystem("test"))
				return err
			})
			if claims := oidctest.Claims(t, nalog.Tokens(w.Visitor(ivan)).ID); claims["okno_proof"].(map[string]any)["way"] != "desk" {
				t.Fatalf("%v", claims)
			}
		})
		t.Run("SSO-06 who has a lower level than the site asks for is led to raise it, and never gets a code in silence", func(t *testing.T) {
			oleg := w.Account(account.Standard, "Олег Ким", "+79120000003")
			next, err := w.Provider.Authorize(ctx, diary.Ask(), w.Visitor(oleg))
			if err != nil || next.Step != oidc.Raise || next.Level != account.Verified {
				t.Fatalf("%+v %v", next, err)
			}
			next, err = w.Provider.Authorize(ctx, diary.Ask("prompt", "none"), w.Visitor(oleg))
			if err != nil || next.Step != oidc.Done || next.Answer.Params.Get("error") != oidc.UnmetAuthentication || next.Answer.Params.Get("iss") != oidctest.Issuer {
				t.Fatalf("%+v %v", next, err)
			}
		})
	})
}

// once holds that of 64 parallel calls exactly one succeeds and all others are refused by the standards.
func once(t *testing.T, f func() error) {
	t.Helper()
	var good atomic.Int32
	var mu sync.Mutex
	var codes []string
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			err := f()
			if err == nil {
				good.Add(1)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			if c := code(err); !slices.Contains(codes, c) {
				codes = append(codes, c)
			}
		})
	}
	wait.Wait()
	if good.Load() != 1 {
		t.Fatalf("%d succeeded; refusals %v", good.Load(), codes)
	}
	for _, c := range codes {
		if c != oidc.InvalidGrant && c != oidc.InvalidClient && c != oidc.InvalidRequestURI {
			t.Fatalf("a strange refusal: %s", c)
		}
	}
}
