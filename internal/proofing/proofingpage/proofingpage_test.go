package proofingpage_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/proofing/proofingpage"
	"okno/internal/proofing/proofingtest"
	"okno/internal/text/texttest"
	"okno/internal/web/webtest"
)

var languages = []string{"en", "ru", "fa"}

func site(t *testing.T, d *db.DB, now *clock.Fake) *proofingtest.World {
	w := proofingtest.New(t, d, now, "ru")
	proofingpage.Mount(w.Site, w.Service, proofingtest.Fonts(t, "../../.."))
	return w
}

// signedIn is a browser of the holder for a subtest.
func signedIn(t *testing.T, w *proofingtest.World, id account.ID) *webtest.Browser {
	return w.SignedIn(id).For(t)
}

func TestChoose(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	id, _ := w.Resident(account.Standard, "Соколова")
	methods := w.World.Law.Proofing.Methods
	for _, lang := range languages {
		words := texttest.Load(t).For(lang)
		w.Speak(id, lang)
		t.Run("P-01 one page compares all ways: how long, what to bring, what each does not open, in "+lang, func(t *testing.T) {
			p := signedIn(t, w, id).Open("/id/proofing").MustBe(200, "/id/proofing")
			p.Must(words.T("proofing.choose.title"), words.T("proofing.choose.methods"))
			for _, m := range methods {
				p.Must(m.Name.In(lang), m.About.In(lang), m.Takes.In(lang), m.Bring.In(lang), m.Warning.In(lang))
			}
		})
	}
	w.Speak(id, "en")
	page := signedIn(t, w, id).Open("/id/proofing")
	t.Run("IDC-07 the heading is Available confirmation methods", func(t *testing.T) {
		if !page.Has("Available confirmation methods") {
			t.Fatal(page.Text())
		}
	})
	t.Run("IDC-14 the ways are called as the portal calls them", func(t *testing.T) {
		for _, name := range []string{"Apply in person", "Receive the code by letter", "Use electronic signature or UEC"} {
			if !page.Has(name) {
				t.Error(name)
			}
		}
	})
	t.Run("Q-13 the order is bank, in person, signature, letter", func(t *testing.T) {
		at := -1
		for _, m := range methods {
			i := strings.Index(page.Text(), m.Name.In("en"))
			if i <= at {
				t.Errorf("%s stands at %d, after %d", m.Code, i, at)
			}
			at = i
		}
	})
	t.Run("IDC-15 the portal recommends to apply in person and nothing else", func(t *testing.T) {
		text := page.Text()
		if strings.Count(text, "The portal recommends this") != 1 ||
			strings.Index(text, "The portal recommends this") < strings.Index(text, "Apply in person") ||
			strings.Index(text, "The portal recommends this") > strings.Index(text, "Use electronic signature or UEC") {
			t.Fatal(text)
		}
	})
	t.Run("IDC-16 confirmation at a centre and by letter is free, and the page says so", func(t *testing.T) {
		if !page.Has("Confirmation at a centre and by letter is free.") {
			t.Fatal(page.Text())
		}
	})
	t.Run("IDC-01 the page says why: so that nobody else acts in your name", func(t *testing.T) {
		if !page.Has("so that nobody else can act in your name") {
			t.Fatal(page.Text())
		}
	})
	t.Run("IDC-21 the page says that all ways give the same account", func(t *testing.T) {
		if !page.Has("Every way gives the same verified account.") {
			t.Fatal(page.Text())
		}
	})
	t.Run("IDC-08 in person is open now; ways that are not say so and lead nowhere", func(t *testing.T) {
		if page.Link("Apply in person") != "/id/proofing/centre" || page.Link("Receive the code by letter") != "" {
			t.Fatal(page.Link("Apply in person"))
		}
		if n := strings.Count(page.Text(), "Not possible here yet"); n != 3 {
			t.Fatal(n)
		}
	})
	t.Run("P-11 the letter warns of what it does not open", func(t *testing.T) {
		if !page.Has("It does not open the taxpayer's account.") {
			t.Fatal(page.Text())
		}
	})
	simple, _ := w.Resident(account.Simplified, "Орлова")
	t.Run("LVL-12 from a simplified account the page says that it does not work and leads on", func(t *testing.T) {
		for _, lang := range languages {
			w.Speak(simple, lang)
			words := texttest.Load(t).For(lang)
			p := signedIn(t, w, simple).Open("/id/proofing").MustBe(403, "/id/proofing")
			p.Must(words.T("proofing.simplified.text"))
			if p.Link(words.T("proofing.simplified.go")) != "/id/profile/edit" || p.Link(methods[1].Name.In(lang)) != "" {
				t.Error(lang)
			}
		}
	})
	t.Run("IDC-02 the way on from a simplified account is to fill in the profile", func(t *testing.T) {
		w.Speak(simple, "en")
		if l := signedIn(t, w, simple).Open("/id/proofing").Link("Fill in personal data"); l != "/id/profile/edit" {
			t.Fatal(l)
		}
	})
	t.Run("LVL-11 no page of the way opens below standard", func(t *testing.T) {
		for _, path := range []string{"/id/proofing/centre", "/id/proofing/pass", "/id/proofing/form.pdf", "/id/proofing/desk", "/id/proofing/code"} {
			signedIn(t, w, simple).Open(path).MustBe(403, path)
		}
	})
	verified, _ := w.Resident(account.Verified, "Кузьмина")
	t.Run("IDC-19 a verified account is congratulated", func(t *testing.T) {
		for _, lang := range languages {
			w.Speak(verified, lang)
			signedIn(t, w, verified).Open("/id/proofing").MustBe(200, "/id/proofing").Must(texttest.Load(t).For(lang).T("proofing.done.title"))
		}
	})
	t.Run("Q-40 log in again is one press, and the services are open without it", func(t *testing.T) {
		w.Speak(verified, "en")
		p := signedIn(t, w, verified).Open("/id/proofing").Must("The services are open at once.")
		if p.Link("Log in again") != "/id/signin?next=/account" {
			t.Fatal(p.Link("Log in again"))
		}
	})
}

func TestEnvelopeCode(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	id, phone := w.Resident(account.Standard, "Соколова")
	visit := w.Open(olga, phone)
	w.Match(olga, visit, id)
	e, err := w.HandOver(context.Background(), olga, visit)
	if err != nil {
		t.Fatal(err)
	}
	w.Speak(id, "en")
	b := signedIn(t, w, id)
	enter := func(code string) *webtest.Page {
		return b.Open("/id/proofing/code").Fill("Code from the envelope", code).Press("Confirm my identity")
	}
	t.Run("SEC-09 the page gives the browser a challenge; who solves none waits half a minute after two tries and gets in", func(t *testing.T) {
		if !strings.Contains(b.Open("/id/proofing/code").Body, "data-work=") {
			t.Error("there is no challenge")
		}
		for range 2 {
			enter("1111111111111111").MustBe(422, "/id/proofing/code").Must("This is not the code")
		}
		enter(e.Code).MustBe(422, "/id/proofing/code").Must("Wait 30 seconds and send the code again")
		now.Advance(30 * time.Second)
		enter(e.Code).MustBe(200, "/id/proofing")
		if w.Level(id) != account.Verified {
			t.Fatal(w.Level(id))
		}
	})
}

func TestCentre(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	id, _ := w.Resident(account.Standard, "Соколова")
	for _, lang := range languages {
		w.Speak(id, lang)
		words := texttest.Load(t).For(lang)
		t.Run("OPR-01 the page says what to bring: the document of the profile, in "+lang, func(t *testing.T) {
			document, _ := w.World.Law.Document("ru_passport")
			p := signedIn(t, w, id).Open("/id/proofing/centre").MustBe(200, "/id/proofing/centre")
			p.Must(words.T("proofing.bring.document", "document", document.Name.In(lang)))
		})
	}
	w.Speak(id, "en")
	b := signedIn(t, w, id)
	t.Run("CTR-20 only centres that really confirm are offered, nearest to the chosen city", func(t *testing.T) {
		p := b.Open("/id/proofing/centre?city=kazan&all=1")
		for _, c := range w.World.Law.Centres {
			if p.Has(c.Name.In("en")) != c.DoesOffer(jurisdiction.ConfirmIdentity) {
				t.Error(c.Code)
			}
		}
		text := p.Text()
		if strings.Index(text, "MFC My Documents, Kazan") > strings.Index(text, "MFC My Documents, Moscow") || !strings.Contains(text, "km away") {
			t.Error("the far ones come first")
		}
	})
	t.Run("CTR-03 from the ways one finds a centre, its hours and whether it is open now", func(t *testing.T) {
		p := b.Open("/id/proofing").Follow("Apply in person").Must("Find a service centre").Select("City", "Moscow").Press(texttest.Load(t).For("en").T("ui.filters.apply"))
		p.MustBe(200, "/id/proofing/centre").Must("Open now, until 20:00", "Monday – Friday: 08:00–20:00")
	})
	t.Run("OPR-15 the page says that it is free", func(t *testing.T) {
		b.Open("/id/proofing/centre").Must("It is free")
	})
	t.Run("PRF-37 it advises to fill in as much as possible beforehand", func(t *testing.T) {
		b.Open("/id/proofing/centre").Must("Fill in as much of your profile as possible before you go.")
	})
	t.Run("Q-25 the national number is asked for only when the profile lacks it", func(t *testing.T) {
		b.Open("/id/proofing/centre").MustNot("Your SNILS")
		w.Profiles.Set(id, "snils", "")
		b.Open("/id/proofing/centre").Must("Your SNILS")
	})
	t.Run("OPR-03 who has no SNILS in the profile reads that it must be brought", func(t *testing.T) {
		b.Open("/id/proofing/centre").Must("Your SNILS, because your profile does not hold it")
	})
}

func TestForm(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	id, _ := w.Resident(account.Standard, "Соколова")
	for _, lang := range languages {
		w.Speak(id, lang)
		p := signedIn(t, w, id).Open("/id/proofing/form.pdf").MustBe(200, "/id/proofing/form.pdf")
		text := proofingtest.TextOf(t, p.Body)
		t.Run("OPR-10 the form has two copies with surname, kind and number of the document, date and signature, in "+lang, func(t *testing.T) {
			if n := strings.Count(text, "Соколова"); n != 2 {
				t.Fatal(n, text)
			}
			if strings.Count(text, "45 10") != 2 || strings.Count(text, "100001") != 2 {
				t.Fatal(text)
			}
		})
		t.Run("OPR-11 it holds the passport's identifier and its date of issue, in "+lang, func(t *testing.T) {
			if strings.Count(text, "350-001") != 2 {
				t.Fatal(text)
			}
		})
		if lang == "en" {
			t.Run("OPR-09 it names the service wanted and can be taken home", func(t *testing.T) {
				if strings.Count(text, "Confirmation of identity") < 2 || strings.Count(text, "Signature of the applicant") != 2 || !strings.Contains(text, "1 June 2005") {
					t.Fatal(text)
				}
				if c := p.Header.Get("Cache-Control"); c != "private, no-store" {
					t.Fatal(c)
				}
				if signedIn(t, w, id).Open("/id/proofing/centre").Link("Application form, PDF, two copies") != "/id/proofing/form.pdf" {
					t.Fatal("no link")
				}
			})
		}
	}
}

func TestPass(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	id, _ := w.Resident(account.Standard, "Соколова")
	for _, lang := range languages {
		w.Speak(id, lang)
		words := texttest.Load(t).For(lang)
		t.Run("S14 the pass shows a code and its square, its last day and what to bring, and nothing of the holder, in "+lang, func(t *testing.T) {
			b := signedIn(t, w, id)
			p := b.Open("/id/proofing/pass")
			button := "proofing.pass.make"
			if lang != "en" {
				button = "proofing.pass.renew"
			}
			p = p.Press(words.T(button)).MustBe(200, "/id/proofing/pass").Must(words.T("proofing.pass.lead"))
			pass, holds, err := w.PassOf(context.Background(), id)
			if err != nil || !holds || !p.Has(pass.Shown()) || !strings.Contains(p.Body, "<path d=\"M") {
				t.Fatal(pass, err, p.Text())
			}
			values := w.Numbers(id)
			for _, secret := range []string{"Соколова", values["number"], proofingtest.SNILS(1)} {
				if strings.Contains(p.Text(), secret) {
					t.Error("the pass shows", secret)
				}
			}
		})
	}
	t.Run("S14 an ended pass says when it ended and offers a new one", func(t *testing.T) {
		w.Speak(id, "en")
		now.Advance(91 * 24 * time.Hour)
		signedIn(t, w, id).Open("/id/proofing/pass").Must("This pass ended on", "Make a pass")
	})
}
