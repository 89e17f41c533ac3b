package oidc_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// TestFlow holds the way through our pages: whose it is, how long, and what it leads to.
func TestFlow(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina, oleg := w.Account(account.Verified, "Ирина Соколова", "+79120000001"), w.Account(account.Standard, "Олег Ким", "+79120000002")
		names := []client.ID{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}
		fresh := func() *oidctest.Site { id := names[0]; names = names[1:]; return w.Site(id, nil) }
		begin := func(t *testing.T, s *oidctest.Site, v oidc.Visitor, pairs ...string) oidc.Next {
			t.Helper()
			next, err := w.Provider.Authorize(ctx, s.Ask(pairs...), v)
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
		over := func(t *testing.T, flow string, v oidc.Visitor) {
			t.Helper()
			if next, err := w.Provider.Continue(ctx, flow, v); !fault.Is(err, fault.Expired) {
				t.Fatalf("Continue: %v %+v", err, next)
			}
			if next, err := w.Provider.Agree(ctx, flow, v, "", nil, "en"); !fault.Is(err, fault.Expired) {
				t.Fatalf("Agree: %v %+v", err, next)
			}
			if answer, err := w.Provider.Decline(ctx, flow, v); !fault.Is(err, fault.Expired) {
				t.Fatalf("Decline: %v %+v", err, answer)
			}
		}
		nobody := oidc.Visitor{Browser: oidctest.Browser}
		t.Run("SSO-02 from nobody to a code: sign in, agree, go back, once", func(t *testing.T) {
			site := fresh()
			next := begin(t, site, nobody)
			if next.Step != oidc.SignIn || next.Fresh || next.Client.ID != site.ID {
				t.Fatalf("%+v", next)
			}
			if again, err := w.Provider.Continue(ctx, next.Flow, nobody); err != nil || again.Step != oidc.SignIn || again.Flow != next.Flow {
				t.Fatalf("%v %+v", err, again)
			}
			now.Advance(time.Second)
			v := w.Visitor(irina)
			asked, err := w.Provider.Continue(ctx, next.Flow, v)
			if err != nil || asked.Step != oidc.Consent || !slices.Contains(asked.Question.Required, client.Name) {
				t.Fatalf("%v %+v", err, asked)
			}
			done, err := w.Provider.Agree(ctx, next.Flow, v, asked.Asked("en"), nil, "en")
			if err != nil || done.Step != oidc.Done {
				t.Fatalf("%v %+v", err, done)
			}
			over(t, next.Flow, v)
		})
		t.Run("SESS-2 a flow belongs to the browser that began it", func(t *testing.T) {
			v := w.Visitor(irina)
			next := begin(t, fresh(), v)
			thief := v
			thief.Browser = "another-browser"
			over(t, next.Flow, thief)
			thief.Browser = ""
			over(t, next.Flow, thief)
			if _, err := w.Provider.Continue(ctx, next.Flow, v); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("SESS-2 a flow lasts an hour", func(t *testing.T) {
			next := begin(t, fresh(), nobody)
			now.Advance(time.Hour)
			over(t, next.Flow, w.Visitor(irina))
		})
		t.Run("OIDC-12 who agrees to a question that has changed meanwhile is asked again", func(t *testing.T) {
			v := w.Visitor(irina)
			next := begin(t, fresh(), v, "scope", "openid profile email")
			for what, change := range map[string]func(*client.Client){
				"nothing that was shown": nil,
				"another purpose":        func(c *client.Client) { c.Purpose = jurisdiction.Words{"en": "Something else"} },
				"another name":           func(c *client.Client) { c.Name = jurisdiction.Words{"en": "Somebody else"} },
				"a shorter time":         func(c *client.Client) { c.Lasts = 24 * time.Hour },
				"a choice that is none any more": func(c *client.Client) {
					c.Required, c.Optional = slices.Concat(c.Required, c.Optional), nil
				},
			} {
				asked := ""
				if change != nil {
					shown, err := w.Provider.Continue(ctx, next.Flow, v)
					if err != nil {
						t.Fatal(err)
					}
					asked = shown.Asked("en")
					if err := w.DB.Write(ctx, func(tx *db.Tx) error {
						c := shown.Client
						change(&c)
						return w.Clients.Change(tx, c, audit.BySystem("test"))
					}); err != nil {
						t.Fatal(err)
					}
					w.Clients.Forget(next.Client.ID)
				}
				again, err := w.Provider.Agree(ctx, next.Flow, v, asked, nil, "en")
				if err != nil || again.Step != oidc.Consent || standing(t, w, irina, next.Client.ID) != 0 {
					t.Fatalf("%s: %v %+v", what, err, again)
				}
			}
		})
		t.Run("OIDC-12 one person's yes is not another's in the same browser", func(t *testing.T) {
			site := fresh()
			first := w.Visitor(irina)
			next := begin(t, site, first, "prompt", "consent")
			second, err := w.Provider.Agree(ctx, next.Flow, w.Visitor(oleg), next.Asked("en"), nil, "en")
			if err != nil || second.Step != oidc.Consent || standing(t, w, irina, site.ID)+standing(t, w, oleg, site.ID) != 0 {
				t.Fatalf("%v %+v", err, second)
			}
		})
		t.Run("SSO-02 an answer by form post is one, and has the same words", func(t *testing.T) {
			answer := fresh().Answer(w.Visitor(irina), "response_mode", "form_post")
			if !answer.FormPost || answer.Params.Get("code") == "" || answer.Params.Get("state") != "the-state" || answer.Params.Get("iss") != oidctest.Issuer {
				t.Fatalf("%+v", answer)
			}
		})
		t.Run("OIDC-3 state goes back as it came", func(t *testing.T) {
			site, v := w.Site("state", nil), w.Visitor(irina)
			for _, state := range []string{"a b&c=d", "\"'<>", "привет", strings.Repeat("s", 1024)} {
				if got := site.Answer(v, "state", state).Params.Get("state"); got != state {
					t.Fatal(got)
				}
			}
			next := begin(t, site, v, "state", strings.Repeat("s", 1025))
			if next.Answer.Params.Get("error") != oidc.InvalidRequest || next.Answer.Params.Has("state") {
				t.Fatalf("%+v", next)
			}
			if site.Answer(v, "state", "").Params.Has("state") {
				t.Fatal("a state that nobody sent")
			}
		})
		t.Run("OIDC-12 what is done is in the audit log, in the person's name", func(t *testing.T) { audited(t, w, oleg) })
		t.Run("OTP-4 nothing that opens anything stands in the tables in clear", func(t *testing.T) { unreadable(t, w, irina) })
	})
}

// audited walks one sign-in to its end and reads what the log says of it.
func audited(t *testing.T, w *oidctest.World, who account.ID) {
	ctx := context.Background()
	site, v := w.Site("audited", nil), w.Visitor(who)
	tokens := site.Tokens(v)
	if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)); err == nil {
		t.Fatal("used twice")
	}
	if err := w.Provider.Stop(ctx, who, consentOf(t, w, who, "audited")); err != nil {
		t.Fatal(err)
	}
	var acts []string
	w.Write(func(tx *db.Tx) error {
		list, err := audit.About(tx, string(who), 50)
		for _, e := range list {
			if strings.HasPrefix(e.Act, "oidc.") || strings.HasPrefix(e.Act, "consent.") {
				acts = append([]string{e.Act + "/" + e.Facts["why"]}, acts...)
			}
		}
		return err
	})
	want := []string{"consent.give/", "oidc.authorize/", "oidc.token/", "oidc.refresh/", "oidc.revoke/refresh_reused", "consent.stop/holder"}
	if !slices.Equal(acts, want) {
		t.Fatalf("%q, not %q", acts, want)
	}
}

// Every text that the provider's tables hold.
const (
	grantTexts  db.SQL = `SELECT id || ' ' || client || ' ' || session || ' ' || sid || ' ' || detail || ' ' || seed FROM oidc_grant`
	pushedTexts db.SQL = `SELECT id || ' ' || client FROM oidc_pushed`
	deviceTexts db.SQL = `SELECT id || ' ' || client || ' ' || word FROM oidc_device`
	onceTexts   db.SQL = `SELECT id FROM oidc_once`
	keyTexts    db.SQL = `SELECT id || ' ' || algorithm FROM oidc_key`
	sealedKeys  db.SQL = `SELECT sealed FROM oidc_key`
	pushedBytes db.SQL = `SELECT parameters FROM oidc_pushed`
)

func unreadable(t *testing.T, w *oidctest.World, who account.ID) {
	ctx := context.Background()
	site, v := w.Site("hidden", nil), w.Visitor(who)
	code, tokens := site.Code(v), site.Tokens(v)
	pushed, err := w.Provider.Push(ctx, site.Pushing("login_hint", "irina@example.org"))
	if err != nil {
		t.Fatal(err)
	}
	device, err := w.Provider.StartDevice(ctx, site.Call("scope", "openid"))
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	w.Write(func(tx *db.Tx) error {
		for _, q := range []db.SQL{grantTexts, pushedTexts, deviceTexts, onceTexts, keyTexts} {
			texts, err := db.All(tx, db.Scalar[string], q)
			if err != nil {
				return err
			}
			all = append(all, texts...)
		}
		for _, q := range []db.SQL{sealedKeys, pushedBytes} {
			texts, err := db.All(tx, db.Scalar[[]byte], q)
			if err != nil {
				return err
			}
			for _, text := range texts {
				all = append(all, string(text))
			}
		}
		return nil
	})
	mac := func(token string) string { return token[strings.LastIndex(token, "_")+1:] }
	bare := strings.ReplaceAll(device.Word, "-", "")
	for _, text := range all {
		for what, secret := range map[string]string{"a code": code, "a code without its prefix": code[4:], "an access token": mac(tokens.Access), "a refresh token": mac(tokens.Refresh), "a request_uri": pushed.URI[len(pushed.URI)-43:],
			"a device code": device.Code[4:], "a device's word": bare, "a login hint": "irina@", "a private key": `"d":"`} {
			if strings.Contains(text, secret) {
				t.Fatalf("%s stands in %.60q", what, text)
			}
		}
	}
}
