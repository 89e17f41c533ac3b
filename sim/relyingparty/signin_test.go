package relyingparty_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/relyingparty"
)

func TestPeopleSignIn(t *testing.T) {
	for name, kind := range map[string]relyingparty.Kind{
		"SSO-03 the city services of Moscow":        relyingparty.Moscow,
		"SSO-04 the services of St Petersburg":      relyingparty.Petersburg,
		"SSO-05 the services of Tatarstan":          relyingparty.Tatarstan,
		"SSO-06 the taxpayer account":               relyingparty.Tax,
		"SSO-07 the school diary":                   relyingparty.Diary,
		"TAX-05 verified by desk, the tax lets in":  relyingparty.Tax,
		"OTH-02 verified by letter, the diary does": relyingparty.Diary,
	} {
		t.Run(name, func(t *testing.T) {
			f := newFake(t)
			way := "desk"
			if strings.HasPrefix(name, "OTH-02") {
				way = "letter"
			}
			f.person.way = way
			s, b := start(t, f, kind), newBrowser(t)
			p := b.signIn(s)
			mustShow(t, p, "Иванова Мария Петровна", "1980-02-03", "verified", "urn:okno:level:verified", way, "2026-01-15", "2026-10-01 09:05:00 UTC", "otp")
			got := s.Ledger(relyingparty.SignedIn)
			if len(got) != 1 || got[0].Subject != "p-1" || got[0].Session != "s-1" || got[0].Way != way {
				t.Errorf("the ledger says %+v", got)
			}
			if s.Sessions() != 1 {
				t.Errorf("%d are signed in", s.Sessions())
			}
		})
	}
}

func TestTheRequestIsWhatTheStandardsAskFor(t *testing.T) {
	t.Run("OIDC-7 a pushed request shows nothing in the address", func(t *testing.T) {
		f := newFake(t)
		newBrowser(t).signIn(start(t, f, relyingparty.Tax))
		q, front := f.lastAsked()
		if len(front) != 2 || !strings.HasPrefix(front.Get("request_uri"), "urn:") {
			t.Errorf("the address holds %v", front)
		}
		if q.Get("acr_values") != "urn:okno:level:verified" || q.Get("scope") != "openid profile snils" || !strings.Contains(q.Get("claims"), `"verified_claims"`) {
			t.Errorf("the tax service asks for %v", q)
		}
	})
	t.Run("OIDC-7 every site that asks for a number pushes, and asks nobody who takes no pushed requests", func(t *testing.T) {
		numbered := 0
		for _, kind := range relyingparty.Kinds() {
			f := newFake(t)
			f.takesNo = true
			s, b := start(t, f, kind), newBrowser(t)
			g := s.Registration()
			if !slices.Contains(g.Scopes, "snils") || g.ESIA {
				continue
			}
			numbered++
			if !g.Pushed {
				t.Errorf("%s does not push", kind)
			}
			refused(t, s, b, "unavailable", 503)
			if f.count("/id/auth") != 0 {
				t.Errorf("%s shows its request in the address", kind)
			}
		}
		if numbered == 0 {
			t.Error("no site asks for a number")
		}
	})
	t.Run("OIDC-7 a site that asks for less may ask in the address", func(t *testing.T) {
		f := newFake(t)
		f.takesNo = true
		newBrowser(t).signIn(start(t, f, relyingparty.Diary))
		if _, front := f.lastAsked(); front.Get("scope") != "openid profile" {
			t.Errorf("the address holds %v", front)
		}
	})
	t.Run("OIDC-6 a secret goes by HTTP Basic and nothing is pushed", func(t *testing.T) {
		f := newFake(t)
		newBrowser(t).signIn(start(t, f, relyingparty.Petersburg))
		if q, front := f.lastAsked(); front.Has("request_uri") || q.Get("scope") != "openid profile phone" {
			t.Errorf("St Petersburg asks for %v", front)
		}
		if f.count("/id/push") != 0 {
			t.Error("something was pushed")
		}
	})
	t.Run("an optional attribute is asked for as one that may be kept back", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		p := b.signIn(s)
		q, _ := f.lastAsked()
		var asked struct {
			UserInfo map[string]any `json:"userinfo"`
		}
		if err := json.Unmarshal([]byte(q.Get("claims")), &asked); err != nil {
			t.Fatal(err)
		}
		if v, ok := asked.UserInfo["email"]; !ok || v != nil {
			t.Errorf("Moscow asks for %s", q.Get("claims"))
		}
		if strings.Contains(p.text(), "E-mail") {
			t.Error("the page shows an address that was kept back")
		}
		f.set(func() { f.person.claims["email"], f.person.claims["email_verified"] = "maria@example.org", true })
		mustShow(t, b.signIn(s), "maria@example.org", "E-mail is confirmed", "yes")
	})
	t.Run("the reader's language goes with the request", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		if p := b.open(s.Origin() + "/?ui_locales=fa+en"); p.address.Path != "/" || !strings.Contains(p.body, `<html lang="fa" dir="rtl">`) {
			t.Errorf("the page begins with %.200s", p.body)
		}
		b.signIn(s)
		if q, _ := f.lastAsked(); q.Get("ui_locales") != "fa" {
			t.Errorf("ui_locales is %q", q.Get("ui_locales"))
		}
	})
	t.Run("somebody else may sign in", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		b.open(s.Origin() + "/signin?other=1")
		if q, _ := f.lastAsked(); q.Get("prompt") != "login" {
			t.Errorf("prompt is %q", q.Get("prompt"))
		}
	})
	t.Run("the country's number may have another name", func(t *testing.T) {
		f := newFake(t)
		f.person.claims = map[string]any{"pin": "77-88"}
		mustShow(t, newBrowser(t).signIn(start(t, f, relyingparty.Tax, func(c *relyingparty.Config) { c.Number = "pin" })), "pin", "77-88")
		if q, _ := f.lastAsked(); q.Get("scope") != "openid profile pin" {
			t.Errorf("scope is %q", q.Get("scope"))
		}
	})
}

// refused signs in and must be refused: the page says the code, the ledger the reason, and nobody is in.
func refused(t *testing.T, s *relyingparty.Site, b *browser, code string, status int) page {
	t.Helper()
	p := b.open(s.Origin() + "/signin")
	mustBeRefused(t, s, b, p, code, status)
	return p
}

func mustBeRefused(t *testing.T, s *relyingparty.Site, b *browser, p page, code string, status int) {
	t.Helper()
	got := s.Ledger(relyingparty.Refused)
	if len(got) == 0 || got[0].Reason != code {
		t.Errorf("the ledger says %+v, not %q", got, code)
	}
	if p.status != status {
		t.Errorf("the status is %d, not %d:\n%s", p.status, status, p.text())
	}
	if s.Sessions() != 0 || b.isIn(s) {
		t.Error("somebody is signed in")
	}
}

func TestTheLawOfTheSiteIsHeldByTheSite(t *testing.T) {
	t.Run("LTR-27 the taxpayer account is closed to a letter and says how to open it", func(t *testing.T) {
		f := newFake(t)
		f.person.way = "letter"
		s, b := start(t, f, relyingparty.Tax, func(c *relyingparty.Config) { c.Help = "https://okno.example/proofing" }), newBrowser(t)
		p := refused(t, s, b, "letter", 403)
		mustShow(t, p, "An account confirmed by letter is not accepted here", "confirm your identity in another way", "service centre", "All other services stay open", "letter")
		if !strings.Contains(p.body, `href="https://okno.example/proofing"`) {
			t.Error("the page does not lead to another way of proof")
		}
		f.set(func() { f.person.way = "signature" })
		b.signIn(s)
	})
	t.Run("SSO-09 a way that is not told is not let in where the way decides", func(t *testing.T) {
		f := newFake(t)
		f.person.way = ""
		refused(t, start(t, f, relyingparty.Tax), newBrowser(t), "way", 403)
		newBrowser(t).signIn(start(t, f, relyingparty.Diary))
	})
	t.Run("LTR-27 the provider's own refusal says how to open the taxpayer account", func(t *testing.T) {
		f := newFake(t)
		f.deny = "access_denied"
		p := refused(t, start(t, f, relyingparty.Tax), newBrowser(t), "access_denied", 403)
		mustShow(t, p, "If your account was confirmed by a registered letter, this site does not accept it", "service centre, by electronic signature or through your bank", "Confirm in another way", "access_denied")
		if lead := regexp.MustCompile(`<p class="lead">([^<]*)`).FindStringSubmatch(p.body); lead == nil || !strings.Contains(lead[1], "registered letter") || strings.Contains(p.body, "You did not let this site see your data, or") {
			t.Errorf("the first sentence is %q", lead)
		}
	})
	t.Run("a refusal by the person is no question of proof", func(t *testing.T) {
		f := newFake(t)
		f.deny = "access_denied"
		if p := refused(t, start(t, f, relyingparty.Diary), newBrowser(t), "access_denied", 403); strings.Contains(p.text(), "How to get in") || strings.Contains(p.text(), "letter") {
			t.Errorf("the page says:\n%s", p.text())
		}
	})
	for kind, need := range map[relyingparty.Kind]relyingparty.Level{
		relyingparty.Tax: relyingparty.Verified, relyingparty.Diary: relyingparty.Verified,
		relyingparty.Moscow: relyingparty.Standard, relyingparty.Petersburg: relyingparty.Standard, relyingparty.Tatarstan: relyingparty.Standard,
	} {
		for level, rank := range map[relyingparty.Level]int{"": 0, "urn:other:verified": 0, relyingparty.Simplified: 1, relyingparty.Standard: 2, relyingparty.Verified: 3} {
			enough := rank >= map[relyingparty.Level]int{relyingparty.Standard: 2, relyingparty.Verified: 3}[need]
			t.Run("OIDC-11 "+string(kind)+" is given "+string(level), func(t *testing.T) {
				f := newFake(t)
				f.person.level = string(level)
				s, b := start(t, f, kind), newBrowser(t)
				if enough {
					b.signIn(s)
					return
				}
				p := refused(t, s, b, "level", 403)
				mustShow(t, p, "This site needs a higher level", "Open Okno to raise the level", "do what it offers to raise the level")
				if strings.Contains(p.text(), "in another way") || strings.Contains(p.text(), "letter") {
					t.Errorf("the page speaks of another way of proof:\n%s", p.text())
				}
			})
		}
	}
}

func TestForgedAnswersOpenNothing(t *testing.T) {
	foreign, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(*fake) {
		return func(f *fake) {
			f.spoil = func(_ *jose.SignerOptions, claims map[string]any) { claims[name] = value }
		}
	}
	for name, spoil := range map[string]func(f *fake){
		"another nonce":                     claim("nonce", "n"),
		"no nonce":                          func(f *fake) { f.spoil = func(_ *jose.SignerOptions, c map[string]any) { delete(c, "nonce") } },
		"another issuer":                    claim("iss", "https://other.example"),
		"another audience":                  claim("aud", "diary2"),
		"no audience":                       func(f *fake) { f.spoil = func(_ *jose.SignerOptions, c map[string]any) { delete(c, "aud") } },
		"several audiences without a party": claim("aud", []string{"diary", "other"}),
		"another party":                     claim("azp", "other"),
		"nobody": func(f *fake) {
			f.spoil = func(_ *jose.SignerOptions, c map[string]any) { c["sub"] = "" }
			f.info = func(c map[string]any) { c["sub"] = "" }
		},
		"expired":              claim("exp", int64(1790845199)),
		"from the future":      claim("iat", int64(1790845200+3600)),
		"another access token": claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"too big":              claim("more", strings.Repeat("x", 17<<10)),
		"of another type": func(f *fake) {
			f.spoil = func(o *jose.SignerOptions, _ map[string]any) { o.WithType("logout+jwt") }
		},
		"signed by a foreign key": func(f *fake) {
			f.sign = func(c map[string]any) string {
				return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: jose.JSONWebKey{Key: foreign, KeyID: "k0"}}, nil, c)
			}
		},
		"signed by a key that it brings itself": func(f *fake) {
			f.sign = func(c map[string]any) string {
				return signWith(f.t, jose.SigningKey{Algorithm: jose.ES256, Key: foreign}, &jose.SignerOptions{EmbedJWK: true}, c)
			}
		},
		"signed with a word that everybody knows": func(f *fake) {
			f.sign = func(c map[string]any) string {
				return signWith(f.t, jose.SigningKey{Algorithm: jose.HS256, Key: make([]byte, 32)}, nil, c)
			}
		},
		"not signed": func(f *fake) {
			f.sign = func(c map[string]any) string {
				body, _ := json.Marshal(c)
				return base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
			}
		},
		"cut": func(f *fake) {
			f.sign = func(c map[string]any) string {
				token := f.signed(nil, c)
				return token[:len(token)-4]
			}
		},
		"userinfo about somebody else": func(f *fake) { f.info = func(c map[string]any) { c["sub"] = "p-2" } },
	} {
		t.Run("OIDC-8 "+name, func(t *testing.T) {
			f := newFake(t)
			s, b := start(t, f, relyingparty.Diary), newBrowser(t)
			spoil(f)
			p := refused(t, s, b, "token", 502)
			mustShow(t, p, "could not be checked", "Nothing was opened")
			f.set(func() { f.spoil, f.sign, f.info = nil, nil, nil })
			b.signIn(s) // the same provider, honest again: it was the forgery that was refused
		})
	}
}

// answer signs in up to the provider's answer, which it returns instead of following it.
func answer(t *testing.T, s *relyingparty.Site, b *browser) *url.URL {
	t.Helper()
	var last *url.URL
	once := *b.client
	once.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == "/callback" {
			last = r.URL
			return http.ErrUseLastResponse
		}
		return nil
	}
	got, err := once.Get(s.Origin() + "/signin")
	if err != nil {
		t.Fatal(err)
	}
	got.Body.Close()
	if last == nil {
		t.Fatalf("the provider did not answer, but %d", got.StatusCode)
	}
	return last
}

func with(u *url.URL, name string, values ...string) string {
	q := u.Query()
	q.Del(name)
	for _, v := range values {
		q.Add(name, v)
	}
	return u.Scheme + "://" + u.Host + u.Path + "?" + q.Encode()
}

func TestAnswersThatWereNotAskedFor(t *testing.T) {
	for _, row := range []struct {
		name, code string
		status     int
		change     func(u *url.URL) string
	}{
		{"OIDC-3 another state", "state", 400, func(u *url.URL) string { return with(u, "state", "x") }},
		{"OIDC-3 no state", "state", 400, func(u *url.URL) string { return with(u, "state") }},
		{"OIDC-3 the state twice", "state", 400, func(u *url.URL) string { return with(u, "state", u.Query().Get("state"), "x") }},
		{"OIDC-3 no code", "state", 400, func(u *url.URL) string { return with(u, "code") }},
		{"OIDC-3 another issuer", "issuer", 400, func(u *url.URL) string { return with(u, "iss", "https://other.example") }},
		{"OIDC-3 no issuer", "issuer", 400, func(u *url.URL) string { return with(u, "iss") }},
		{"another code", "invalid_grant", 502, func(u *url.URL) string { return with(u, "code", "code-0") }},
	} {
		t.Run(row.name, func(t *testing.T) {
			f := newFake(t)
			s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
			back := answer(t, s, b)
			mustBeRefused(t, s, b, b.open(row.change(back)), row.code, row.status)
		})
	}
	t.Run("OIDC-3 an unchanged answer is good once", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		back := answer(t, s, b).String()
		if p := b.open(back); p.address.Path != "/account" {
			t.Fatalf("the answer led to %s:\n%s", p.address.Path, p.text())
		}
		if p := b.open(back); p.status != 400 {
			t.Errorf("the second time it led to %s with %d", p.address.Path, p.status)
		}
	})
	t.Run("an answer in another browser opens nothing and spends nothing", func(t *testing.T) {
		f := newFake(t)
		s, mine, theirs := start(t, f, relyingparty.Moscow), newBrowser(t), newBrowser(t)
		theirs.open(s.Origin() + "/")
		back := answer(t, s, mine).String()
		mustBeRefused(t, s, theirs, theirs.open(back), "state", 400)
		if p := mine.open(back); p.address.Path != "/account" {
			t.Errorf("the right browser was led to %s", p.address.Path)
		}
	})
	t.Run("an answer after an hour comes too late", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		back := answer(t, s, b).String()
		f.now.Advance(time.Hour + time.Second)
		mustBeRefused(t, s, b, b.open(back), "state", 400)
	})
	t.Run("two tabs sign in side by side", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Moscow), newBrowser(t)
		first, second := answer(t, s, b).String(), answer(t, s, b).String()
		for _, back := range []string{first, second} {
			if p := b.open(back); p.address.Path != "/account" {
				t.Errorf("a tab was led to %s", p.address.Path)
			}
		}
	})
}

func TestRefusalsOfTheProviderAreSaidInWords(t *testing.T) {
	for code, row := range map[string]struct {
		shown, words string
		status       int
	}{
		"access_denied":                     {"access_denied", "You did not let this site see your data", 403},
		"login_required":                    {"login_required", "You are not signed in at Okno", 403},
		"interaction_required":              {"interaction_required", "Okno has to ask you something", 403},
		"consent_required":                  {"consent_required", "needs your permission", 403},
		"account_selection_required":        {"account_selection_required", "which account you want to use", 403},
		"unmet_authentication_requirements": {"unmet_authentication_requirements", "does not have the level or the proof", 403},
		"invalid_request":                   {"invalid_request", "our mistake, not yours", 502},
		"invalid_scope":                     {"invalid_scope", "data that it may not have", 502},
		"unauthorized_client":               {"unauthorized_client", "does not let this site sign people in like this", 502},
		"server_error":                      {"server_error", "Something went wrong at Okno", 502},
		"temporarily_unavailable":           {"temporarily_unavailable", "Okno is busy now", 503},
		"state":                             {"other", "Okno could not sign you in here", 502}, // our own codes cannot be sent from outside
		"letter":                            {"other", "Okno could not sign you in here", 502},
		"some_new_error":                    {"other", "Okno could not sign you in here", 502},
		"<script>alert(1)</script>":         {"other", "Okno could not sign you in here", 502},
	} {
		t.Run(code, func(t *testing.T) {
			f := newFake(t)
			f.deny = code
			p := refused(t, start(t, f, relyingparty.Diary), newBrowser(t), row.shown, row.status)
			mustShow(t, p, row.words, "You were not signed in", "<b>because</b>")
			if strings.Contains(p.body, "<b>because") || strings.Contains(p.body, "<script>alert") {
				t.Error("the page holds what was sent as it was sent")
			}
		})
	}
	for _, code := range []string{"invalid_client", "invalid_request"} {
		t.Run("a pushed request is refused with "+code, func(t *testing.T) {
			f := newFake(t)
			f.refuse = code
			refused(t, start(t, f, relyingparty.Diary), newBrowser(t), code, 502)
		})
	}
	t.Run("the code is refused", func(t *testing.T) {
		f := newFake(t)
		s, b := start(t, f, relyingparty.Diary), newBrowser(t)
		back := answer(t, s, b).String()
		f.set(func() { f.refuse = "invalid_grant" })
		p := b.open(back)
		mustBeRefused(t, s, b, p, "invalid_grant", 502)
		mustShow(t, p, "used already or has run out")
	})
}
