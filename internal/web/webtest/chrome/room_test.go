package chrome_test

import (
	"fmt"
	"testing"

	"okno/internal/web/webtest/chrome"
)

func TestRoom(t *testing.T) {
	t.Parallel()
	server := newWorld(t)
	for _, path := range []string{"/en", "/in/ru", "/fa"} {
		t.Run("nothing scrolls sideways at 320 px on "+path, func(t *testing.T) {
			t.Parallel()
			browser.Open(t, server.URL+path, 320).Sideways(t)
		})
		t.Run("there is room for the text spacing of WCAG 1.4.12 on "+path, func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+path, 390)
			page.Room(t)
			page.Spacing(t)
			page.Room(t)
		})
		t.Run("there is room for text of 200 per cent on "+path, func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+path, 1280)
			page.Room(t)
			page.TextSize(t, 200)
			page.Room(t)
		})
	}
	t.Run("there is room for texts that are 40 per cent longer", func(t *testing.T) {
		t.Parallel()
		page := browser.Open(t, server.URL+"/in/pseudo", 390)
		page.Room(t)
		page.Width(t, 1280)
		page.Room(t)
	})
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run("the head of a phone has two rows and the first view shows the heading in "+lang, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{"/", "/in/"} {
				page := browser.Open(t, server.URL+path+lang, 390)
				rows := chrome.Eval[int](t, page, `new Set([".ok-name", ".ok-account > *", ".ok-selectors > *"].flatMap(s => [...document.querySelectorAll(s)])
					.filter(e => e.checkVisibility()).map(e => { const r = e.getBoundingClientRect(); return Math.round((r.top + r.bottom) / 2 / 12); })).size`)
				if rows > 2 {
					t.Errorf("%s%s has %d rows before the menu: %s", path, lang, rows, chrome.Eval[string](t, page, `[...document.querySelectorAll(".ok-selectors, .ok-selectors > *")].map(e => Math.round(e.getBoundingClientRect().width)).join(" ")`))
				}
				if end := chrome.Eval[float64](t, page, `scrollTo(0, 0), document.querySelector("h1").getBoundingClientRect().bottom`); end > 844 {
					t.Errorf("%s%s: the heading ends at %v px, below the first view", path, lang, end)
				}
			}
		})
	}
}

func TestOldBrowser(t *testing.T) {
	t.Parallel()
	server := newWorld(t)
	for _, path := range []string{"/en", "/fa"} {
		t.Run("a browser without :has and :dir shows a usable page on "+path, func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+path, 390)
			if n := chrome.Eval[int](t, page, `[...document.styleSheets[0].cssRules].filter(r => r instanceof CSSLayerBlockRule || r instanceof CSSLayerStatementRule).length`); n > 0 {
				t.Errorf("%d rules still stand in layers", n)
			}
			if n := chrome.Eval[int](t, page, old); n < 20 {
				t.Errorf("only %d rules were taken away: the sheet was not read", n)
			}
			page.Room(t)
			page.Targets(t)
			page.LeftToRight(t)
			unseen := chrome.Eval[[]string](t, page, `[...document.querySelectorAll("main input:not([type=hidden]), main button:not([hidden]), main select")].filter(e => {
				const r = e.getBoundingClientRect(); return e.checkVisibility() && (r.width < 8 || r.height < 8); }).map(e => e.name || e.textContent)`)
			if len(unseen) > 0 {
				t.Errorf("these controls cannot be seen: %q", unseen)
			}
		})
	}
}

func TestForcedColours(t *testing.T) {
	t.Parallel()
	page := browser.Open(t, newWorld(t).URL+"/en", 1280)
	look := func(selector string) string {
		return chrome.Eval[string](t, page, fmt.Sprintf(`(() => { const s = getComputedStyle(document.querySelector(%q));
			return [s.backgroundColor, s.borderBlockEndWidth, s.borderBlockEndColor, s.borderBlockEndStyle, s.borderInlineStartWidth, s.fontWeight, s.outlineStyle].join(" "); })()`, selector))
	}
	page.Prefer(t, "forced-colors", "active")
	for name, pair := range map[string][2]string{
		"the step that is now and one that is to come":   {".ok-step .now", ".ok-step li:last-child"},
		"the current item of the menu and another":       {".ok-menu a[aria-current]", ".ok-menu a:not([aria-current])"},
		"the current tab and another":                    {".ok-tabs a[aria-current]", ".ok-tabs a:not([aria-current])"},
		"the current page of a list and another":         {".ok-pages a[aria-current]", ".ok-pages a:not([aria-current])"},
		"the box of the errors and the page":             {".ok-errors", "main"},
		"the box of a status and the page":               {".ok-status", "main"},
		"a wrong field and a right one":                  {".ok-wrong", ".ok-field:not(.ok-wrong)"},
		"a failed check and a passed one":                {".ok-check--failed", ".ok-check--passed"},
		"the filled part of the strength and the scale":  {".ok-strength__bar span", ".ok-strength__bar"},
		"a card and the page":                            {".ok-card", "main"},
		"the notice, which is told by a tint, has a box": {".ok-notice", "main"},
	} {
		t.Run("in high contrast can be told apart: "+name, func(t *testing.T) {
			if a, b := look(pair[0]), look(pair[1]); a == b {
				t.Errorf("both look like %s", a)
			}
		})
	}
	t.Run("two tags, which only a tint told apart, are told apart by words", func(t *testing.T) {
		if a, b := look(".ok-step li:nth-child(3)"), look(".ok-step li:nth-child(4)"); a != b {
			t.Errorf("the comparison sees a difference where there is none: %s, %s", a, b)
		}
	})
}

func TestPaper(t *testing.T) {
	t.Parallel()
	server := newWorld(t)
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run("a page to print takes at most two sheets of A4 in "+lang, func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+"/paper/"+lang, 1280)
			paper := page.Print(t)
			if n := chrome.Sheets(paper); n < 1 || n > 2 {
				t.Errorf("%d sheets", n)
			}
			if !chrome.A4(paper) {
				t.Error("the sheets are not A4")
			}
		})
	}
	t.Run("paper has borders in place of tints, no navigation, black words and addresses written out", func(t *testing.T) {
		t.Parallel()
		page := browser.Open(t, server.URL+"/paper/en", 1280)
		page.Prefer(t, "prefers-color-scheme", "dark")
		wrong := `(() => { const wrong = [], s = e => getComputedStyle(e), q = x => document.querySelector(x);
			if (parseFloat(s(q(".ok-status")).borderBlockStartWidth) < 1 || s(q(".ok-status")).borderBlockStartColor !== "rgb(0, 0, 0)") wrong.push("no border");
			if (s(q(".ok-status")).backgroundColor !== "rgba(0, 0, 0, 0)") wrong.push("a tint");
			for (const x of [".ok-menu", ".ok-bar", ".ok-selectors", ".ok-account", ".ok-row__change", ".ok-foot nav"]) if (q(x).checkVisibility()) wrong.push(x);
			if (s(q("h1")).color !== "rgb(0, 0, 0)") wrong.push("not black");
			if (!s(q("#out"), "").color || !getComputedStyle(q("#out"), "::after").content.includes("okno.example/verify") && !/attr/.test(getComputedStyle(q("#out"), "::after").content)) wrong.push("no address");
			if (!q("#reference").checkVisibility()) wrong.push("no reference");
			return wrong; })()`
		if got := chrome.Eval[[]string](t, page, wrong); len(got) < 6 {
			t.Errorf("the check lets the screen pass for paper, it found only %q", got)
		}
		page.Media(t, "print")
		if got := chrome.Eval[[]string](t, page, wrong); len(got) > 0 {
			t.Errorf("on paper: %q", got)
		}
	})
}
