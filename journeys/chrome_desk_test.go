package journeys

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"okno/internal/demo"
	"okno/internal/jurisdiction"
	"okno/internal/web/webtest/chrome"
)

// staff is a tab of an officer who has signed in.
func staff(t *testing.T, browser *chrome.Browser, r *resident, o demo.Officer) *tab {
	t.Helper()
	b := &tab{t, browser.Visit(t, chrome.Visitor{Lang: r.Lang()}, r.portal+"/desk/signin", 1280), r.portal}
	code, err := totp.GenerateCode(o.TOTP, r.now())
	if err != nil {
		t.Fatal(err)
	}
	return b.fill(r.T("signin.desk.login"), o.Login).fill(r.T("signin.password.label"), o.Password).fill(r.T("signin.desk.code"), code).
		press(r.T("signin.enter")).at("/desk")
}

// confirm has the operator confirm the identity; the visitor types the code on an own phone: OPR-05 to OPR-13.
func (b *tab) confirm(browser *chrome.Browser, r *resident) {
	b.t.Helper()
	r.advance(2 * time.Minute) // a visit takes longer than the pause between two codes to one number
	desk := staff(b.t, browser, r, r.officer("operator"))
	desk.press(r.T("visit.desk.proofing")).at("/desk/proofing").fill(r.T("proofing.start.login"), r.phone).
		choose("", r.T("proofing.purpose.confirm")).press(r.T("proofing.start.find")).measure()
	desk.fill(r.field("series"), "4512").fill(r.field("number"), "104201")
	for _, feature := range []string{"face", "whole", "valid", "data"} {
		desk.choose("", r.T("proofing.feature."+feature))
	}
	desk.press(r.T("proofing.visit.compare")).measure()
	visit, before := desk.path(), len(r.sms(r.phone))
	desk.press(strings.TrimSpace(strings.Split(r.T("proofing.channel.send", "phone", "\x00"), "\x00")[0]))
	b.open("/id/proofing/desk").must(r.T("proofing.desk_code.title")).
		fill(r.T("proofing.desk_code.label"), r.code(r.phone, before)).press(r.T("proofing.desk_code.send"))
	desk.open(visit).measure().press(r.T("proofing.proved.confirm")).measure().must(r.T("proofing.over.confirmed"))
	r.told(r.phone, firstWords(r.T("proofing.message.confirmed.sms")))
}

// askCorrection takes the case and asks for another photo.
func (b *tab) askCorrection(r *resident, number string) {
	b.t.Helper()
	b.open("/desk/cases/" + number + "/look").press(r.T("cases.take")).must("PETROVA MARIIA").measure().press(r.T("cases.case.correct")).measure()
	b.choose("", r.ask("foreign_passport", "photo")).choose("", r.T("application.correction.incorrect")).
		fill(r.T("cases.correction.words"), "Фотография тёмная. Сделайте новую при дневном свете.").press(r.T("cases.correction.send"))
	r.told(r.phone, firstWords(r.T("application.notice.correction.sms")))
}

// decide grants the application after a look at what the resident will read; the resident is told by SMS and e-mail.
func (b *tab) decide(r *resident, number string) jurisdiction.Outcome {
	b.t.Helper()
	service, _ := r.law.Service("foreign_passport")
	grant := service.Decision.Outcomes[0]
	b.open("/desk/cases/"+number+"?for=decide").press(r.T("cases.case.decide")).choose("", grant.Name.In(r.Lang())).
		fill(r.optional(r.T("cases.decision.words")), "Приходите с паспортом.").press(r.T("cases.decision.preview")).measure()
	b.must(grant.Letter.In(r.Lang()), "Приходите с паспортом.").press(r.T("cases.preview.send"))
	r.told(r.phone, firstWords(r.T("application.notice.decided.sms")))
	r.await("the e-mail about the decision", func() bool {
		for _, m := range r.mail(r.email) {
			if m.Subject == r.T("application.notice.decided.subject") {
				return true
			}
		}
		return false
	})
	return grant
}
