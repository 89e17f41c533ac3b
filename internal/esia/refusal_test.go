package esia_test

import (
	"encoding/base64"
	"encoding/pem"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// marker is in everything wrong that is sent; it must never come back.
const marker = "zzmarkerzz"

// says holds that a system got the number of an error, with its state and nothing of what it sent.
func says(t testing.TB, got url.Values, number, state string) {
	t.Helper()
	if got.Get("error") == "" || got.Get("code") != "" || !strings.HasPrefix(got.Get("error_description"), "ESIA-"+number+": ") || got.Get("state") != state || strings.Contains(got.Encode(), marker) {
		t.Errorf("not %s but %v", number, got)
	}
}

// answers does so for the token endpoint.
func answers(t testing.TB, got reply, number string) {
	t.Helper()
	text, _ := got.json["error_description"].(string)
	if got.status < 400 || got.status >= 500 || !strings.HasPrefix(text, "ESIA-"+number+": ") || got.json["access_token"] != nil || strings.Contains(got.body, marker) {
		t.Errorf("not %s but %d %s", number, got.status, got.body)
	}
}

func TestRefusalsOfRequests(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", func(n *client.Client) { n.Redirects = append(n.Redirects, "https://test01.example/other") })
		other := c.system(t, "TEST02", nil)
		ac := func(v url.Values) url.Values {
			t.Helper()
			page, got := c.begin(t, b, "/aas/oauth2/ac?"+v.Encode())
			if page != nil {
				t.Fatalf("a page (%d) instead of an answer:\n%s", page.Status, page.Text())
			}
			return got
		}
		refused := func(v url.Values) {
			t.Helper()
			page, got := c.begin(t, b, "/aas/oauth2/ac?"+v.Encode())
			if page == nil || page.Status != 400 || !page.Has("ESIA-") || strings.Contains(page.Text()+page.Title(), marker) {
				t.Errorf("no page of refusal but %v", got)
			}
		}
		t.Run("OIDC-2 an address that is not registered is never gone to", func(t *testing.T) {
			for _, uri := range []string{"", "https://test01.example/callback/", "https://test01.example/callback?" + marker + "=1", "https://evil.example/" + marker, "https://test02.example/callback", "javascript:" + marker} {
				refused(s.first(s.ask("redirect_uri", uri)))
			}
		})
		t.Run("OIDC-2 a system that nobody knows, or a parameter twice, gets a page", func(t *testing.T) {
			refused(s.first(s.ask("client_id", marker)))
			refused(s.first(s.ask("client_id", "")))
			twice := s.first(s.ask())
			twice.Add("scope", marker)
			refused(twice)
		})
		t.Run("T-40 nobody is led to a system that was stopped, not even with an error", func(t *testing.T) {
			stopped := c.system(t, "TEST09", func(n *client.Client) { n.Paused = true })
			refused(stopped.first(stopped.ask()))
			refused(stopped.ask("client_secret", marker))
		})
		t.Run("OIDC-6 a wrong signature is told so", func(t *testing.T) {
			for name, change := range map[string]func(url.Values){
				"cut":                            func(v url.Values) { v.Set("client_secret", v.Get("client_secret")[:400]) },
				"no base64":                      func(v url.Values) { v.Set("client_secret", "%%%"+marker) },
				"another scope":                  func(v url.Values) { v.Set("scope", "openid fullname") },
				"another state":                  func(v url.Values) { v.Set("state", state()) },
				"another time":                   func(v url.Values) { now.Advance(time.Second); v.Set("timestamp", s.time()) },
				"a hash of no certificate of it": func(v url.Values) { v.Set("client_certificate_hash", strings.Repeat("00", 32)) },
				"of another system": func(v url.Values) {
					w := other.first(with(url.Values{}, []string{"client_id", "TEST01", "scope", v.Get("scope"), "timestamp", v.Get("timestamp"), "state", v.Get("state")}))
					v.Set("client_secret", w.Get("client_secret"))
				},
			} {
				v := s.first(s.ask())
				change(v)
				t.Log(name)
				says(t, ac(v), "007053", v.Get("state"))
			}
		})
		t.Run("OIDC-6 the second version signs the address too", func(t *testing.T) {
			v := s.second(s.ask(), "")
			v.Set("redirect_uri", "https://test01.example/other")
			says(t, ac(v), "007053", v.Get("state"))
		})
		t.Run("OTP-9 a request is taken within five minutes of its time, either way", func(t *testing.T) {
			for _, off := range []time.Duration{-5*time.Minute - time.Second, 5*time.Minute + time.Second, -30 * 24 * time.Hour} {
				v := s.ask("timestamp", now.Now().Add(off).Format("2006.01.02 15:04:05 -0700"))
				says(t, ac(s.first(v)), "007015", v.Get("state"))
			}
			for _, text := range []string{marker, "2026.11.22", now.Now().Format(time.RFC3339)} {
				v := s.ask("timestamp", text)
				says(t, ac(s.first(v)), "007015", v.Get("state"))
			}
			v := s.ask("timestamp", now.Now().Add(-4*time.Minute).Format("2006.01.02 15:04:05 -0700"))
			if got := c.enter(t, b, "/aas/oauth2/ac?"+s.first(v).Encode()); got.Get("code") == "" {
				t.Errorf("%v", got)
			}
		})
		t.Run("OTP-2 a signed request serves once", func(t *testing.T) {
			v := s.first(s.ask())
			if got := c.enter(t, b, "/aas/oauth2/ac?"+v.Encode()); got.Get("code") == "" {
				t.Fatalf("%v", got)
			}
			says(t, ac(v), "007053", v.Get("state"))
			v.Set("redirect_uri", "https://test01.example/other") // which the first version does not sign
			says(t, ac(v), "007053", v.Get("state"))
		})
		t.Run("A-02 scopes that are unknown, not registered, or of an organisation are told apart", func(t *testing.T) {
			narrow := c.system(t, "TEST03", func(n *client.Client) { n.Required = []client.Attribute{client.Name} })
			for scope, number := range map[string]string{"openid " + marker: "007006", "openid snils": "007019", "http://esia.gosuslugi.ru/org_shortname?org_oid=1": "007194", "": "007013"} {
				v := narrow.ask("scope", scope)
				says(t, ac(narrow.first(v)), number, v.Get("state"))
			}
		})
		t.Run("A-02 what is missing or wrong is told by its number", func(t *testing.T) {
			for _, name := range []string{"timestamp", "client_secret", "response_type"} {
				v := s.first(s.ask())
				v.Del(name)
				says(t, ac(v), "007014", v.Get("state"))
			}
			says(t, ac(s.first(s.ask("state", ""))), "007014", "")
			says(t, ac(s.first(s.ask("state", marker))), "007003", "")
			for name, value := range map[string]string{"access_type": marker, "permissions": base64.StdEncoding.EncodeToString([]byte(marker)), "code_challenge": marker} {
				v := s.ask(name, value)
				says(t, ac(s.first(v)), "007003", v.Get("state"))
			}
			v := s.ask("response_type", "token")
			says(t, ac(s.first(v)), "007009", v.Get("state"))
		})
		t.Run("OIDC-6 certificates that are over count for nothing", func(t *testing.T) {
			old := c.system(t, "TEST04", func(n *client.Client) {
				cert := certify(t, keys()[0], "old", now.Now().AddDate(-2, 0, 0))
				n.Certificates = []string{string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw}))}
			})
			v := old.ask()
			says(t, ac(old.first(v)), "007002", v.Get("state"))
		})
		t.Run("D-04 only registered state systems speak the dialect, for they learn the oid", func(t *testing.T) {
			for id, change := range map[client.ID]func(*client.Client){
				"BANK01": func(n *client.Client) { n.Registered = false },
				"BANK02": func(n *client.Client) { n.Certificates = nil },
				"BANK03": func(n *client.Client) { n.PAR = true },
				"BANK04": func(n *client.Client) { n.DPoP = true },
				"BANK05": func(n *client.Client) { n.Grants = []client.Grant{client.Machine} },
			} {
				bank := c.system(t, id, change)
				v := bank.ask()
				says(t, ac(bank.first(v)), "007005", v.Get("state"))
			}
		})
		t.Run("OIDC-8 the state is the system's own, whatever it holds", func(t *testing.T) {
			v := s.ask("state", "0E8A6B1C-1111-4222-8333-94445556667"+"7")
			if got := c.enter(t, b, "/aas/oauth2/ac?"+s.first(v).Encode()); got.Get("state") != v.Get("state") || got.Get("code") == "" {
				t.Errorf("%v", got)
			}
		})
	})
}

func TestRefusalsOfPeople(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		s := c.system(t, "TEST01", func(n *client.Client) { n.Level = account.Verified })
		t.Run("SSO-06 who is below the level is led to raise it, and leaves with 007055 if he does not", func(t *testing.T) {
			b := c.browser(t, c.Account(account.Standard, "Олег Ким", "+79120000003"))
			v := s.first(s.ask())
			page, _ := c.begin(t, b, "/aas/oauth2/ac?"+v.Encode())
			if page == nil || !page.Has("needs a higher level") {
				t.Fatalf("%+v", page)
			}
			says(t, returned(t, page.Press("Go back to Site TEST01 without signing in")), "007055", v.Get("state"))
		})
		t.Run("S23 who does not agree leaves with 007004", func(t *testing.T) {
			b := c.browser(t, c.irina(t))
			v := s.first(s.ask())
			page, _ := c.begin(t, b, "/aas/oauth2/ac?"+v.Encode())
			says(t, returned(t, page.Press("Do not agree")), "007004", v.Get("state"))
		})
		t.Run("SSO-02 who has not signed in is asked to, and comes back", func(t *testing.T) {
			page, _ := c.begin(t, c.browser(t, ""), "/aas/oauth2/ac?"+s.first(s.ask()).Encode())
			if page == nil || !strings.HasPrefix(page.Path, "/id/signin?") || !strings.Contains(page.Path, "continue") {
				t.Fatalf("%+v", page)
			}
		})
	})
}

func TestRefusalsOfCodes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", func(n *client.Client) { n.Redirects = append(n.Redirects, "https://test01.example/other") })
		other := c.system(t, "TEST02", nil)
		te := func(v url.Values) reply { return c.post("/aas/oauth2/te", v) }
		t.Run("OIDC-5 a code of another system is no code", func(t *testing.T) {
			code := s.code(b)
			form := other.redemption(code, "redirect_uri", s.client.Redirects[0])
			answers(t, te(other.first(form)), "007011")
		})
		t.Run("OIDC-5 a code goes with its address, and ends what it gave when it comes again", func(t *testing.T) {
			code := s.code(b)
			answers(t, te(s.first(s.redemption(code, "redirect_uri", "https://test01.example/other"))), "007011")
			got := te(s.first(s.redemption(code)))
			if got.status != 200 {
				t.Fatalf("%d %s", got.status, got.body)
			}
			answers(t, te(s.first(s.redemption(code))), "007011")
			if p := c.read("/rs/prns/1", got.json["access_token"].(string)); p.status != 401 {
				t.Errorf("the token lives on: %d", p.status)
			}
		})
		t.Run("OIDC-5 a code lives 60 seconds", func(t *testing.T) {
			code := s.code(b)
			now.Advance(time.Minute)
			answers(t, te(s.first(s.redemption(code))), "007011")
		})
		t.Run("OIDC-4 a verifier fits its challenge, and comes only where there was one", func(t *testing.T) {
			verifier := strings.Repeat("v", 50)
			code := s.code(b, "code_challenge", oidctest.Challenge(verifier), "code_challenge_method", "S256")
			answers(t, te(s.first(s.redemption(code))), "007040")
			answers(t, te(s.first(s.redemption(code, "code_verifier", strings.Repeat("w", 50)))), "007040")
			if got := te(s.first(s.redemption(code, "code_verifier", verifier))); got.status != 200 {
				t.Errorf("%d %s", got.status, got.body)
			}
			answers(t, te(s.first(s.redemption(s.code(b), "code_verifier", verifier))), "007039")
		})
		t.Run("OIDC-6 what the browser has shown proves no system", func(t *testing.T) {
			ask := s.first(s.ask())
			got := c.enter(t, b, "/aas/oauth2/ac?"+ask.Encode())
			stolen := s.redemption(got.Get("code"), "scope", ask.Get("scope"), "state", ask.Get("state"), "timestamp", ask.Get("timestamp"), "client_secret", ask.Get("client_secret"))
			now.Advance(3 * time.Second)
			answers(t, te(stolen), "007053")
			if got := te(s.first(s.redemption(got.Get("code")))); got.status != 200 {
				t.Errorf("the system itself is refused: %d %s", got.status, got.body)
			}
		})
		t.Run("OIDC-6 a system that goes the whole way within a second may sign the same words twice", func(t *testing.T) {
			ask := s.first(s.ask())
			got := c.enter(t, b, "/aas/oauth2/ac?"+ask.Encode())
			form := s.redemption(got.Get("code"), "scope", ask.Get("scope"), "state", ask.Get("state"), "timestamp", ask.Get("timestamp"))
			if got := te(s.first(form)); got.status != 200 {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
		t.Run("OTP-2 the signature of a redemption serves once", func(t *testing.T) {
			one := s.redemption(s.code(b))
			if got := te(s.first(one)); got.status != 200 {
				t.Fatal(got.body)
			}
			one.Set("code", s.code(b))
			answers(t, te(one), "007053")
		})
		t.Run("OIDC-6 wrong signatures, times and states are refused", func(t *testing.T) {
			code := s.code(b)
			form := s.first(s.redemption(code))
			form.Set("scope", "openid "+marker)
			answers(t, te(form), "007053")
			bare := s.second(s.redemption(code), "another code")
			answers(t, te(bare), "007053")
			answers(t, te(s.first(s.redemption(code, "timestamp", now.Now().Add(-6*time.Minute).Format("2006.01.02 15:04:05 -0700")))), "007015")
			answers(t, te(s.first(s.redemption(code, "state", marker))), "007003")
			answers(t, te(s.first(s.redemption(code, "grant_type", marker))), "007012")
			answers(t, te(s.first(s.redemption("", "grant_type", "refresh_token"))), "007014")
			answers(t, te(s.first(s.redemption(code, "client_id", marker))), "008010")
			missing := s.first(s.redemption(code))
			missing.Del("client_secret")
			answers(t, te(missing), "007014")
			if got := te(s.first(s.redemption(code))); got.status != 200 {
				t.Errorf("the code died of strangers' mistakes: %s", got.body)
			}
		})
		t.Run("OIDC-9 a refresh token turns, and an old one ends the family", func(t *testing.T) {
			first := s.tokens(b)["refresh_token"].(string)
			renew := func(s *system, token string) reply {
				return te(s.first(s.redemption("", "grant_type", "refresh_token", "refresh_token", token)))
			}
			answers(t, renew(other, first), "007011")
			second := renew(s, first)
			if second.status != 200 {
				t.Fatal(second.body)
			}
			answers(t, renew(s, first), "007011")
			answers(t, renew(s, second.json["refresh_token"].(string)), "007011")
		})
		t.Run("OTP-9 what was given in one dialect serves in no other", func(t *testing.T) {
			visitor := c.Visitor(c.Account(account.Verified, "Анна Петрова", "+79120000009"))
			site := c.World.Site("diary", func(n *client.Client) {
				n.Registered = true
				n.Certificates = s.client.Certificates
			})
			twin := &system{t: t, house: c, client: site.Client, key: s.key, cert: s.cert}
			answers(t, te(twin.first(twin.redemption(site.Code(visitor)))), "007011")
			tokens := site.Tokens(visitor)
			answers(t, te(twin.first(twin.redemption("", "grant_type", "refresh_token", "refresh_token", tokens.Refresh))), "007011")
			for _, token := range []string{tokens.Access, tokens.ID, tokens.Refresh} {
				if p := c.read("/rs/prns/1000000000", token); p.status != 401 {
					t.Errorf("a token of the other face opens data: %d", p.status)
				}
			}
			site.Required = allAttributes
			mine := twin.tokens(b, "scope", "openid fullname birthdate")
			for _, name := range []string{"access_token", "id_token", "refresh_token"} {
				token := mine[name].(string)
				if a := c.do(bearer("/id/oauth/userinfo", token)); a.status != 401 {
					t.Errorf("the %s of the dialect opens userinfo: %d", name, a.status)
				}
				form := site.Call("token", token).Form
				if a := c.post("/id/oauth/introspect", form); name != "refresh_token" && (a.status != 200 || a.json["active"] != false) {
					t.Errorf("the %s of the dialect is active: %d %s", name, a.status, a.body)
				}
				ask := site.Ask("id_token_hint", token)
				if next, err := c.Provider.Authorize(t.Context(), ask, visitor); err != nil || next.Answer.Params.Get("error") != oidc.InvalidRequest {
					t.Errorf("the %s of the dialect is a hint: %v %v", name, next.Answer.Params, err)
				}
			}
			call := site.Call("grant_type", "refresh_token", "refresh_token", mine["refresh_token"].(string))
			if a := c.post("/id/oauth/token", call.Form); a.json["error"] != oidc.InvalidGrant {
				t.Errorf("%d %s", a.status, a.body)
			}
			code := twin.code(b, "scope", "openid fullname birthdate")
			call = site.Call("grant_type", "authorization_code", "code", code, "redirect_uri", site.Redirects[0])
			if a := c.post("/id/oauth/token", call.Form); a.json["error"] != oidc.InvalidGrant {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	})
}
