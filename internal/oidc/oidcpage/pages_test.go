package oidcpage_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcpage"
	"okno/internal/oidc/oidctest"
	"okno/internal/text/texttest"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// house is a site with the provider's pages.
type house struct {
	*oidctest.World
	t *testing.T
}

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) *house {
	w := oidctest.New(t, d, now, "ru")
	oidcpage.Mount(w.World.Site, w.Provider, func(*visit.Request, string) templ.Component { return templ.NopComponent })
	w.World.Site.Public("GET /id/signin", stand)
	w.World.Site.Public("GET /id/signout", stand)
	return &house{w, t}
}

// stand stands for pages of other packages.
func stand(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: "Stand", Body: templ.Raw("<h1>Stand</h1>")})
}

// ask is the address at which a site's request arrives.
func ask(s *oidctest.Site, pairs ...string) string {
	return oidc.PathAuthorize + "?" + s.Ask(pairs...).Encode()
}

// named is a site whose name and purpose stand in three languages.
func named(c *client.Client) {
	c.Name = jurisdiction.Words{"en": "Library", "ru": "Библиотека", "fa": "کتابخانه"}
	c.Purpose = jurisdiction.Words{"en": "To lend you books", "ru": "Чтобы выдавать вам книги", "fa": "برای امانت کتاب"}
}

var lawOnBooks = jurisdiction.Words{"en": "Law on books, article 5", "ru": "Закон о книгах, статья 5", "fa": "قانون کتاب، مادهٔ ۵"}

func TestPages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		library := h.Site("library", named)
		strict := h.Site("strict", func(c *client.Client) {
			named(c)
			c.Level, c.Refuses = account.Verified, []account.Way{account.ByLetter}
		})
		h.Site("fund", func(c *client.Client) {
			named(c)
			c.Law = lawOnBooks
		})
		irina := h.Account(account.Verified, "Ирина Соколова", "+79120000001")
		low := h.Account(account.Simplified, "Пётр Гусев", "+79120000002")
		letter := h.Account(account.Standard, "Вера Белова", "+79120000003")
		h.Write(func(tx *db.Tx) error {
			_, _, err := h.Accounts.Add(tx, letter, account.Evidence{Way: account.ByLetter, Source: "post", By: "test"}, audit.BySystem("test"))
			return err
		})
		for _, lang := range []string{"en", "ru", "fa"} {
			h.inLanguage(t, lang, library, strict, irina, low, letter)
		}
		t.Run("OIDC-3 a flow that is over, and one of another browser, are pages that say what to do", func(t *testing.T) { h.flows(t, library, irina) })
		t.Run("OIDC-14 the goodbye page believes no address that it has not made itself", func(t *testing.T) { h.forged(t, library, irina) })
		t.Run("OIDC-3 an answer by form may go to the site alone", func(t *testing.T) { h.byForm(t, library, irina) })
		t.Run("OIDC-12 data that the law gives stands apart, with the law and without a button", func(t *testing.T) { h.byLaw(t, irina) })
		t.Run("OIDC-11 a browser that has never chosen reads the language that the site asks for", func(t *testing.T) { h.speaks(t, library) })
	})
}

// inLanguage opens every page in a language; the browser holds the rules of all pages.
func (h *house) inLanguage(t *testing.T, lang string, library, strict *oidctest.Site, irina, low, letter account.ID) {
	words := texttest.Load(t).For(lang)
	site := library.Name.In(lang)
	see := func(t *testing.T, id account.ID) *webtest.Browser {
		b := h.SignedIn(id).For(t).Speak(lang)
		b.SetCookie("okno_choices", "l="+lang)
		return b
	}
	t.Run("OIDC-12 the consent page in "+lang+" names purpose, attributes, end and what no means", func(t *testing.T) {
		p := see(t, irina).Open(ask(library, "scope", "openid profile email")).MustBe(200, "/id/oauth/consent")
		p.Must(words.T("oidc.consent.title", "site", site), library.Purpose.In(lang), words.T("oidc.attribute.name"), words.T("oidc.attribute.email"), words.T("oidc.consent.optional_hint"), words.T("oidc.consent.no_means", "site", site))
		if strings.Contains(p.Body, "checked") {
			t.Error("something is ticked beforehand")
		}
	})
	t.Run("OIDC-12 the consent page in "+lang+" says what outlives the session, what the law gives, and nothing that is not so", func(t *testing.T) {
		b := see(t, low)
		outlives, nothing := words.T("oidc.consent.outlives", "site", site, "n", 30), words.T("oidc.consent.nothing")
		if p := b.Open(ask(library, "scope", "openid offline_access", "prompt", "consent")).MustBe(200, "/id/oauth/consent").Must(outlives, nothing); strings.Contains(p.Text(), words.T("oidc.consent.already", "list", "")) {
			t.Error(p.Text())
		}
		if p := b.Open(ask(library, "prompt", "consent")).MustBe(200, "/id/oauth/consent"); strings.Contains(p.Text(), outlives) || strings.Contains(p.Text(), nothing) {
			t.Error(p.Text())
		}
		fund := *library
		fund.ID, fund.Redirects = "fund", []string{oidctest.Redirect("fund")}
		if p := b.Open(ask(&fund, "scope", "openid offline_access", "prompt", "consent")).MustBe(200, "/id/oauth/consent").Must(lawOnBooks.In(lang), words.T("oidc.attribute.birth_date"), outlives); strings.Contains(p.Text(), nothing) || strings.Contains(p.Text(), words.T("oidc.consent.year")) {
			t.Error(p.Text())
		}
		library.Tokens(h.Visitor(irina))
		if p := see(t, irina).Open(ask(library, "prompt", "consent")).MustBe(200, "/id/oauth/consent"); strings.Contains(p.Text(), nothing) {
			t.Error("who agreed to more before is told that it was nothing: ", p.Text())
		}
	})
	t.Run("OIDC-11 the page about the level in "+lang, func(t *testing.T) {
		see(t, low).Open(ask(strict)).MustBe(200, "/id/oauth/raise").Must(words.T("oidc.raise.title", "site", site), words.T("oidc.raise.verified"), words.T("oidc.decline", "site", site))
	})
	t.Run("TAX-05 the page about the way of proof in "+lang, func(t *testing.T) {
		see(t, letter).Open(ask(strict)).MustBe(200, "/id/oauth/barred").Must(words.T("oidc.barred.title", "site", site), words.T("oidc.barred.letter"), words.T("oidc.barred.lift"))
	})
	t.Run("OIDC-3 the refusal in "+lang+" says nothing of the request", func(t *testing.T) {
		p := see(t, irina).Open(ask(library, "redirect_uri", "https://evil.example/x", "state", "zzz-state"))
		if p.Must(words.T("oidc.refused.title"), words.T("oidc.refused.do")); p.Status != http.StatusBadRequest || strings.Contains(p.Text(), "evil") || strings.Contains(p.Text(), "zzz") {
			t.Errorf("%d %s", p.Status, p.Text())
		}
	})
	t.Run("OIDC-12 the sites and stopping in "+lang, func(t *testing.T) {
		b := see(t, irina)
		b.Open("/id/settings/sites").Must(words.T("oidc.sites.title"))
		library.Tokens(h.Visitor(irina))
		p := b.Open("/id/settings/sites").Must(site, library.Purpose.In("en"), words.T("oidc.attribute.birth_date"))
		p = p.Follow(words.T("oidc.stop.title", "site", site)).Must(words.T("oidc.stop.text")).Press(words.T("oidc.stop.yes"))
		p.MustBe(200, "/id/settings/sites").Must(words.T("oidc.sites.stopped"), words.T("oidc.sites.before"))
	})
	t.Run("OIDC-14 signing out in "+lang+" asks, tells and names", func(t *testing.T) {
		b := see(t, irina)
		p := b.Open("/id/oauth/logout").MustBe(200, "/id/oauth/logout").Must(words.T("oidc.logout.title"), words.T("oidc.logout.text"))
		p.Press(words.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye").Must(words.T("oidc.goodbye.title"))
	})
	t.Run("OTP-3 the page for devices in "+lang+" warns, and refuses a word that nobody shows", func(t *testing.T) {
		p := see(t, low).Open("/id/device").Must(words.T("oidc.device.never")).Fill(words.T("oidc.device.word"), "AAAABBBB").Press(words.T("oidc.device.go"))
		if p.Must(words.T("oidc.device.word_wrong")); p.Status != http.StatusUnprocessableEntity {
			t.Error(p.Status)
		}
	})
}

func (h *house) flows(t *testing.T, library *oidctest.Site, irina account.ID) {
	words := texttest.Load(t).For("en")
	b := h.SignedIn(irina).For(t)
	p := b.Open(ask(library)).MustBe(200, "/id/oauth/consent")
	other := h.SignedIn(irina).For(t).Open(p.Path)
	if other.Must(words.T("oidc.flow_over")); other.Status != http.StatusGone || other.Has("SNILS") {
		t.Errorf("another browser gets %d %s", other.Status, other.Text())
	}
	h.Now.Advance(h.Provider.Limits.Flow + time.Second)
	b = h.SignedIn(irina).For(t)
	for _, c := range b.Cookies() {
		if c.Name == "okno_browser" {
			t.Fatal("the new browser has a name already")
		}
	}
	if late := b.Open(p.Path); late.Status != http.StatusGone {
		t.Errorf("after its hour a flow answers %d", late.Status)
	}
}

// forged tries addresses of the goodbye page that a thief could send.
func (h *house) forged(t *testing.T, library *oidctest.Site, irina account.ID) {
	words := texttest.Load(t).For("en")
	b := h.SignedIn(irina).For(t)
	p := b.Open("/id/oauth/logout").Press(words.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye")
	of := strings.TrimPrefix(p.Path, "/id/oauth/goodbye?of=")
	for _, query := range []string{"to=https://evil.example", "to=https://evil.example&site=library", "to=https://evil.example&site=library&sign=" + of, "sign=&to=//evil.example"} {
		q := b.Open("/id/oauth/goodbye?of="+of+"&"+query).MustBe(200, "/id/oauth/goodbye")
		if main := q.Text(); strings.Contains(q.Body, `href="https://evil`) || strings.Contains(q.Body, `href="//evil`) || strings.Contains(strings.ToLower(q.Header.Get("Refresh")), "evil") || strings.Contains(q.Body, "url=https://evil") || strings.Contains(main, "evil") {
			t.Errorf("%s leads away", query)
		}
	}
	stranger := h.SignedIn(irina).For(t)
	stranger.Open("/id/oauth/logout")
	line, _, _ := strings.Cut(of, ".")
	for _, forged := range []string{"", "x", line, line + ".", line + ".AAAA", "." + line, of + "x", of[:len(of)-1]} {
		if q := b.Open("/id/oauth/goodbye?of=" + url.QueryEscape(forged)); q.Path != "/id/signout" {
			t.Errorf("of=%q shows %s", forged, q.Path)
		}
	}
	if q := stranger.Open("/id/oauth/goodbye?of=" + of); q.Path != "/id/signout" {
		t.Error("another browser sees whose sites were told")
	}
}

// byForm is response_mode=form_post: the page's own policy lets its form go to the site, and nowhere else.
func (h *house) byForm(t *testing.T, library *oidctest.Site, irina account.ID) {
	library.Tokens(h.Visitor(irina))
	request := httptest.NewRequest("GET", visittest.Origin+ask(library, "response_mode", "form_post"), nil)
	for _, c := range h.SignedIn(irina).Cookies() {
		request.AddCookie(c)
	}
	p := httptest.NewRecorder() // no browser of ours: the rules of all pages forbid forms that go elsewhere, but for this one
	h.Handler().ServeHTTP(p, request)
	body, policy := p.Body.String(), ""
	for part := range strings.SplitSeq(p.Header().Get("Content-Security-Policy"), ";") {
		if words := strings.Fields(part); len(words) > 0 && words[0] == "form-action" {
			policy = strings.Join(words[1:], " ")
		}
	}
	if !strings.Contains(policy, "https://library.example") || strings.Contains(policy, "*") || strings.Contains(strings.ReplaceAll(policy, "https://library.example", ""), "https:") {
		t.Errorf("form-action is %q", policy)
	}
	for _, name := range []string{"code", "state", "iss"} {
		if !strings.Contains(body, fmt.Sprintf(`name="%s" value="`, name)) {
			t.Errorf("the form brings no %s", name)
		}
	}
	if !strings.Contains(body, `action="`+library.Redirects[0]+`"`) || p.Header().Get("Cache-Control") != "no-store" {
		t.Error("the form goes elsewhere, or may be kept")
	}
}

func (h *house) byLaw(t *testing.T, irina account.ID) {
	words := texttest.Load(t).For("en")
	fund, err := h.Clients.Find(t.Context(), "fund")
	if err != nil {
		t.Fatal(err)
	}
	site := &oidctest.Site{Client: fund, Verifier: strings.Repeat("v", 43), World: h.World}
	b := h.SignedIn(irina).For(t)
	b.Open("/id/settings/sites").MustNot("Law on books")
	if next, err := h.Provider.Authorize(t.Context(), site.Ask(), h.Visitor(irina)); err != nil || next.Step != oidc.Done {
		t.Fatal(next.Step, err)
	}
	p := b.Open("/id/settings/sites").Must(words.T("sites.lawful"), words.T("sites.lawful_text"), "Law on books, article 5")
	if _, after, _ := strings.Cut(p.Text(), words.T("sites.lawful_text")); strings.Contains(after, words.T("oidc.sites.stop")+" ") {
		t.Error("there is a button that stops the law")
	}
}

func (h *house) speaks(t *testing.T, library *oidctest.Site) {
	for given, want := range map[string]string{"fa": "fa", "xx ru-RU en": "ru", "xx": "en", "": "en"} {
		b := h.Browser().For(t).Speak("en")
		if p := b.Open(ask(library, "ui_locales", given)); !strings.Contains(p.Body, `<html lang="`+want+`"`) {
			t.Errorf("ui_locales=%q is read in another language than %s", given, want)
		}
	}
	b := h.Browser().For(t).Speak("en")
	b.SetCookie("okno_choices", "l=en")
	if p := b.Open(ask(library, "ui_locales", "fa")); !strings.Contains(p.Body, `<html lang="en"`) {
		t.Error("the person's own choice does not stand")
	}
}
