package journeys

import (
	"strconv"
	"strings"
	"testing"

	"okno/internal/visit/visittest"
	"okno/internal/web/webtest/chrome"
)

// tab is a person's tab in a real Chromium: fields by labels, buttons and links by their words.
type tab struct {
	t    *testing.T
	page *chrome.Page
	home string
}

// finders are what the steps of a tab look for things with; they see only what a person sees.
const finders = `(() => { window.okno = {
	flat: s => s.replace(/\s+/g, " ").trim(),
	seen: sel => [...document.querySelectorAll(sel)].filter(e => e.checkVisibility()),
	label: (words, within) => { const root = within || document;
		const l = [...root.querySelectorAll("label")].find(l => okno.flat(l.textContent) === words) || [...root.querySelectorAll("label")].find(l => okno.flat(l.textContent).startsWith(words));
		return l && (l.control || document.getElementById(l.htmlFor)); },
	group: words => { const g = [...document.querySelectorAll("fieldset")].find(f => f.querySelector("legend") && okno.flat(f.querySelector("legend").textContent).startsWith(words)); return g; },
	set: (e, v) => { if (!e) return false; e.focus(); e.value = v; e.dispatchEvent(new Event("input", {bubbles: true})); e.dispatchEvent(new Event("change", {bubbles: true})); return true; },
	pick: (e, v) => { if (!e) return false; const o = [...e.options].find(o => okno.flat(o.text) === v); return !!o && okno.set(e, o.value); },
	tick: e => { if (!e) return false; if (!e.checked) e.click(); return e.checked; },
	press: (sel, words) => { const all = okno.seen(sel), b = all.find(b => okno.flat(b.textContent) === words) || all.find(b => okno.flat(b.textContent).startsWith(words)); if (!b) return false; document.documentElement.dataset.old = "1"; b.click(); return true; },
}; return true; })()`

// do runs one step in the page; it must succeed.
func (b *tab) do(what, step string) *tab {
	b.t.Helper()
	if !chrome.Eval[bool](b.t, b.page, finders+" && !!("+step+")") {
		b.t.Fatalf("%s: cannot %s on the page:\n%s", b.path(), what, b.text())
	}
	return b
}

func (b *tab) path() string { return chrome.Eval[string](b.t, b.page, "location.pathname") }
func (b *tab) text() string {
	return chrome.Eval[string](b.t, b.page, "document.querySelector('main').innerText")
}

func (b *tab) open(path string) *tab { b.t.Helper(); b.page.Go(b.t, b.home+path); return b }

func (b *tab) fill(label, value string) *tab {
	b.t.Helper()
	return b.do("fill "+label, "okno.set(okno.label("+strconv.Quote(label)+"), "+strconv.Quote(value)+")")
}

func (b *tab) pick(label, option string) *tab {
	b.t.Helper()
	return b.do("select "+option+" in "+label, "okno.pick(okno.label("+strconv.Quote(label)+"), "+strconv.Quote(option)+")")
}

// date fills in the three fields of a day; a month may be a list.
func (b *tab) date(legend, day, month, year string) *tab {
	b.t.Helper()
	return b.do("fill in the day "+legend, `(() => { const g = okno.group(`+strconv.Quote(legend)+`), f = g && [...g.querySelectorAll("input:not([type=hidden]),select")].filter(e => e.checkVisibility());
		return f && f.length >= 3 && [`+strconv.Quote(day)+`,`+strconv.Quote(month)+`,`+strconv.Quote(year)+`].every((v, i) => okno.set(f[i], v)); })()`)
}

// press presses a button or follows a link and waits until the next page stands.
func (b *tab) press(words string) *tab {
	b.t.Helper()
	b.do("press "+words, `okno.press("button[type=submit],button:not([type]),a[href]", okno.flat(`+strconv.Quote(words)+`))`)
	b.await("the page after "+words, `!!document.documentElement && !document.documentElement.dataset.old && document.readyState === "complete"`)
	return b
}

// await waits until something holds in the tab, through changes of the page, a minute at most.
func (b *tab) await(what, expression string) {
	b.t.Helper()
	(&country{t: b.t}).await(what, func() bool { return chrome.Eval[bool](b.t, b.page, expression) })
}

func (b *tab) must(words ...string) *tab {
	b.t.Helper()
	for _, w := range words {
		if !strings.Contains(flat(chrome.Eval[string](b.t, b.page, "document.body.textContent")), flat(w)) {
			b.t.Fatalf("%s does not say %q:\n%s", b.path(), w, b.text())
		}
	}
	return b
}

func (b *tab) at(path string) *tab {
	b.t.Helper()
	if got := b.path(); got != path && !(strings.HasPrefix(path, "*") && strings.HasSuffix(got, path[1:])) {
		b.t.Fatalf("at %s, want %s:\n%s", got, path, b.text())
	}
	return b
}

func flat(s string) string {
	return strings.Join(strings.Fields(strings.NewReplacer("\u2068", "", "\u2069", "").Replace(s)), " ")
}

// TestTheWayInChromium is the main way with scripts, as most people go it: the resident, the operator and the officer
// each in a tab of Chromium, from the registration to the opened result.
func TestTheWayInChromium(t *testing.T) {
	c := run(t, "")
	r := c.stranger("ru", visittest.Law(t, "ru"))
	browser := chrome.Start(t)
	b := &tab{t, browser.Visit(t, chrome.Visitor{Lang: "ru"}, c.portal+"/", 390), c.portal}
	b.register(r)
	b.fillIn(r)
	r.told(r.phone, firstWords(r.T("check.passed.sms")))
	r.b = c.signedIn(r.phone) // a browser without scripts, in which the mailbox is added
	r.addEmail()
	b.statement(r)
	b.confirm(browser, r)
	number := b.applyForPassport(r)
	r.told(r.phone, firstWords(r.T("application.notice.sent.sms")))
	officer := staff(t, browser, r, r.officer("case_worker"))
	officer.askCorrection(r, number)
	b.correct(r, number)
	grant := officer.decide(r, number)
	b.result(r, number, grant.Letter.In(r.Lang()))
	cookies := chrome.Eval[string](t, b.page, "document.cookie")
	if strings.Contains(cookies, "okno=") {
		t.Error("SESS-1 a script can read the session")
	}
}

// register opens an account; the first attempts are refused, and the focus goes to what is wrong.
func (b *tab) register(r *resident) {
	b.t.Helper()
	b.open("/id/registration").press(r.T("registration.contact.register"))
	b.t.Run("a refused page says so in its title and leads the focus to the summary", func(t *testing.T) {
		if title := chrome.Eval[string](t, b.page, "document.title"); !strings.HasPrefix(title, r.T("ui.error")) {
			t.Errorf("title %q", title)
		}
		if !chrome.Eval[bool](t, b.page, `!!document.activeElement.closest(".ds-error-summary")`) {
			t.Errorf("the focus is on %s", chrome.Eval[string](t, b.page, "document.activeElement.outerHTML.slice(0, 200)"))
		}
	})
	b.fill(r.name("family_name"), "Петрова").fill(r.name("given_name"), "Мария").fill(r.T("registration.contact.phone"), r.phone).
		press(r.T("registration.contact.register")).at("/id/registration/code")
	b.fill(r.T("registration.code.label"), r.code(r.phone, 0)).press(r.T("registration.code.continue")).at("/id/registration/password")
	b.fill(r.T("registration.password.label"), r.password).fill(r.T("registration.password.repeat"), r.password).
		press(r.T("registration.password.done")).at("/id/registration/done").must(r.T("registration.done.title"))
}

// fillIn fills in the personal data and watches the check: the list changes by itself.
func (b *tab) fillIn(r *resident) {
	b.t.Helper()
	b.open("/id/profile/edit").fill(r.optional(r.name("patronymic")), "Ивановна").pick(r.T("profile.field.sex"), r.T("profile.sex.female")).
		date(r.birth()).fill(r.T("profile.field.birth_place"), "г. Вологда").fill(r.number(), "113-520-411 93").
		pick(r.T("profile.field.citizenship"), r.law.Citizenship.Name("RU", r.Lang())).
		pick(r.T("profile.field.identity_document"), document(r.law).In(r.Lang())).press(r.T("profile.change_kind"))
	b.fill(r.field("series"), "4512").fill(r.field("number"), "104201").date(r.issued()).
		fill(r.field("issued_by"), "Отделом внутренних дел города Вологды").fill(r.field("department_code"), "350-001").
		press(r.T("profile.continue")).at("/id/profile/answers").press(r.T("profile.answers.send")).at("/id/check")
	b.t.Run("CHK-05 the check ends on the page without a reload by hand", func(t *testing.T) {
		b.await("the end of the check", "!!document.querySelector('main') && document.querySelector('main').innerText.includes("+strconv.Quote(r.T("check.done.complete"))+")")
	})
}
