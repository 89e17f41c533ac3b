package visit_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web"
)

// apart is a site with two hosts, which are two names of one socket, and a browser.
type apart struct {
	t                *testing.T
	w                *visittest.World
	portal, identity string
	irina            account.ID
}

func newApart(t *testing.T, d *db.DB, now *clock.Fake) *apart {
	w := visittest.New(t, d, now, "ru")
	a := &apart{t: t, w: w, irina: w.Account(account.Standard, "Ирина Соколова", "+79120000001")}
	var whole http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { whole.ServeHTTP(rw, r) }))
	t.Cleanup(server.Close)
	a.portal = server.URL
	a.identity = strings.Replace(server.URL, "127.0.0.1", "localhost", 1)
	w.Site.Hosts, w.Site.Secure = visit.Hosts{Portal: a.portal, Identity: a.identity}, false
	w.Site.MountHosts()
	say := func(words string) visit.Handler {
		return func(rw http.ResponseWriter, r *visit.Request) error {
			_, err := io.WriteString(rw, words+" "+r.Account.Name.Full+" at "+r.Host)
			return err
		}
	}
	w.Site.Public("GET /{$}", say("home"))
	w.Site.Resident("GET /account", account.Simplified, say("account"))
	w.Site.Public("GET /id/signin", say("sign in"))
	w.Site.Harmless("POST /id/signin", func(rw http.ResponseWriter, r *visit.Request) error {
		var token string
		err := d.Write(r.Context(), func(tx *db.Tx) (err error) {
			token, err = w.Sessions.Begin(tx, signin.Opening{Account: a.irina, Way: "password", Browser: r.Named(rw), Old: r.Session})
			return err
		})
		if err != nil {
			return err
		}
		r.SignIn(rw, token, false)
		return r.Redirect(rw, r.Next("/account"))
	})
	w.Site.Harmless("POST /id/signout", func(rw http.ResponseWriter, r *visit.Request) error {
		err := d.Write(r.Context(), func(tx *db.Tx) error { return w.Sessions.End(tx, r.Session, "exit") })
		r.SignOut(rw)
		return err
	})
	guard := &web.Guard{Origins: []string{a.portal, a.identity}, Log: slog.New(slog.DiscardHandler), Fail: w.Site.Fail}
	whole = guard.Wrap(w.Site)
	return a
}

// browser follows redirects from host to host.
func (a *apart) browser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	return &http.Client{Jar: jar}
}

func (a *apart) get(c *http.Client, address string) (words, at string) {
	a.t.Helper()
	answer, err := c.Get(address)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return string(body), answer.Request.URL.String()
}

func (a *apart) post(c *http.Client, address, origin string) (words, at string) {
	a.t.Helper()
	r, _ := http.NewRequest(http.MethodPost, address, strings.NewReader(url.Values{"next": {"/account"}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", origin)
	answer, err := c.Do(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, _ := io.ReadAll(answer.Body)
	return string(body), answer.Request.URL.String()
}

func TestTwoHosts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		a := newApart(t, d, now)
		t.Run("GEN-21 the portal and the identity system answer at a host each, with the same paths", func(t *testing.T) {
			c := a.browser()
			if words, at := a.get(c, a.portal+"/id/signin?next=%2Faccount"); at != a.identity+"/id/signin?next=%2Faccount" || !strings.HasPrefix(words, "sign in") {
				t.Fatal(words, at)
			}
			if _, at := a.get(c, a.identity+"/"); at != a.portal+"/" {
				t.Fatal(at)
			}
		})
		c := a.browser()
		t.Run("D-02 SSO-02 the portal sends people to the identity system and gets them back signed in at both", func(t *testing.T) {
			if _, at := a.get(c, a.portal+"/account"); at != a.identity+"/id/signin?next=%2Faccount" {
				t.Fatal(at)
			}
			words, at := a.post(c, a.identity+"/id/signin", a.identity)
			if words != "account Ирина Соколова at "+strings.TrimPrefix(a.portal, "http://") || at != a.portal+"/account" {
				t.Fatal(words, at)
			}
			if words, _ := a.get(c, a.identity+"/id/signin"); !strings.Contains(words, "Ирина") {
				t.Fatal(words)
			}
		})
		t.Run("OTP-2 a ticket between the hosts opens nothing in another browser, and nothing twice", func(t *testing.T) {
			held := a.browser()
			held.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
				if r.URL.Query().Get("ticket") != "" {
					return http.ErrUseLastResponse
				}
				return nil
			}
			held.Jar = c.Jar
			fresh, _ := cookiejar.New(nil) // forgets the portal's cookie only
			at, _ := url.Parse(a.identity)
			fresh.SetCookies(at, c.Jar.Cookies(at))
			held.Jar = fresh
			answer, err := held.Get(a.portal + "/enter?to=%2Faccount")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			ticket := answer.Header.Get("Location")
			if !strings.Contains(ticket, "ticket=") {
				t.Fatal(ticket)
			}
			if words, _ := a.get(a.browser(), ticket); strings.Contains(words, "Ирина") {
				t.Fatal("another browser got in: ", words)
			}
			held.CheckRedirect = nil
			if words, _ := a.get(held, ticket); !strings.Contains(words, "Ирина") {
				t.Fatal("the right browser did not: ", words)
			}
			portal, _ := url.Parse(a.portal)
			for _, cookie := range held.Jar.Cookies(portal) {
				if cookie.Name == "okno" {
					held.Jar.SetCookies(portal, []*http.Cookie{{Name: "okno", Value: "", MaxAge: -1}})
				}
			}
			stranger := a.browser()
			if words, _ := a.get(stranger, ticket); strings.Contains(words, "Ирина") {
				t.Fatal("used twice: ", words)
			}
		})
		t.Run("SESS-4 Exit at one host ends the session at both", func(t *testing.T) {
			a.post(c, a.portal+"/id/signout", a.portal)
			if words, _ := a.get(c, a.identity+"/id/signin"); strings.Contains(words, "Ирина") {
				t.Fatal(words)
			}
			if _, at := a.get(c, a.portal+"/account"); at != a.identity+"/id/signin?next=%2Faccount" {
				t.Fatal(at)
			}
		})
		t.Run("WEB-2 a form may end at the other host, because the redirect after it leads there, and nowhere else", func(t *testing.T) {
			answer, err := http.Get(a.identity + "/id/signin")
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if policy := answer.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' "+a.portal+" "+a.identity+";") {
				t.Fatal(policy)
			}
		})
	})
}
