package journeys

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/web/webtest/chrome"
	"okno/sim/relyingparty"
)

// TestSitesPressedThroughInChromium goes the whole way through the sites as a person with a telephone does, by what is
// written on buttons: from "sign in" at a site over our pages back to it, to a second site, and out everywhere. The way to
// the tax service is gone in each language, every other site in one of them.
func TestSitesPressedThroughInChromium(t *testing.T) {
	c, browser := run(t, ""), chrome.Start(t)
	for _, w := range []struct {
		lang, phone string
		others      []relyingparty.Kind
	}{
		{"en", "+79000000102", []relyingparty.Kind{relyingparty.Diary}},
		{"ru", "+79000000103", []relyingparty.Kind{relyingparty.Utility}},
		{"fa", "+79000000107", []relyingparty.Kind{relyingparty.Petersburg, relyingparty.Tatarstan}},
	} {
		t.Run(w.lang, func(t *testing.T) { c.guest(w.lang, w.phone).at(t).pressThrough(t, browser, w.others) })
	}
}

// presser is a guest with a tab of Chromium, 390 pixels wide.
type presser struct {
	*guest
	*tab
	pictures int
}

func (g *guest) pressThrough(t *testing.T, browser *chrome.Browser, others []relyingparty.Kind) {
	g.standard()
	p := &presser{guest: g, tab: &tab{t, browser.Visit(t, chrome.Visitor{Lang: g.Lang()}, g.origin(relyingparty.Tax)+"/", 390), g.portal}}
	p.step(t, "SSO-06 the tax service leads a standard account to the ways of raising it, and the same page leads on", p.raises)
	p.step(t, "TAX-05 who chose the letter is told so, goes back with one button, and the site says why", p.isBarred)
	p.step(t, "SSO-09 proved at the desk, the same person agrees and is in, and the site shows what it was told", p.entersTax)
	p.step(t, "SSO-03 the second site asks no password, and is told the e-mail address that was ticked", p.entersMoscow)
	for _, site := range others {
		p.step(t, "SSO-07 "+string(site)+" asks no password", func() { p.enters(site) })
	}
	p.step(t, "OIDC-14 Sign out at the site ends it everywhere, and our page says which site did not answer", func() { p.leaves(others[0]) })
}

// step runs a step of the way as a subtest of its own; without it the way cannot go on.
func (p *presser) step(t *testing.T, name string, step func()) {
	outer, world := t, p.guest
	if !t.Run(name, func(t *testing.T) {
		p.guest, p.tab.t = world.at(t), t
		step()
	}) {
		outer.FailNow()
	}
}

// standard takes from the guest how his identity was proved.
func (g *guest) standard() {
	g.write(func(tx *db.Tx) error {
		id, by := g.account(tx), audit.BySystem("test")
		if err := g.demo.Portal.Accounts.Revoke(tx, id, "test", by); err != nil {
			return err
		}
		for _, register := range g.demo.Portal.Accounts.Rules().StandardRegisters {
			if _, _, err := g.demo.Portal.Accounts.Add(tx, id, account.Evidence{Way: account.ByRegister, Source: register}, by); err != nil {
				return err
			}
		}
		return nil
	})
}

// proved is how an operator leaves the guest.
func (g *guest) proved() {
	g.write(func(tx *db.Tx) error {
		_, _, err := g.demo.Portal.Accounts.Add(tx, g.account(tx), account.Evidence{Way: account.ByDesk, Source: "centre", By: "test"}, audit.BySystem("test"))
		return err
	})
}

// arrive waits until the tab stands at a page.
func (p *presser) arrive(origin, path string) {
	p.tab.t.Helper()
	for ctx, end := context.WithTimeout(p.tab.t.Context(), time.Minute); ; {
		at := chrome.Eval[string](p.tab.t, p.page, "document.readyState + ' ' + location.origin + location.pathname")
		if at == "complete "+origin+path {
			end()
			return
		}
		if clock.Pause(ctx, 50*time.Millisecond) != nil {
			end()
			p.tab.t.Fatalf("waited for %s%s, the tab is at %s:\n%s", origin, path, at, p.tab.text())
		}
	}
}

// ours waits for a page of ours and holds it to what people need on a telephone.
func (p *presser) ours(path string) {
	p.tab.t.Helper()
	p.arrive(p.home, path)
	p.look(strings.Trim(strings.ReplaceAll(path, "/", "-"), "-"))
	p.page.Axe(p.tab.t)
}

// look holds the page to its language, its direction, its width and its targets.
func (p *presser) look(name string) {
	p.tab.t.Helper()
	t, dir := p.tab.t, map[bool]string{true: "rtl", false: "ltr"}[p.Lang() == "fa"]
	if got := chrome.Eval[string](t, p.page, "document.documentElement.lang + ' ' + getComputedStyle(document.body).direction"); got != p.Lang()+" "+dir {
		t.Errorf("%s is in %s, want %s %s", name, got, p.Lang(), dir)
	}
	p.page.Room(t)
	p.page.Targets(t)
	p.page.LeftToRight(t)
	if p.pictures++; *shots != "" {
		p.page.Screenshot(t, filepath.Join(*shots, fmt.Sprintf("press-%s-%02d-%s.png", p.Lang(), p.pictures, name)))
	}
}

// theirs waits for a page of a site and holds it to the same, but for axe, which the sites' own tests run.
func (p *presser) theirs(site relyingparty.Kind, path string) {
	p.tab.t.Helper()
	p.arrive(p.origin(site), path)
	p.look(string(site) + strings.ReplaceAll(path, "/", "-"))
}

// push presses what the page itself says, not the line above it, which says "Log in" too.
func (p *presser) push(words string) {
	p.tab.t.Helper()
	p.do("press "+words, `okno.press("main button[type=submit],main button:not([type]),main a[href]", okno.flat(`+strconv.Quote(words)+`))`)
	p.tab.await("the page after "+words, `!!document.documentElement && !document.documentElement.dataset.old`)
}

// button presses the only way in or out that a site has.
func (p *presser) button(en, ru, fa string) {
	p.tab.t.Helper()
	p.push(map[string]string{"en": en, "ru": ru, "fa": fa}[p.Lang()])
}

func (p *presser) goIn(site relyingparty.Kind) {
	p.tab.t.Helper()
	p.page.Go(p.tab.t, p.origin(site)+"/")
	p.theirs(site, "/")
	p.button("Sign in with Okno", "Войти через Окно", "ورود با اُکنو")
}

// raises signs in with a password; a standard account is not enough.
func (p *presser) raises() {
	p.goIn(relyingparty.Tax)
	p.ours("/id/signin")
	tax := p.name(relyingparty.Tax)
	p.must(p.T("signin.for_site", "site", tax))
	p.fill(p.loginLabel(), p.login).fill(p.T("signin.password.label"), p.password)
	p.push(p.T("signin.enter"))
	p.ours("/id/oauth/raise")
	p.must(p.T("oidc.raise.title", "site", tax), p.T("oidc.raise.verified"))
	p.push(p.T("oidc.raise.go"))
	p.ours("/id/proofing")
	p.must(p.T("proofing.choose.title"))
	p.push(p.T("proofing.back.waiting"))
	p.ours("/id/oauth/raise")
	p.push(p.T("oidc.raise.again"))
	p.arrive(p.home, "/id/oauth/raise") // nothing has changed
}

// isBarred is proved by letter, which the tax service does not take.
func (p *presser) isBarred() {
	p.letter(p.guest)
	tax := p.name(relyingparty.Tax)
	p.push(p.T("oidc.raise.again"))
	p.ours("/id/oauth/barred")
	p.must(p.T("oidc.barred.title", "site", tax), p.T("oidc.barred.letter"), p.T("oidc.barred.lift"), p.T("oidc.raise.back"))
	p.push(p.T("oidc.decline", "site", tax))
	p.theirs(relyingparty.Tax, "/callback")
	p.must("access_denied")
	if all := p.ledger(relyingparty.Tax, relyingparty.Refused); len(all) == 0 || all[0].Reason != "access_denied" || p.inside(relyingparty.Tax) {
		p.tab.t.Errorf("the site's ledger says %+v", all)
	}
}

// inside says whether the tab is signed in at a site, and stays where it is.
func (p *presser) inside(site relyingparty.Kind) bool {
	p.tab.t.Helper()
	at := chrome.Eval[string](p.tab.t, p.page, "location.href")
	p.page.Go(p.tab.t, p.origin(site)+"/account")
	in := p.path() == "/account"
	if !strings.Contains(at, "/callback") { // an answer is spent once
		p.page.Go(p.tab.t, at)
	}
	return in
}

// entersTax signs in again, which asks nothing but the consent now.
func (p *presser) entersTax() {
	p.proved()
	p.enters(relyingparty.Tax)
	p.must("desk", string(relyingparty.Verified), "birthdate")
	if all := p.ledger(relyingparty.Tax, relyingparty.SignedIn); len(all) == 0 || all[0].Way != "desk" {
		p.tab.t.Errorf("the site's ledger says %+v", all)
	}
}

// enters signs in at a site without a password.
func (p *presser) enters(site relyingparty.Kind) {
	p.tab.t.Helper()
	p.asked(site)
	p.agrees(site)
}

// asked goes as far as the page that asks.
func (p *presser) asked(site relyingparty.Kind) {
	p.tab.t.Helper()
	p.goIn(site)
	p.ours("/id/oauth/consent")
	p.must(p.T("oidc.consent.title", "site", p.name(site)), p.known(site).Purpose.In(p.Lang()))
}

// agrees says yes and looks at what the site shows: the level, and the number that it knows the person by.
func (p *presser) agrees(site relyingparty.Kind) {
	p.tab.t.Helper()
	before := len(p.ledger(site, relyingparty.SignedIn))
	p.push(p.T("oidc.consent.yes"))
	p.theirs(site, "/account")
	p.must(string(relyingparty.Verified))
	if now := len(p.ledger(site, relyingparty.SignedIn)); now != before+1 {
		p.tab.t.Errorf("%s has let in %d people, want %d", site, now, before+1)
	}
}

func (p *presser) entersMoscow() {
	p.asked(relyingparty.Moscow)
	if chrome.Eval[bool](p.tab.t, p.page, "!!document.querySelector('input[name=optional]:checked')") {
		p.tab.t.Error("what is optional is ticked already")
	}
	p.choose("", p.T("oidc.attribute.email"))
	p.agrees(relyingparty.Moscow)
	p.must("@mail.example")
}

// leaves presses "Sign out" at a site while another hangs.
func (p *presser) leaves(from relyingparty.Kind) {
	p.answers(relyingparty.Moscow, relyingparty.Hang)
	p.page.Go(p.tab.t, p.origin(from)+"/account")
	p.button("Sign out", "Выйти", "خروج")
	p.ours("/id/oauth/logout")
	if from != relyingparty.Utility { // which gives no hint, so that the person is not out there yet
		p.must(p.T("oidc.left.title", "site", p.name(from)), p.name(relyingparty.Moscow))
	}
	p.push(p.T("oidc.logout.yes"))
	p.arrive(p.home, "/id/oauth/goodbye")
	chrome.Eval[bool](p.tab.t, p.page, "(fetch = () => new Promise(() => {}), true)") // the list stands still while it is measured
	p.ours("/id/oauth/goodbye")
	p.must(p.T("oidc.goodbye.text"), p.T("oidc.goodbye.waiting"), p.name(relyingparty.Tax), p.name(relyingparty.Moscow))
	p.answers(relyingparty.Moscow, relyingparty.Fail)
	again := p.T("sites.again", "site", p.name(relyingparty.Moscow))
	p.guest.await("a silent site", func() bool { return p.later(again) })
	p.ours("/id/oauth/goodbye")
	p.must(p.T("oidc.goodbye.not_all"), p.T("oidc.goodbye.told"), p.T("oidc.goodbye.close_it"))
	p.answers(relyingparty.Moscow, relyingparty.Answer)
	p.push(again)
	last := "oidc.goodbye.everywhere"
	if from == relyingparty.Utility { // it cannot be told
		last = "oidc.goodbye.from"
	}
	p.tab.await("the silent site", "!!document.body && document.body.textContent.includes("+strconv.Quote(p.T(last))+") && !document.body.textContent.includes("+strconv.Quote(p.T("oidc.goodbye.waiting"))+")")
	p.page.Go(p.tab.t, chrome.Eval[string](p.tab.t, p.page, "location.href")) // which its script is about to do too
	p.look("goodbye-answered")
	p.push(p.T("oidc.return.go", "site", p.name(from)))
	p.theirs(from, "/signed-out")
	for _, site := range []relyingparty.Kind{relyingparty.Tax, relyingparty.Moscow, from} {
		if p.inside(site) {
			p.tab.t.Errorf("still in at %s", site)
		}
	}
}

// later lets a minute pass, opens the page again and says whether it has words.
func (p *presser) later(words string) bool {
	p.advance(time.Minute)
	p.page.Go(p.tab.t, chrome.Eval[string](p.tab.t, p.page, "location.href"))
	return chrome.Eval[bool](p.tab.t, p.page, "!!document.body && document.body.textContent.replace(/[\\u2068\\u2069]/g, '').includes("+strconv.Quote(flat(words))+")")
}

// loginLabel is what stands above the first field of our sign-in page.
func (g *guest) loginLabel() string {
	number := ""
	for _, id := range g.demo.Portal.Law.Identifiers {
		if id.Login {
			number = id.Name.In(g.Lang())
		}
	}
	return g.T("signin.login.three", "first", g.T("signin.login.phone"), "second", g.T("signin.login.email"), "third", number)
}
