package oidcapi_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/secret"
	"okno/internal/visit/visittest"
)

// TestFAPIModules holds the negative modules of the FAPI 2 profiles (security.md 3).
func TestFAPIModules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		t.Run("OIDC-4 EnsurePKCERequired", func(t *testing.T) { h.sent(t, h.site.Ask("code_challenge", ""), oidc.InvalidRequest) })
		t.Run("OIDC-4 PlainPKCERejected", func(t *testing.T) {
			h.sent(t, h.site.Ask("code_challenge", h.site.Verifier, "code_challenge_method", "plain"), oidc.InvalidRequest)
			h.sent(t, h.site.Ask("code_challenge_method", ""), oidc.InvalidRequest)
			h.sent(t, h.site.Ask("code_challenge", "short"), oidc.InvalidRequest)
		})
		t.Run("OIDC-4 IncorrectPKCECodeVerifierRejected", func(t *testing.T) {
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "code_verifier", secret.Token())), oidc.InvalidGrant)
		})
		t.Run("OIDC-4 PKCECodeVerifierMissing", func(t *testing.T) {
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "code_verifier", "")), oidc.InvalidGrant)
		})
		t.Run("OIDC-5 EnsureAuthorizationCodeIsExpiredAfter60Seconds", func(t *testing.T) {
			code, late := h.site.Code(h.visitor()), h.site.Code(h.visitor())
			now.Advance(time.Minute - time.Second)
			given(t, h.m.Token(h.site.Redemption(code)))
			now.Advance(time.Second)
			refused(t, h.m.Token(h.site.Redemption(late)), oidc.InvalidGrant)
		})
		t.Run("OIDC-5 AttemptReuseAuthorizationCodeAfterOneSecond", func(t *testing.T) { h.reuse(t, time.Second) })
		t.Run("OIDC-5 EnsureAuthorizationCodeIsBoundToClient", func(t *testing.T) {
			code := h.site.Code(h.visitor())
			refused(t, h.m.Token(h.other.Redemption(code, "redirect_uri", h.site.Redirects[0], "code_verifier", h.site.Verifier)), oidc.InvalidGrant)
			given(t, h.m.Token(h.site.Redemption(code)))
		})
		t.Run("OIDC-5 EnsureRedirectUriAtTokenEndpoint", func(t *testing.T) {
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "redirect_uri", "")), oidc.InvalidGrant)
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "redirect_uri", h.site.Redirects[0]+"/")), oidc.InvalidGrant)
		})
		t.Run("OIDC-6 EnsureClientIdInTokenEndpointMatches", func(t *testing.T) {
			refused(t, h.m.Token(h.site.Redemption(h.site.Code(h.visitor()), "client_id", "other")), oidc.InvalidClient)
		})
		t.Run("OIDC-1 EnsureResponseTypeTokenFails", func(t *testing.T) {
			for _, kind := range []string{"token", "id_token", "none", "code token"} {
				h.sent(t, h.site.Ask("response_type", kind), oidc.UnsupportedResponse)
			}
		})
		t.Run("OIDC-1 EnsureResponseTypeCodeIdTokenFails", func(t *testing.T) {
			h.sent(t, h.site.Ask("response_type", "code id_token"), oidc.UnsupportedResponse)
		})
		t.Run("OIDC-1 EnsureResponseModeFragmentFails", func(t *testing.T) {
			h.sent(t, h.site.Ask("response_mode", "fragment"), oidc.InvalidRequest)
		})
		t.Run("OIDC-1 EnsurePasswordGrantFails", func(t *testing.T) {
			refused(t, h.m.Token(h.site.Call("grant_type", "password", "username", "a", "password", "b")), oidc.UnsupportedGrant)
			refused(t, h.m.Token(h.site.Call("grant_type", "")), oidc.InvalidRequest)
		})
		t.Run("OIDC-3 UserRejectsAuthentication", func(t *testing.T) {
			fresh, v := h.Site("fresh", nil), h.visitor()
			next, err := h.Provider.Authorize(context.Background(), fresh.Ask(), v)
			if err != nil || next.Step != oidc.Consent {
				t.Fatal(err, next.Step)
			}
			answer, err := h.Provider.Decline(context.Background(), next.Flow, v)
			p := answer.Params
			if err != nil || p.Get("error") != oidc.AccessDenied || p.Get("state") != "the-state" || p.Get("iss") != oidctest.Issuer {
				t.Fatal(err, answer)
			}
			if _, err := h.Provider.Agree(context.Background(), next.Flow, v, next.Asked("en"), nil, "en"); err == nil {
				t.Fatal("a flow that is over leads on")
			}
		})
		h.assertions(t)
		h.pushed(t)
	})
}

// assertions holds what a client's assertion may be.
func (h house) assertions(t *testing.T) {
	try := func(assertion string) oidctest.Reply {
		return h.m.Token(h.site.Call("grant_type", "client_credentials", "client_assertion", assertion))
	}
	bad := func(change map[string]any) func(t *testing.T) {
		return func(t *testing.T) { refused(t, try(h.site.Assertion(change)), oidc.InvalidClient) }
	}
	at := func(d time.Duration) int64 { return h.Now.Now().Add(d).Unix() }
	t.Run("OIDC-6 EnsureClientAssertionInTokenEndpoint", func(t *testing.T) { refused(t, try(""), oidc.InvalidClient) })
	t.Run("OIDC-6 EnsureClientAssertionWithExpIs5MinutesInPastFails", bad(map[string]any{"exp": at(-5 * time.Minute), "iat": at(-6 * time.Minute)}))
	t.Run("OIDC-6 EnsureClientAssertionWithoutExpFails", bad(map[string]any{"exp": nil}))
	t.Run("OIDC-6 EnsureClientAssertionWithFarExpFails", bad(map[string]any{"exp": at(2 * time.Hour)}))
	t.Run("OIDC-6 EnsureClientAssertionWithWrongAudFails", bad(map[string]any{"aud": "https://other.example/id"}))
	t.Run("OIDC-6 EnsureClientAssertionWithNoAudFails", bad(map[string]any{"aud": nil}))
	t.Run("OIDC-6 EnsureClientAssertionWithNoSubFails", bad(map[string]any{"sub": nil}))
	t.Run("OIDC-6 EnsureClientAssertionWithAnotherSubFails", bad(map[string]any{"sub": "other"}))
	t.Run("OIDC-6 EnsureClientAssertionWithAnotherIssFails", bad(map[string]any{"iss": "other"}))
	t.Run("OIDC-6 EnsureClientAssertionWithNoJtiFails", bad(map[string]any{"jti": nil}))
	t.Run("OIDC-6 PAREndpointAsAudFails", bad(map[string]any{"aud": visittest.Origin + oidc.PathPush}))
	t.Run("OIDC-6 TokenEndpointAsAudFails", bad(map[string]any{"aud": visittest.Origin + oidc.PathToken}))
	t.Run("OIDC-6 ArrayAsAudFails", func(t *testing.T) {
		bad(map[string]any{"aud": []string{oidctest.Issuer}})(t)
		bad(map[string]any{"aud": []string{oidctest.Issuer, "https://other.example/id"}})(t)
	})
	t.Run("OIDC-6 EnsureClientAssertionSignedWithRS256Fails", func(t *testing.T) { h.rs256(t) })
	t.Run("OIDC-6 ClientAssertionIatAndNbf8SecondsInFutureSucceeds", func(t *testing.T) {
		given(t, try(h.site.Assertion(map[string]any{"iat": at(8 * time.Second), "nbf": at(8 * time.Second)})))
	})
	t.Run("OIDC-6 ClientAssertionIat60SecondsInFutureFails", bad(map[string]any{"iat": at(time.Minute)}))
	t.Run("OIDC-6 ClientAssertionNbf60SecondsInFutureFails", bad(map[string]any{"nbf": at(time.Minute)}))
	t.Run("OIDC-8 EnsureClientAssertionReuseFails", func(t *testing.T) {
		assertion := h.site.Assertion(nil)
		given(t, try(assertion))
		refused(t, try(assertion), oidc.InvalidClient)
		refused(t, h.m.Post(oidc.PathPush, h.site.Call("client_assertion", assertion).Form), oidc.InvalidClient)
	})
	t.Run("OIDC-6 EnsureSecretIsRefusedWhereAKeyIsRegistered", func(t *testing.T) {
		form := url.Values{"grant_type": {"client_credentials"}}
		refused(t, h.m.Post(oidc.PathToken, form, func(r *http.Request) { r.SetBasicAuth("site", "secret") }), oidc.InvalidClient)
		refused(t, h.m.Post(oidc.PathToken, url.Values{"grant_type": {"client_credentials"}, "client_id": {"site"}, "client_secret": {"x"}}), oidc.InvalidClient)
		refused(t, h.m.Post(oidc.PathToken, url.Values{"grant_type": {"client_credentials"}, "client_id": {"site"}}), oidc.InvalidClient)
	})
	t.Run("OIDC-6 EnsureTwoMethodsAtOnceFail", func(t *testing.T) {
		r := h.m.Token(h.site.Call("grant_type", "client_credentials"), func(r *http.Request) { r.SetBasicAuth("site", "secret") })
		refused(t, r, oidc.InvalidClient)
	})
	t.Run("OIDC-6 a secret serves in the sandbox only", func(t *testing.T) {
		basic := func(c *client.Client) {
			c.Stage, c.Method, c.Keys, c.Secret = client.Sandbox, client.SecretBasic, jose.JSONWebKeySet{}, secret.Hash("a-secret")
		}
		sandbox := h.Site("sandbox", basic)
		form := url.Values{"grant_type": {"client_credentials"}}
		given(t, h.m.Post(oidc.PathToken, form, func(r *http.Request) { r.SetBasicAuth("sandbox", "a-secret") }))
		refused(t, h.m.Post(oidc.PathToken, form, func(r *http.Request) { r.SetBasicAuth("sandbox", "a-secre") }), oidc.InvalidClient)
		c := sandbox.Client
		c.Stage = client.Production
		if c.Check() == nil {
			t.Fatal("a secret in production")
		}
	})
}

// rs256 shows an assertion that a registered RSA key has signed in the old way,
// and that the same key serves with PS256.
func (h house) rs256(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	s := h.Site("rsa", func(c *client.Client) {
		c.Keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "r1"}}}
	})
	for alg, good := range map[jose.SignatureAlgorithm]bool{jose.PS256: true, jose.RS256: false, jose.PS512: false} {
		claims := map[string]any{"iss": "rsa", "sub": "rsa", "aud": oidctest.Issuer, "jti": secret.NewID(), "exp": h.Now.Now().Add(time.Minute).Unix()}
		assertion := oidctest.Sign(t, oidctest.Signing{Algorithm: alg, Key: key, KeyID: "r1"}, claims)
		reply := h.m.Token(s.Call("grant_type", "client_credentials", "client_assertion", assertion))
		if good {
			given(t, reply)
			continue
		}
		refused(t, reply, oidc.InvalidClient)
	}
}

// pushed holds the modules of pushed requests.
func (h house) pushed(t *testing.T) {
	must := h.Site("must", func(c *client.Client) { c.PAR = true })
	push := func(pairs ...string) oidctest.Reply {
		form := must.Ask(pairs...)
		for name, list := range must.Call().Form {
			form[name] = list
		}
		return h.m.Post(oidc.PathPush, form)
	}
	t.Run("OIDC-7 PARHappyFlow", func(t *testing.T) {
		next, err := h.ask(must.Push(h.m))
		if err != nil || next.Step != oidc.Consent {
			t.Fatal(err, next.Step)
		}
		if r := push(); r.Status != http.StatusCreated || r.JSON["expires_in"].(float64) != 90 || !strings.HasPrefix(r.Text("request_uri"), "urn:ietf:params:oauth:request_uri:") {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	})
	t.Run("OIDC-7 AuthorizationRequestOutsidePARFails", func(t *testing.T) {
		h.sent(t, must.Ask(), oidc.InvalidRequest)
	})
	t.Run("OIDC-7 a site of high risk is sent back unless it has pushed, also with a signed request", func(t *testing.T) {
		risky := h.Site("risky", oidctest.Numbered)
		h.sent(t, risky.Ask("scope", "openid profile snils"), oidc.InvalidRequest)
		h.sent(t, risky.Ask("scope", "openid"), oidc.InvalidRequest) // what it may ask for counts, not what it asks for
		h.sent(t, risky.Ask("request", risky.Request(nil)), oidc.InvalidRequest)
		next, err := h.ask(risky.Push(h.m, "scope", "openid profile snils"))
		if err != nil || next.Step != oidc.Consent || !slices.Contains(next.Question.Required, client.Number("snils")) {
			t.Fatal(err, next)
		}
	})
	t.Run("OIDC-7 a site that has to push is told so, and how", func(t *testing.T) {
		next, err := h.ask(h.Site("risky-told", oidctest.Numbered).Ask())
		if words := next.Answer.Params.Get("error_description"); err != nil || !strings.Contains(words, oidc.PathPush) {
			t.Fatal(err, words)
		}
	})
	t.Run("OIDC-12 what hangs on the person is refused without words, so that they tell nothing of him", func(t *testing.T) {
		quiet := h.Site("quiet", nil).Ask("prompt", "none")
		for want, v := range map[string]oidc.Visitor{oidc.LoginRequired: {Browser: oidctest.Browser}, oidc.ConsentRequired: h.visitor()} {
			next, err := h.Provider.Authorize(context.Background(), quiet, v)
			if p := next.Answer.Params; err != nil || p.Get("error") != want || p.Has("error_description") {
				t.Fatal(err, p)
			}
		}
	})
	t.Run("OIDC-7 a site of high risk is sent nowhere but to an address of its own", func(t *testing.T) {
		risky := h.Site("risky-address", oidctest.Numbered)
		h.shown(t, risky.Ask("redirect_uri", "https://evil.example/"), oidc.InvalidRequest)
	})
	t.Run("OIDC-7 a site in the sandbox need not push, whatever it asks for", func(t *testing.T) {
		tried := h.Site("tried", func(c *client.Client) { c.Stage = client.Sandbox; oidctest.Numbered(c) })
		if next, err := h.ask(tried.Ask("scope", "openid profile snils")); err != nil || next.Step != oidc.Consent {
			t.Fatal(err, next.Step)
		}
	})
	t.Run("OIDC-7 an application without a key pushes by its client_id alone", func(t *testing.T) {
		native := h.Site("native", func(c *client.Client) {
			c.Native, c.Method, c.Keys, c.Grants = true, client.NoMethod, jose.JSONWebKeySet{}, []client.Grant{client.Code}
			oidctest.Numbered(c)
		})
		h.sent(t, native.Ask("scope", "openid snils"), oidc.InvalidRequest)
		r := h.m.Post(oidc.PathPush, native.Ask("scope", "openid snils"))
		if r.Status != http.StatusCreated {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		if next, err := h.ask(url.Values{"client_id": {"native"}, "request_uri": {r.Text("request_uri")}}); err != nil || next.Step != oidc.Consent {
			t.Fatal(err, next.Step)
		}
	})
	t.Run("OIDC-7 a site that comes to ask for more must push from then on", func(t *testing.T) {
		grown := h.Site("grown", nil)
		if next, err := h.ask(grown.Ask()); err != nil || next.Step != oidc.Consent {
			t.Fatal(err, next.Step)
		}
		more := grown.Client
		more.Optional = append(slices.Clone(more.Optional), client.Identity)
		h.Write(func(tx *db.Tx) error { return h.Clients.Change(tx, more, audit.BySystem("test")) })
		h.Clients.Forget("grown")
		h.sent(t, grown.Ask(), oidc.InvalidRequest)
	})
	t.Run("OIDC-7 discovery says that not every site must push", func(t *testing.T) {
		if h.Provider.Discovery()["require_pushed_authorization_requests"] != false {
			t.Fatal("every site would have to")
		}
	})
	t.Run("OIDC-7 PARAttemptReuseRequestUri", func(t *testing.T) {
		uri := must.Push(h.m)
		if _, err := h.ask(uri); err != nil {
			t.Fatal(err)
		}
		h.shown(t, uri, oidc.InvalidRequestURI)
	})
	t.Run("OIDC-7 PARAttemptToUseExpiredRequestUri", func(t *testing.T) {
		uri := must.Push(h.m)
		h.Now.Advance(90 * time.Second)
		h.shown(t, uri, oidc.InvalidRequestURI)
	})
	t.Run("OIDC-7 PARAttemptToUseRequestUriForDifferentClient", func(t *testing.T) {
		uri := must.Push(h.m)
		uri.Set("client_id", "other")
		h.shown(t, uri, oidc.InvalidRequestURI)
		uri.Set("client_id", "must") // and the rightful one may still come
		if _, err := h.ask(uri); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("OIDC-7 PARRejectRequestUriInParAuthorizationFormParams", func(t *testing.T) {
		if r := push("request_uri", must.Push(h.m).Get("request_uri")); !r.Refused(oidc.InvalidRequest) {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		nested := must.Request(map[string]any{"request_uri": "urn:ietf:params:oauth:request_uri:okp_x"})
		if r := push("request", nested); !r.Refused(oidc.InvalidRequestObject) {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	})
	t.Run("OIDC-7 PARRejectInvalidHttpVerb", func(t *testing.T) {
		for _, verb := range []string{"GET", "PUT", "DELETE", "PATCH"} {
			r := h.m.Do(httptest.NewRequest(verb, visittest.Origin+oidc.PathPush+"?"+must.Ask().Encode(), nil))
			if r.Status != http.StatusMethodNotAllowed || r.Header.Get("Allow") != "POST" || r.Error() != oidc.InvalidRequest || r.Text("request_uri") != "" {
				t.Fatalf("%s %d %v %s", verb, r.Status, r.Header, r.Body)
			}
		}
	})
	t.Run("OIDC-7 PARRejectDuplicateParameters", func(t *testing.T) {
		for _, name := range []string{"state", "redirect_uri", "client_id", "scope", "client_assertion"} {
			form := must.Ask()
			for name, list := range must.Call().Form {
				form[name] = list
			}
			form.Add(name, form.Get(name))
			if r := h.m.Post(oidc.PathPush, form); r.Status < 400 {
				t.Fatalf("%s twice: %d %s", name, r.Status, r.Body)
			}
		}
	})
	t.Run("OIDC-7 EnsureDuplicateParametersFail", func(t *testing.T) {
		for _, name := range []string{"client_id", "redirect_uri", "state", "nonce", "scope", "code_challenge"} {
			ask := h.site.Ask()
			ask.Add(name, ask.Get(name))
			h.shown(t, ask, oidc.InvalidRequest)
		}
		uri := must.Push(h.m)
		uri.Add("request_uri", uri.Get("request_uri"))
		h.shown(t, uri, oidc.InvalidRequest)
	})
	t.Run("OIDC-7 PARRejectUnauthenticatedClient", func(t *testing.T) {
		refused(t, h.m.Post(oidc.PathPush, must.Ask()), oidc.InvalidClient)
	})
	t.Run("OIDC-7 PARRejectUnregisteredRedirectUri", func(t *testing.T) {
		if r := push("redirect_uri", "https://evil.example/"); !r.Refused(oidc.InvalidRequest) || strings.Contains(r.Body, "evil") {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	})
	t.Run("OIDC-7 PARClientIdOfAnother", func(t *testing.T) {
		form := must.Ask("client_id", "other")
		for name, list := range must.Call().Form {
			form[name] = list
		}
		refused(t, h.m.Post(oidc.PathPush, form), oidc.InvalidClient)
	})
	t.Run("OIDC-7 PARWithDPoPBindsTheCode", func(t *testing.T) {
		holder, thief := h.Holder(), h.Holder()
		form := h.site.Ask()
		for name, list := range h.site.Call().Form {
			form[name] = list
		}
		r := h.m.Post(oidc.PathPush, form, oidctest.Header("DPoP", holder.Proof("POST", oidc.PathPush, "", nil)))
		if r.Status != http.StatusCreated {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
		h.site.Code(h.visitor())
		next, err := h.ask(url.Values{"client_id": {"site"}, "request_uri": {r.Text("request_uri")}})
		if err != nil || next.Step != oidc.Done {
			t.Fatal(err, next.Step)
		}
		code := next.Answer.Params.Get("code")
		proof := func(by oidctest.Holder) func(*http.Request) {
			return oidctest.Header("DPoP", by.Proof("POST", oidc.PathToken, "", nil))
		}
		refused(t, h.m.Token(h.site.Redemption(code)), oidc.InvalidProof)
		refused(t, h.m.Token(h.site.Redemption(code), proof(thief)), oidc.InvalidProof)
		given(t, h.m.Token(h.site.Redemption(code), proof(holder)))
		bad := h.site.Ask("dpop_jkt", oidctest.Challenge("another key"))
		for name, list := range h.site.Call().Form {
			bad[name] = list
		}
		refused(t, h.m.Post(oidc.PathPush, bad, oidctest.Header("DPoP", holder.Proof("POST", oidc.PathPush, "", nil))), oidc.InvalidProof)
	})
	t.Run("OIDC-7 PARSignedRequest", func(t *testing.T) {
		if r := push("request", must.Request(nil)); r.Status != http.StatusCreated {
			t.Fatalf("%d %s", r.Status, r.Body)
		}
	})
}
