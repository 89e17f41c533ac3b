package journeys

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/demo"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/partner"
	"okno/internal/web/webtest/chrome"
)

// TestPartnersInChromium measures every page of the partners' console and of the
// registrars, with an organisation that has sites in each state.
func TestPartnersInChromium(t *testing.T) {
	c := run(t, "")
	visitors := c.registry().visitors()
	browser := chrome.Start(t)
	tabs := make(chan bool, 2)
	t.Run("all", func(t *testing.T) {
		for _, lang := range []string{"en", "ru", "fa"} {
			for _, v := range visitors {
				t.Run(lang+" "+v.name, func(t *testing.T) {
					t.Parallel()
					tabs <- true
					defer func() { <-tabs }()
					page := browser.Visit(t, chrome.Visitor{Lang: lang, Cookies: append(v.b.Cookies(), &http.Cookie{Name: "okno_choices", Value: "l=" + lang})}, c.portal+"/terms", 1280)
					for i, path := range v.paths {
						if lang != "en" && i%3 != 0 { // the pages share their parts: all in one language, a third in each of the others
							continue
						}
						t.Run(path, func(t *testing.T) {
							s := sweep{c, page, lang, i, v.name}
							s.measure(t, path)
							s.large(t, path)
						})
					}
				})
			}
		}
	})
}

// large holds the page that stands open to text of 200 per cent, where the words are longest.
func (s sweep) large(t *testing.T, path string) {
	if s.lang != "ru" {
		return
	}
	s.page.Width(t, 1280)
	s.page.TextSize(t, 200)
	s.page.Room(t)
	if *shots != "" {
		s.page.Screenshot(t, filepath.Join(*shots, fmt.Sprintf("%s-%s-large.png", s.visitor, strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path))))
	}
}

// registry is organisations and sites in each state.
type registry struct {
	*country
	s             *partner.Service
	who           account.ID
	first, second officer.Officer
	own, refused  string // organisations
	waiting       string // organisation that no officer has looked at
	request       string // of the site that asks for production
	closing       string // organisation that a registrar has proposed to close
	closed        string // organisation that two registrars have closed
}

func (c *country) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func inAll(en, ru, fa string) jurisdiction.Words {
	return jurisdiction.Words{"en": en, "ru": ru, "fa": fa}
}

func (c *country) registry() *registry {
	r := &registry{country: c, s: c.demo.Portal.Partners}
	c.write(func(tx *db.Tx) (err error) {
		if r.who, err = c.demo.Portal.Accounts.ByContact(tx, account.Phone, "+79000000102"); err != nil {
			return err
		}
		all, err := c.demo.Portal.Officers.All(tx)
		for _, o := range all {
			if o.May(officer.ManageSites) {
				r.first, r.second = r.second, o
			}
		}
		return err
	})
	r.own = r.organisation("1027700132195")
	r.must(r.s.Decide(c.t.Context(), r.first, r.own, true, ""))
	r.refused = r.organisation("1027700132196")
	r.must(r.s.Decide(c.t.Context(), r.first, r.refused, false, "The register knows no such number"))
	r.waiting = r.organisation("1027700132197")
	r.must(r.s.Begin(c.t.Context(), r.who, r.own, "city-draft", inAll("Reading room", "Читальный зал", "تالار مطالعه")))
	r.site("city-sandbox")
	logo := bytes.NewReader(photo(400, 300))
	_, err := r.s.SetLogo(c.t.Context(), r.who, "city-sandbox", logo)
	r.must(err)
	_, err = r.s.AddCertificate(c.t.Context(), r.who, "city-sandbox", certificate(c, c.now()))
	r.must(err)
	r.s.Hear("city-sandbox", "/id/oauth/authorize", "invalid_request", "oidc.why.redirect")
	r.s.Hear("city-sandbox", "/id/oauth/token", "invalid_grant", "oidc.why.code")
	r.site("city-paused")
	r.must(r.s.Pause(c.t.Context(), r.who, "city-paused", true))
	r.site("city-live")
	r.grant("city-live")
	r.edit("city-live", func(c *client.Client) { c.Optional = append(c.Optional, client.Phone) })
	r.site("CITY01")
	r.edit("CITY01", func(c *client.Client) { c.Registered = true })
	_, err = r.s.AddCertificates(c.t.Context(), r.who, "CITY01", []byte(certificate(c, c.now())))
	r.must(err)
	r.grant("CITY01")
	r.site("city-stopped")
	r.must(r.s.Stop(c.t.Context(), r.first, "city-stopped", "The key was published in the open code of the site"))
	r.site("city-reopened")
	r.must(r.s.Stop(c.t.Context(), r.first, "city-reopened", "The key was published in the open code of the site"))
	r.must(r.s.Reopen(c.t.Context(), r.first, "city-reopened"))
	r.site("city-asked")
	r.request = r.ask("city-asked")
	r.closings()
	return r
}

// closings is one organisation that waits for a second registrar to close it, and one that is closed.
func (r *registry) closings() {
	r.closing = r.confirmed("1027700132198", "river-fleet", inAll("River fleet of Nizhny Lomov", "Речное пароходство Нижнего Ломова", "کشتیرانی رودخانه"))
	r.must(r.s.ProposeClosing(r.t.Context(), r.first, r.closing, "It was merged into the shipping company of the region"))
	r.closed = r.confirmed("1027700132199", "bird-park", inAll("Bird park", "Птичий парк", "باغ پرندگان"))
	r.must(r.s.ProposeClosing(r.t.Context(), r.first, r.closed, "The organisation is no more"))
	var id string
	r.write(func(tx *db.Tx) error {
		c, err := r.s.ClosingOf(tx, r.closed)
		id = c.ID
		return err
	})
	r.must(r.s.ConfirmClosing(r.t.Context(), r.second, r.closed, id))
}

// confirmed is an organisation that an officer has confirmed, with a site in the sandbox.
func (r *registry) confirmed(number string, site client.ID, name jurisdiction.Words) string {
	id, err := r.s.RegisterOrganisation(r.t.Context(), r.who, partner.Organisation{Number: number, Contact: "team@library.example", Purpose: "To sell tickets", Name: name})
	r.must(err)
	r.must(r.s.Decide(r.t.Context(), r.first, id, true, ""))
	r.siteOf(id, site, name)
	return id
}

func (r *registry) organisation(number string) string {
	id, err := r.s.RegisterOrganisation(r.t.Context(), r.who, partner.Organisation{Number: number, Contact: "team@library.example", Purpose: "To lend books and to book places",
		Name: inAll("City library of Verkhnyaya Sinyachikha", "Городская библиотека Верхней Синячихи", "کتابخانهٔ شهر")})
	r.must(err)
	return id
}

func (r *registry) edit(id client.ID, change func(*client.Client)) {
	_, err := r.s.Edit(r.t.Context(), r.who, id, nil, change)
	r.must(err)
}

// site brings a site into the sandbox, with all that production needs.
func (r *registry) site(id client.ID) {
	r.siteOf(r.own, id, inAll("City library "+string(id), "Библиотека", "کتابخانه"))
}

func (r *registry) siteOf(organisation string, id client.ID, name jurisdiction.Words) {
	r.must(r.s.Begin(r.t.Context(), r.who, organisation, id, name))
	r.edit(id, func(c *client.Client) {
		c.Purpose, c.Contact = inAll("To lend books", "Чтобы выдавать книги", "برای امانت کتاب"), "team@library.example"
		c.Redirects = []string{"https://library.example/sign-in/with/a/long/address/that/has/no/end/callback", "https://library.example/back"}
		c.PostLogout, c.LogoutURI = []string{"https://library.example/bye"}, "https://library.example/out"
		c.Required, c.Optional, c.Reason = []client.Attribute{client.Name, client.BirthDate}, []client.Attribute{client.Email}, "The card bears the name"
		c.Refuses, c.Level = []account.Way{account.ByLetter}, account.Standard
	})
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	r.must(err)
	set, err := json.Marshal(jose.JSONWebKey{Key: key.Public(), KeyID: "library-2026-11", Use: "sig", Algorithm: "ES256"})
	r.must(err)
	_, err = r.s.AddKeys(r.t.Context(), r.who, id, string(set))
	r.must(err)
	r.must(r.s.Complete(r.t.Context(), r.who, id))
}

// ask asks for production and gives the request's id.
func (r *registry) ask(id client.ID) string {
	r.must(r.s.Ask(r.t.Context(), r.who, id))
	site, err := r.s.Site(r.t.Context(), r.who, id)
	r.must(err)
	return site.Request.ID
}

func (r *registry) grant(id client.ID) {
	q := r.ask(id)
	r.must(r.s.Propose(r.t.Context(), r.first, q))
	r.must(r.s.Grant(r.t.Context(), r.second, q))
}

// certificate is one that ends in two weeks, PEM.
func certificate(c *country, now time.Time) string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	c.must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.AddDate(-1, 0, 0), NotAfter: now.AddDate(0, 0, 14),
		Subject: pkix.Name{CommonName: "Информационная система «Городская библиотека Верхней Синячихи»"}}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	c.must(err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func (r *registry) visitors() []visitor {
	of := func(id string, rest ...string) (paths []string) {
		for _, one := range rest {
			paths = append(paths, "/partners/sites/"+id+one)
		}
		return paths
	}
	library := append(append(of("CITY01", "", "/state", "/advanced", "/esia"), of("city-sandbox", "/name", "/proof/keys", "", "/purpose", "/addresses", "/attributes", "/rules", "/proof/secret",
		"/proof", "/logo", "/delete", "/errors", "/sector", "/dpop", "/try", "/advanced", "/proof/certificate", "/proof/native", "/signature", "/par")...),
		"/partners/sites/city-draft", "/partners/sites/city-live", "/partners/sites/city-paused", "/partners/sites/city-asked")
	organisations := []string{"/partners/new", "/partners", "/partners/mine", "/partners/organisations/" + r.own, "/partners/organisations/" + r.own + "/site", "/partners/organisations/" + r.refused}
	return []visitor{
		{"organisation", r.signedIn("+79000000102"), organisations},
		{"sites", r.signedIn("+79000000102"), library},
		{"members of what is closed", r.signedIn("+79000000102"), []string{"/partners/organisations/" + r.closed, "/partners/sites/bird-park", "/partners/sites/bird-park/errors", "/partners/organisations/" + r.closing}},
		{"registrar", r.atDesk("ru", r.staffed(r.first)), []string{"/desk/partners", "/desk", "/desk/partners/organisations/" + r.waiting, "/desk/partners/requests/" + r.request, "/desk/partners/sites",
			"/desk/partners/sites/city-live", "/desk/partners/sites/CITY01", "/desk/partners/sites/city-stopped", "/desk/partners/sites/city-reopened", "/desk/partners/organisations/" + r.own,
			"/desk/partners/organisations", "/desk/partners/organisations/" + r.closing, "/desk/partners/sites/city-live/settings"}},
		{"second registrar", r.atDesk("ru", r.staffed(r.second)), []string{"/desk/partners/organisations/" + r.closing, "/desk/partners/organisations/" + r.closed, "/desk/partners/sites/bird-park"}},
	}
}

// staffed is how an officer signs in.
func (c *country) staffed(o officer.Officer) demo.Officer {
	c.t.Helper()
	at := slices.IndexFunc(c.staff, func(one demo.Officer) bool { return one.Login == o.Login })
	if at < 0 {
		c.t.Fatalf("nobody signs in as %s", o.Login)
	}
	return c.staff[at]
}
