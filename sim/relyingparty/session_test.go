package relyingparty_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/relyingparty"
)

func TestSessionsEndWithTheAccessToken(t *testing.T) {
	f := newFake(t)
	s, b := start(t, f, relyingparty.Tax), newBrowser(t)
	b.signIn(s)
	f.now.Advance(299 * time.Second)
	if !b.isIn(s) {
		t.Fatal("the session ended before the access token")
	}
	f.now.Advance(time.Second)
	p := b.open(s.Origin() + "/account")
	mustShow(t, p, "Your session on this site has ended")
	if s.Sessions() != 0 || p.address.Path != "/" || f.count("/id/token") != 1 {
		t.Errorf("%d are signed in, the page is %s, the provider was asked %d times for tokens", s.Sessions(), p.address.Path, f.count("/id/token"))
	}
	if p := b.open(s.Origin() + "/"); strings.Contains(p.text(), "has ended") {
		t.Error("the page says twice that the session has ended")
	}
}

// long signs in at a site that renews its sessions and goes to two minutes before the end.
func long(t *testing.T, f *fake) (*relyingparty.Site, *browser) {
	t.Helper()
	s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
	b.signIn(s)
	f.now.Advance(3 * time.Minute)
	return s, b
}

func TestRenewal(t *testing.T) {
	t.Run("two minutes before the end, not sooner, with a rotated token every time", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		b.signIn(s)
		f.now.Advance(3*time.Minute - time.Second)
		b.open(s.Origin() + "/account")
		if n := len(s.Ledger(relyingparty.Renewed)); n != 0 {
			t.Fatal("the session was renewed too soon")
		}
		f.now.Advance(time.Second - 3*time.Minute)
		for i := range 5 {
			f.now.Advance(3 * time.Minute)
			if !b.isIn(s) || len(s.Ledger(relyingparty.Renewed)) != i+1 {
				t.Fatalf("after %d times: %+v", i+1, s.Ledger(""))
			}
		}
	})
	t.Run("OIDC-9 of many requests at once one sends the refresh token", func(t *testing.T) {
		f := newFake(t)
		s, b := long(t, f)
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				if p := b.post(s.Origin()+"/renew", nil); p.status != 200 || !strings.Contains(p.body, `"left": 300`) {
					t.Errorf("got %d %s", p.status, p.body)
				}
			})
		}
		all.Wait()
		if n := f.count("/id/token"); n != 2 {
			t.Errorf("the provider was asked %d times for tokens", n)
		}
	})
	t.Run("Q-40 a level that was raised shows after the renewal", func(t *testing.T) {
		f := newFake(t)
		f.person.level = "urn:okno:level:standard"
		s, b := long(t, f)
		f.set(func() { f.person.level = "urn:okno:level:verified" })
		mustShow(t, b.open(s.Origin()+"/account"), "urn:okno:level:verified")
	})
	t.Run("a level that has fallen ends the session with a reason", func(t *testing.T) {
		f := newFake(t)
		s, b := long(t, f)
		f.set(func() { f.person.level = "urn:okno:level:simplified" })
		p := b.open(s.Origin() + "/account")
		mustShow(t, p, "This site needs a higher level", "simplified")
		if p.status != 403 || s.Sessions() != 0 {
			t.Errorf("the status is %d, %d are signed in", p.status, s.Sessions())
		}
	})
	for name, spoil := range map[string]func(f *fake){
		"another person":             func(f *fake) { f.person.sub = "p-2" },
		"another session":            func(f *fake) { f.person.sid = "s-2" },
		"another time of sign-in":    func(f *fake) { f.spoil = func(_ *jose.SignerOptions, c map[string]any) { c["auth_time"] = 1 } },
		"another nonce":              func(f *fake) { f.spoil = func(_ *jose.SignerOptions, c map[string]any) { c["nonce"] = "n" } },
		"another audience":           func(f *fake) { f.spoil = func(_ *jose.SignerOptions, c map[string]any) { c["aud"] = "diary" } },
		"a refusal of the provider":  func(f *fake) { f.refuse = "invalid_grant" },
		"userinfo of another person": func(f *fake) { f.info = func(c map[string]any) { c["sub"] = "p-2" } },
	} {
		t.Run(name+" ends the session", func(t *testing.T) {
			f := newFake(t)
			s, b := long(t, f)
			f.set(func() { spoil(f) })
			mustShow(t, b.open(s.Origin()+"/account"), "Your session on this site has ended")
			if s.Sessions() != 0 || len(s.Ledger(relyingparty.NotRenewed)) != 1 {
				t.Errorf("%d are signed in, the ledger says %+v", s.Sessions(), s.Ledger(""))
			}
		})
	}
	t.Run("F-34 a provider that is down ends nothing before its time and keeps nothing after it", func(t *testing.T) {
		f := newFake(t)
		s, b := long(t, f)
		f.set(func() { f.down = true })
		if !b.isIn(s) {
			t.Error("the session ended early")
		}
		f.now.Advance(2 * time.Minute)
		if b.isIn(s) || s.Sessions() != 0 {
			t.Error("the session outlived its access token")
		}
	})
	t.Run("a session that is ended while it is renewed stays ended", func(t *testing.T) {
		f := newFake(t)
		s, b := long(t, f)
		hold, began := make(chan struct{}), make(chan struct{})
		f.set(func() { f.hold, f.began = hold, began })
		done := make(chan page)
		go func() { done <- b.post(s.Origin()+"/renew", nil) }()
		<-began
		if got := post(t, s, f.logoutToken("moscow", nil)); got != 200 {
			t.Fatalf("the logout token was answered with %d", got)
		}
		close(hold)
		if p := <-done; p.status != 401 {
			t.Errorf("the renewal was answered with %d %s", p.status, p.body)
		}
		if s.Sessions() != 0 || b.isIn(s) {
			t.Error("the renewal brought the session back")
		}
	})
	t.Run("nobody is renewed who is not in", func(t *testing.T) {
		f := newFake(t)
		if p := newBrowser(t).post(start(t, f, relyingparty.Moscow).Origin()+"/renew", nil); p.status != 401 {
			t.Errorf("the status is %d", p.status)
		}
	})
	t.Run("the browser asks by itself where the site renews, and only there", func(t *testing.T) {
		f := newFake(t)
		b := newBrowser(t)
		if p := b.signIn(start(t, f, relyingparty.Tatarstan)); !strings.Contains(p.body, `src="/renew.js"`) || !strings.Contains(p.body, `data-left="300"`) {
			t.Error("the page does not renew")
		}
		if p := b.signIn(start(t, f, relyingparty.Tax)); strings.Contains(p.body, "renew.js") {
			t.Error("the taxpayer account renews")
		}
	})
}

func TestSilentSignIn(t *testing.T) {
	t.Run("SSO-02 who is signed in at the provider is in without a page", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Tatarstan), newBrowser(t)
		if p := b.open(s.Origin() + "/"); p.address.Path != "/account" {
			t.Fatalf("the first page led to %s", p.address.Path)
		}
		if q, _ := f.lastAsked(); q.Get("prompt") != "none" {
			t.Errorf("prompt is %q", q.Get("prompt"))
		}
		if got := s.Ledger(relyingparty.SignedIn); len(got) != 1 || !got[0].Silent {
			t.Errorf("the ledger says %+v", got)
		}
	})
	for _, code := range []string{"", "interaction_required", "consent_required", "account_selection_required", "unmet_authentication_requirements", "access_denied"} {
		t.Run("who is not sees the first page, and is asked once: "+code, func(t *testing.T) {
			f := newFake(t)
			f.in, f.deny = false, code
			s, b := start(t, f, relyingparty.Tatarstan), newBrowser(t)
			for range 3 {
				p := b.open(s.Origin() + "/")
				if p.address.Path != "/" || p.status != 200 {
					t.Fatalf("the first page led to %s with %d", p.address.Path, p.status)
				}
				mustShow(t, p, "Sign in with Okno")
			}
			if got := s.Ledger(relyingparty.Refused); len(got) != 1 || got[0].Reason != or(code, "login_required") || !got[0].Silent {
				t.Errorf("the ledger says %+v", got)
			}
			if q, _ := f.lastAsked(); q.Get("prompt") != "none" {
				t.Errorf("prompt is %q", q.Get("prompt"))
			}
			f.set(func() { f.deny = "" })
			b.signIn(s)
		})
	}
	t.Run("a mistake of the site is not kept silent", func(t *testing.T) {
		f := newFake(t)
		f.deny = "invalid_scope"
		s, b := start(t, f, relyingparty.Tatarstan), newBrowser(t)
		mustBeShown(t, b.open(s.Origin()+"/"), 502, "our mistake")
	})
	t.Run("LOG-13 who has signed out stays out", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Tatarstan), newBrowser(t)
		b.open(s.Origin() + "/")
		b.post(s.Origin()+"/signout", nil)
		f.set(func() { f.in = true }) // in at the provider again, by another site
		if p := b.open(s.Origin() + "/"); p.address.Path != "/" || s.Sessions() != 0 {
			t.Errorf("the first page led to %s", p.address.Path)
		}
	})
	t.Run("a provider that is down hides no first page", func(t *testing.T) {
		f := newFake(t)
		f.down = true
		s := start(t, f, relyingparty.Tatarstan)
		mustBeShown(t, newBrowser(t).open(s.Origin()+"/"), 200, "Sign in with Okno")
	})
}

func mustBeShown(t *testing.T, p page, status int, words ...string) {
	t.Helper()
	if p.status != status {
		t.Errorf("%s answers %d, not %d", p.address.Path, p.status, status)
	}
	mustShow(t, p, words...)
}

func TestSignOut(t *testing.T) {
	t.Run("OIDC-14 ends the session here and at the provider, and comes back", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		b.signIn(s)
		p := b.post(s.Origin()+"/signout", nil)
		mustBeShown(t, p, 200, "You have signed out", "Okno has sent you back")
		if p.address.Path != "/signed-out" || s.Sessions() != 0 || f.in {
			t.Errorf("the sign-out ended at %s, %d are in here, at the provider: %t", p.address, s.Sessions(), f.in)
		}
		if len(s.Ledger(relyingparty.SignedOut)) != 1 || len(s.Ledger(relyingparty.CameBack)) != 1 {
			t.Errorf("the ledger says %+v", s.Ledger(""))
		}
		again := b.open(p.address.String())
		mustShow(t, again, "You may still be signed in at Okno") // the state was spent
		if b.isIn(s) {
			t.Error("somebody is in")
		}
	})
	t.Run("the old cookie opens nothing afterwards", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		b.signIn(s)
		at, _ := url.Parse(s.Origin())
		kept := b.client.Jar.Cookies(at)
		b.post(s.Origin()+"/signout", nil)
		b.client.Jar.SetCookies(at, kept)
		if b.isIn(s) {
			t.Error("the cookie still opens the account")
		}
	})
	t.Run("without a session it only says so", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Moscow)
		mustBeShown(t, newBrowser(t).post(s.Origin()+"/signout", nil), 200, "You may still be signed in at Okno")
		if f.count("/id/bye") != 0 {
			t.Error("the provider was asked")
		}
	})
	t.Run("another site's page cannot sign anybody out", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		b.signIn(s)
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.Origin()+"/signout", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Origin", "https://evil.example")
		if p := b.do(r); p.status != 403 || !b.isIn(s) {
			t.Errorf("the status is %d", p.status)
		}
	})
	t.Run("a provider that is down does not keep anybody in", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		b.signIn(s)
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		f.set(func() { f.down = true })
		b.post(s.Origin()+"/signout", nil)
		if s.Sessions() != 0 {
			t.Error("somebody is in")
		}
	})
}
