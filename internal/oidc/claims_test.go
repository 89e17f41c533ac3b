package oidc_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/client/clienttest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/person"
	"okno/internal/profile"
)

// profiled fills the profile of an account: confirmed by a register, but for the
// birth place, which only the holder says, with an e-mail.
func profiled(t *testing.T, w *oidctest.World, who account.ID) {
	t.Helper()
	w.Write(func(tx *db.Tx) error {
		confirmed := map[string]string{"family_name": "Соколова", "given_name": "Ирина", "birth_date": "1958-03-27", "sex": "female", "snils": "11223344595", "citizenship": "RU"}
		if err := w.Profiles.Set(tx, who, confirmed, profile.FromDesk("centre"), audit.BySystem("test")); err != nil {
			return err
		}
		if err := w.Profiles.Set(tx, who, map[string]string{"birth_place": "г. Вологда"}, profile.Holder, audit.BySystem("test")); err != nil {
			return err
		}
		return w.Accounts.AddContact(tx, who, account.Email, "irina"+string(who)[24:]+"@example.org")
	})
}

func TestClaims(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina, oleg := w.Account(account.Verified, "Ирина Соколова", "+79120000001"), w.Account(account.Standard, "Олег Ким", "+79120000002")
		profiled(t, w, irina)
		site := w.Site("site", nil)
		v := w.Visitor(irina)
		id := func(t *testing.T, v oidc.Visitor, pairs ...string) map[string]any {
			t.Helper()
			return oidctest.Claims(t, site.Tokens(v, pairs...).ID)
		}
		step := func(t *testing.T, v oidc.Visitor, pairs ...string) oidc.Next {
			t.Helper()
			next, err := w.Provider.Authorize(ctx, site.Ask(pairs...), v)
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
		wrong := func(t *testing.T, want string, pairs ...string) {
			t.Helper()
			if next := step(t, v, pairs...); next.Step != oidc.Done || next.Answer.Params.Get("error") != want {
				t.Fatalf("%+v", next)
			}
		}
		info := func(t *testing.T, tokens oidc.Tokens) map[string]any {
			t.Helper()
			claims, _, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", tokens.Access)
			if err != nil {
				t.Fatal(err)
			}
			return claims
		}
		next := step(t, v, "scope", "openid profile email")
		if _, err := w.Provider.Agree(ctx, next.Flow, v, next.Asked("en"), []client.Attribute{client.Email}, "en"); err != nil {
			t.Fatal(err)
		}
		site.Code(w.Visitor(oleg))
		t.Run("OIDC-11 acr, amr and auth_time say what is true", func(t *testing.T) {
			now.Advance(5 * time.Minute)
			high, low := id(t, v), id(t, w.Visitor(oleg))
			if high["acr"] != "urn:okno:level:verified" || low["acr"] != "urn:okno:level:standard" || int64(high["auth_time"].(float64)) != v.Session.SignedIn.Unix() || high["amr"].([]any)[0] != "pwd" {
				t.Fatal(high, low)
			}
		})
		for way, want := range map[string][]string{"password": {"pwd"}, "password+totp": {"pwd", "otp", "mfa"}, "registration": {"otp"}} {
			t.Run("OIDC-11 amr names the factors of a sign-in by "+way+", also in later tokens", func(t *testing.T) {
				tokens := site.Tokens(w.VisitorBy(irina, way))
				later, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
				if err != nil {
					t.Fatal(err)
				}
				for _, token := range []string{tokens.ID, later.ID} {
					var amr []string
					for _, factor := range oidctest.Claims(t, token)["amr"].([]any) {
						amr = append(amr, factor.(string))
					}
					if !slices.Equal(amr, want) {
						t.Fatal(amr)
					}
				}
			})
		}
		t.Run("OIDC-11 acr_values lead to the lowest level that is named, and never to a lower one in silence", func(t *testing.T) {
			young := w.Visitor(oleg)
			if next := step(t, young, "acr_values", "urn:okno:level:verified"); next.Step != oidc.Raise || next.Level != account.Verified {
				t.Fatalf("%+v", next)
			}
			if next := step(t, young, "acr_values", "urn:okno:level:verified urn:okno:level:standard"); next.Step != oidc.Done || next.Answer.Params.Get("code") == "" {
				t.Fatalf("%+v", next)
			}
			if next := step(t, young, "acr_values", "urn:okno:level:verified", "prompt", "none"); next.Answer.Params.Get("error") != oidc.UnmetAuthentication {
				t.Fatalf("%+v", next)
			}
			if next := step(t, young, "claims", `{"id_token":{"acr":{"essential":true,"values":["urn:okno:level:verified"]}}}`); next.Step != oidc.Raise {
				t.Fatalf("%+v", next)
			}
			if next := step(t, young, "claims", `{"id_token":{"acr":{"value":"urn:okno:level:verified"}}}`); next.Step != oidc.Raise {
				t.Fatalf("%+v", next)
			}
		})
		t.Run("OIDC-11 an acr that nobody knows is unmet_authentication_requirements", func(t *testing.T) {
			for _, acr := range []string{"urn:x", "urn:okno:level:", "urn:okno:level:none", "verified", "3"} {
				wrong(t, oidc.UnmetAuthentication, "acr_values", acr)
			}
			wrong(t, oidc.UnmetAuthentication, "claims", `{"id_token":{"acr":{"essential":true,"values":["urn:x"]}}}`)
		})
		t.Run("SSO-06 a level that is raised on the way leads on to the site", func(t *testing.T) {
			pavel := w.Account(account.Standard, "Павел Ли", "+79120000003")
			visitor := w.Visitor(pavel)
			next := step(t, visitor, "acr_values", "urn:okno:level:verified")
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, pavel, account.Evidence{Way: account.ByDesk, Source: "centre", By: "officer"}, audit.BySystem("test"))
				return err
			})
			if next, err := w.Provider.Continue(ctx, next.Flow, visitor); err != nil || next.Step != oidc.Consent {
				t.Fatalf("%v %+v", err, next)
			}
		})
		t.Run("OIDC-11 max_age asks for a fresh sign-in when the last one is older, and not before", func(t *testing.T) {
			fresh := w.Visitor(irina)
			now.Advance(time.Minute)
			if next := step(t, fresh, "max_age", "60"); next.Step != oidc.Done {
				t.Fatalf("%+v", next)
			}
			now.Advance(time.Second)
			if next := step(t, fresh, "max_age", "60"); next.Step != oidc.SignIn || !next.Fresh {
				t.Fatalf("%+v", next)
			}
			if next := step(t, fresh, "max_age", "60", "prompt", "none"); next.Answer.Params.Get("error") != oidc.LoginRequired {
				t.Fatalf("%+v", next)
			}
			if next := step(t, fresh, "max_age", "0"); next.Step != oidc.SignIn {
				t.Fatalf("%+v", next)
			}
			for _, bad := range []string{"-1", "x", "1.5", "99999999999999", " 1"} {
				wrong(t, oidc.InvalidRequest, "max_age", bad)
			}
		})
		for _, prompt := range []string{"login", "select_account", "login consent"} {
			t.Run("OIDC-11 prompt="+prompt+" asks to sign in afresh, once", func(t *testing.T) {
				next := step(t, v, "prompt", prompt)
				if next.Step != oidc.SignIn || !next.Fresh {
					t.Fatalf("%+v", next)
				}
				if again, err := w.Provider.Continue(ctx, next.Flow, v); err != nil || again.Step != oidc.SignIn {
					t.Fatalf("the old session is enough: %v %+v", err, again)
				}
				now.Advance(time.Second)
				want := oidc.Done
				if prompt == "login consent" {
					want = oidc.Consent
				}
				if done, err := w.Provider.Continue(ctx, next.Flow, w.Visitor(irina)); err != nil || done.Step != want {
					t.Fatalf("%v %+v", err, done)
				}
			})
		}
		t.Run("OIDC-12 prompt=consent asks again, and by no law's leave", func(t *testing.T) {
			next := step(t, v, "prompt", "consent")
			if next.Step != oidc.Consent || next.Question.Open() || len(next.Question.Already) == 0 {
				t.Fatalf("%+v", next)
			}
			if done, err := w.Provider.Agree(ctx, next.Flow, v, next.Asked("en"), nil, "en"); err != nil || done.Step != oidc.Done {
				t.Fatalf("%v %+v", err, done)
			}
			law := w.Site("law", func(c *client.Client) { c.Law = jurisdiction.Words{"en": "Law 1"} })
			if next, err := w.Provider.Authorize(ctx, law.Ask("prompt", "consent"), v); err != nil || next.Step != oidc.Done {
				t.Fatalf("%v %+v", err, next)
			}
			if standing(t, w, irina, "law") != 0 {
				t.Fatal("a consent was kept that nobody gave")
			}
		})
		t.Run("OIDC-11 prompt=none with another prompt, and prompts that nobody knows, are refused", func(t *testing.T) {
			for _, bad := range []string{"none login", "login none", "create", "x"} {
				wrong(t, oidc.InvalidRequest, "prompt", bad)
			}
		})
		t.Run("OIDC-11 a hint of somebody else asks who is here, and prompt=none says so", func(t *testing.T) {
			hint := site.Tokens(w.Visitor(oleg)).ID
			if next := step(t, v, "id_token_hint", hint); next.Step != oidc.SignIn || !next.Fresh {
				t.Fatalf("%+v", next)
			}
			wrong(t, oidc.LoginRequired, "id_token_hint", hint, "prompt", "none")
			sub := oidctest.Claims(t, hint)["sub"].(string)
			wrong(t, oidc.LoginRequired, "claims", `{"id_token":{"sub":{"value":"`+sub+`"}}}`, "prompt", "none")
			own := id(t, v)["sub"].(string)
			site.Code(v, "id_token_hint", site.Tokens(v).ID, "prompt", "none")
			site.Code(v, "claims", `{"id_token":{"sub":{"value":"`+own+`"}}}`, "prompt", "none")
		})
		t.Run("OIDC-11 login_hint reaches the sign-in page and nothing else", func(t *testing.T) {
			next, err := w.Provider.Authorize(ctx, site.Ask("login_hint", "irina@example.org", "ui_locales", "fa ru"), oidc.Visitor{Browser: oidctest.Browser})
			if err != nil || next.Step != oidc.SignIn || next.Hint != "irina@example.org" {
				t.Fatalf("%v %+v", err, next)
			}
			waiting, err := w.Provider.Waiting(ctx, next.Flow, oidctest.Browser)
			if err != nil || waiting.Hint != "irina@example.org" || waiting.Client.ID != "site" {
				t.Fatalf("%v %+v", err, waiting)
			}
			if _, err := w.Provider.Waiting(ctx, next.Flow, "another-browser"); err == nil {
				t.Fatal("another browser sees the hint")
			}
			var rows [][]byte
			w.Write(func(tx *db.Tx) (err error) { rows, err = db.All(tx, db.Scalar[[]byte], flowRows); return err })
			for _, row := range rows {
				if strings.Contains(string(row), "irina") {
					t.Fatal("a hint is kept in clear")
				}
			}
		})
		t.Run("SSO-01 the claims parameter gives what is registered, asked for and agreed to", func(t *testing.T) {
			tokens := site.Tokens(v, "scope", "openid", "claims", `{"userinfo":{"email":null,"birthdate":{"essential":true},"snils":null,"address":null,"nonsense":null},"id_token":{"birthdate":null,"phone_number":null}}`)
			got, inToken := info(t, tokens), oidctest.Claims(t, tokens.ID)
			if got["email"] == nil || got["email_verified"] != true || got["birthdate"] != "1958-03-27" || got["snils"] != nil || got["name"] != nil || got["phone_number"] != nil || got["address"] != nil || inToken["birthdate"] != "1958-03-27" || inToken["email"] != nil {
				t.Fatal(got, inToken)
			}
			got = info(t, w.Site("numbered", oidctest.Numbered).Tokens(v, "scope", "openid", "claims", `{"userinfo":{"snils":{"essential":true}}}`))
			if got["snils"] != "11223344595" || got["name"] != nil {
				t.Fatal(got)
			}
			for _, bad := range []string{"x", "[]", `{"id_token":1}`, `{"id_token":{"acr":1}}`, `{"userinfo":`} {
				wrong(t, oidc.InvalidRequest, "claims", bad)
			}
		})
		t.Run("OIDC-17 verified_claims hold only what was asked inside, agreed to and confirmed, with way and time", func(t *testing.T) {
			odd := w.Site("odd", func(c *client.Client) { oidctest.Numbered(c); c.Required = append(c.Required, client.BirthPlace) })
			inside := func(t *testing.T, v oidc.Visitor, verification, claims string, pairs ...string) (verifiedly, told map[string]any, all map[string]any) {
				t.Helper()
				all = info(t, odd.Tokens(v, append([]string{"claims", `{"userinfo":{"verified_claims":{"verification":` + verification + `,"claims":` + claims + `}}}`}, pairs...)...))
				checked, _ := all["verified_claims"].(map[string]any)
				verifiedly, _ = checked["verification"].(map[string]any)
				told, _ = checked["claims"].(map[string]any)
				return verifiedly, told, all
			}
			every := `{"trust_framework":null,"assurance_level":null,"time":null,"verification_process":null}`
			how, told, _ := inside(t, v, every, `{"name":null,"birthdate":{"essential":true},"email":null,"nonsense":null}`, "scope", "openid profile snils birthplace")
			at, err := time.Parse(time.RFC3339, how["time"].(string))
			if err != nil || at.After(now.Now()) || how["trust_framework"] != "okno_ru" || how["assurance_level"] != "verified" || how["verification_process"] != "desk" || len(how) != 4 ||
				told["name"] != "Соколова Ирина" || told["birthdate"] != "1958-03-27" || len(told) != 2 {
				t.Fatal(how, told)
			}
			how, told, all := inside(t, v, `{"trust_framework":{"values":["eidas","okno_ru"]}}`, `{"birthdate":null}`, "scope", "openid")
			if len(how) != 1 || how["trust_framework"] != "okno_ru" || len(told) != 1 || told["birthdate"] != "1958-03-27" || all["name"] != nil || all["snils"] != nil {
				t.Fatal("asked by verified_claims alone: ", all)
			}
			nina := w.Account(account.Simplified, "Нина Лаптева", "+79120000004")
			profiled(t, w, nina)
			if _, told, all = inside(t, w.Visitor(nina), every, `{"place_of_birth":null,"snils":null}`); all["place_of_birth"] != "г. Вологда" || told["place_of_birth"] != nil || told["snils"] != "11223344595" {
				t.Fatal(all)
			}
			if _, _, all = inside(t, w.Visitor(oleg), every, `{"snils":null}`); all["verified_claims"] != nil {
				t.Fatalf("confirmed nothing: %v", all)
			}
			if got := info(t, site.Tokens(v)); got["verified_claims"] != nil {
				t.Fatal("nobody asked")
			}
			for _, other := range []string{`{"trust_framework":{"value":"eidas"}}`, `{"trust_framework":{"values":["eidas","de_aml"]}}`, `{"trust_framework":null,"assurance_level":{"value":"standard"}}`,
				`{"trust_framework":null,"verification_process":{"value":"letter"}}`, `{"trust_framework":null,"time":{"max_age":0}}`, `{"trust_framework":null,"evidence":[{"type":{"value":"document"}}]}`,
				`{"trust_framework":null,"policy":{"x":{"value":"y"}}}`} {
				if _, _, all := inside(t, v, other, `{"birthdate":null}`); all["verified_claims"] != nil {
					t.Fatalf("%s is not what we can say: %v", other, all["verified_claims"])
				}
			}
			for _, ours := range []string{`{"trust_framework":{"value":"okno_ru"},"assurance_level":{"value":"verified"}}`, `{"trust_framework":null,"time":{"max_age":31536000}}`, `{"trust_framework":null,"evidence":null,"policy":{"x":null}}`} {
				if _, told, _ := inside(t, v, ours, `{"birthdate":null}`); told["birthdate"] == nil {
					t.Fatal(ours)
				}
			}
			if _, told, _ := inside(t, v, every, `{"birthdate":{"value":"1958-03-27"},"given_name":{"value":"Анна"}}`); told["birthdate"] == nil || told["given_name"] != nil {
				t.Fatal(told)
			}
		})
		t.Run("OIDC-17 verified_claims are told where they were asked for, and each wish by itself", func(t *testing.T) {
			ask := func(where, wishes string) oidc.Tokens {
				return site.Tokens(v, "scope", "openid", "claims", `{"`+where+`":{"verified_claims":`+wishes+`}}`)
			}
			born, named := `{"verification":{"trust_framework":null},"claims":{"birthdate":null}}`, `{"verification":{"trust_framework":null},"claims":{"family_name":null}}`
			tokens := ask("id_token", born)
			inToken, _ := oidctest.Claims(t, tokens.ID)["verified_claims"].(map[string]any)
			if claims, _ := inToken["claims"].(map[string]any); len(claims) != 1 || claims["birthdate"] != "1958-03-27" || info(t, tokens)["verified_claims"] != nil {
				t.Fatal(inToken)
			}
			tokens = ask("userinfo", "["+born+","+named+"]")
			if list, _ := info(t, tokens)["verified_claims"].([]map[string]any); len(list) != 2 || oidctest.Claims(t, tokens.ID)["verified_claims"] != nil {
				t.Fatal(list)
			}
			renewed, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
			if err != nil || info(t, renewed)["verified_claims"] == nil {
				t.Fatal("they are lost with the first renewal: ", err)
			}
		})
		t.Run("OIDC-17 a request for verified_claims that is not in the form of the standard is refused", func(t *testing.T) {
			for _, bad := range []string{`null`, `{}`, `[]`, `1`, `"x"`, `{"claims":{"name":null}}`, `{"verification":{"trust_framework":null}}`, `{"verification":null,"claims":{"name":null}}`,
				`{"verification":{"trust_framework":null},"claims":{}}`, `{"verification":{"trust_framework":"okno_ru"},"claims":{"name":null}}`, `[{"verification":{"trust_framework":null},"claims":{"name":null}},1]`} {
				wrong(t, oidc.InvalidRequest, "claims", `{"userinfo":{"verified_claims":`+bad+`}}`)
				wrong(t, oidc.InvalidRequest, "claims", `{"id_token":{"verified_claims":`+bad+`}}`)
			}
		})
		t.Run("OIDC-17 discovery tells which claims can be verified", func(t *testing.T) {
			d := w.Provider.Discovery()
			names, _ := d["claims_in_verified_claims_supported"].([]string)
			if d["verified_claims_supported"] != true || !slices.Equal(d["trust_frameworks_supported"].([]string), []string{"okno_ru"}) ||
				!slices.Contains(names, "birthdate") || !slices.Contains(names, "name") || !slices.Contains(names, "snils") || slices.Contains(names, "email") {
				t.Fatal(d)
			}
		})
		t.Run("D-04 the oid is for registered state systems", func(t *testing.T) {
			state := w.Site("state", func(c *client.Client) { c.Registered = true })
			if info(t, state.Tokens(v))["oid"] != string(v.Account.Person) || info(t, site.Tokens(v))["oid"] != nil {
				t.Fatal("wrong oid")
			}
		})
		t.Run("D-04 two accounts of one person, one after the other, have one name at a site", func(t *testing.T) {
			first, again := w.Account(account.Verified, "Ирина Соколова", "+79120000009"), w.Account(account.Verified, "Ирина Соколова", "+79120000011")
			one, stranger := w.Visitor(first), w.Visitor(again)
			site.Code(one)
			site.Code(stranger)
			before, other := id(t, one), id(t, stranger)
			w.Write(func(tx *db.Tx) error {
				nobody, err := person.Create(tx)
				if err != nil {
					return err
				}
				if err := tx.ExecOne(attach, string(first), string(nobody)); err != nil {
					return err
				}
				return tx.ExecOne(attach, string(again), string(one.Account.Person))
			})
			after := id(t, w.Visitor(again))
			if after["sub"] != before["sub"] || after["sub"] == other["sub"] || after["sid"] == before["sid"] {
				t.Fatal(before, other, after)
			}
		})
		t.Run("OIDC-17 the proof is signed: whoever changes it has no token", func(t *testing.T) {
			token := site.Tokens(v).ID
			text, err := w.Provider.JWKS(ctx)
			var set jose.JSONWebKeySet
			if err == nil {
				err = json.Unmarshal(text, &set)
			}
			if err != nil {
				t.Fatal(err)
			}
			check(t, &set, token)
			claims := oidctest.Claims(t, token)
			if claims["okno_proof"].(map[string]any)["way"] != "desk" {
				t.Fatal(claims)
			}
			claims["okno_proof"] = map[string]any{"way": "signature", "at": claims["iat"]}
			parts, forged := strings.Split(token, "."), strings.Split(oidctest.Raw(t, map[string]any{"alg": "ES256"}, claims, ""), ".")
			changed, err := jose.ParseSignedCompact(parts[0]+"."+forged[1]+"."+parts[2], []jose.SignatureAlgorithm{jose.ES256})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := changed.Verify(set.Key(kidOf(t, token))[0]); err == nil {
				t.Fatal("a changed proof is believed")
			}
		})
		t.Run("OIDC-17 the policy of a site stands before the code: nothing is made for whom it does not take", func(t *testing.T) {
			vera := w.Account(account.Standard, "Вера Белова", "+79120000010")
			w.Write(func(tx *db.Tx) error {
				_, _, err := w.Accounts.Add(tx, vera, account.Evidence{Way: account.ByLetter, Source: "post"}, audit.BySystem("test"))
				return err
			})
			tax := w.Site("tax", func(c *client.Client) { c.Level, c.Refuses = account.Verified, []account.Way{account.ByLetter} })
			given := func() (n int) {
				w.Write(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int], countGiven, "tax"); return err })
				return n
			}
			for _, pairs := range [][]string{nil, {"acr_values", "urn:okno:level:simplified"}, {"prompt", "none"}, {"claims", `{"id_token":{"okno_proof":{"value":{"way":"desk"}}}}`},
				{"request", tax.Request(map[string]any{"okno_proof": map[string]any{"way": "desk"}})}} {
				next, err := w.Provider.Authorize(ctx, tax.Ask(pairs...), w.Visitor(vera))
				barred := next.Step == oidc.Barred && next.Way == account.ByLetter || next.Answer.Params.Get("error") == oidc.AccessDenied
				if err != nil || !barred || next.Answer.Params.Get("code") != "" {
					t.Fatalf("%v %v %+v", pairs, err, next)
				}
			}
			if given() != 0 {
				t.Fatal("something was made for her")
			}
			tax.Code(v)
			if given() != 1 {
				t.Fatal("the count is blind")
			}
		})
		t.Run("OIDC-9 what outlives the session is not given at the highest level", func(t *testing.T) {
			high, low := site.Tokens(v, "scope", "openid offline_access", "prompt", "consent"), site.Tokens(w.Visitor(oleg), "scope", "openid offline_access", "prompt", "consent")
			now.Advance(25 * time.Hour)
			if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", high.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
			next, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", low.Refresh))
			if err != nil {
				t.Fatal(err)
			}
			now.Advance(30 * 24 * time.Hour)
			if _, err := w.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", next.Refresh)); code(err) != oidc.InvalidGrant {
				t.Fatal(err)
			}
		})
		t.Run("OIDC-2 no address of the corpus is gone to at request", func(t *testing.T) {
			site, v := w.Site("corpus", nil), w.Visitor(irina)
			hint := site.Tokens(v).ID
			for _, a := range clienttest.Addresses(t) {
				ask := site.Ask()
				ask.Set("redirect_uri", a.Address)
				next, err := w.Provider.Authorize(ctx, ask, v)
				if oidc.RefusalOf(err) == nil || next.Answer.Redirect != "" || len(a.Address) > 8 && strings.Contains(err.Error(), a.Address) {
					t.Fatalf("%s: %v %+v", a.Why, err, next)
				}
				if a.Address == "" {
					continue
				}
				l, err := w.Provider.Leave(ctx, map[string][]string{"id_token_hint": {hint}, "post_logout_redirect_uri": {a.Address}}, v)
				if oidc.RefusalOf(err) == nil || l.Return != "" {
					t.Fatalf("%s: %v %+v", a.Why, err, l)
				}
			}
		})
		t.Run("OIDC-12 whatever is registered, asked and ticked, a site never gets more than was agreed to", func(t *testing.T) { neverMore(t, w, irina) })
	})
}

// attach gives an account to a person, as after it was made again; the house has no
// way to do so yet.
const (
	attach     db.SQL = `UPDATE account_account SET person = $2 WHERE id = $1`
	countGiven db.SQL = `SELECT count(*) FROM oidc_grant WHERE client = $1`
)

const flowRows db.SQL = `SELECT parameters FROM oidc_flow`

// dataOf are the attributes behind the claims that could tell something of a person.
var dataOf = map[string]client.Attribute{"name": client.Name, "family_name": client.Name, "given_name": client.Name, "birthdate": client.BirthDate, "gender": client.Sex,
	"place_of_birth": client.BirthPlace, "nationalities": client.Citizenship, "email": client.Email, "phone_number": client.Phone, "snils": client.Number("snils"), "address": client.Address}

func neverMore(t *testing.T, w *oidctest.World, who account.ID) {
	ctx := context.Background()
	attributes := slices.Compact(slices.Sorted(maps.Values(dataOf)))
	scopes := []string{"profile", "email", "phone", "snils", "birthplace", "gender", "address"}
	claimed := slices.Sorted(maps.Keys(dataOf))
	v := w.Visitor(who)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		some := rapid.SliceOfDistinct(rapid.SampledFrom(attributes), rapid.ID[client.Attribute])
		required, optional, ticked := some.Draw(r, "required"), some.Draw(r, "optional"), some.Draw(r, "ticked")
		wish := map[string]map[string]any{"userinfo": {}, "id_token": {}}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom(claimed), rapid.ID[string]).Draw(r, "claims") {
			wish[rapid.SampledFrom([]string{"userinfo", "id_token"}).Draw(r, "where")][name] = nil
		}
		if rapid.Bool().Draw(r, "verified") {
			inside := map[string]any{}
			for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(claimed), 1, -1, rapid.ID[string]).Draw(r, "inside") {
				inside[name] = nil
			}
			wish["userinfo"]["verified_claims"] = map[string]any{"verification": map[string]any{"trust_framework": nil}, "claims": inside}
		}
		text, _ := json.Marshal(wish)
		site := w.Site(client.ID("any-"+strings.Repeat("n", 1+n/20)+"-"+string(rune('a'+n%20))), func(c *client.Client) { c.Required, c.Optional = required, optional })
		asked := rapid.SliceOfDistinct(rapid.SampledFrom(scopes), rapid.ID[string]).Draw(r, "scopes")
		ask, err := site.Wish("scope", "openid "+strings.Join(asked, " "), "claims", string(text))
		if oidc.RefusalOf(err) != nil { // pushed, with a scope that is not registered
			return
		}
		if err != nil {
			r.Fatal(err)
		}
		next, err := w.Provider.Authorize(ctx, ask, v)
		if err != nil {
			r.Fatal(err)
		}
		if next.Step == oidc.Done { // a scope that is not registered
			if next.Answer.Params.Get("code") != "" {
				r.Fatal("nobody was asked")
			}
			return
		}
		agreed := slices.Clone(next.Question.Required)
		for _, a := range next.Question.Optional {
			if slices.Contains(ticked, a) {
				agreed = append(agreed, a)
			}
		}
		next, err = w.Provider.Agree(ctx, next.Flow, v, next.Asked("en"), ticked, "en")
		if err != nil || next.Step != oidc.Done {
			r.Fatal(err, next.Step)
		}
		tokens, err := w.Provider.Token(ctx, site.Redemption(next.Answer.Params.Get("code")))
		if err != nil {
			r.Fatal(err)
		}
		got, _, err := w.Provider.UserInfo(ctx, oidc.Call{Method: "GET"}, "Bearer", tokens.Access)
		if err != nil {
			r.Fatal(err)
		}
		checked, _ := got["verified_claims"].(map[string]any)
		inside, _ := checked["claims"].(map[string]any)
		for _, claims := range []map[string]any{got, oidctest.Claims(t, tokens.ID), inside} {
			for name, a := range dataOf {
				if claims[name] != nil && !slices.Contains(agreed, a) {
					r.Fatalf("%s was told, agreed to was %v", name, agreed)
				}
			}
		}
	})
}
