package chrome

import (
	"strconv"
	"strings"
	"testing"
)

// sheet lays a style sheet over the page, as a person's own sheet or setting does; the policy of contents allows it.
func (p *Page) sheet(t testing.TB, css string) {
	t.Helper()
	Eval[bool](t, p, `(() => { const s = new CSSStyleSheet(); s.replaceSync(`+strconv.Quote(css)+`);
		document.adoptedStyleSheets = [...document.adoptedStyleSheets, s]; return true; })()`)
}

// Spacing lays the text spacing of WCAG 1.4.12 over the page until it is opened again (screens.md 3.2, row 5).
func (p *Page) Spacing(t testing.TB) {
	t.Helper()
	p.sheet(t, "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}p{margin-block-end:2em!important}")
}

// TextSize sets the size of text alone, in per cent, until the page is opened again (row 6).
func (p *Page) TextSize(t testing.TB, percent int) {
	t.Helper()
	p.sheet(t, "html{font-size:"+strconv.Itoa(percent)+"%!important}")
}

// cramped names every element that cuts its text off and every two pieces of text that lie over each other.
const cramped = `(() => {
	const hidden = e => { for (; e; e = e.parentElement) { const s = getComputedStyle(e);
		if (s.clipPath !== "none" || s.display === "none" || s.visibility === "hidden" || s.position === "fixed" || e.matches(".ds-sr-only, .ds-skip-link, details:not([open]) > *:not(summary)")) return true; } return false; };
	const name = e => e.tagName.toLowerCase() + "." + e.className + " " + JSON.stringify(e.textContent.trim().slice(0, 40));
	const wrong = [];
	for (const e of document.body.querySelectorAll("*")) {
		const s = getComputedStyle(e);
		const x = /hidden|clip/.test(s.overflowX) && e.scrollWidth > e.clientWidth + 1, y = /hidden|clip/.test(s.overflowY) && e.scrollHeight > e.clientHeight + 1;
		if ((x || y) && e.textContent.trim() && !hidden(e)) wrong.push("cut off: " + name(e));
	}
	const texts = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), range = document.createRange();
	for (let n; (n = walk.nextNode());) {
		const e = n.parentElement;
		if (!n.data.trim() || /^(SCRIPT|STYLE|OPTION|TEXTAREA|TEMPLATE)$/.test(e.tagName) || hidden(e)) continue;
		range.selectNodeContents(n);
		for (const r of range.getClientRects()) if (r.width > 1 && r.height > 1) texts.push([r, e]);
	}
	texts.sort((a, b) => a[0].top - b[0].top);
	for (let i = 0; i < texts.length; i++) for (let j = i + 1; j < texts.length && texts[j][0].top < texts[i][0].bottom; j++) {
		const [a, ea] = texts[i], [b, eb] = texts[j];
		if (ea === eb || ea.contains(eb) && getComputedStyle(eb).display === "inline") continue;
		const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left), high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
		if (wide > 2 && high > Math.min(a.height, b.height) * 0.35) wrong.push("one over the other: " + name(ea) + " and " + name(eb));
	}
	return wrong.slice(0, 10);
})()`

// Cramped names what cuts its text off or lies over other text (rows 5, 6 and 24).
func (p *Page) Cramped(t testing.TB) []string {
	t.Helper()
	return Eval[[]string](t, p, "scrollTo(0, 0), "+cramped)
}

// Room fails the test if the page scrolls sideways, cuts a text off or lays one over another.
func (p *Page) Room(t testing.TB) {
	t.Helper()
	p.Sideways(t)
	if wrong := p.Cramped(t); len(wrong) > 0 {
		t.Errorf("there is no room at %d px:\n  %s", p.width, strings.Join(wrong, "\n  "))
	}
}
