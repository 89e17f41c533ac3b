package oidcpage_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/client/clienttest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcpage"
	"okno/internal/oidc/oidctest"
	"okno/internal/visit/visittest"
)

// TestAuthorizePage holds the authorization endpoint as a browser meets it, guards
// and all: what cannot be answered at the site is a page, and no page tells what
// was sent.
func TestAuthorizePage(t *testing.T) { dbtest.Each(t, authorizePage) }

func authorizePage(t *testing.T, d *db.DB, now *clock.Fake) {
	w := oidctest.New(t, d, now, "ru")
	oidcpage.Mount(w.World.Site, w.Provider, nil)
	site, handler := w.Site("site", nil), w.Handler()
	irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
	site.Code(w.Visitor(irina))
	cookies := w.SignedIn(irina).Cookies()
	do := func(method, path string, form url.Values, signedIn bool) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, visittest.Origin+path, strings.NewReader(form.Encode()))
		r.Header.Set("Accept-Language", "en")
		if form != nil {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		for _, c := range cookies {
			if signedIn {
				r.AddCookie(c)
			}
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer
	}
	ask := func(pairs ...string) *httptest.ResponseRecorder {
		return do("GET", oidc.PathAuthorize+"?"+site.Ask(pairs...).Encode(), nil, true)
	}
	shown := func(t *testing.T, a *httptest.ResponseRecorder, sent string) {
		t.Helper()
		if a.Code != http.StatusBadRequest || a.Header().Get("Location") != "" || sent != "" && strings.Contains(a.Body.String(), sent) || !strings.Contains(a.Body.String(), "<h1") {
			t.Fatalf("%d %v %s", a.Code, a.Header(), a.Body)
		}
	}
	sent := func(t *testing.T, a *httptest.ResponseRecorder, name, value string) {
		t.Helper()
		to, err := url.Parse(a.Header().Get("Location"))
		if err != nil || a.Code != http.StatusSeeOther || !strings.HasPrefix(to.String(), site.Redirects[0]+"?") || value != "" && to.Query().Get(name) != value || to.Query().Get(name) == "" ||
			to.Query().Get("iss") != oidctest.Issuer || to.Query().Get("state") != "the-state" || a.Header().Get("Cache-Control") != "no-store" {
			t.Fatalf("%d %v", a.Code, a.Header())
		}
	}
	t.Run("OIDC-3 a request that is in order goes back with code, state and iss", func(t *testing.T) { sent(t, ask(), "code", "") })
	t.Run("OIDC-3 EnsureRegisteredRedirectUri: a page, and nothing of the request on it", func(t *testing.T) {
		for _, a := range clienttest.Addresses(t) {
			if a.Address != site.Redirects[0] && a.Address != "" {
				shown(t, ask("redirect_uri", a.Address), "")
			}
		}
		shown(t, ask("redirect_uri", "https://evil.example/canary", "state", "canary", "nonce", "canary", "scope", "canary"), "canary")
		shown(t, ask("client_id", "canary-client"), "canary")
		shown(t, ask("request_uri", "https://canary.example/"), "canary")
		shown(t, ask("request", "canary.canary.canary"), "canary")
		shown(t, ask("redirect_uri", ""), "")
	})
	t.Run("OIDC-1 ResponseTypeMissing goes back to the site", func(t *testing.T) {
		sent(t, ask("response_type", ""), "error", oidc.InvalidRequest)
		sent(t, ask("response_type", "code id_token"), "error", oidc.UnsupportedResponse)
		sent(t, ask("code_challenge_method", "plain"), "error", oidc.InvalidRequest)
	})
	t.Run("OIDC-11 PromptNoneNotLoggedIn goes back to the site", func(t *testing.T) {
		sent(t, do("GET", oidc.PathAuthorize+"?"+site.Ask("prompt", "none").Encode(), nil, false), "error", oidc.LoginRequired)
	})
	t.Run("OIDC-3 a request by POST is answered with 303", func(t *testing.T) {
		a := do("POST", oidc.PathAuthorize, site.Ask(), true)
		if a.Code != http.StatusSeeOther || !strings.HasPrefix(a.Header().Get("Location"), oidc.PathAuthorize+"?") {
			t.Fatalf("%d %v", a.Code, a.Header())
		}
	})
	t.Run("OIDC-3 what is posted and fits no address gets a page, not an address that the browser cannot send", func(t *testing.T) {
		for _, path := range []string{oidc.PathAuthorize, oidc.PathLogout} {
			for _, size := range []int{30 << 10, 70 << 10} {
				shown(t, do("POST", path, url.Values{"state": {strings.Repeat("s", size)}}, true), "ssss")
			}
		}
	})
	t.Run("OIDC-14 NoIdTokenHint, BadIdTokenHint and BadLogoutRedirectUri lead nowhere, and the session lives on", func(t *testing.T) {
		hint := site.Tokens(w.Visitor(irina)).ID
		for _, wish := range []url.Values{{"post_logout_redirect_uri": site.PostLogout}, {"id_token_hint": {"bad"}, "post_logout_redirect_uri": site.PostLogout},
			{"id_token_hint": {hint}, "post_logout_redirect_uri": {"https://evil.example/canary"}}, {"state": {"x"}}, {}} {
			a := do("GET", oidc.PathLogout+"?"+wish.Encode(), nil, true)
			if to := a.Header().Get("Location"); to != "" && to != oidc.PathLogout || strings.Contains(a.Body.String(), `href="https://evil`) {
				t.Fatalf("%v: %d %v", wish, a.Code, a.Header())
			}
		}
		sent(t, ask("prompt", "none"), "code", "")
	})
	t.Run("T-40 a link to us leads no stranger to a site of the sandbox, at which nobody has looked", func(t *testing.T) {
		w.Provider.Partners = members{irina}
		defer func() { w.Provider.Partners = nil }()
		try := w.Site("tried", func(c *client.Client) { c.Stage = client.Sandbox })
		hint := try.Tokens(w.Visitor(irina)).ID
		leave := url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {try.PostLogout[0]}}
		oleg := w.SignedIn(w.Account(account.Standard, "Олег Ким", "+79120000002")).Cookies()
		come := func(path string, query url.Values, cookies []*http.Cookie) *httptest.ResponseRecorder {
			r := httptest.NewRequest("GET", visittest.Origin+path+"?"+query.Encode(), nil)
			for _, c := range cookies {
				r.AddCookie(c)
			}
			answer := httptest.NewRecorder()
			handler.ServeHTTP(answer, r)
			return answer
		}
		wishes := map[string]url.Values{"wrong": try.Ask("code_challenge", ""), "wrong by form": try.Ask("code_challenge", "", "response_mode", "form_post"), "quiet": try.Ask("prompt", "none"),
			"quiet by form": try.Ask("prompt", "none", "response_mode", "form_post"), "quiet about another": try.Ask("prompt", "none", "id_token_hint", hint)}
		for name, wish := range wishes {
			for who, stranger := range map[string][]*http.Cookie{"nobody": nil, "Oleg": oleg} {
				a := come(oidc.PathAuthorize, wish, stranger)
				if body := a.Body.String(); a.Code != http.StatusOK || a.Header().Get("Location") != "" || strings.Contains(body, `http-equiv="refresh"`) || strings.Contains(body, "data-go") || !strings.Contains(body, "tried.example") {
					t.Errorf("%s, %s: %d %v %s", name, who, a.Code, a.Header(), body)
				}
			}
		}
		if a := come(oidc.PathLogout, leave, nil); strings.HasPrefix(a.Header().Get("Location"), "https://tried.example") {
			t.Error("a hint of one of its people leads everybody there")
		}
		if a := come(oidc.PathAuthorize, try.Ask("prompt", "none"), cookies); !strings.HasPrefix(a.Header().Get("Location"), try.Redirects[0]+"?code=") {
			t.Errorf("its own people do not come back: %d %v", a.Code, a.Header())
		}
		local := w.Site("local", func(c *client.Client) { c.Stage, c.Redirects = client.Sandbox, []string{"http://127.0.0.1:7777/cb"} })
		for _, wish := range []url.Values{local.Ask("prompt", "none"), local.Ask("code_challenge", "")} {
			if a := come(oidc.PathAuthorize, wish, nil); !strings.HasPrefix(a.Header().Get("Location"), "http://127.0.0.1:7777/cb?error=") {
				t.Errorf("a developer sees no error at his own machine: %d %v", a.Code, a.Header())
			}
		}
	})
}

// members are the people of every site of the sandbox.
type members []account.ID

func (m members) MayEnter(_ *db.Tx, c client.Client, who account.ID) (bool, error) {
	return c.Stage == client.Production || slices.Contains(m, who), nil
}

func (members) Hear(client.ID, string, string, string) {}
