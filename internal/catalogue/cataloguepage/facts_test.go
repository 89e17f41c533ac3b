package cataloguepage_test

import (
	"testing"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/text"
)

func TestOnePortalForEverybody(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	visitor := w.Browser().Speak("en")
	t.Run("GEN-01 one list has services of the state and of a city, for people and for legal entities", func(t *testing.T) {
		visitor.For(t).Open("/services").Must("Replacement of the internal passport", "Utilities payment")
		visitor.For(t).Open("/services/utilities").Must("City administrations")
		visitor.For(t).Open("/services/internal_passport").Must("Ministry of Internal Affairs")
		w.Browser().Speak("en").For(t).Open("/services").Press("Legal entities").Must("Registration of a legal entity").MustNot("Replacement of the internal passport")
	})
	t.Run("GEN-02 from every city the services of every sector can be read, and one asked for", func(t *testing.T) {
		for _, city := range w.Law.Cities {
			b := w.Browser().Speak("en").For(t)
			b.Open("/services").Press(city.Name.In("en")).Must("Health", "Pensions, allowances and benefits", "Schools", "Kindergartens")
			if p := b.Open("/services/pension_statement"); p.Link("Get service") == "" {
				t.Errorf("%s: %s", city.Code, p.Text())
			}
		}
	})
	t.Run("GEN-03 every service and every authority of the register of services has its page", func(t *testing.T) {
		b := visitor.For(t)
		for _, s := range w.Law.Services {
			authority, _ := w.Law.Authority(s.Authority)
			b.Open("/services/"+s.ID).MustBe(200, "/services/"+s.ID).Must(s.Name.In("en"), s.Summary.In("en"), authority.Name.In("en"))
		}
		for _, a := range w.Law.Authorities {
			b.Open("/authorities/"+a.Code).MustBe(200, "/authorities/"+a.Code).Must(a.Name.In("en"), a.About.In("en"))
		}
	})
}

func TestWordsInEveryLanguage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now, "ru")
	for _, row := range []struct{ fact, path, en, ru, fa string }{
		{"GEN-19 the home page says what the portal is for", "/", "From home: fewer visits, no queues, no stacks of paper.", "Из дома: меньше визитов, без очередей и кип бумаг.", "از خانه: مراجعهٔ کمتر، بدون صف و انبوه کاغذ."},
		{"SEC-07 the portal promises to keep personal data with a high level of security", "/terms", "We keep your data with a high level of security", "Мы храним ваши данные с высоким уровнем защиты", "اطلاعات شما را با سطح بالایی از امنیت نگه می‌داریم"},
	} {
		for lang, words := range map[string]string{"en": row.en, "ru": row.ru, "fa": row.fa} {
			t.Run(row.fact+", in "+lang, func(t *testing.T) { w.Browser().Speak(lang).For(t).Open(row.path).Must(words) })
		}
	}
	anna := w.Account(account.Standard, "Ирина Соколова", "+79120000091")
	w.people.known[anna] = map[string]string{"snils": "11223344595"}
	for lang, words := range map[string][]string{
		"en": {"Information on the state of the individual personal account", "Get service"},
		"ru": {"Получение информации о состоянии индивидуального лицевого счёта", "Получить услугу"},
		"fa": {"آگاهی از وضعیت حساب فردی بازنشستگی", w.Site.Texts.For("fa").T("catalogue.step.apply")},
	} {
		t.Run("PEN-01 the pension statement is got by Get service, in "+lang, func(t *testing.T) {
			p := w.SignedIn(anna).For(t).Open("/services/pension_statement").Press(text.NameOf(lang))
			if p.H1() != words[0] || p.Link(words[1]) != "/services/pension_statement/apply" {
				t.Fatalf("%q leads to %q", p.H1(), p.Link(words[1]))
			}
		})
	}
}
