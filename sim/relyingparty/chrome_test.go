package relyingparty_test

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"okno/internal/web/webtest/chrome" // a browser, which knows no protocol

	"okno/sim/relyingparty"
)

// TestInChromium goes through the sites as a person with a telephone does: the policy of the pages lets the provider's redirects
// through, and every page is accessible at 390 pixels, in a script that runs from right to left too.
func TestInChromium(t *testing.T) {
	browser := chrome.Start(t)
	for kind, lang := range map[relyingparty.Kind]string{
		relyingparty.Tax: "en", relyingparty.Diary: "ru", relyingparty.Moscow: "fa", relyingparty.Petersburg: "en", relyingparty.Tatarstan: "fa", relyingparty.Utility: "ru",
	} {
		t.Run(string(kind)+" in "+lang, func(t *testing.T) {
			f := newFake(t)
			f.in = false
			f.person.claims["address"] = map[string]any{"street_address": strings.Repeat("ул. Баумана ", 8)}
			s := start(t, f, kind)
			p := browser.Open(t, s.Origin()+"/?ui_locales="+lang, 390)
			look(t, p, s, "/", "home")
			press(t, p, "main button", "account")
			look(t, p, s, "/account", "account")
			chrome.Eval[bool](t, p, `document.querySelector("details").open = true`)
			look(t, p, s, "/account", "everything")
			press(t, p, "form[action='/signout'] button", "signedout")
			look(t, p, s, "/signed-out", "signed-out")
			f.set(func() { f.person.way, f.person.level = "letter", "urn:okno:level:simplified" })
			if kind == relyingparty.Tax {
				f.set(func() { f.person.level = "urn:okno:level:verified" })
			}
			press(t, p, "main button", "refusal")
			look(t, p, s, "/callback", "refused")
			if s.Sessions() != 0 {
				t.Error("somebody is in")
			}
		})
	}
}

// TestTheBrowserRenews lets a page stand open: its script asks for the renewal by itself and shows the new end.
func TestTheBrowserRenews(t *testing.T) {
	f := newFake(t)
	s := start(t, f, relyingparty.Tatarstan)
	p := chrome.Start(t).Open(t, s.Origin()+"/signin", 390)
	f.now.Advance(179 * time.Second)
	p.Go(t, s.Origin()+"/account") // a second too early for the server to renew
	f.now.Advance(time.Second)
	if _, err := s.Await(t.Context(), relyingparty.Renewed, 1); err != nil {
		t.Fatal(err)
	}
	p.Do(t, "see the new end", chromedp.WaitVisible(`time[datetime="2026-10-01T09:08:00Z"]`))
	if got := chrome.Eval[string](t, p, `document.querySelector("#ends time").textContent`); got != "2026-10-01 09:08:00 UTC" {
		t.Errorf("the page shows %q", got)
	}
	f.set(func() { f.refuse = "invalid_grant" })
	f.now.Advance(3 * time.Minute)
	p.Go(t, s.Origin()+"/account")
	p.Do(t, "be told that the session has ended", chromedp.WaitVisible("main.home .notice"))
}

// press clicks and waits until the browser has arrived at a page of the site.
func press(t *testing.T, p *chrome.Page, selector, page string) {
	t.Helper()
	p.Do(t, "press "+selector, chromedp.Click(selector), chromedp.WaitVisible("main."+page))
}

// look holds the rules of a page, after the browser has come to the path.
func look(t *testing.T, p *chrome.Page, s *relyingparty.Site, path, name string) {
	t.Helper()
	if got := chrome.Eval[string](t, p, `location.origin + location.pathname`); got != s.Origin()+path {
		t.Fatalf("%s: the browser is at %s", name, got)
	}
	p.Axe(t)
	p.Sideways(t)
	p.Targets(t)
}
