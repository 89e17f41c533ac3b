package esia_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
	"okno/internal/web"
)

// posted is a request that a system's page posts to the authorize address.
func (c *country) posted(body string) reply {
	r := httptest.NewRequest("POST", visittest.Origin+"/aas/oauth2/ac", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(r)
}

// TestBigAndBroken holds that what nobody honest sends is refused by a number, at
// every door, and never comes back.
func TestBigAndBroken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", nil)
		page := func(what string, a reply, number string) {
			t.Helper()
			if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || !strings.Contains(a.body, "ESIA-"+number) || strings.Contains(a.body, marker) {
				t.Errorf("%s: %d, %d bytes of Location, not ESIA-%s", what, a.status, len(a.header.Get("Location")), number)
			}
		}
		t.Run("LOAD-1 a posted request that cannot be read, or is larger than a form, is refused by its number", func(t *testing.T) {
			page("an escape that is none", c.posted("client_id=%zz"+marker), "007038")
			page("larger than a form", c.posted("client_id=TEST01&state="+strings.Repeat("x", web.MaxForm)), "007038")
		})
		t.Run("LOAD-1 a posted request that no address can hold is refused, not led on", func(t *testing.T) {
			v := s.ask("permissions", strings.Repeat("A", 28<<10))
			page("longer than headers may be", c.posted(s.first(v).Encode()), "007038")
		})
		t.Run("LOAD-1 long parameters are refused at both doors", func(t *testing.T) {
			for _, name := range []string{"scope", "client_id", "nonce"} {
				long := strings.Repeat("y", 2049)
				if got, _ := c.begin(t, b, "/aas/oauth2/ac?"+s.first(s.ask(name, long)).Encode()); got == nil || got.Status != 400 || !got.Has("ESIA-007003") {
					t.Errorf("%s: %v", name, got)
				}
				answers(t, c.post("/aas/oauth2/te", s.first(s.redemption("x", name, long))), "007003")
			}
		})
		t.Run("LOAD-1 a body that is no form, or too large, is no request of tokens", func(t *testing.T) {
			answers(t, c.post("/aas/oauth2/te", url.Values{"state": {strings.Repeat(marker, 10<<10)}}), "007038")
			r := httptest.NewRequest("POST", visittest.Origin+"/aas/oauth2/te?"+s.first(s.redemption("x")).Encode(), strings.NewReader(`{"client_id":"`+marker+`"}`))
			r.Header.Set("Content-Type", "application/json")
			answers(t, c.do(r), "007014")
		})
		t.Run("OIDC-8 bytes that are no text are refused at both doors", func(t *testing.T) {
			for _, bad := range []string{"TEST01\x00", "\xff" + marker} {
				for _, name := range []string{"client_id", "code", "scope"} {
					answers(t, c.post("/aas/oauth2/te", s.first(s.redemption("x", name, bad))), "007003")
					if got, _ := c.begin(t, b, "/aas/oauth2/ac?"+s.first(s.ask(name, bad)).Encode()); got == nil || got.Status != 400 || !got.Has("ESIA-007003") {
						t.Errorf("%s of %q: %v", name, bad, got)
					}
				}
				if got := b.Open("/idp/ext/Logout?" + url.Values{"client_id": {bad}, "redirect_url": {bad}}.Encode()); got.Status != 400 {
					t.Errorf("sign-out of %q: %d", bad, got.Status)
				}
			}
		})
	})
}

// TestCrossedDoors holds that what was signed for one door opens no other.
func TestCrossedDoors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", nil)
		te := func(v url.Values) reply { return c.post("/aas/oauth2/te", v) }
		t.Run("OIDC-6 a signed request that its browser never showed us is no right of the system itself", func(t *testing.T) {
			for _, ask := range []url.Values{s.first(s.ask()), s.second(s.ask(), "")} {
				form := url.Values{"grant_type": {"client_credentials"}}
				for _, name := range []string{"client_id", "scope", "timestamp", "state", "redirect_uri", "client_secret"} {
					form.Set(name, ask.Get(name))
				}
				answers(t, te(form), "007019")
				form.Set("scope", " ")
				answers(t, te(form), "007053")
			}
		})
		t.Run("OIDC-6 a system's own blank scope is no wish for everything", func(t *testing.T) {
			answers(t, te(s.first(s.redemption("", "grant_type", "client_credentials", "scope", " "))), "007013")
		})
		t.Run("OIDC-6 the second version's signature of a code proves no refresh, and that of a refresh no code", func(t *testing.T) {
			tokens := s.tokens(b)
			refresh, code := tokens["refresh_token"].(string), s.code(b)
			answers(t, te(s.second(s.redemption(code, "grant_type", "refresh_token", "refresh_token", refresh), code)), "007053")
			answers(t, te(s.second(s.redemption(code, "refresh_token", refresh), refresh)), "007053")
		})
		t.Run("AUTHZ-1 a redemption or a renewal that names more scopes gets no more than was agreed to", func(t *testing.T) {
			wider := []string{"scope", "openid fullname birthdate snils id_doc contacts offline_access"}
			code := s.code(b, "scope", "openid fullname")
			first := te(s.first(s.redemption(code, wider...)))
			renewed := te(s.first(s.redemption("", append(wider, "grant_type", "refresh_token", "refresh_token", first.json["refresh_token"].(string))...)))
			for what, got := range map[string]reply{"redeemed": first, "renewed": renewed} {
				_, claims := opened(t, got.json["access_token"])
				oid := claims["urn:esia:sbj_id"].(float64)
				path := "/rs/prns/" + strconv.FormatFloat(oid, 'f', 0, 64)
				if claims["scope"] != "openid fullname?oid="+path[len("/rs/prns/"):] {
					t.Errorf("%s: %v", what, claims["scope"])
				}
				token := got.json["access_token"].(string)
				if p := c.read(path, token); p.status != 200 || p.json["lastName"] == nil || p.json["snils"] != nil || p.json["birthDate"] != nil {
					t.Errorf("%s: %d %s", what, p.status, p.body)
				}
				if p := c.read(path+"/docs", token); p.status != 403 {
					t.Errorf("%s: %d %s", what, p.status, p.body)
				}
			}
		})
		t.Run("OTP-2 a time at the far edge cannot be used again until its signature is forgotten", func(t *testing.T) {
			ahead := s.first(s.redemption("", "grant_type", "client_credentials", "scope", "prm_chg", "timestamp", now.Now().Add(5*time.Minute).Format("2006.01.02 15:04:05 -0700")))
			if got := te(ahead); got.status != 200 {
				t.Fatal(got.body)
			}
			now.Advance(10 * time.Minute)
			answers(t, te(ahead), "007053")
			now.Advance(time.Second)
			answers(t, te(ahead), "007015")
		})
	})
}

// TestBentLists holds that nothing but what a list is comes by its address.
func TestBentLists(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		path := "/rs/prns/" + c.oid(id)
		s := c.system(t, "TEST01", nil)
		token := s.tokens(c.browser(t, id), "scope", "openid fullname contacts")["access_token"].(string)
		t.Run("AUTHZ-1 an element has one address, and no other is taken for it", func(t *testing.T) {
			link, _ := elements(t, c.read(path+"/ctts", token).json)[0].(string)
			at := strings.TrimPrefix(link, visittest.Origin)
			if one := c.read(at, token); one.status != 200 || one.json["value"] == nil {
				t.Fatalf("%d %s", one.status, one.body)
			}
			number := at[strings.LastIndex(at, "/")+1:]
			for _, bad := range []string{"/ctts/0" + number, "/ctts/%2B" + number, "/ctts/-" + number, "/ctts/" + number + ".0", "/ctts/" + number + "%00", "/ctts/" + strings.Repeat("9", 400), "/ctts/" + number + "/x"} {
				if a := c.read(path+bad, token); a.status != 404 {
					t.Errorf("%s: %d %s", bad, a.status, a.body)
				}
			}
			for _, bad := range []string{"/docs/" + number, "/addrs/" + number, "/CTTS/" + number, "/ctts%2F" + number, "/contacts"} {
				if a := c.read(path+bad, token); a.status != 403 && a.status != 404 || strings.Contains(a.body, "79120000001") {
					t.Errorf("%s: %d %s", bad, a.status, a.body)
				}
			}
		})
		t.Run("A-02 embed that is too long, bent or deeper than a digit is told so, and opens nothing that the token does not", func(t *testing.T) {
			for _, bad := range []string{"(", ")", "elements", "((elements))", "(elements", "(elements-10)", "(elements,)", "(,elements)", "(elements;contacts)", "(contacts.)", "(контакты)",
				"(" + strings.Repeat("a,", 300) + "a)", "(elements)\n", " (elements)"} {
				a := c.read(path+"/ctts?"+url.Values{"embed": {bad}}.Encode(), token)
				answers(t, a, "007003")
				if a.json["code"] != "ESIA-007003" {
					t.Errorf("%q: %s", bad, a.body)
				}
			}
			whole := c.read(path+"?embed=(contacts.elements-1,documents.elements,addresses,nothing.at.all,kids)", token)
			if lists := elements(t, whole.json["contacts"].(map[string]any)); len(lists) == 0 || whole.json["documents"] != nil || whole.json["addresses"] != nil || whole.json["kids"] != nil {
				t.Errorf("%s", whole.body)
			}
		})
	})
}

// TestUpdatedOn holds what a token is told of when a person's data changed.
func TestUpdatedOn(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		id := c.irina(t)
		path := "/rs/prns/" + c.oid(id)
		s := c.system(t, "TEST01", nil)
		first := float64(now.Now().Unix())
		t.Run("AUTHZ-1 updatedOn tells only of changes to what the token opens", func(t *testing.T) {
			now.Advance(time.Hour)
			c.Write(func(tx *db.Tx) error {
				return c.Profiles.Set(tx, id, map[string]string{"ru_passport.number": "104203", profile.BirthDate: "1958-03-28"}, profile.FromRegister("migration"), audit.BySystem("test"))
			})
			b := c.browser(t, id)
			for scope, want := range map[string]any{"openid": nil, "fullname": first, "snils": first, "birthdate": first + 3600, "id_doc": first + 3600} {
				if p := c.read(path, s.tokens(b, "scope", scope)["access_token"].(string)); p.status != 200 || p.json["updatedOn"] != want {
					t.Errorf("%s: %v, not %v", scope, p.json["updatedOn"], want)
				}
			}
		})
	})
}
