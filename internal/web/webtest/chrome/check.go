package chrome

import (
	"strings"
	"testing"
)

// Violation is one finding of axe.
type Violation struct {
	Rule   string   `json:"rule"`
	Help   string   `json:"help"`
	Places []string `json:"places"`
}

func (v Violation) String() string {
	return v.Rule + ": " + v.Help + "\n  " + strings.Join(v.Places, "\n  ")
}

// runAxe names its tags, because a bare run leaves out target-size.
const runAxe = `axe.run(document, {runOnly: {type: "tag", values:
	["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22a","wcag22aa","best-practice"]}, resultTypes: ["violations"]})
	.then(r => r.violations.map(v => ({rule: v.id, help: v.help, places:
		v.nodes.slice(0, 5).map(n => n.target.join(" ") + " | " + (n.any[0] || n.all[0] || n.none[0] || {message: ""}).message)})))`

// Violations asks axe about the page as it is, by all WCAG 2.2 A and AA rules and best practice.
func (p *Page) Violations(t testing.TB) []Violation {
	t.Helper()
	Eval[bool](t, p, p.axe+"; scrollTo(0, 0); true") // what a fixed menu covers is judged from the top
	return Eval[[]Violation](t, p, runAxe)
}

// Axe fails the test for every violation.
func (p *Page) Axe(t testing.TB) {
	t.Helper()
	for _, v := range p.Violations(t) {
		t.Errorf("axe at %d px: %s", p.width, v)
	}
}

// Sideways fails the test if the page scrolls sideways, and names the widest elements.
func (p *Page) Sideways(t testing.TB) {
	t.Helper()
	wide := Eval[[]string](t, p, `(() => {
		const d = document.documentElement, w = d.clientWidth;
		if (d.scrollWidth <= w) return [];
		return [...document.body.querySelectorAll("*")].filter(e => { const r = e.getBoundingClientRect();
			return r.width && e.checkVisibility() && (r.right > w + 1 || r.left < -1) && !e.closest(".ds-sr-only,.ds-skip-link"); })
			.slice(0, 8).map(e => e.tagName + "." + e.className + " " + Math.round(e.getBoundingClientRect().right)).concat("scrollWidth " + d.scrollWidth);
	})()`)
	if len(wide) > 0 {
		t.Errorf("the page scrolls sideways at %d px:\n  %s", p.width, strings.Join(wide, "\n  "))
	}
}

// Targets fails the test for every control smaller than 44 by 44 pixels; links inside a sentence are exempt, and the
// label of a box or a radio counts with it.
func (p *Page) Targets(t testing.TB) {
	t.Helper()
	small := Eval[[]string](t, p, `(() => {
		const inline = e => e.tagName === "A" && getComputedStyle(e).display === "inline" &&
			e.parentElement.textContent.trim() !== e.textContent.trim();
		const box = e => {
			let r = e.getBoundingClientRect(), all = [r];
			if (e.labels) all = all.concat([...e.labels].map(l => l.getBoundingClientRect()));
			if (e.type === "radio" || e.type === "checkbox") all.push(e.parentElement.getBoundingClientRect());
			const after = getComputedStyle(e, "::after");
			if (after.position === "absolute" && after.content !== "none") { const c = e.closest("article"); if (c) all.push(c.getBoundingClientRect()); }
			return [Math.max(...all.map(a => a.right)) - Math.min(...all.map(a => a.left)),
				Math.max(...all.map(a => a.bottom)) - Math.min(...all.map(a => a.top))];
		};
		return [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary")]
			.filter(e => e.checkVisibility() && !inline(e) && !e.matches(".ds-skip-link, [aria-hidden=true]"))
			.map(e => [e, ...box(e)]).filter(([, w, h]) => w < 43.5 || h < 43.5)
			.map(([e, w, h]) => Math.round(w) + "x" + Math.round(h) + " " + e.outerHTML.slice(0, 120));
	})()`)
	if len(small) > 0 {
		t.Errorf("%d controls are smaller than 44 px at %d px:\n  %s", len(small), p.width, strings.Join(small, "\n  "))
	}
}

// LeftToRight fails the test if a field for phones, e-mail, passwords or codes is not written from left to right.
func (p *Page) LeftToRight(t testing.TB) {
	t.Helper()
	wrong := Eval[[]string](t, p, `[...document.querySelectorAll(
		"input[type=tel],input[type=email],input[type=password],input[autocomplete=one-time-code]")]
		.filter(e => getComputedStyle(e).direction !== "ltr").map(e => e.name)`)
	if len(wrong) > 0 {
		t.Errorf("these fields must be written from left to right: %s", strings.Join(wrong, ", "))
	}
}
