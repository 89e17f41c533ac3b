package journeys

import (
	"net/http"
	"strconv"
	"testing"

	"okno/internal/web/webtest/chrome"
)

// TestClosingPressedInChromium closes an organisation as two registrars do it, each in a tab, by what is written on
// buttons: with scripts, on a telephone, each page held to axe.
func TestClosingPressedInChromium(t *testing.T) {
	c, browser := run(t, ""), chrome.Start(t)
	r := c.registry()
	id := r.confirmed("1027700132194", "tram-museum", inAll("Tram museum", "Музей трамвая", "موزهٔ تراموا"))
	page := "/desk/partners/organisations/" + id
	first := r.presses(t, browser, "ru", page, r.atDesk("ru", r.staffed(r.first)).Cookies())
	second := r.presses(t, browser, "fa", page, r.atDesk("fa", r.staffed(r.second)).Cookies())
	ru, fa, en := c.texts.For("ru"), c.texts.For("fa"), c.texts.For("en")
	const why = "Музей закрыт навсегда"

	t.Run("AUTHZ-5 a registrar is told what is missing, proposes with a reason, and cannot confirm it alone", func(t *testing.T) {
		b := first.in(t).open("/desk/partners/organisations").press("Музей трамвая").at(page)
		b.press(ru.T("partner_closing.propose")).at(page).must(ru.T("partner.reason_missing"))
		b.page.Axe(t)
		b.fill(ru.T("partner_closing.reason"), why).press(ru.T("partner_closing.propose")).at(page).must(ru.T("partner_closing.mine"), why)
		b.page.Axe(t)
		if b.offers(ru.T("partner_closing.confirm")) {
			t.Error("one registrar may close it")
		}
	})
	t.Run("AUTHZ-5 another registrar drops a proposal, and nothing has changed", func(t *testing.T) {
		b := second.in(t).open("/desk/partners").press("موزهٔ تراموا").at(page).must(fa.T("partner_closing.second"), why)
		b.page.Axe(t)
		b.press(fa.T("partner_closing.drop")).at(page).must(fa.T("partner_closing.was_dropped"))
		b.page.Axe(t)
		first.in(t).open(page).must(ru.T("partner_closing.propose"))
	})
	t.Run("AUTHZ-5 another registrar closes it for good, and its members read why", func(t *testing.T) {
		first.in(t).open(page).fill(ru.T("partner_closing.reason"), why).press(ru.T("partner_closing.propose"))
		b := second.in(t).open(page).press(fa.T("partner_closing.confirm")).at(page).must(fa.T("partner_closing.closed"), why)
		b.page.Axe(t)
		member := r.presses(t, browser, "en", "/partners/mine", c.signedIn("+79000000102").Cookies()).in(t)
		member.open("/partners/organisations/"+id).must(en.T("partner_closing.closed"), why, "Tram museum")
		member.page.Axe(t)
		if member.offers(en.T("partner.org.add")) || member.offers(en.T("partner.org.invite")) {
			t.Error("members of a closed organisation are offered what is refused")
		}
		member.open("/partners/sites/tram-museum").must(en.T("partner_closing.closed"), why)
		member.page.Axe(t)
		if member.offers(en.T("partner.site.pause")) || member.offers(en.T("partner.production.ask")) {
			t.Error("people of a closed site are offered what is refused")
		}
	})
}

// presses is a tab on a telephone for somebody who is signed in.
func (r *registry) presses(t *testing.T, browser *chrome.Browser, lang, path string, cookies []*http.Cookie) *tab {
	t.Helper()
	return &tab{t, browser.Visit(t, chrome.Visitor{Lang: lang, Cookies: append(cookies, &http.Cookie{Name: "okno_choices", Value: "l=" + lang})}, r.portal+path, 390), r.portal}
}

// in is the same tab in a subtest.
func (b *tab) in(t *testing.T) *tab { return &tab{t, b.page, b.home} }

// offers says whether a button or a link with these words can be seen.
func (b *tab) offers(words string) bool {
	b.t.Helper()
	return chrome.Eval[bool](b.t, b.page, finders+` && okno.seen("main button, main a[href]").some(e => okno.flat(e.textContent) === `+strconv.Quote(flat(words))+`)`)
}
