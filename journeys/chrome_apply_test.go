package journeys

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"okno/internal/web/webtest/chrome"
)

// choose ticks a box or a radio by its label; group is the question above it or "".
func (b *tab) choose(group, label string) *tab {
	b.t.Helper()
	return b.do("choose "+label, "okno.tick(okno.label("+strconv.Quote(label)+", "+strconv.Quote(group)+" ? okno.group("+strconv.Quote(group)+") : null))")
}

// measure holds a page that only the way leads to to what the sweep holds pages to that have an address of their own.
func (b *tab) measure() *tab {
	b.t.Helper()
	for _, width := range []int{1280, 390} {
		b.page.Width(b.t, width)
		b.page.Axe(b.t)
		b.page.Targets(b.t)
	}
	b.page.Width(b.t, 320)
	b.page.Room(b.t)
	b.page.Width(b.t, 1280)
	return b
}

// attach puts a photo into a field for a file.
func (b *tab) attach(label string, width, height int) *tab {
	b.t.Helper()
	path := filepath.Join(b.t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, photo(width, height), 0o600); err != nil {
		b.t.Fatal(err)
	}
	b.do("find "+label, "okno.label("+strconv.Quote(label)+").type === 'file'")
	b.page.Attach(b.t, "okno.label("+strconv.Quote(label)+")", path)
	return b
}

// statement gets the pension statement on the spot; the page shows it without a reload by hand: PEN-01 to PEN-05.
func (b *tab) statement(r *resident) {
	b.t.Helper()
	b.open("/services/pension_statement").press(r.T("catalogue.step.apply")).press(r.T("application.start.get"))
	b.await("the statement", "!!document.querySelector('main') && document.querySelector('main').innerText.includes('Ромашка')")
	b.must("АО «Северный ветер»").measure()
}

// applyForPassport fills in and sends the application, with a photo: PAS-01, PAS-04.
func (b *tab) applyForPassport(r *resident) string {
	b.t.Helper()
	const id = "foreign_passport"
	choose := func(field, option string) { b.choose(r.ask(id, field), r.option(id, field, option)) }
	next := func() { b.press(r.T("application.fill.next")) }
	b.open("/services/" + id).press(r.T("catalogue.step.apply")).press(r.T("application.start.begin")).at("*/form/passport")
	choose("kind", "chip10")
	choose("purpose", "first")
	next()
	b.at("*/form/about_you").must("Петрова").fill(r.ask(id, "latin_name"), "PETROVA MARIIA")
	for code, value := range map[string]string{"postcode": "160000", "region": "Вологодская область", "city": "Вологда", "street": "Липовая", "house": "1"} {
		b.fill(r.part(code), value)
	}
	next()
	b.at("*/form/history")
	choose("changed_name", "no")
	choose("occupation", "retired")
	choose("secrets", "no")
	next()
	b.at("*/form/photo").attach(r.ask(id, "photo"), 600, 800)
	next()
	b.at("*/form/pickup").do("choose an office", "(() => { const s = okno.label("+strconv.Quote(r.ask(id, "office"))+"); return okno.set(s, s.options[s.options.length - 1].value); })()")
	b.choose("", r.ask(id, "consent"))
	next()
	mvd, _ := r.law.Authority("mvd")
	b.must(r.T("application.check.not_sent"), "PETROVA MARIIA").measure().press(r.T("application.check.send", "authority", mvd.Name.In(r.Lang()))).must(r.T("application.case.received"))
	return strings.TrimPrefix(b.path(), "/applications/")
}

// correct sends another photo, as the officer asked.
func (b *tab) correct(r *resident, number string) {
	b.t.Helper()
	mvd, _ := r.law.Authority("mvd")
	b.open("/applications/"+number).must("Фотография тёмная").press(r.T("application.case.correct")).measure().
		attach(r.ask("foreign_passport", "photo"), 700, 900).press(r.T("application.correct.send", "authority", mvd.Name.In(r.Lang()))).at("/applications/" + number)
}

// result looks at the timeline and opens the result, in the session of the tab.
func (b *tab) result(r *resident, number, letter string) {
	b.t.Helper()
	b.open("/applications/"+number).must("Приходите с паспортом.", letter).measure()
	begins := chrome.Eval[string](b.t, b.page, finders+` && fetch(okno.seen("a[href]").find(a => okno.flat(a.textContent).startsWith(`+strconv.Quote(r.T("application.case.download"))+`)).href).then(r => r.text()).then(s => s.slice(0, 5))`)
	if begins != "%PDF-" {
		b.t.Fatalf("the result begins with %q", begins)
	}
}
