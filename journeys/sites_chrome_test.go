package journeys

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/web/webtest/chrome"
	"okno/sim/relyingparty"
)

// TestSitesInChromium measures every page that stands between a site and us, in
// all languages, with what is on it: axe, targets, room at 320 pixels, the mirror.
func TestSitesInChromium(t *testing.T) {
	browser := chrome.Start(t)
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run(lang, func(t *testing.T) {
			c := run(t, "")
			c.byLaw()
			c.measureSites(t, browser, lang)
		})
	}
}

// byLaw adds a site that is given data by law.
func (c *country) byLaw() {
	c.write(func(tx *db.Tx) error {
		return c.demo.Portal.Clients.Add(tx, client.Client{ID: "pension-law", Stage: client.Sandbox, Name: jurisdiction.Words{"en": "Pension fund", "ru": "Пенсионный фонд", "fa": "صندوق بازنشستگی"},
			Purpose: jurisdiction.Words{"en": "To work out your pension", "ru": "Чтобы рассчитать вашу пенсию", "fa": "برای محاسبهٔ بازنشستگی شما"},
			Law:     jurisdiction.Words{"en": "Law on insurance pensions, article 21", "ru": "Закон о страховых пенсиях, статья 21", "fa": "قانون بازنشستگی، مادهٔ ۲۱"},
			Native:  true, Redirects: []string{c.origin(relyingparty.Tax) + "/"}, Method: client.NoMethod, Grants: []client.Grant{client.Code},
			Required: []client.Attribute{client.Name, client.Number("snils")}}, audit.BySystem("test"))
	})
}

// library adds a site that asks for more the second time.
func (c *country) library() {
	c.write(func(tx *db.Tx) error {
		return c.demo.Portal.Clients.Add(tx, client.Client{ID: "library", Stage: client.Sandbox, Name: jurisdiction.Words{"en": "City library", "ru": "Городская библиотека", "fa": "کتابخانهٔ شهر"},
			Purpose: jurisdiction.Words{"en": "To lend you books", "ru": "Чтобы выдавать вам книги", "fa": "برای امانت دادن کتاب به شما"}, Native: true,
			Redirects: []string{c.origin(relyingparty.Tax) + "/"}, Method: client.NoMethod, Grants: []client.Grant{client.Code},
			Required: []client.Attribute{client.Name, client.BirthDate}, Optional: []client.Attribute{client.Phone}}, audit.BySystem("test"))
	})
}

// asks is where the library sends people, with what it asks for.
func (c *country) asks(scope string) string {
	return "/id/oauth/authorize?" + url.Values{"client_id": {"library"}, "redirect_uri": {c.origin(relyingparty.Tax) + "/"}, "response_type": {"code"},
		"scope": {"openid " + scope}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"}}.Encode()
}

// measureSites leads people to each page without scripts and opens it in Chromium.
func (c *country) measureSites(t *testing.T, browser *chrome.Browser, lang string) {
	verified, simplified, letter := c.guest(lang, "+79000000103").at(t), c.guest(lang, "+79000000101").at(t), c.guest(lang, "+79000000102").at(t)
	c.letter(letter)
	nth := 0
	measure := func(g *guest, name, path string) {
		t.Run(name, func(t *testing.T) {
			page := browser.Visit(t, chrome.Visitor{Lang: lang, Cookies: append(g.b.Cookies(), &http.Cookie{Name: "okno_choices", Value: "l=" + lang})}, c.portal+"/terms", 1280)
			s := sweep{c, page, lang, nth, "sites-" + name}
			s.measure(t, path)
			s.large(t, "")
			nth++
		})
	}
	p := verified.knock(relyingparty.Tax)
	measure(verified, "signin", p.Path)
	p = verified.signIn(p)
	measure(verified, "consent", p.Path)
	verified.agree(p)
	p = verified.knock(relyingparty.Moscow)
	measure(verified, "consent-optional", p.Path)
	verified.agree(p)
	verified.enter(relyingparty.Diary)
	verified.b.Open("/id/oauth/authorize?" + url.Values{"client_id": {"pension-law"}, "redirect_uri": {c.origin(relyingparty.Tax) + "/"}, "response_type": {"code"},
		"scope": {"openid fullname snils"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"}}.Encode())
	measure(verified, "sites", "/id/settings/sites")
	measure(verified, "sessions", "/id/settings/sessions")
	stop := verified.b.Open("/id/settings/sites").Link(verified.T("oidc.stop.title", "site", verified.name(relyingparty.Moscow)))
	measure(verified, "stop", stop)
	verified.b.Open(stop).Press(verified.T("oidc.stop.yes"))
	measure(verified, "sites-before", "/id/settings/sites")
	c.library()
	verified.b.Open(c.asks("fullname")).Press(verified.T("oidc.consent.yes"))
	more := verified.b.Open(c.asks("fullname birthdate phone")).Must(verified.T("oidc.attribute.phone"))
	measure(verified, "consent-more", more.Path)
	verified.television()
	var start struct {
		Word string `json:"user_code"`
	}
	verified.machine("/id/oauth/device", url.Values{"client_id": {"television"}, "scope": {"openid fullname"}}, &start)
	typed := verified.b.Open("/id/device").Fill(verified.T("oidc.device.word"), start.Word).Press(verified.T("oidc.device.go"))
	measure(verified, "consent-device", typed.Path)
	measure(verified, "fresh", verified.b.Open(c.origin(relyingparty.Diary)+"/signin?other=1").Path)
	measure(verified, "device", "/id/device")
	measure(verified, "refused", "/id/oauth/authorize?client_id=tax&redirect_uri=https%3A%2F%2Felsewhere.example")
	measure(verified, "logout", "/id/oauth/logout")
	measure(simplified, "raise", simplified.signIn(simplified.knock(relyingparty.Tax)).MustBe(200, "/id/oauth/raise").Path)
	measure(letter, "barred", letter.signIn(letter.knock(relyingparty.Tax)).MustBe(200, "/id/oauth/barred").Path)
	c.answers(relyingparty.Diary, relyingparty.Fail)
	p = verified.b.Open("/account").Press(verified.T("ui.exit")).MustBe(200, "/id/oauth/goodbye")
	c.silence(verified, p.Path)
	measure(verified, "goodbye", p.Path)
	c.answers(relyingparty.Diary, relyingparty.Answer)
}

// letter proves somebody by letter.
func (c *country) letter(g *guest) {
	c.write(func(tx *db.Tx) error {
		_, _, err := c.demo.Portal.Accounts.Add(tx, g.account(tx), account.Evidence{Way: account.ByLetter, Source: "post", By: "test"}, audit.BySystem("test"))
		return err
	})
}

// silence lets time pass until the goodbye page names the diary as silent.
func (c *country) silence(g *guest, path string) {
	c.await("a silent site", func() bool {
		c.advance(time.Minute)
		return g.b.Open(path).HasButton(g.T("sites.again", "site", g.name(relyingparty.Diary)))
	})
}
