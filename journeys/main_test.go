package journeys

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// TestFromStrangerToDecision is the main way through the product: somebody who
// has never heard of it ends with a decided application.
func TestFromStrangerToDecision(t *testing.T) {
	for _, way := range []struct{ engine, lang string }{{"sqlite", "en"}, {"sqlite", "ru"}, {"sqlite", "fa"}, {"postgres", "ru"}} {
		t.Run(way.engine+" "+way.lang, func(t *testing.T) {
			url := ""
			if way.engine == "postgres" {
				url = dbtest.Config(t, "postgres").Postgres
			}
			fromStrangerToDecision(run(t, url), way.lang)
		})
	}
}

func fromStrangerToDecision(c *country, lang string) {
	t, law := c.t, visittest.Law(c.t, "ru")
	r := c.stranger(lang, law)

	r.register()
	r.b.Open("/services/foreign_passport").Must(r.T("visit.level.step.simplified"))
	if p := r.b.Open("/id/proofing"); p.Link(r.T("visit.level.step.simplified")) == "" && !p.Has(r.T("account.proof_needs_standard")) {
		t.Error("LVL-12 the page does not say what is missing:", p.Text())
	}

	r.fillIn("113-520-411 93")
	r.told(r.phone, firstWords(r.T("check.passed.sms")))
	r.b.Open("/id/check").Must(r.T("check.done.complete"), r.T("check.sign_in_again"))
	r.addEmail()

	r.statement()
	r.confirmAtDesk()
	number := r.applyForPassport()
	r.told(r.phone, firstWords(r.T("application.notice.sent.sms")))
	r.decided(number)
	c.verifyAudit()
}

// statement gets the pension statement on the spot: PEN-01 to PEN-05.
func (r *resident) statement() {
	p := r.b.Open("/services/pension_statement").Follow(r.T("catalogue.step.apply")).Press(r.T("application.start.get"))
	path, _, _ := strings.Cut(p.Path, "?")
	r.await("the statement", func() bool { p = r.b.Open(path); return p.Has("Ромашка") })
	p.Must("АО «Северный ветер»")
	if pdf := r.b.Open(p.Link(r.T("application.statement.save"))); !strings.HasPrefix(pdf.Body, "%PDF-") {
		r.t.Fatal("the statement is no PDF")
	}
}

// confirmAtDesk has the identity confirmed by an operator: OPR-05 to OPR-13.
func (r *resident) confirmAtDesk() {
	r.advance(2 * time.Minute) // a visit takes longer than the pause between two codes to one number
	o := r.officer("operator")
	desk := r.atDesk(r.Lang(), o)
	p := desk.Open("/desk").Follow(r.T("visit.desk.proofing")).MustBe(200, "/desk/proofing")
	p = p.Fill(r.T("proofing.start.login"), r.phone).Choose(r.T("proofing.purpose.confirm")).Press(r.T("proofing.start.find"))
	p = p.Fill(r.field("series"), "4512").Fill(r.field("number"), "104201")
	for _, feature := range []string{"face", "whole", "valid", "data"} {
		p = p.Choose(r.T("proofing.feature." + feature))
	}
	p = p.Press(r.T("proofing.visit.compare"))
	before := len(r.sms(r.phone))
	p = p.PressLike(strings.TrimSpace(strings.Split(r.T("proofing.channel.send", "phone", "\x00"), "\x00")[0]))
	own := r.b.Open("/id/proofing/desk").Must(r.T("proofing.desk_code.title"))
	own.Fill(r.T("proofing.desk_code.label"), r.code(r.phone, before)).Press(r.T("proofing.desk_code.send"))
	visit, _, _ := strings.Cut(p.Path, "?")
	desk.Open(visit).Press(r.T("proofing.proved.confirm")).Must(r.T("proofing.over.confirmed"))
	r.told(r.phone, firstWords(r.T("proofing.message.confirmed.sms")))
	r.b.Open("/id/settings/who").Must(r.T("proofing.purpose.confirm"))
}

// applyForPassport fills in and sends the application: PAS-01, PAS-04, D-16, D-15.
func (r *resident) applyForPassport() string {
	const id = "foreign_passport"
	p := r.b.Open("/services/" + id).Follow(r.T("catalogue.step.apply")).Press(r.T("application.start.begin"))
	p = r.next(r.at(p, "passport").ChooseIn(r.ask(id, "kind"), r.option(id, "kind", "chip10")).ChooseIn(r.ask(id, "purpose"), r.option(id, "purpose", "first")))
	p = r.at(p, "about_you").Must("Петрова").Fill(r.ask(id, "latin_name"), "PETROVA MARIIA")
	for code, value := range map[string]string{"postcode": "160000", "region": "Вологодская область", "city": "Вологда", "street": "Липовая", "house": "1"} {
		p = p.Fill(r.part(code), value)
	}
	p = r.next(p)
	p = r.next(r.at(p, "history").ChooseIn(r.ask(id, "changed_name"), r.option(id, "changed_name", "no")).
		ChooseIn(r.ask(id, "occupation"), r.option(id, "occupation", "retired")).ChooseIn(r.ask(id, "secrets"), r.option(id, "secrets", "no")))
	r.badPhotos(p)
	p = r.next(r.at(p, "photo").Attach(r.ask(id, "photo"), "me.jpg", "image/jpeg", photo(600, 800)))
	p = r.at(p, "pickup")
	p = r.next(p.Select(r.ask(id, "office"), r.firstOffice(p)).Choose(r.ask(id, "consent")))
	p.Must(r.T("application.check.not_sent"), "PETROVA MARIIA")
	mvd, _ := r.law.Authority("mvd")
	p = p.Press(r.T("application.check.send", "authority", mvd.Name.In(r.Lang()))).Must(r.T("application.case.received"))
	path, _, _ := strings.Cut(p.Path, "?")
	return strings.TrimPrefix(path, "/applications/")
}

// badPhotos sends what is no photo; nothing typed is lost and the page says what to do.
func (r *resident) badPhotos(p *webtest.Page) {
	for what, content := range map[string][]byte{
		"text": []byte("this is no photo"), "small": photo(100, 100), "cut": photo(600, 800)[:2000],
		"script": append(photo(600, 800), []byte("<script>alert(1)</script>")...),
	} {
		q := r.b.Open(p.Path).Attach(r.ask("foreign_passport", "photo"), "me.jpg", "image/jpeg", content).Press(r.T("application.fill.next"))
		if q.Status != 422 {
			r.t.Errorf("a photo that is %s was taken with %d", what, q.Status)
		}
	}
}

func (r *resident) part(code string) string {
	for _, part := range r.law.Address {
		if part.Code == code {
			if part.Optional {
				return r.optional(part.Label.In(r.Lang()))
			}
			return part.Label.In(r.Lang())
		}
	}
	return code
}

func (r *resident) firstOffice(p *webtest.Page) string {
	options := p.Options(r.ask("foreign_passport", "office"))
	return options[len(options)-1]
}

// decided is the office's side: take, correct, decide, make, hand out (PAS-04, APP-11), and the resident's answers between.
func (r *resident) decided(id string) {
	c, t := r.country, r.t
	desk := r.asksForCorrection(id)
	mine := r.b.Open("/applications/" + id).Must("Фотография тёмная")
	mvd, _ := r.law.Authority("mvd")
	mine = mine.Follow(r.T("application.case.correct")).Attach(r.ask("foreign_passport", "photo"), "new.jpg", "image/jpeg", photo(700, 900))
	mine.Press(r.T("application.correct.send", "authority", mvd.Name.In(r.Lang()))).MustBe(200, "/applications/"+id)
	grant := r.decides(desk, id)
	mine = r.b.Open("/applications/"+id).Must("Приходите с паспортом.", grant.Letter.In(r.Lang()))
	if pdf := r.b.Open(mine.Link(r.T("application.case.download"))); !strings.HasPrefix(pdf.Body, "%PDF-") {
		t.Fatal("the result is no PDF")
	}
	code := regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`).FindString(mine.Text())
	c.browser(r.Lang()).Open("/verify").Fill(r.T("application.verify.code"), strings.ToLower(code)).Press(r.T("application.verify.button")).
		Must(r.T("application.verify.valid")).MustNot("Петрова", "PETROVA")
}

// asksForCorrection is how an officer takes the case and asks for another photo.
func (r *resident) asksForCorrection(id string) *webtest.Browser {
	desk := r.atDesk(r.Lang(), r.officer("case_worker"))
	desk.Open("/desk").Follow(r.T("visit.desk.cases")).MustBe(200, "/desk/cases")
	p := desk.Open("/desk/cases/" + id + "/look").Press(r.T("cases.take")).Must("PETROVA MARIIA")
	r.b.Open("/id/settings/who").Must(r.T("cases.purpose.decide"))

	p.Follow(r.T("cases.case.correct")).Choose(r.ask("foreign_passport", "photo")).Choose(r.T("application.correction.incorrect")).
		Fill(r.T("cases.correction.words"), "Фотография тёмная. Сделайте новую при дневном свете.").Press(r.T("cases.correction.send"))
	r.told(r.phone, firstWords(r.T("application.notice.correction.sms")))
	return desk
}

// decides is how the officer grants the application, makes the passport and hands it out; the resident is told by SMS and e-mail.
func (r *resident) decides(desk *webtest.Browser, id string) jurisdiction.Outcome {
	p := desk.Open("/desk/cases/" + id + "?for=decide").Follow(r.T("cases.case.decide"))
	service, _ := r.law.Service("foreign_passport")
	grant := service.Decision.Outcomes[0]
	p = p.Choose(grant.Name.In(r.Lang())).Fill(r.optional(r.T("cases.decision.words")), "Приходите с паспортом.").Press(r.T("cases.decision.preview"))
	p.Must(grant.Letter.In(r.Lang()), "Приходите с паспортом.").Press(r.T("cases.preview.send"))
	r.told(r.phone, firstWords(r.T("application.notice.decided.sms")))
	r.await("the e-mail about the decision", func() bool {
		for _, m := range r.mail(r.email) {
			if m.Subject == r.T("application.notice.decided.subject") {
				return true
			}
		}
		return false
	})
	for range service.Stages {
		next := desk.Open("/desk/cases/" + id + "?for=decide")
		if !next.HasButton(r.T("cases.case.next", "stage", "")) {
			break
		}
		next.PressLike(r.T("cases.case.next", "stage", ""))
	}
	return grant
}

// verifyAudit proves the audit log of the whole journey (AUDIT-1). Entries that
// a worker is just giving their place are waited for; what is wrong stays wrong.
func (c *country) verifyAudit() {
	c.t.Helper()
	c.advance(15 * time.Second)
	c.await("a sound audit log", func() bool {
		report, err := c.demo.Portal.VerifyAudit(c.t.Context())
		if err != nil || report.Entries < 20 {
			c.t.Fatalf("the audit log is not sound: %v %+v", err, report)
		}
		return len(report.Problems) == 0
	})
}

// firstWords is the beginning of a message, before any variable.
func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(4, len(words))], " ")
}
