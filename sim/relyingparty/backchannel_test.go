package relyingparty_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/relyingparty"
)

// post sends a logout token as the provider does, and gives the status.
func post(t *testing.T, s *relyingparty.Site, token string) int {
	t.Helper()
	answer, err := http.PostForm(s.LogoutURI(), url.Values{"logout_token": {token}})
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.Header.Get("Cache-Control") != "no-store" {
		t.Error("the answer may be stored")
	}
	return answer.StatusCode
}

func TestALogoutTokenEndsSessions(t *testing.T) {
	people := func(t *testing.T) (*fake, *relyingparty.Site, map[string]*browser) {
		f := newFake(t)
		s := start(t, f, relyingparty.Diary)
		all := map[string]*browser{}
		for _, who := range [][2]string{{"p-1", "s-1"}, {"p-1", "s-2"}, {"p-2", "s-3"}} {
			f.set(func() { f.person.sub, f.person.sid = who[0], who[1] })
			all[who[1]] = newBrowser(t)
			all[who[1]].signIn(s)
		}
		f.set(func() { f.person.sub, f.person.sid = "p-1", "s-1" })
		return f, s, all
	}
	drop := func(name string) func(*jose.SignerOptions, map[string]any) {
		return func(_ *jose.SignerOptions, c map[string]any) { delete(c, name) }
	}
	for _, row := range []struct {
		name   string
		change func(*jose.SignerOptions, map[string]any)
		ends   []string
	}{
		{"SESS-4 one session, by person and session", nil, []string{"s-1"}},
		{"SESS-4 one session, by session alone", drop("sub"), []string{"s-1"}},
		{"SESS-4 all of a person, without a session", drop("sid"), []string{"s-1", "s-2"}},
		{"OIDC-14 nothing, when the session is somebody else's", func(_ *jose.SignerOptions, c map[string]any) { c["sid"] = "s-3" }, nil},
		{"OIDC-14 nothing, when the session is not known", func(_ *jose.SignerOptions, c map[string]any) { c["sid"] = "s-9" }, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			f, s, all := people(t)
			if got := post(t, s, f.logoutToken("diary", row.change)); got != 200 {
				t.Fatalf("the answer is %d: %+v", got, s.Ledger(relyingparty.LogoutRefused))
			}
			for sid, b := range all {
				ended := strings.Contains(strings.Join(row.ends, " "), sid)
				if b.isIn(s) == ended {
					t.Errorf("session %s: ended is %t", sid, !ended)
				}
			}
			if got := s.Ledger(relyingparty.LogoutTaken); len(got) != 1 || got[0].Ended != len(row.ends) {
				t.Errorf("the ledger says %+v", got)
			}
		})
	}
}

func TestForgedLogoutTokensEndNothing(t *testing.T) {
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(*fake) string {
		return func(f *fake) string {
			return f.logoutToken("diary", func(_ *jose.SignerOptions, c map[string]any) { c[name] = value })
		}
	}
	without := func(names ...string) func(*fake) string {
		return func(f *fake) string {
			return f.logoutToken("diary", func(_ *jose.SignerOptions, c map[string]any) {
				for _, name := range names {
					delete(c, name)
				}
			})
		}
	}
	typed := func(typ string) func(*fake) string {
		return func(f *fake) string {
			return f.logoutToken("diary", func(o *jose.SignerOptions, _ map[string]any) { o.WithType(jose.ContentType(typ)) })
		}
	}
	claimsOf := func(f *fake) (claims map[string]any) {
		f.logoutToken("diary", func(_ *jose.SignerOptions, c map[string]any) { claims = c })
		return claims
	}
	for name, make := range map[string]func(f *fake) string{
		"none":                           func(*fake) string { return "" },
		"not a token":                    func(*fake) string { return "a.b.c" },
		"for another site":               func(f *fake) string { return f.logoutToken("tax", nil) },
		"for nobody":                     without("aud"),
		"of another provider":            claim("iss", "https://other.example"),
		"past its time":                  claim("exp", int64(1790845199)),
		"without an end":                 without("exp"),
		"from the future":                claim("iat", int64(1790845200+3600)),
		"without an id":                  without("jti"),
		"about nobody":                   without("sub", "sid"),
		"without the event":              without("events"),
		"of another event":               claim("events", map[string]any{"urn:other": map[string]any{}}),
		"with a nonce":                   claim("nonce", "n"),
		"with an empty nonce":            claim("nonce", nil),
		"of the type of an ID token":     typed("JWT"),
		"of the type of an access token": typed("at+jwt"),
		"too big":                        claim("more", strings.Repeat("x", 17<<10)),
		"an ID token": func(f *fake) string {
			f.mu.Lock()
			defer f.mu.Unlock()
			return f.idToken("diary", "", "access")
		},
		"signed by a foreign key": func(f *fake) string {
			return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: foreign, KeyID: "k0"}}, (&jose.SignerOptions{}).WithType("logout+jwt"), claimsOf(f))
		},
		"signed by a key that it brings itself": func(f *fake) string {
			return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: foreign}, (&jose.SignerOptions{EmbedJWK: true}).WithType("logout+jwt"), claimsOf(f))
		},
		"signed with the public key as a secret": func(f *fake) string {
			public, _ := json.Marshal(jose.JSONWebKey{Key: f.keys[0].Public()})
			return signWith(f.t, jose.SigningKey{Algorithm: jose.HS256, Key: public}, (&jose.SignerOptions{}).WithType("logout+jwt"), claimsOf(f))
		},
		"not signed": func(f *fake) string {
			body, _ := json.Marshal(claimsOf(f))
			return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"logout+jwt"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
		},
		"changed": func(f *fake) string {
			parts := strings.Split(f.logoutToken("tax", nil), ".")
			body, _ := json.Marshal(claimsOf(f))
			return parts[0] + "." + base64.RawURLEncoding.EncodeToString(body) + "." + parts[2]
		},
		"cut": func(f *fake) string {
			token := f.logoutToken("diary", nil)
			return token[:len(token)-2]
		},
		"lengthened": func(f *fake) string { return f.logoutToken("diary", nil) + "AA" },
	} {
		t.Run("OIDC-14 "+name, func(t *testing.T) {
			f := newFake(t)
			s, b := start(t, f, relyingparty.Diary), newBrowser(t)
			b.signIn(s)
			if got := post(t, s, make(f)); got != 400 {
				t.Errorf("the answer is %d", got)
			}
			if !b.isIn(s) || len(s.Ledger(relyingparty.LogoutTaken)) != 0 || len(s.Ledger(relyingparty.LogoutRefused)) != 1 {
				t.Errorf("the ledger says %+v", s.Ledger(""))
			}
			if got := post(t, s, f.logoutToken("diary", nil)); got != 200 || b.isIn(s) {
				t.Errorf("a good token is answered with %d", got)
			}
		})
	}
}

func TestALogoutTokenWorksOnce(t *testing.T) {
	t.Run("OTP-2 a replayed token leaves the next session alone", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.signIn(s)
		token := f.logoutToken("diary", nil)
		if got := post(t, s, token); got != 200 {
			t.Fatalf("the answer is %d", got)
		}
		b.signIn(s) // with the same session at the provider, which may keep it
		if got := post(t, s, token); got != 400 || !b.isIn(s) {
			t.Errorf("the second time the answer is %d", got)
		}
		if got := s.Ledger(relyingparty.LogoutRefused); len(got) != 1 || got[0].Reason != "the token was used before" {
			t.Errorf("the ledger says %+v", got)
		}
		f.now.Advance(2*time.Minute + time.Second) // now it is forgotten, and past its time
		b.signIn(s)
		if got := post(t, s, token); got != 400 || !b.isIn(s) {
			t.Errorf("the third time the answer is %d", got)
		}
	})
	t.Run("OTP-2 of sixty-four at once one is taken", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Diary)
		newBrowser(t).signIn(s)
		token := f.logoutToken("diary", nil)
		var taken atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				if post(t, s, token) == 200 {
					taken.Add(1)
				}
			})
		}
		all.Wait()
		if taken.Load() != 1 {
			t.Errorf("%d were taken", taken.Load())
		}
	})
}

func TestASiteMayFallSilentAtLogout(t *testing.T) {
	t.Run("F-34 it hangs until the provider has no more patience", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.signIn(s)
		if err := s.SetMode(relyingparty.Hang, 0); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		token := f.logoutToken("diary", nil)
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, s.LogoutURI(), strings.NewReader(url.Values{"logout_token": {token}}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if answer, err := http.DefaultClient.Do(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, %v", answer, err)
		}
		if !b.isIn(s) || len(s.Ledger(relyingparty.LogoutUnanswered)) != 1 {
			t.Errorf("the ledger says %+v", s.Ledger(""))
		}
		if err := s.SetMode(relyingparty.Answer, 0); err != nil {
			t.Fatal(err)
		}
		if got := post(t, s, token); got != 200 || b.isIn(s) {
			t.Errorf("the same token, which was never looked at, is answered with %d", got)
		}
	})
	t.Run("F-34 it fails", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.signIn(s)
		if err := s.SetMode(relyingparty.Fail, 0); err != nil {
			t.Fatal(err)
		}
		if got := post(t, s, f.logoutToken("diary", nil)); got != 500 || !b.isIn(s) {
			t.Errorf("the answer is %d", got)
		}
	})
	t.Run("it answers late", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.signIn(s)
		if err := s.SetMode(relyingparty.Answer, 60*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		if got := post(t, s, f.logoutToken("diary", nil)); got != 200 || time.Since(began) < 60*time.Millisecond || b.isIn(s) {
			t.Errorf("the answer is %d after %s", got, time.Since(began))
		}
	})
	t.Run("closing the site cuts what hangs", func(t *testing.T) {
		f := newFake(t)
		s := start(t, f, relyingparty.Diary)
		if err := s.SetMode(relyingparty.Hang, 0); err != nil {
			t.Fatal(err)
		}
		failed := make(chan error, 1)
		go func() {
			_, err := http.PostForm(s.LogoutURI(), url.Values{"logout_token": {"x"}})
			failed <- err
		}()
		if _, err := s.Await(t.Context(), relyingparty.LogoutUnanswered, 1); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if <-failed == nil {
			t.Error("there was an answer")
		}
	})
}

func FuzzALogoutTokenThatWeDidNotMake(f *testing.F) {
	provider := newFake(f)
	s, err := relyingparty.Start(context.Background(), relyingparty.Config{Site: relyingparty.Diary, Issuer: provider.issuer(), Now: provider.now.Now})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.Close() })
	good := provider.logoutToken("diary", nil)
	for _, seed := range []string{"", "a.b.c", "eyJhbGciOiJub25lIiwidHlwIjoibG9nb3V0K2p3dCJ9.e30.", `{"payload":"e30","signatures":[]}`, good[:len(good)-1], good[1:], "." + good, good + "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		if got := post(t, s, token); got != 400 {
			t.Errorf("%q is answered with %d", token, got)
		}
	})
}
