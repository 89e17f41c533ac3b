package relyingparty_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/relyingparty"
)

func TestTheProviderMayComeLater(t *testing.T) {
	t.Run("a site that was started first says so, and works as soon as the provider does", func(t *testing.T) {
		f := newFake(t)
		f.down = true
		s, b := start(t, f, relyingparty.Tax), newBrowser(t)
		mustBeShown(t, b.open(s.Origin()+"/"), 200, "Sign in with Okno")
		mustBeShown(t, b.open(s.Origin()+"/signin"), 503, "Okno does not answer now")
		f.set(func() { f.down = false })
		b.signIn(s)
	})
	t.Run("one request tries more than once", func(t *testing.T) {
		f := newFake(t)
		var tries atomic.Int32
		late := http.Client{Transport: through(func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/openid-configuration") && tries.Add(1) < 3 {
				return nil, http.ErrHandlerTimeout
			}
			return http.DefaultTransport.RoundTrip(r)
		})}
		newBrowser(t).signIn(start(t, f, relyingparty.Tax, func(c *relyingparty.Config) { c.HTTPClient = &late }))
		if tries.Load() != 3 {
			t.Errorf("it tried %d times", tries.Load())
		}
	})
	t.Run("a discovery document of another issuer is not believed", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Tax, func(c *relyingparty.Config) { c.Issuer = f.server.URL + "/id/" })
		mustBeShown(t, newBrowser(t).open(s.Origin()+"/signin"), 503, "Okno does not answer now")
	})
	t.Run("discovery is asked for once", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Tax)
		for range 3 {
			newBrowser(t).signIn(s)
		}
		if n := f.count("/id/.well-known/openid-configuration"); n != 1 {
			t.Errorf("it was asked for %d times", n)
		}
	})
}

type through func(*http.Request) (*http.Response, error)

func (f through) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestKeysMayRotate(t *testing.T) {
	t.Run("OIDC-13 a new key is fetched when it is met, and the old one still counts", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.signInAnew(s)
		old := f.logoutToken("diary", nil)
		fetched := f.count("/id/keys")
		f.rotate()
		b.signInAnew(s)
		if n := f.count("/id/keys"); n != fetched+1 {
			t.Errorf("the keys were fetched %d times more", n-fetched)
		}
		if got := post(t, s, old); got != 200 {
			t.Errorf("a token of the old key is answered with %d", got)
		}
		f.rotate()
		b.signInAnew(s)
		if got := post(t, s, f.logoutToken("diary", nil)); got != 200 {
			t.Errorf("a token of the new key is answered with %d", got)
		}
	})
	t.Run("OIDC-13 a key that was withdrawn does not come back", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		f.rotate()
		f.set(func() { f.keys = f.keys[1:] }) // now k0 is another key
		b.signInAnew(s)
		stolen := f.keys[0]
		f.rotate()
		f.set(func() { f.keys = f.keys[1:] })
		b.signInAnew(s)
		f.set(func() {
			f.sign = func(c map[string]any) string {
				return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: stolen, KeyID: "k0"}}, nil, c)
			}
		})
		if p := newBrowser(t).open(s.Origin() + "/signin"); p.status != 502 {
			t.Errorf("the status is %d", p.status)
		}
	})
}

func TestCookies(t *testing.T) {
	cookies := func(t *testing.T, s *relyingparty.Site, client *http.Client) []*http.Cookie {
		t.Helper()
		client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		answer, err := client.Get(s.Origin() + "/signin")
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		if len(answer.Cookies()) == 0 {
			t.Fatal("there is no cookie")
		}
		return answer.Cookies()
	}
	t.Run("SESS-1 no script reads them and no other site sends them", func(t *testing.T) {
		f := newFake(t)
		for _, c := range cookies(t, start(t, f, relyingparty.Tax), &http.Client{}) {
			if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || !strings.HasPrefix(c.Name, "tax-") {
				t.Errorf("got %s", c)
			}
		}
	})
	t.Run("SESS-1 over HTTPS they never leave it", func(t *testing.T) {
		f := newFake(t)
		secure := httptest.NewTLSServer(nil)
		t.Cleanup(secure.Close)
		s := start(t, f, relyingparty.Tax, func(c *relyingparty.Config) {
			c.TLS = &tls.Config{Certificates: secure.TLS.Certificates, MinVersion: tls.VersionTLS13}
		})
		if !strings.HasPrefix(s.RedirectURI(), "https://127.0.0.1:") {
			t.Errorf("the redirect address is %s", s.RedirectURI())
		}
		for _, c := range cookies(t, s, secure.Client()) {
			if !c.Secure || !strings.HasPrefix(c.Name, "__Host-tax-") {
				t.Errorf("got %s", c)
			}
		}
	})
	t.Run("SESS-2 every sign-in has a new id, and a planted one is not taken over", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Tax), newBrowser(t)
		at, _ := url.Parse(s.Origin())
		seen := map[string]bool{"planted": true}
		b.client.Jar.SetCookies(at, []*http.Cookie{{Name: "tax-session", Value: "planted", Path: "/"}})
		for range 3 {
			b.signIn(s)
			for _, c := range b.client.Jar.Cookies(at) {
				if c.Name == "tax-session" && seen[c.Value] {
					t.Errorf("the id %q came twice", c.Value)
				} else if c.Name == "tax-session" {
					seen[c.Value] = true
				}
			}
		}
		if len(seen) != 4 {
			t.Errorf("%d ids were seen", len(seen))
		}
	})
	t.Run("sites on one host do not disturb one another", func(t *testing.T) {
		f := newFake(t)
		b := newBrowser(t)
		var sites []*relyingparty.Site
		for _, kind := range relyingparty.Kinds() {
			sites = append(sites, start(t, f, kind))
			b.signIn(sites[len(sites)-1])
		}
		for _, s := range sites {
			if !b.isIn(s) {
				t.Errorf("%s has lost its session", s.ClientID())
			}
		}
	})
}

func TestStartRefusesNonsense(t *testing.T) {
	curve, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	good := relyingparty.Config{Site: relyingparty.Tax, Issuer: "https://okno.example/id"}
	for name, spoil := range map[string]func(*relyingparty.Config){
		"no such site":         func(c *relyingparty.Config) { c.Site = "bakery" },
		"no issuer":            func(c *relyingparty.Config) { c.Issuer = "" },
		"an issuer of nothing": func(c *relyingparty.Config) { c.Issuer = "okno" },
		"key and secret":       func(c *relyingparty.Config) { c.Key, c.Secret = curve, "x" },
		"another curve":        func(c *relyingparty.Config) { c.Key = curve },
		"an address taken":     func(c *relyingparty.Config) { c.Listen = "203.0.113.1:1" },
	} {
		c := good
		spoil(&c)
		if s, err := relyingparty.Start(t.Context(), c); err == nil {
			t.Errorf("%s: it started", name)
			_ = s.Close()
		}
	}
	s, err := relyingparty.Start(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestControl(t *testing.T) {
	f := newFake(t)
	s, b := start(t, f, relyingparty.Tax), newBrowser(t)
	ask := func(method, path, body string) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		s.Control().ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader(body)))
		return rec
	}
	b.signIn(s)
	f.set(func() { f.person.way = "letter" })
	newBrowser(t).open(s.Origin() + "/signin")
	t.Run("the ledger holds what happened, newest first, and no token", func(t *testing.T) {
		rec := ask("GET", "/ledger", "")
		var got []relyingparty.Entry
		if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || len(got) != 2 {
			t.Fatalf("got %s, %v", rec.Body, err)
		}
		if got[0].Kind != relyingparty.Refused || got[0].Reason != "letter" || got[0].Way != "letter" || got[0].Subject != "p-1" || got[1].Kind != relyingparty.SignedIn {
			t.Errorf("got %+v", got)
		}
		for _, secret := range []string{"eyJ", "access-", "refresh-", "code-", "Иванова", "112-233"} {
			if strings.Contains(rec.Body.String(), secret) {
				t.Errorf("the ledger holds %q", secret)
			}
		}
		if body := ask("GET", "/ledger?kind=signed_in", "").Body.String(); strings.Contains(body, "letter") || !strings.Contains(body, "signed_in") {
			t.Errorf("got %s", body)
		}
	})
	t.Run("the registration holds what the provider needs and no private key", func(t *testing.T) {
		var got relyingparty.Registration
		body := ask("GET", "/site", "").Body.String()
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if got.RedirectURI != s.Origin()+"/callback" || got.LogoutURI != s.Origin()+"/backchannel-logout" || got.PostLogoutURI != s.Origin()+"/signed-out" ||
			got.Refuses != "letter" || got.Key == nil || !got.Key.IsPublic() || strings.Contains(body, `"d":`) {
			t.Errorf("got %s", body)
		}
	})
	t.Run("the page shows the ledger and the switch", func(t *testing.T) {
		if body := ask("GET", "/", "").Body.String(); !strings.Contains(body, "letter") || !strings.Contains(body, `action="mode"`) || !strings.Contains(body, "1 signed in") {
			t.Errorf("the page is %s", body)
		}
	})
	t.Run("the switch takes its three modes and no other", func(t *testing.T) {
		for _, mode := range []string{"hang", "fail", "answer"} {
			if rec := ask("POST", "/mode", `{"mode":"`+mode+`"}`); rec.Code != 200 || !strings.Contains(rec.Body.String(), mode) {
				t.Errorf("%s: got %d %s", mode, rec.Code, rec.Body)
			}
		}
		if rec := ask("POST", "/mode", `{"mode":"sing"}`); rec.Code != 422 {
			t.Errorf("got %d %s", rec.Code, rec.Body)
		}
	})
	t.Run("the ledger keeps the newest", func(t *testing.T) {
		s := start(t, f, relyingparty.Diary, func(c *relyingparty.Config) { c.Keep = 3 })
		b := newBrowser(t)
		for range 5 {
			f.now.Advance(time.Second)
			b.signIn(s)
		}
		if got := s.Ledger(""); len(got) != 3 || !got[0].At.Equal(f.now.Now()) {
			t.Errorf("got %+v", got)
		}
	})
}
