package applicationpage_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationtest"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

func TestStartOfAnApplication(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	anna := w.Resident("Ирина Соколова", "+79160000001")
	b := w.SignedIn(anna)
	t.Run("CAT-12 the necessary documents are listed before anything is asked", func(t *testing.T) {
		b.For(t).Open("/services/foreign_passport/apply").Must("What you need", "Passport of a citizen of Russia", "Photo", "Your previous foreign passport")
	})
	t.Run("APP-04 the first page of applying lists the documents of this very service, and another one's its own", func(t *testing.T) {
		for _, lang := range []string{"English", "Русский", "فارسی"} {
			p := b.For(t).Open("/services/foreign_passport/apply").Press(lang)
			passport, _ := w.Law.Service("foreign_passport")
			for _, document := range passport.Documents {
				p.Must(document.Name.In(map[string]string{"English": "en", "Русский": "ru", "فارسی": "fa"}[lang]))
			}
		}
		b.For(t).Open("/services/foreign_passport/apply").Press("English")
		b.For(t).Open("/services/pension_statement/apply").MustNot("Your previous foreign passport")
	})
	t.Run("APP-10 what the office has already is not asked of the applicant", func(t *testing.T) {
		b.For(t).Open("/services/foreign_passport/apply").Must("We take the data from your profile")
	})
	t.Run("LVL-31 who is not verified is led to the proof of identity", func(t *testing.T) {
		other := w.SignedIn(w.Account(account.Standard, "Пётр Лебедев", "+79160000002")).For(t)
		p := other.Open("/services/foreign_passport/apply").Must("You need a verified account").MustNot("Start the application")
		if p.Link("Confirm who you are") != "/id/proofing" {
			t.Fatal(p.Text())
		}
	})
	t.Run("D-16 whoever forges the press of Start without the level gets no draft", func(t *testing.T) {
		other := w.Account(account.Standard, "Олег Ветров", "+79160000003")
		browser := w.SignedIn(other).For(t)
		browser.Send("/services/foreign_passport/apply", browser.Open("/verify").Values("page"))
		if mine, err := w.Applications.List(ctx, other); err != nil || len(mine.Waiting) != 0 {
			t.Fatalf("%+v %v", mine, err)
		}
	})
	t.Run("APP-05 the offices of the applicant's own region come first", func(t *testing.T) {
		w.Settle(anna, "en")
		id := w.Filled(anna)
		_, form, err := w.Applications.Draft(ctx, anna, id)
		if err != nil {
			t.Fatal(err)
		}
		field, _ := form.Service.Field("office")
		last := form.Offices(field)[len(form.Offices(field))-1]
		city, _ := w.Law.City(last.City)
		form.Applicant.Region = city.Region
		if first, _ := w.Law.City(form.Offices(field)[0].City); first.Region != city.Region {
			t.Fatalf("an office of %s is first for somebody in %s", first.Region, city.Region)
		}
	})
	t.Run("a service that does not exist, or is not online, has no form", func(t *testing.T) {
		for _, id := range []string{"nothing", "FOREIGN_PASSPORT"} {
			b.For(t).Open("/services/"+id+"/apply").MustBe(http.StatusNotFound, "/services/"+id+"/apply")
		}
	})
	t.Run("WEB-1 a form without its key is refused", func(t *testing.T) {
		p := w.Browser().For(t).Send("/verify", nil)
		if p.Status == http.StatusOK {
			t.Fatal("a form without a key was accepted")
		}
	})
}

func TestFiveYearPassport(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	anna := w.Resident("Ирина Соколова", "+79160000001")
	id := w.Filled(anna)
	if _, err := w.Applications.Save(ctx, anna, id, "passport", application.Typed{"kind": "plain5", "purpose": "first"}); err != nil {
		t.Fatal(err)
	}
	b := w.SignedIn(anna)
	check := b.Open("/applications/" + string(id) + "/check")
	t.Run("PAS-02 a passport without a chip has its own duty and is valid for five years", func(t *testing.T) {
		check.Must("State duty, passport without a chip", "2,000").MustNot("5,000")
		check.Press("Send to Ministry of Internal Affairs")
		volkov := w.CaseWorker("volkov", "mvd")
		for _, err := range []error{w.Applications.Take(ctx, volkov, id), w.Applications.DocumentsChecked(ctx, volkov, id),
			w.Applications.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant"})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		v, err := w.Applications.See(ctx, anna, id)
		if err != nil || v.Result.ValidUntil != "2031-03-02" {
			t.Fatalf("%+v %v", v.Result, err)
		}
	})
	t.Run("GEN-14 the code stops being valid when the term is over", func(t *testing.T) {
		v, _ := w.Applications.See(ctx, anna, id)
		now.Advance(6 * 365 * 24 * time.Hour)
		w.Browser().For(t).Open(strings.TrimPrefix(w.Applications.VerifyAddress(*v.Result), visittest.Origin)).Must("The document's term is over")
	})
}

func TestRoundTheClock(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	w.Register.Set(applicationtest.Pension(), nil)
	anna := w.Account(account.Standard, "Ирина Соколова", "+79160000001")
	w.Profiles.Set(anna, "register/pension", map[string]string{"snils": "11223344595", "family_name": "Соколова", "given_name": "Ирина"})
	t.Run("GEN-07 a service is got at any hour of the day and on any day of the year", func(t *testing.T) {
		for range 365/7 + 1 {
			p := w.SignedIn(anna).For(t).Open("/services/pension_statement/apply").Press("Get service")
			if !p.Has("87.512") {
				t.Fatalf("%s: %s", now.Now(), p.Text())
			}
			now.Advance((7*24 + 25) * time.Hour) // another day of the week, another hour
		}
	})
}
