package esia_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// partners let everybody in and write down what they hear.
type partners struct {
	mu    sync.Mutex
	heard []string
}

func (p *partners) MayEnter(*db.Tx, client.Client, account.ID) (bool, error) { return true, nil }

func (p *partners) Hear(site client.ID, endpoint, code, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard = append(p.heard, string(site)+" "+endpoint+" "+code+" "+why)
}

// since is what was heard since the last time.
func (p *partners) since() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	heard := p.heard
	p.heard = nil
	return heard
}

// TestHeard holds that an organisation sees in its console what its system did
// wrongly in the dialect, once and without what was sent.
func TestHeard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		b := c.browser(t, id)
		s := c.system(t, "TEST01", nil)
		p := &partners{}
		c.Provider.Partners = p
		heard := func(what string, want ...string) {
			t.Helper()
			got := p.since()
			if !slices.Equal(got, want) {
				t.Errorf("%s: the partners hear %q, not %q", what, got, want)
			}
			for _, one := range got { // the console says each by its key, in every language
				why := one[strings.LastIndex(one, " ")+1:]
				for _, lang := range []string{"en", "ru", "fa"} {
					if !c.Visits().Texts.For(lang).Has(why) {
						t.Errorf("%s has no words in %s", why, lang)
					}
				}
			}
		}
		t.Run("OIDC-2 a wrong request is heard in the name of its system", func(t *testing.T) {
			forged := s.first(s.ask())
			forged.Set("scope", "openid "+marker)
			c.begin(t, b, "/aas/oauth2/ac?"+forged.Encode())
			heard("a forged signature", "TEST01 /aas/oauth2/ac invalid_client esia.007053")
			b.Open("/aas/oauth2/ac?" + s.first(s.ask("redirect_uri", "https://evil.example/"+marker)).Encode())
			heard("a foreign address", "TEST01 /aas/oauth2/ac invalid_request esia.007023")
		})
		t.Run("OIDC-6 a refused redemption is heard", func(t *testing.T) {
			code := s.code(b)
			p.since()
			c.post("/aas/oauth2/te", s.second(s.redemption(code), marker))
			heard("a forged signature", "TEST01 /aas/oauth2/te invalid_client esia.007053")
			c.post("/aas/oauth2/te", s.first(s.redemption(strings.Repeat("x", 43))))
			heard("a code of nobody", "TEST01 /aas/oauth2/te invalid_grant oidc.why.code")
		})
		t.Run("A-02 refused data is heard when the token says whose it is", func(t *testing.T) {
			token := s.tokens(b, "scope", "openid fullname")["access_token"].(string)
			p.since()
			c.read("/rs/prns/1000000000", token)
			heard("somebody else", "TEST01 /rs insufficient_scope esia.007019")
			c.read("/rs/prns/"+c.oid(id)+"/docs", token)
			heard("a list that was not asked for", "TEST01 /rs insufficient_scope esia.007019")
			c.read("/rs/prns/1000000000", marker)
			heard("a token of nobody")
		})
		t.Run("OIDC-14 a foreign address after a sign-out is heard", func(t *testing.T) {
			b.Open("/idp/ext/Logout?client_id=TEST01&redirect_url=https%3A%2F%2Fevil.example%2F")
			heard("a foreign address", "TEST01 /id/oauth/logout invalid_request oidc.why.post_logout")
		})
	})
}

// TestOrganisations: what ESIA says of a person without organisations.
func TestOrganisations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		path := "/rs/prns/" + c.oid(id)
		s := c.system(t, "TEST01", nil)
		token := s.tokens(c.browser(t, id), "scope", "openid usr_org")["access_token"].(string)
		t.Run("A-02 a person without organisations has empty collections of them and of roles, embedded or not", func(t *testing.T) {
			for _, list := range []string{"/orgs", "/roles", "/orgs?embed=(elements)", "/roles?embed=(elements-1)"} {
				if a := c.read(path+list, token); a.status != 200 || len(elements(t, a.json)) != 0 {
					t.Errorf("%s: %d %s", list, a.status, a.body)
				}
			}
			whole := c.read(path+"?embed=(organizations.elements,roles.elements)", token).json
			for _, name := range []string{"organizations", "roles"} {
				list, _ := whole[name].(map[string]any)
				if len(elements(t, list)) != 0 {
					t.Errorf("%s is %v", name, list)
				}
			}
			if a := c.read(path+"/orgs/1000000001", token); a.status != 404 {
				t.Errorf("an organisation of nobody: %d %s", a.status, a.body)
			}
		})
		t.Run("A-02 nobody is an employee of any organisation", func(t *testing.T) {
			for _, path := range []string{"/rs/orgs/1000000001", "/rs/orgs/1000000001/emps/1/grps", "/rs/orgs/" + marker + "?embed=(elements)", "/rs/orgs/"} {
				a := c.read(path, token)
				answers(t, a, "007194")
				if a.json["code"] != "ESIA-007194" || a.json["message"] == "" {
					t.Errorf("%s: not in the shape of the data: %s", path, a.body)
				}
				a = c.read(path, marker)
				answers(t, a, "005011")
				if a.status != http.StatusUnauthorized || a.json["code"] != "ESIA-005011" {
					t.Errorf("%s without a token: %d %s", path, a.status, a.body)
				}
			}
		})
	})
}
