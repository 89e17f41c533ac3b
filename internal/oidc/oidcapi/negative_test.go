package oidcapi_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcpage"
	"okno/internal/oidc/oidctest"
)

// house is a provider with its endpoints, one person and two sites.
type house struct {
	*oidctest.World
	m           *oidctest.Machines
	irina       account.ID
	site, other *oidctest.Site
}

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) house {
	w := oidctest.New(t, d, now, "ru")
	oidcpage.Mount(w.World.Site, w.Provider, nil)
	return house{w, w.Machines(), w.Account(account.Verified, "Ирина Соколова", "+79120000001"), w.Site("site", nil), w.Site("other", nil)}
}

func (h house) visitor() oidc.Visitor { return h.Visitor(h.irina) }

// ask is an authorization request of the one who has just signed in.
func (h house) ask(values url.Values) (oidc.Next, error) {
	return h.Provider.Authorize(context.Background(), values, h.visitor())
}

// visit sends the browser of somebody who has just signed in, over the socket.
func (h house) visit(values url.Values) oidctest.Reply {
	return h.m.Visit(oidc.PathAuthorize, values, h.SignedIn(h.irina).Cookies())
}

// shown holds that a request is refused on a page of ours, with no address to go to.
func (h house) shown(t *testing.T, values url.Values, code string) {
	t.Helper()
	if r := h.visit(values); r.Status != http.StatusBadRequest || r.Header.Get("Location") != "" || !strings.Contains(r.Body, "<h1") {
		t.Fatalf("%d %v %s", r.Status, r.Header, r.Body)
	}
	next, err := h.ask(values)
	if r := oidc.RefusalOf(err); r == nil || r.Code != code || next.Answer.Redirect != "" {
		t.Fatalf("%v %+v", err, next)
	}
}

// sent holds that a request is refused at the site's own address, with state and issuer.
func (h house) sent(t *testing.T, values url.Values, code string) {
	t.Helper()
	r := h.visit(values)
	to, err := url.Parse(r.Header.Get("Location"))
	if err != nil || r.Status != http.StatusSeeOther || !strings.HasPrefix(to.String(), values.Get("redirect_uri")+"?") || to.Query().Get("error") != code ||
		to.Query().Get("iss") != oidctest.Issuer || to.Query().Get("state") != values.Get("state") || to.Query().Has("code") || r.Body != "" {
		t.Fatalf("%d %v %s", r.Status, r.Header, r.Body)
	}
	next, err := h.ask(values)
	p := next.Answer.Params
	if err != nil || next.Step != oidc.Done || next.Answer.Redirect != values.Get("redirect_uri") || p.Get("error") != code ||
		p.Get("iss") != oidctest.Issuer || p.Get("state") != values.Get("state") || p.Get("code") != "" {
		t.Fatalf("%v %+v", err, next)
	}
	if words := p.Get("error_description"); strings.ContainsFunc(words, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) { // RFC 6749 4.1.2.1
		t.Fatalf("%q", words)
	}
}

func refused(t *testing.T, r oidctest.Reply, code string) {
	t.Helper()
	if !r.Refused(code) || r.Text("access_token") != "" || r.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
}

func given(t *testing.T, r oidctest.Reply) oidctest.Reply {
	t.Helper()
	if r.Status != http.StatusOK || r.Text("access_token") == "" {
		t.Fatalf("%d %s", r.Status, r.Body)
	}
	return r
}

// TestOIDCModules holds the negative modules of OpenID Connect (security.md 3).
func TestOIDCModules(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		t.Run("OIDC-5 AuthCodeReuse", func(t *testing.T) { h.reuse(t, 0) })
		t.Run("OIDC-5 AuthCodeReuseAfter30Seconds: what was issued dies too", func(t *testing.T) { h.reuse(t, 30*time.Second) })
		t.Run("OIDC-2 EnsureRegisteredRedirectUri", func(t *testing.T) {
			h.shown(t, h.site.Ask("redirect_uri", "https://evil.example/callback"), oidc.InvalidRequest)
			h.shown(t, h.site.Ask("redirect_uri", h.site.Redirects[0]+"/more"), oidc.InvalidRequest)
			h.shown(t, h.site.Ask("redirect_uri", h.other.Redirects[0]), oidc.InvalidRequest)
		})
		t.Run("OIDC-2 EnsureRedirectUriInAuthorizationRequest", func(t *testing.T) {
			h.shown(t, h.site.Ask("redirect_uri", ""), oidc.InvalidRequest)
		})
		query := h.Site("query", func(c *client.Client) { c.Redirects = []string{"https://query.example/callback?foo=bar"} })
		t.Run("OIDC-2 RedirectUriQueryOK", func(t *testing.T) {
			if a := query.Answer(h.visitor()).Address(); !strings.HasPrefix(a, "https://query.example/callback?") || !strings.Contains(a, "foo=bar") || !strings.Contains(a, "code=okc_") {
				t.Fatal(a)
			}
		})
		t.Run("OIDC-2 RedirectUriQueryMismatch", func(t *testing.T) {
			h.shown(t, query.Ask("redirect_uri", "https://query.example/callback?foo=baz"), oidc.InvalidRequest)
			h.shown(t, query.Ask("redirect_uri", "https://query.example/callback"), oidc.InvalidRequest)
		})
		t.Run("OIDC-2 RedirectUriQueryAdded", func(t *testing.T) {
			h.shown(t, h.site.Ask("redirect_uri", h.site.Redirects[0]+"?foo=bar"), oidc.InvalidRequest)
			h.shown(t, h.site.Ask("redirect_uri", h.site.Redirects[0]+"?"), oidc.InvalidRequest)
		})
		t.Run("OIDC-2 RedirectUriRegFrag", func(t *testing.T) {
			c := h.site.Client
			c.Redirects = []string{"https://site.example/callback#fragment"}
			if c.Check() == nil {
				t.Fatal("a fragment was registered")
			}
			h.shown(t, h.site.Ask("redirect_uri", h.site.Redirects[0]+"#fragment"), oidc.InvalidRequest)
		})
		t.Run("OIDC-1 ResponseTypeMissing", func(t *testing.T) { h.sent(t, h.site.Ask("response_type", ""), oidc.InvalidRequest) })
		t.Run("OIDC-11 PromptNoneNotLoggedIn", func(t *testing.T) {
			r := h.m.Visit(oidc.PathAuthorize, h.site.Ask("prompt", "none"), nil)
			if to, err := url.Parse(r.Header.Get("Location")); err != nil || r.Status != http.StatusSeeOther || to.Query().Get("error") != oidc.LoginRequired || to.Query().Get("state") != "the-state" {
				t.Fatalf("%d %v", r.Status, r.Header)
			}
			next, err := h.Provider.Authorize(context.Background(), h.site.Ask("prompt", "none"), oidc.Visitor{Browser: oidctest.Browser})
			if err != nil || next.Answer.Params.Get("error") != oidc.LoginRequired || next.Answer.Params.Get("state") != "the-state" {
				t.Fatalf("%v %+v", err, next)
			}
		})
		t.Run("OIDC-11 PromptNoneLoggedIn", func(t *testing.T) {
			first, second := h.site.Tokens(h.visitor()), h.site.Tokens(h.visitor(), "prompt", "none")
			if oidctest.Claims(t, first.ID)["sub"] != oidctest.Claims(t, second.ID)["sub"] {
				t.Fatal("another person")
			}
		})
		t.Run("OIDC-11 MaxAge1", func(t *testing.T) { h.maxAge(t) })
		t.Run("OIDC-8 IdTokenUnsigned is not offered and not believed", func(t *testing.T) {
			var offered []any
			offered, _ = h.m.Get("/id/.well-known/openid-configuration").JSON["id_token_signing_alg_values_supported"].([]any)
			if len(offered) == 0 {
				t.Fatal("no algorithms")
			}
			for _, alg := range offered {
				if alg == "none" || alg == "HS256" {
					t.Fatal(alg)
				}
			}
			unsigned := oidctest.Raw(t, map[string]any{"alg": "none"}, oidctest.Claims(t, h.site.Tokens(h.visitor()).ID), "")
			h.sent(t, h.site.Ask("id_token_hint", unsigned), oidc.InvalidRequest)
		})
		t.Run("OIDC-8 RequestUriUnsigned is refused and nothing is fetched", func(t *testing.T) {
			h.shown(t, h.site.Ask("request_uri", "https://site.example/request.jwt"), oidc.RequestURIRefused)
			h.shown(t, h.site.Ask("request_uri", "http://169.254.169.254/latest/meta-data"), oidc.RequestURIRefused)
		})
		t.Run("OIDC-8 UnsignedRequestObject is refused", func(t *testing.T) {
			claims := oidctest.Claims(t, h.site.Request(nil))
			h.shown(t, h.site.Ask("request", oidctest.Raw(t, map[string]any{"alg": "none"}, claims, "")), oidc.InvalidRequestObject)
		})
		t.Run("OIDC-9 RefreshToken is bound to its client", func(t *testing.T) {
			tokens := h.site.Tokens(h.visitor())
			refused(t, h.m.Token(h.other.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)), oidc.InvalidGrant)
			given(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh)))
		})
		t.Run("OIDC-15 RegistrationSectorBad: nobody joins the sector of another owner", func(t *testing.T) {
			bad := h.site.Client
			bad.Sector = "https://site.example/sector.json"
			if bad.Check() == nil {
				t.Fatal("an address was taken for a sector")
			}
			sub := func(id client.ID, owner string) any {
				s := h.Site(id, func(c *client.Client) { c.Owner, c.Sector = owner, "taxes" })
				return oidctest.Claims(t, s.Tokens(h.visitor()).ID)["sub"]
			}
			one, same, stranger := sub("sector-a", "partner-1"), sub("sector-b", "partner-1"), sub("sector-c", "partner-2")
			if one != same || one == stranger {
				t.Fatal(one, same, stranger)
			}
			h.sent(t, h.site.Ask("registration", "{}"), oidc.RegistrationRefused)
		})
		t.Run("OIDC-13 ServerRotateKeys: the old key is still published", func(t *testing.T) { h.rotate(t) })
	})
}

func (h house) reuse(t *testing.T, after time.Duration) {
	code := h.site.Code(h.visitor())
	first := given(t, h.m.Token(h.site.Redemption(code)))
	h.Now.Advance(after)
	refused(t, h.m.Token(h.site.Redemption(code)), oidc.InvalidGrant)
	if r := h.m.UserInfo("Bearer", first.Text("access_token")); !r.Refused(oidc.InvalidToken) {
		t.Fatalf("the access token lives on: %d %s", r.Status, r.Body)
	}
	refused(t, h.m.Token(h.site.Call("grant_type", "refresh_token", "refresh_token", first.Text("refresh_token"))), oidc.InvalidGrant)
}

func (h house) maxAge(t *testing.T) {
	ctx, v, cookies := context.Background(), h.visitor(), h.SignedIn(h.irina).Cookies()
	h.site.Code(v, "max_age", "1")
	h.Now.Advance(2 * time.Second)
	if r := h.m.Visit(oidc.PathAuthorize, h.site.Ask("max_age", "1"), cookies); r.Status != http.StatusSeeOther || !strings.Contains(r.Header.Get("Location"), "/id/signin?") || !strings.Contains(r.Header.Get("Location"), "fresh=yes") {
		t.Fatalf("%d %v", r.Status, r.Header)
	}
	next, err := h.Provider.Authorize(ctx, h.site.Ask("max_age", "1"), v)
	if err != nil || next.Step != oidc.SignIn || !next.Fresh {
		t.Fatalf("%v %+v", err, next)
	}
	h.Now.Advance(time.Second)
	again := h.visitor()
	done, err := h.Provider.Continue(ctx, next.Flow, again)
	if err != nil || done.Step != oidc.Done {
		t.Fatalf("%v %+v", err, done)
	}
	reply := given(t, h.m.Token(h.site.Redemption(done.Answer.Params.Get("code"))))
	if at := oidctest.Claims(t, reply.Text("id_token"))["auth_time"].(float64); int64(at) != again.Session.SignedIn.Unix() {
		t.Fatal(at)
	}
}

func (h house) rotate(t *testing.T) {
	ctx := context.Background()
	before := h.keyIDs(t)
	old := h.site.Tokens(h.visitor()).ID
	if err := h.Provider.RotateKeys(ctx); err != nil {
		t.Fatal(err)
	}
	h.Now.Advance(time.Minute)
	if shown := h.keyIDs(t); len(shown) != 2*len(before) {
		t.Fatalf("the new keys are not shown before they sign: %v", shown)
	}
	if kid(t, h.site.Tokens(h.visitor()).ID) != kid(t, old) {
		t.Fatal("a key signs before others know it")
	}
	h.Now.Advance(24 * time.Hour)
	if err := h.Provider.MoveKeys(ctx); err != nil {
		t.Fatal(err)
	}
	h.Now.Advance(time.Minute)
	now := h.site.Tokens(h.visitor()).ID
	shown := h.keyIDs(t)
	if kid(t, now) == kid(t, old) || !shown[kid(t, now)] || !shown[kid(t, old)] {
		t.Fatalf("%v %s %s", shown, kid(t, now), kid(t, old))
	}
	h.site.Code(h.visitor(), "id_token_hint", old) // what the old key signed is still believed
	h.Now.Advance(25 * time.Hour)
	if h.keyIDs(t)[kid(t, old)] {
		t.Fatal("the old key is shown for ever")
	}
}

// keyIDs are the ids of the published keys, and holds that they are public.
func (h house) keyIDs(t *testing.T) map[string]bool {
	t.Helper()
	reply := h.m.Get(oidc.PathJWKS)
	ids := map[string]bool{}
	for _, key := range reply.JSON["keys"].([]any) {
		jwk := key.(map[string]any)
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "k"} {
			if jwk[private] != nil {
				t.Fatalf("a private part is published: %s", private)
			}
		}
		ids[jwk["kid"].(string)] = true
	}
	return ids
}

func kid(t *testing.T, token string) string {
	t.Helper()
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	return parsed.Signatures[0].Protected.KeyID
}
