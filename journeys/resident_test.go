package journeys

import (
	"strconv"
	"strings"

	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/web/webtest"
)

// resident is somebody who has never heard of Okno, in a language.
type resident struct {
	*country
	*text.Printer
	law      *jurisdiction.Jurisdiction
	b        *webtest.Browser
	phone    string
	email    string
	password string
}

// stranger is the invented person whom the registers know and who has no account.
func (c *country) stranger(lang string, law *jurisdiction.Jurisdiction) *resident {
	return &resident{country: c, Printer: c.texts.For(lang), law: law, b: c.browser(lang),
		phone: "+79001112233", email: "petrova@mail.example", password: "Vetka;Snega42!"}
}

// label is the label of a part of the name, a number or a document's field in the resident's language.
func (r *resident) name(part string) string {
	p, _ := r.law.Names.Part(part)
	return p.Label.In(r.Lang())
}

func (r *resident) field(code string) string {
	d, _ := r.law.Document("ru_passport")
	f, _ := d.Field(code)
	return f.Label.In(r.Lang())
}

func (r *resident) number() string {
	id, _ := r.law.Identifier("snils")
	return id.Name.In(r.Lang())
}

func (r *resident) optional(label string) string { return label + " " + r.T("ui.optional") }

// register opens an account by phone: REG-19 to REG-40.
func (r *resident) register() *webtest.Page {
	p := r.b.Open("/").Follow(r.T("visit.register")).MustBe(200, "/id/registration")
	p = p.Fill(r.name("family_name"), "Петрова").Fill(r.name("given_name"), "Мария").
		Fill(r.T("registration.contact.phone"), r.phone).Press(r.T("registration.contact.register")).MustBe(200, "/id/registration/code")
	p = p.Fill(r.T("registration.code.label"), "000000").Press(r.T("registration.code.continue"))
	if p.Status != 422 {
		r.t.Fatal("a wrong code was accepted")
	}
	p = p.Fill(r.T("registration.code.label"), r.code(r.phone, 0)).Press(r.T("registration.code.continue")).MustBe(200, "/id/registration/password")
	p = p.Fill(r.T("registration.password.label"), r.password).Fill(r.T("registration.password.repeat"), r.password).
		Press(r.T("registration.password.done")).MustBe(200, "/id/registration/done")
	return p.Must(r.T("registration.done.title"))
}

// fillIn fills in personal data and sends them for checking: PRF-02 to PRF-17, CHK-01.
func (r *resident) fillIn(number string) *webtest.Page { return r.fillInAs(number, "104201") }

func (r *resident) fillInAs(number, passport string) *webtest.Page {
	p := r.b.Open("/id/profile/edit").MustBe(200, "/id/profile/edit")
	p = p.Fill(r.optional(r.name("patronymic")), "Ивановна").Select(r.T("profile.field.sex"), r.T("profile.sex.female")).
		FillDate(r.birth()).Fill(r.T("profile.field.birth_place"), "г. Вологда").Fill(r.number(), number).
		Select(r.T("profile.field.citizenship"), r.law.Citizenship.Name("RU", r.Lang())).
		Select(r.T("profile.field.identity_document"), document(r.law).In(r.Lang())).Press(r.T("profile.change_kind"))
	p = p.Fill(r.field("series"), "4512").Fill(r.field("number"), passport).FillDate(r.issued()).
		Fill(r.field("issued_by"), "Отделом внутренних дел города Вологды").Fill(r.field("department_code"), "350-001").
		Press(r.T("profile.continue")).MustBe(200, "/id/profile/answers")
	return p.Press(r.T("profile.answers.send")).MustBe(200, "/id/check")
}

// day is a date as the resident types it: a Persian reader by the Solar Hijri calendar.
func (r *resident) day(iso string) (day, month, year string) {
	d, err := text.ParseDay(iso)
	if err != nil {
		r.t.Fatal(err)
	}
	if r.Lang() == "fa" {
		y, m, dd := d.SolarHijri()
		return strconv.Itoa(dd), strconv.Itoa(m), strconv.Itoa(y)
	}
	return strconv.Itoa(d.Day), strconv.Itoa(int(d.Month)), strconv.Itoa(d.Year)
}

func (r *resident) birth() (legend, day, month, year string) {
	day, month, year = r.day("1992-05-14")
	return r.T("profile.field.birth_date"), day, month, year
}

func (r *resident) issued() (legend, day, month, year string) {
	day, month, year = r.day("2013-06-10")
	return r.field("issued_on"), day, month, year
}

func document(law *jurisdiction.Jurisdiction) jurisdiction.Words {
	d, _ := law.Document("ru_passport")
	return d.Name
}

// addEmail adds and confirms a mailbox, password first (PRF-27).
func (r *resident) addEmail() {
	before := len(r.mail(r.email))
	p := r.b.Open("/id/profile/contacts/email")
	p = p.Fill(r.T("profile.contact.email"), r.email).Fill(r.T("profile.password"), r.password).Press(r.T("profile.contact.send"))
	var code string
	r.await("a letter with a code", func() bool {
		all := r.mail(r.email)
		for _, m := range all[:len(all)-before] {
			if code = sixDigits.FindString(text.FoldDigits(m.Text)); code != "" {
				return true
			}
		}
		return false
	})
	p.Fill(r.T("profile.code.label"), code).Press(r.T("profile.code.confirm")).Must(r.email)
}

// option is the label of a choice in a service's form.
func (r *resident) option(service, field, code string) string {
	f := r.question(service, field)
	o, _ := f.Option(code)
	return o.Label.In(r.Lang())
}

func (r *resident) question(service, field string) jurisdiction.FormField {
	s, _ := r.law.Service(service)
	f, _ := s.Field(field)
	return f
}

func (r *resident) ask(service, field string) string {
	return r.question(service, field).Label.In(r.Lang())
}

// next saves a page of a form and goes on.
func (r *resident) next(p *webtest.Page) *webtest.Page {
	r.t.Helper()
	p = p.Press(r.T("application.fill.next"))
	if p.Status != 200 {
		r.t.Fatalf("%s was refused: %s", p.Path, p.Text())
	}
	return p
}

// at fails unless the page of a form is the one with a code.
func (r *resident) at(p *webtest.Page, page string) *webtest.Page {
	r.t.Helper()
	if path, _, _ := strings.Cut(p.Path, "?"); !strings.HasSuffix(path, "/form/"+page) {
		r.t.Fatalf("at %s, want page %s:\n%s", p.Path, page, p.Text())
	}
	return p
}
