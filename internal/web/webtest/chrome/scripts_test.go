package chrome_test

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"okno/internal/web/webtest/chrome"
)

func TestScripts(t *testing.T) {
	t.Parallel()
	server := newWorld(t)

	t.Run("PRF-06 a date is chosen from a calendar by keyboard", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 1280)
		chrome.Eval[bool](t, page, `document.querySelectorAll("[data-date] .ok-date__row > button")[1].click(), true`)
		page.Axe(t)
		page.Do(t, "arrow right, down, choose", chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter))
		got := chrome.Eval[string](t, page, `["day","month","year"].map(p => document.getElementsByName("issued-" + p)[0].value).join("-")`)
		if got != "11-3-2026" {
			t.Errorf("chosen %s, want 11-3-2026", got)
		}
	})
	t.Run("P-31 month and year are reached with one choice each", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/fa", 390)
		chrome.Eval[bool](t, page, `document.querySelector("[data-date] .ok-date__row > button").click(), true`)
		names := chrome.Eval[string](t, page, `document.querySelectorAll(".ok-calendar select")[0].options[0].text`)
		if names != "فروردین" {
			t.Errorf("the first month of the Solar Hijri year is %q", names)
		}
		chrome.Eval[bool](t, page, `[[0, "1"], [1, "1337"]].forEach(([i, v]) => {
			const s = document.querySelectorAll(".ok-calendar select")[i]; s.value = v; s.dispatchEvent(new Event("change")); }), true`)
		days := chrome.Eval[int](t, page, `document.querySelectorAll(".ok-calendar td button").length`)
		if days != 31 {
			t.Errorf("Farvardin 1337 has %d days, want 31", days)
		}
		page.Targets(t)
		page.Axe(t)
	})
	t.Run("PWD-09 strength is computed while the user types", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 1280)
		level := func(typed string) string {
			return chrome.Eval[string](t, page, `(() => { const i = document.getElementById("password"); i.value = "`+typed+`";
				i.dispatchEvent(new Event("input", {bubbles: true})); return document.querySelector("[data-strength]").dataset.level; })()`)
		}
		if got := level("ab"); got != "low" {
			t.Errorf("a short password is %q, want low", got)
		}
		t.Run("PWD-12 a password that meets every rule shows the highest strength", func(t *testing.T) {
			if got := level("Kd7!vQ2?mZ"); got != "high" {
				t.Errorf("got %q, want high", got)
			}
		})
		t.Run("PWD-11 the scale ends in a green label High", func(t *testing.T) {
			word := chrome.Eval[string](t, page, `document.querySelector(".ok-strength__word").textContent`)
			green := chrome.Eval[bool](t, page, `(() => { const [r, g, b] = getComputedStyle(document.querySelector(".ok-strength__word")).color.match(/\d+/g).map(Number); return g > r && g > b; })()`)
			if word != "Strength: High" || !green {
				t.Errorf("the label is %q, green: %v", word, green)
			}
		})
	})
	t.Run("PWD-13 the panel of conditions stands to the right of the field", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 1280)
		right := chrome.Eval[bool](t, page, `document.querySelector(".ok-conditions").getBoundingClientRect().left >= document.getElementById("password").getBoundingClientRect().right`)
		if !right {
			t.Error("the panel is not to the right of the field")
		}
	})
	t.Run("NAV-08 the main menu stays in place while scrolling", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 1280)
		top := chrome.Eval[float64](t, page, `scrollTo(0, 3000), document.querySelector(".ok-menu").getBoundingClientRect().top`)
		if top != 0 {
			t.Errorf("after scrolling the menu is %v px from the top", top)
		}
	})
	t.Run("the arrow of a list points down from right to left too", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/fa", 390)
		strokes := chrome.Eval[[]float64](t, page, `getComputedStyle(document.querySelector("select.ds-input")).backgroundPosition.split(",").map(parseFloat)`)
		if len(strokes) != 2 || strokes[0] >= strokes[1] {
			t.Errorf("the strokes stand at %v: the arrow points up", strokes)
		}
	})
	t.Run("the error summary has the focus", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 390)
		if !chrome.Eval[bool](t, page, `document.activeElement.matches(".ok-errors")`) {
			t.Error("the focus is elsewhere")
		}
	})
	t.Run("CHK-08 nothing moves for a person who prefers no motion", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 390)
		moves := `getComputedStyle(document.querySelector(".ok-check--running .ok-icon")).animationName`
		if got := chrome.Eval[string](t, page, moves); got != "ok-chase" {
			t.Errorf("the arrows do not chase each other: %q", got)
		}
		page.Prefer(t, "prefers-reduced-motion", "reduce")
		if got := chrome.Eval[string](t, page, moves); got != "none" {
			t.Errorf("the arrows still move: %q", got)
		}
	})
	t.Run("the whole of a radio card reacts", func(t *testing.T) {
		page := browser.Open(t, server.URL+"/en", 390)
		for _, corner := range []string{"r.left + 4, r.top + 4", "r.right - 4, r.top + 4", "r.left + 4, r.bottom - 4", "r.right - 4, r.bottom - 4"} {
			hit := chrome.Eval[bool](t, page, `(() => { const c = document.getElementById("way").parentElement; c.scrollIntoView({block: "center"});
				const r = c.getBoundingClientRect(), e = document.elementFromPoint(`+corner+`); return !!e && (e.htmlFor === "way" || e.id === "way"); })()`)
			if !hit {
				t.Errorf("the corner %s of a card does nothing", corner)
			}
		}
	})
}
