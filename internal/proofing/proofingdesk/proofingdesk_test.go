package proofingdesk_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingdesk"
	"okno/internal/proofing/proofingpage"
	"okno/internal/proofing/proofingtest"
	"okno/internal/text"
	"okno/internal/text/texttest"
	"okno/internal/web/webtest"
)

var ctx = context.Background()

func site(t *testing.T, d *db.DB, now *clock.Fake) *proofingtest.World {
	w := proofingtest.New(t, d, now, "ru")
	fonts := proofingtest.Fonts(t, "../../..")
	proofingpage.Mount(w.Site, w.Service, fonts)
	proofingdesk.Mount(w.Site, w.Service, fonts)
	return w
}

// lastCode is the code that came to a phone last.
func lastCode(w *proofingtest.World) string {
	w.RunDue()
	return proofingtest.CodeShape.FindString(w.Post.SMS[len(w.Post.SMS)-1].Text)
}

// find searches for a visitor as an operator does.
func find(p *webtest.Page, words *text.Printer, login string) *webtest.Page {
	return p.Fill(words.T("proofing.start.login"), login).Choose(words.T("proofing.purpose.confirm")).Press(words.T("proofing.start.find"))
}

// compare types the numbers and ticks the features.
func compare(w *proofingtest.World, p *webtest.Page, words *text.Printer, numbers map[string]string) *webtest.Page {
	passport, _ := w.World.Law.Document("ru_passport")
	for _, f := range proofing.Numbers(passport) {
		p = p.Fill(f.Label.In(words.Lang()), numbers[f.Code])
	}
	for _, f := range proofing.Features {
		p = p.Choose(words.T("proofing.feature." + f))
	}
	return p.Press(words.T("proofing.visit.compare"))
}

func TestPlainVisit(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := site(t, d, now)
		olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
		for _, lang := range []string{"en", "ru", "fa"} {
			t.Run("OPR-12 a plain visit from the search to the verified account, in "+lang, func(t *testing.T) {
				words := texttest.Load(t).For(lang)
				id, phone := w.Resident(account.Standard, "Соколова")
				w.Speak(id, lang)
				desk, own := w.AtDesk(olga.ID).Speak(lang).For(t), w.SignedIn(id).For(t)
				p := find(desk.Open("/desk/proofing"), words, phone).Must(words.T("proofing.visit.title.opened"), "Соколова", "Вологда")
				number := w.Numbers(id)["number"]
				if strings.Contains(p.Body, number) || strings.Contains(p.Body, phone) {
					t.Error("numbers are not masked")
				}
				visit := p.Path
				own.Open("/id/proofing/desk").Must(words.T("proofing.desk_code.soon_title"))
				p = compare(w, p, words, w.Numbers(id)).MustBe(200, visit).Must(words.T("proofing.cleared.sentence")).MustNot("Соколова")
				p = p.Press(words.T("proofing.channel.send", "phone", strings.Repeat("•", len(phone)-2)+phone[len(phone)-2:]))
				p.MustBe(200, visit).Must(words.T("proofing.sent.turn"))
				code := lastCode(w)
				q := own.Open("/id/proofing/desk").Fill(words.T("proofing.desk_code.label"), code).Press(words.T("proofing.desk_code.send"))
				q.Must(words.T("proofing.desk_code.proved_title"))
				now.Advance(2 * time.Minute)
				p = desk.Open(visit).Must(words.T("proofing.proved.sentence")).Press(words.T("proofing.proved.confirm"))
				p.MustBe(200, visit).Must(words.T("proofing.over.confirmed"), words.T("proofing.over.lasted", "n", 2)).Follow(words.T("proofing.over.next")).MustBe(200, "/desk/proofing")
				if w.Level(id) != account.Verified {
					t.Fatal(w.Level(id))
				}
				own.Open("/id/proofing/desk").MustBe(200, "/id/proofing").Must(words.T("proofing.done.title"))
			})
		}
	})
}

// What each act of a plain visit takes an officer who is not in a hurry, and
// what the code needs to reach the phone and be typed by the visitor.
const (
	perTyped = 15 * time.Second // a number read from paper
	perTick  = 15 * time.Second // a look at the document or the face
	perPress = 5 * time.Second
	perCode  = time.Minute
)

func TestFiveMinutes(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	words := texttest.Load(t).For("en")
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	id, phone := w.Resident(account.Standard, "Соколова")
	start := w.AtDesk(olga.ID).For(t).Open("/desk/proofing")
	visit := find(start, words, phone)
	cleared := compare(w, visit, words, w.Numbers(id))
	sent := cleared.Press(words.T("proofing.channel.send", "phone", strings.Repeat("•", len(phone)-2)+phone[len(phone)-2:]))
	own := w.SignedIn(id).For(t).Open("/id/proofing/desk")
	own.Fill(words.T("proofing.desk_code.label"), lastCode(w)).Press(words.T("proofing.desk_code.send"))
	proved := w.AtDesk(olga.ID).For(t).Open(visit.Path)
	proved.Press(words.T("proofing.proved.confirm"))
	t.Run("OPR-14 all that a plain visit asks of officer and visitor fits into five minutes", func(t *testing.T) {
		if w.Level(id) != account.Verified {
			t.Fatal("these steps do not confirm anybody:", w.Level(id))
		}
		took := perCode
		for _, p := range []*webtest.Page{start, visit, cleared, sent, proved} {
			took += perPress
			for _, name := range p.Asked("page") {
				if strings.Contains(name, "=") {
					took += perTick
				} else {
					took += perTyped
				}
			}
		}
		if len(start.Asked("page")) == 0 || len(visit.Asked("page")) < len(proofing.Features)+1 || took > 5*time.Minute {
			t.Fatal(took, start.Asked("page"), visit.Asked("page"))
		}
	})
	t.Run("OPR-02 the officer is asked for the passport's numbers and for no other document", func(t *testing.T) {
		passport, _ := w.World.Law.Document("ru_passport")
		for _, name := range visit.Asked("page") {
			known := strings.HasPrefix(name, "features=") || slices.ContainsFunc(proofing.Numbers(passport), func(f jurisdiction.DocumentField) bool { return f.Code == name })
			if !known {
				t.Errorf("%s is asked for", name)
			}
		}
	})
}

func TestStart(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	words := texttest.Load(t).For("en")
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	desk := w.AtDesk(olga.ID)
	t.Run("AUTHZ-6 no search without a reason, and the login stays typed", func(t *testing.T) {
		p := desk.For(t).Open("/desk/proofing").Fill("Login or pass code of the visitor", "+79161234567").Press("Find the visitor")
		p.MustBe(422, "/desk/proofing").Must("Choose why you look this visitor up")
		if p.Value("Login or pass code of the visitor") != "+79161234567" {
			t.Error("the login is lost")
		}
	})
	t.Run("OPR-07 an unknown login says what to do and shows nobody", func(t *testing.T) {
		find(desk.For(t).Open("/desk/proofing"), words, "+79161234567").MustBe(422, "/desk/proofing").Must("Nobody has this login or pass", "There is no search by name.")
	})
	t.Run("OPR-20 a simplified account is refused with the reason and the nearest help", func(t *testing.T) {
		for _, lang := range []string{"en", "ru", "fa"} {
			words := texttest.Load(t).For(lang)
			_, phone := w.Resident(account.Simplified, "Орлова")
			p := find(w.AtDesk(olga.ID).Speak(lang).For(t).Open("/desk/proofing"), words, phone)
			p.MustBe(422, "/desk/proofing").Must(words.T("proofing.outcome.simplified"), words.T("proofing.outcome_do.simplified")).MustNot("Орлова")
		}
	})
	t.Run("OPR-17 an office that cannot confirm names the nearest that can", func(t *testing.T) {
		pavel := w.Operator("pavel", "Павел Чернов", "moscow_post")
		find(w.AtDesk(pavel.ID).For(t).Open("/desk/proofing"), words, "+79161234567").MustBe(422, "/desk/proofing").
			Must("This centre does not confirm identity", "Moscow", "km away")
	})
	t.Run("AUTHZ-1 residents and case workers do not enter", func(t *testing.T) {
		id, _ := w.Resident(account.Standard, "Соколова")
		worker := w.Officer(officer.Officer{Login: "cw", Name: "Павел", Roles: []officer.Role{officer.CaseWorker}})
		for _, r := range w.Site.Routes() {
			if !strings.Contains(r.Pattern, "/desk/") || strings.Contains(r.Pattern, "/id/") {
				continue
			}
			if r.Permission != officer.ConfirmIdentity {
				t.Error(r.Pattern, "may be entered with", r.Permission)
			}
		}
		if p := w.AtDesk(worker).For(t).Open("/desk/proofing"); p.Status != 403 {
			t.Error(p.Status)
		}
		_ = id
	})
}

func TestVisit(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	words := texttest.Load(t).For("en")
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	desk := w.AtDesk(olga.ID)
	begin := func(t *testing.T) (account.ID, *webtest.Page) {
		id, phone := w.Resident(account.Standard, "Соколова")
		return id, find(desk.For(t).Open("/desk/proofing"), words, phone)
	}
	t.Run("OPR-08 the profile stands beside what to compare on the document", func(t *testing.T) {
		_, p := begin(t)
		p.Must("In the profile", "Соколова", "27 March 1958", "Day, month and year", "You type it; the portal compares", "ОВД Вологды")
	})
	t.Run("AUTHZ-3 numbers are shown after a reason was chosen", func(t *testing.T) {
		id, p := begin(t)
		values, _ := w.Profiles.Values(nil, id)
		snils, _ := w.World.Law.Identifier("snils")
		shown := snils.Show(values["snils"])
		p.MustNot(shown)
		p.Press("Show the numbers").Must("Choose a reason").MustNot(shown)
		p.Select("Why you need the numbers", "The visitor says that the number differs").Press("Show the numbers").Must(shown).MustNot(values["ru_passport.number"])
	})
	t.Run("OPR-04 another document's number is refused with the way to mend the profile", func(t *testing.T) {
		_, p := begin(t)
		other := map[string]string{"series": "4510", "number": "999999"}
		p = compare(w, p, words, other)
		if p.Status != 422 {
			t.Error(p.Status)
		}
		p.Must("This is not the document of the profile", "2 tries left", "under My data")
		p = compare(w, compare(w, p, words, other), words, other)
		p.Must("The identity was not confirmed", "Three times the numbers were not those of the profile.").MustNot("Соколова")
	})
	t.Run("OPR-08 a comparison without ticks is refused and keeps what was typed", func(t *testing.T) {
		id, p := begin(t)
		p = p.Fill("Series", w.Numbers(id)["series"]).Fill("Number", w.Numbers(id)["number"]).Press("Compare with the profile")
		if p.Status != 422 || p.Value("Series") != "4510" {
			t.Fatal(p.Status, p.Text())
		}
	})
	t.Run("D-10 the visitor's screen shows nothing of anybody and takes the code", func(t *testing.T) {
		id, p := begin(t)
		p = compare(w, p, words, w.Numbers(id)).Press("Send a code to " + "•••••••••" + "•" + p2(w, id))
		code := lastCode(w)
		q := p.Follow("Or turn the screen to the visitor")
		q.Must("Type the code from your phone").MustNot("Соколова", "••")
		wrong := "111111"
		if wrong == code {
			wrong = "222222"
		}
		q = q.Fill("Code from the message", wrong).Press("Confirm that I am at the desk")
		if q.Status != 422 || !q.Has("4 tries left") {
			t.Fatal(q.Status, q.Text())
		}
		q.Fill("Code from the message", code).Press("Confirm that I am at the desk").Must("Turn the screen back").Follow("To the officer's page").Must("The visitor typed the right code.")
	})
	t.Run("OPR-10 the form is printed in two copies for signature, after the comparison and with a trace", func(t *testing.T) {
		id, p := begin(t)
		if q := desk.For(t).Open(p.Path + "/form.pdf"); q.Status != 409 {
			t.Fatal(q.Status)
		}
		p = compare(w, p, words, w.Numbers(id))
		q := p.Follow("Print the application form, two copies")
		text := proofingtest.TextOf(t, q.Body)
		if strings.Count(text, "Соколова") != 2 || strings.Count(text, "Signature of the applicant") != 2 || w.Reads(id, "proofing.print_form") != 1 {
			t.Fatal(text)
		}
		if c := q.Header.Get("Cache-Control"); c != "no-store" {
			t.Error(c)
		}
	})
	t.Run("OPR-19 with the envelope the operator reads how to finish on the site", func(t *testing.T) {
		id, p := begin(t)
		path := p.Path
		q := compare(w, p, words, w.Numbers(id)).Press("Print the sheet for the envelope")
		sheet := proofingtest.TextOf(t, q.Body)
		if q.Status != 200 || !strings.Contains(sheet, "How to finish on the site") {
			t.Fatal(q.Status, sheet)
		}
		desk.For(t).Open(path).Must("The envelope was handed over", "Type all digits of the code.")
		code := sixteen(sheet)
		own := w.SignedIn(id).For(t)
		own.Open("/id/proofing").Must("You have an envelope from a service centre")
		r := own.Open("/id/proofing/code").Fill("Code from the envelope", "1234").Press("Confirm my identity")
		if r.Status != 422 {
			t.Error(r.Status)
		}
		r.Fill("Code from the envelope", code).Press("Confirm my identity").MustBe(200, "/id/proofing").Must("Congratulations")
	})
	t.Run("IDC-03 a confirmed e-mail is enough: without a phone the envelope is the second channel", func(t *testing.T) {
		id := w.ByMail("mail-only@example.org", "Почтова")
		p := find(desk.For(t).Open("/desk/proofing"), words, "mail-only@example.org")
		p = compare(w, p, words, w.Numbers(id)).Must("The account has no phone that was confirmed before the visit.")
		p.Press("Print the sheet for the envelope").MustBe(200, p.Path+"/envelope")
	})
	t.Run("IDC-17 a code of a centre is entered in the account", func(t *testing.T) {
		id, _ := w.Resident(account.Standard, "Пустая")
		w.SignedIn(id).For(t).Open("/id/proofing/code").Must("No envelope waits for its code.")
		w.SignedIn(id).For(t).Open("/id/proofing/desk").Must("No desk waits for a code from you")
	})
	t.Run("a visit is ended with a reason and never without", func(t *testing.T) {
		_, p := begin(t)
		p = p.Press("End the visit")
		if p.Status != 422 {
			t.Fatal(p.Status)
		}
		p.Select("Why the visit ends", "The photo does not show the visitor").Press("End the visit").Must("The identity was not confirmed", "The photo does not show the visitor.")
	})
	t.Run("D-18 what the officer looked at stands in the resident's list", func(t *testing.T) {
		id, _ := begin(t)
		if w.Reads(id, "proofing.look") != 1 || w.Reads(id, "proofing.search") != 1 {
			t.Fatal(w.About(id))
		}
	})
}

// p2 is the end of a phone that a mask leaves.
func p2(w *proofingtest.World, id account.ID) string {
	var phone string
	w.Write(func(tx *db.Tx) error {
		contacts, err := w.Accounts.Contacts(tx, id)
		phone = contacts[0].Value
		return err
	})
	return phone[len(phone)-2:]
}

func sixteen(sheet string) string {
	for _, line := range strings.Split(sheet, "\n") {
		digits := strings.Map(func(r rune) rune {
			if r < '0' || r > '9' {
				return -1
			}
			return r
		}, line)
		if len(digits) == 16 {
			return digits
		}
	}
	return ""
}

func TestApprove(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	olga, nina := w.Operator("olga", "Ольга Белова", "moscow_mfc"), w.Operator("nina", "Нина Серова", "moscow_mfc")
	for i, lang := range []string{"en", "ru", "fa"} {
		t.Run("T-26 kin is approved by a second officer at another desk, in "+lang, func(t *testing.T) {
			words := texttest.Load(t).For(lang)
			id, phone := w.Resident(account.Standard, "Белов")
			first, second := w.AtDesk(olga.ID).Speak(lang).For(t), w.AtDesk(nina.ID).Speak(lang).For(t)
			second.Open("/desk/proofing/approve").Must(words.T("proofing.approve.none"))
			p := compare(w, find(first.Open("/desk/proofing"), words, phone), words, w.Numbers(id)).Must(words.T("proofing.visit.title.asked"))
			q := second.Open("/desk/proofing").Follow(words.T("proofing.approve.waiting", "n", 1)).Press(words.T("proofing.approve.open"))
			if i > 0 { // the same pair again
				if q.Status != 403 || !q.Has(words.T("proofing.second_again")) {
					t.Fatal(q.Status, q.Text())
				}
				visit := p.Path[strings.LastIndex(p.Path, "/")+1:]
				if err := w.Stop(ctx, olga, visit, "left"); err != nil {
					t.Fatal(err)
				}
				return
			}
			q.Must("Белов", words.T("proofing.evidence.title"))
			if early := q.Press(words.T("proofing.evidence.approve")); early.Status != 422 {
				t.Fatal(early.Status)
			}
			now.Advance(20 * time.Second)
			q.Press(words.T("proofing.evidence.approve")).MustBe(200, "/desk/proofing/approve")
			first.Open(p.Path).Must(words.T("proofing.cleared.sentence"))
		})
	}
	t.Run("T-24 a second officer may refuse, with a reason", func(t *testing.T) {
		words := texttest.Load(t).For("en")
		zoya := w.Operator("zoya", "Зоя Котова", "moscow_mfc")
		id, phone := w.Resident(account.Standard, "Белова")
		first, second := w.AtDesk(olga.ID).For(t), w.AtDesk(zoya.ID).For(t)
		p := compare(w, find(first.Open("/desk/proofing"), words, phone), words, w.Numbers(id))
		q := second.Open("/desk/proofing/approve").Press("Open the evidence").Press("Refuse the visit")
		if q.Status != 422 {
			t.Fatal(q.Status)
		}
		q.Select("Reason, if you refuse", "Something suggests fraud").Press("Refuse the visit").MustBe(200, "/desk/proofing/approve")
		first.Open(p.Path).Must("Something suggested fraud.")
	})
}

func TestNotMe(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := site(t, d, now)
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run("PROOF-4 the link of the letter takes the confirmation back without signing in, in "+lang, func(t *testing.T) {
			words := texttest.Load(t).For(lang)
			id, phone := w.Resident(account.Standard, "Соколова")
			w.Email(id, lang+"@example.org")
			w.Speak(id, lang)
			if err := w.Confirm(ctx, olga, w.ToProved(olga, id, phone)); err != nil {
				t.Fatal(err)
			}
			w.RunDue()
			letter := w.Post.Letters[len(w.Post.Letters)-1]
			_, link, _ := strings.Cut(letter.Text, "http://okno.test")
			p := w.Browser().Speak(lang).For(t).Open(strings.Fields(link)[0]).Must(words.T("proofing.not_me.title")).MustNot("Соколова", phone)
			p.Press(words.T("proofing.not_me.it_was_not")).Must(words.T("proofing.not_me.done_title"))
			if w.Level(id) != account.Simplified {
				t.Fatal(w.Level(id))
			}
		})
	}
	t.Run("PROOF-4 a link that is not ours is refused", func(t *testing.T) {
		if p := w.Browser().For(t).Open("/id/proofing/not-me/nonsense"); p.Status != 410 {
			t.Fatal(p.Status)
		}
	})
}
