package oidcapi_test

import (
	"encoding/json"
	"net/url"
	"strings"
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
	"okno/internal/secret"

	"github.com/go-jose/go-jose/v4"
)

// TestThreats holds attacks of the threat model from end to end (security.md 4), as
// a site and an attacker with a browser and the machines' endpoints meet them.
func TestThreats(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.tokenThreats(t)
		h.joined(t)
		h.letters(t)
	})
}

// tokenThreats is T-40.
func (h house) tokenThreats(t *testing.T) {
	mallory := h.Account(account.Standard, "Олег Ким", "+79120000066")
	t.Run("T-40 no trick with the redirect address brings a code anywhere", func(t *testing.T) {
		good := h.site.Redirects[0]
		for _, trick := range []string{good + "/..;/evil", good + "?x", good + "#x", good + "%2e%2e/", strings.Replace(good, "https://", "https://evil.example@", 1), strings.Replace(good, "site.example", "site.example.evil.example", 1),
			strings.Replace(good, "https", "http", 1), strings.Replace(good, "https", "HTTPS", 1), strings.Replace(good, "site.example/", "site.example\\@evil.example/", 1), good + " ", "//evil.example/callback", "JavaScript:alert(1)", h.other.Redirects[0]} {
			h.shown(t, h.site.Ask("redirect_uri", trick), oidc.InvalidRequest)
		}
		code := h.site.Code(h.visitor())
		refused(t, h.m.Token(h.site.Redemption(code, "redirect_uri", "https://evil.example/callback")), oidc.InvalidGrant)
	})
	t.Run("T-40 PKCE cannot be taken away or weakened on the way", func(t *testing.T) {
		h.sent(t, h.site.Ask("code_challenge", "", "code_challenge_method", ""), oidc.InvalidRequest)
		h.sent(t, h.site.Ask("code_challenge", h.site.Verifier, "code_challenge_method", "plain"), oidc.InvalidRequest)
		for _, verifier := range []string{"", secret.Token(), oidctest.Challenge(h.site.Verifier), h.site.Verifier[:len(h.site.Verifier)-1]} {
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "code_verifier", verifier)), oidc.InvalidGrant)
		}
	})
	t.Run("T-40 a stolen code that is injected into another sign-in at the same site opens nothing", func(t *testing.T) {
		stolen := h.site.Code(h.visitor())
		attacker := *h.site
		attacker.Verifier = secret.Token() // of the attacker's own sign-in at the site
		attacker.Code(h.Visitor(mallory))
		refused(t, h.m.Token(attacker.Redemption(stolen)), oidc.InvalidGrant)
	})
	t.Run("T-40 a mixed-up answer names its issuer, and its code is nothing at another site", func(t *testing.T) {
		answer := h.site.Answer(h.visitor())
		if answer.Params.Get("iss") != oidctest.Issuer || answer.Params.Get("state") != "the-state" {
			t.Fatal(answer)
		}
		code := answer.Params.Get("code")
		refused(t, h.m.Token(h.other.Redemption(code, "redirect_uri", h.site.Redirects[0], "code_verifier", h.site.Verifier)), oidc.InvalidGrant)
		foreign := h.site.Assertion(map[string]any{"aud": "https://evil.example/id"}) // made for the attacker's provider
		refused(t, h.m.Token(h.site.Redemption(code, "client_assertion", foreign)), oidc.InvalidClient)
		given(t, h.m.Token(h.site.Redemption(code)))
	})
	t.Run("T-40 tokens of one site put in the place of another's are refused", func(t *testing.T) {
		theirs := h.other.Tokens(h.visitor())
		if aud := oidctest.Claims(t, theirs.ID)["aud"]; aud != "other" {
			t.Fatal(aud)
		}
		h.sent(t, h.site.Ask("id_token_hint", theirs.ID), oidc.InvalidRequest)
		refused(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", theirs.Refresh)), oidc.InvalidGrant)
		refused(t, h.m.Token(exchange(h.site, theirs.Access)), oidc.InvalidGrant)
		for _, token := range []string{theirs.Access, theirs.Refresh, theirs.ID} {
			if r := h.m.Post(oidc.PathIntrospect, h.site.Call("token", token).Form); r.Body != dead {
				t.Fatal(r.Body)
			}
			h.m.Post(oidc.PathRevoke, h.site.Call("token", token).Form)
		}
		for _, wrong := range []string{theirs.ID, theirs.Refresh} {
			if r := h.m.UserInfo("Bearer", wrong); !r.Refused(oidc.InvalidToken) {
				t.Fatal(r.Body)
			}
		}
		given(t, h.m.Token(h.other.Call("grant_type", "refresh_token", "refresh_token", theirs.Refresh)))
	})
}

// joined is T-41: all that two sites are told of one person, held side by side.
func (h house) joined(t *testing.T) {
	t.Run("T-41 two sites find no word in common by which to join their users", func(t *testing.T) {
		common := map[string]bool{"urn:okno:level:verified": true, "pwd": true, "Bearer": true, "openid": true, oidctest.Issuer: true, "verified": true, "desk": true, "centre": true, "refresh_token": true, "the-nonce": true}
		v := h.visitor()
		told := func(s *oidctest.Site) map[string]bool {
			words := map[string]bool{}
			tokens := s.Tokens(v, "scope", "openid", "resource", s.Resources[0])
			plain := s.Tokens(v, "scope", "openid")
			gather(words, oidctest.Claims(t, tokens.ID))
			gather(words, oidctest.Claims(t, tokens.Access))
			gather(words, h.m.UserInfo("Bearer", plain.Access).JSON)
			for _, token := range []string{plain.Access, plain.Refresh, tokens.Access} {
				r := h.m.Post(oidc.PathIntrospect, s.Call("token", token).Form)
				if r.JSON["active"] != true {
					t.Fatal(r.Body)
				}
				gather(words, r.JSON)
			}
			if len(words) < 5 {
				t.Fatal(words)
			}
			return words
		}
		one, two := told(h.site), told(h.other)
		for word := range one {
			if two[word] && !common[word] {
				t.Errorf("both are told %q", word)
			}
		}
		sub := oidctest.Claims(t, h.site.Tokens(v).ID)["sub"]
		h.Now.Advance(time.Hour)
		if again := oidctest.Claims(t, h.site.Tokens(h.visitor()).ID)["sub"]; again != sub {
			t.Error("one site does not know its own user again")
		}
	})
	t.Run("T-41 a scope that is not registered for the site is refused, wherever it is asked for", func(t *testing.T) {
		for _, extra := range []string{"phone", "address", "inn"} {
			h.sent(t, h.site.Ask("scope", "openid profile "+extra), oidc.InvalidScope)
			if r := h.m.Post(oidc.PathPush, h.site.Pushing("scope", "openid "+extra).Form); !r.Refused(oidc.InvalidScope) {
				t.Fatal(r.Body)
			}
			refused(t, h.m.Post(oidc.PathDevice, h.site.Call("scope", "openid "+extra).Form), oidc.InvalidScope)
			tokens := h.site.Tokens(h.visitor())
			refused(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh, "scope", "openid "+extra)), oidc.InvalidScope)
			refused(t, h.m.Token(exchange(h.site, tokens.Access, "scope", "openid "+extra)), oidc.InvalidScope)
		}
		refused(t, h.m.Token(h.site.Call("grant_type", "client_credentials", "scope", "reports more")), oidc.InvalidScope)
	})
}

// gather collects the texts of an answer, at any depth.
func gather(words map[string]bool, value any) {
	switch v := value.(type) {
	case string:
		for _, word := range strings.Fields(v) {
			words[word] = true
		}
	case []any:
		for _, one := range v {
			gather(words, one)
		}
	case map[string]any:
		for _, one := range v {
			gather(words, one)
		}
	}
}

// letters is T-79: who was proved by letter, at a tax service that takes no letters.
func (h house) letters(t *testing.T) {
	t.Run("T-79 who was proved by letter enters no tax account by dropping or forging the method, and does after a stronger proof", func(t *testing.T) {
		vera := h.Account(account.Standard, "Вера Белова", "+79120000067")
		prove := func(e account.Evidence) {
			h.Write(func(tx *db.Tx) error { _, _, err := h.Accounts.Add(tx, vera, e, audit.BySystem("test")); return err })
		}
		prove(account.Evidence{Way: account.ByLetter, Source: "post"})
		tax := h.Site("tax", func(c *client.Client) { c.Level, c.Refuses = account.Verified, []account.Way{account.ByLetter} })
		bank := h.Site("bank", func(c *client.Client) { c.Level = account.Verified })
		come := func(values url.Values) oidc.Next {
			next, err := h.Provider.Authorize(t.Context(), values, h.Visitor(vera))
			if err != nil {
				t.Fatal(err)
			}
			return next
		}
		if proof, _ := h.checked(t, bank.Tokens(h.Visitor(vera)).ID)["okno_proof"].(map[string]any); proof["way"] != "letter" || proof["at"] == nil {
			t.Fatal("a site that takes letters is not told of it: ", proof)
		}
		for _, pairs := range [][]string{nil, {"acr_values", "urn:okno:level:standard"}, {"acr_values", "urn:okno:level:simplified"}, {"claims", `{"id_token":{"okno_proof":{"value":{"way":"desk"}}}}`}, {"okno_proof", `{"way":"desk"}`},
			{"request", tax.Request(map[string]any{"okno_proof": map[string]any{"way": "desk"}, "amr": []string{"desk"}})}, {"id_token_hint", tax.Tokens(h.visitor()).ID, "prompt", "none"}} {
			next := come(tax.Ask(pairs...))
			if next.Answer.Params.Get("code") != "" || next.Step == oidc.Consent || next.Step == oidc.Done && next.Answer.Params.Get("error") == "" {
				t.Fatalf("%v: %+v", pairs, next)
			}
		}
		code := bank.Code(h.Visitor(vera)) // given at another site
		refused(t, h.m.Token(tax.Redemption(code, "redirect_uri", bank.Redirects[0], "code_verifier", bank.Verifier)), oidc.InvalidGrant)
		h.Now.Advance(time.Minute)
		prove(account.Evidence{Way: account.ByDesk, Source: "centre", By: "officer"})
		lifted := tax.Tokens(h.Visitor(vera))
		claims := h.checked(t, lifted.ID)
		if proof, _ := claims["okno_proof"].(map[string]any); proof["way"] != "desk" || time.Unix(int64(proof["at"].(float64)), 0).In(h.Law.Zone).Format(time.DateTime) != h.Now.Now().In(h.Law.Zone).Format(time.DateOnly)+" 00:00:00" || claims["acr"] != "urn:okno:level:verified" {
			t.Fatal(claims)
		}
	})
}

// checked are the claims of an ID token as a site believes them: after the
// signature was found good by the published keys.
func (h house) checked(t *testing.T, token string) (claims map[string]any) {
	t.Helper()
	var set jose.JSONWebKeySet
	if err := json.Unmarshal([]byte(h.m.Get(oidc.PathJWKS).Body), &set); err != nil {
		t.Fatal(err)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	payload, err := parsed.Verify(set.Key(parsed.Signatures[0].Header.KeyID)[0])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil {
		t.Fatal(err)
	}
	return claims
}
