package chrome_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"okno/internal/web/webtest/chrome"
)

// until waits in the page until an expression holds, at most ten seconds, and tells whether it did.
func until(t *testing.T, page *chrome.Page, expression string) bool {
	t.Helper()
	return chrome.Eval[bool](t, page, `new Promise(done => { const end = Date.now() + 10000, look = () => {
		if (`+expression+`) done(true); else if (Date.now() > end) done(false); else setTimeout(look, 50); }; look(); })`)
}

func TestAutosave(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/en", 1280)
	change := `(() => { const f = document.getElementById("surname"); f.value += "a"; f.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`
	t.Run("a change is saved and the page says when", func(t *testing.T) {
		chrome.Eval[bool](t, page, `document.querySelector("[data-saved]").textContent = "", true`)
		chrome.Eval[bool](t, page, change)
		if !until(t, page, `/\d\d:\d\d/.test(document.querySelector("[data-saved]").textContent)`) || w.saves.Load() != 1 {
			t.Errorf("%d savings, the page says %q", w.saves.Load(), chrome.Eval[string](t, page, `document.querySelector("[data-saved]").textContent`))
		}
	})
	t.Run("failing to save is said loudly, and a password is never sent along", func(t *testing.T) {
		chrome.Eval[bool](t, page, `document.getElementById("password").value = "Kd7!vQ2?mZ", true`)
		chrome.Eval[bool](t, page, change)
		if !until(t, page, `document.querySelector("[data-saved]").dataset.state === "saved"`) {
			t.Error("the server refused: a password came with the fields")
		}
		w.broken.Store(true)
		chrome.Eval[bool](t, page, change)
		if !until(t, page, `document.querySelector("[data-saved]").dataset.state === "failed" && document.querySelector("[data-saved]").textContent === document.querySelector("[data-saved]").dataset.failed`) {
			t.Error("nothing is said")
		}
	})
}

func TestOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/en", 1280)
	t.Run("a second press sends nothing, and another button still works", func(t *testing.T) {
		chrome.Eval[bool](t, page, `(() => { const b = [...document.querySelectorAll("#page button[type=submit], #page .ok-buttons button")].find(b => b.dataset.busy); b.click(); b.click(); b.click(); window.busy = b; return true; })()`)
		if !until(t, page, `busy.textContent.trim() === busy.dataset.busy`) {
			t.Error("the button does not say that it works")
		}
		prevented := chrome.Eval[bool](t, page, `(() => { const e = new SubmitEvent("submit", {bubbles: true, cancelable: true, submitter: busy}); document.getElementById("page").dispatchEvent(e); return e.defaultPrevented; })()`)
		if !prevented || w.sent.Load() != 1 {
			t.Errorf("prevented: %v, sent %d times", prevented, w.sent.Load())
		}
		other := chrome.Eval[bool](t, page, `(() => { const b = document.querySelector("#page button[formaction$=later]"), e = new SubmitEvent("submit", {bubbles: true, cancelable: true, submitter: b});
			document.getElementById("page").dispatchEvent(e); return e.defaultPrevented; })()`)
		if other {
			t.Error("another button is held back too")
		}
		back := chrome.Eval[bool](t, page, `(() => { dispatchEvent(new Event("pageshow")); const e = new SubmitEvent("submit", {bubbles: true, cancelable: true, submitter: busy});
			document.getElementById("page").dispatchEvent(e); return e.defaultPrevented; })()`)
		if back {
			t.Error("who comes back to the page is locked out")
		}
	})
}

func TestPoll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/live/en", 390)
	t.Run("CHK-05 the live list changes by itself, speaks only the change and reloads nothing", func(t *testing.T) {
		chrome.Eval[bool](t, page, `window.stayed = true`)
		if chrome.Eval[bool](t, page, `!!document.querySelector("meta[http-equiv=refresh]")`) {
			t.Error("the page still reloads by itself")
		}
		if !until(t, page, `document.querySelector("#one").dataset.state === "passed"`) {
			t.Fatalf("nothing changed; the server was asked %d times", w.asked.Load())
		}
		said := chrome.Eval[string](t, page, `document.querySelector(".ds-sr-only[role=status]").textContent`)
		if !strings.Contains(said, "Matched") || strings.Contains(said, "Waiting") || !chrome.Eval[bool](t, page, `window.stayed === true`) {
			t.Errorf("said %q", said)
		}
	})
}

func TestPollEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/over/en", 390)
	t.Run("CHK-05 the page comes anew when the list is live no more, also when none of its states has changed", func(t *testing.T) {
		if !until(t, page, `!!document.querySelector("#one") && !document.querySelector("[data-poll]")`) || w.asked.Load() != 3 {
			t.Fatalf("the server was asked %d times", w.asked.Load())
		}
	})
}

func TestSoon(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/soon/en", 390)
	t.Run("P-23 the time that a code still works is shown and runs out", func(t *testing.T) {
		if !until(t, page, `document.querySelector("[data-countdown]").textContent === document.querySelector("[data-countdown]").dataset.over`) {
			t.Error("it never runs out")
		}
	})
	t.Run("two minutes before sign-out a notice comes, and staying takes it away", func(t *testing.T) {
		if !until(t, page, `!document.querySelector("[data-session]").hidden && document.querySelector("[data-session] p").textContent !== ""`) {
			t.Fatal("no notice")
		}
		page.Axe(t)
		chrome.Eval[bool](t, page, `document.querySelector("[data-session] button").click(), true`)
		if !until(t, page, `document.querySelector("[data-session]").hidden`) || w.stays.Load() != 1 {
			t.Errorf("the notice stays; the server was told %d times", w.stays.Load())
		}
	})
}

func TestSmallScripts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	page := browser.Open(t, w.URL+"/en", 1280)
	t.Run("a reference is copied as it stands", func(t *testing.T) {
		copied := chrome.Eval[string](t, page, `(async () => { let got = ""; Object.defineProperty(navigator.clipboard, "writeText", {value: async s => { got = s; }});
			const b = document.querySelector("[data-copy=sample-reference]"); b.click(); await new Promise(r => setTimeout(r, 50)); return got + "/" + (b.textContent === b.dataset.copied) + "/" + b.hidden; })()`)
		if copied != "7F3K-22QA-90/true/false" {
			t.Errorf("got %q", copied)
		}
	})
	t.Run("a password is shown, hidden, and hidden again before it is sent", func(t *testing.T) {
		kinds := chrome.Eval[string](t, page, `(() => { const i = document.getElementById("password"), b = document.querySelector("[data-show=password]"), seen = [i.type];
			b.click(); seen.push(i.type, b.getAttribute("aria-pressed")); b.click(); seen.push(i.type); b.click();
			i.form.addEventListener("submit", e => e.preventDefault()); i.form.requestSubmit(); seen.push(i.type); return seen.join(" "); })()`)
		if kinds != "password text true password password" {
			t.Errorf("got %q", kinds)
		}
	})
	t.Run("an open selector closes by Escape and gives the focus back", func(t *testing.T) {
		chrome.Eval[bool](t, page, `(() => { const m = document.querySelector("details[data-menu]"); m.open = true; m.querySelector("button").focus(); return true; })()`)
		page.Do(t, "press Escape", chromedp.KeyEvent(kb.Escape))
		if !chrome.Eval[bool](t, page, `!document.querySelector("details[data-menu]").open && document.activeElement.matches("details[data-menu] summary")`) {
			t.Error("it stays open or the focus is lost")
		}
	})
}

func TestCalendarByKeyboard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, c := range []struct {
		lang    string
		forward string
	}{{"en", kb.ArrowRight}, {"fa", kb.ArrowLeft}} {
		t.Run("the grid of days follows arrows, Home, End, Page Up and Page Down in "+c.lang, func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, w.URL+"/"+c.lang, 1280)
			chrome.Eval[bool](t, page, `[...document.querySelectorAll("[data-date] .ok-date__row > button")].at(-1).click(), true`)
			if got := where(t, page); got != "3 3 2026" {
				t.Fatalf("the calendar opens on %q", got)
			}
			for _, step := range []struct{ name, key, want string }{
				{"forward", c.forward, "4 3 2026"}, {"down", kb.ArrowDown, "11 3 2026"}, {"up", kb.ArrowUp, "4 3 2026"},
				{"End", kb.End, "31 3 2026"}, {"Page Down", kb.PageDown, "30 4 2026"}, {"Home", kb.Home, "1 4 2026"}, {"Page Up", kb.PageUp, "1 3 2026"},
			} {
				page.Do(t, step.name, chromedp.KeyEvent(step.key))
				if got := where(t, page); got != step.want {
					t.Errorf("%s leads to %q, want %q", step.name, got, step.want)
				}
			}
			page.Do(t, "Escape", chromedp.KeyEvent(kb.Escape))
			if chrome.Eval[bool](t, page, `!!document.querySelector(".ok-calendar")`) {
				t.Error("Escape does not close the calendar")
			}
		})
	}
}

// where is the day that has the focus: day, month, year.
func where(t *testing.T, page *chrome.Page) string {
	t.Helper()
	return chrome.Eval[string](t, page, `[document.activeElement.dataset.day, ...[...document.querySelectorAll(".ok-calendar select")].map(s => s.value)].join(" ")`)
}
