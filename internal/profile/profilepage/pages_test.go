package profilepage_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/check/checkpage"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/outside/register"
	"okno/internal/profile"
	"okno/internal/profile/profilepage"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// registers answer every question at once; wrong names those that know nobody.
type registers struct {
	mu    sync.Mutex
	wrong map[string]bool
	asked []string
}

func (r *registers) Check(_ context.Context, name string, q register.Request) (register.Answer, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = append(r.asked, name)
	if r.wrong[name] {
		return register.Answer{Result: register.Mismatch}, nil
	}
	return register.Answer{Result: register.Match, Reference: "R-1"}, nil
}

func (r *registers) Ask(context.Context, string, string) (register.Answer, error) {
	return register.Answer{}, fault.New(fault.NotFound, register.KeyUnknownQuestion)
}

// messages records notices and codes.
type messages struct {
	mu      sync.Mutex
	notices []notify.Notice
	codes   []notify.Direct
}

func (m *messages) Send(_ *db.Tx, n notify.Notice) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.notices = append(m.notices, n)
	return nil
}

func (m *messages) SendTo(_ *db.Tx, d notify.Direct) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.codes = append(m.codes, d)
	return nil
}

func (m *messages) TakeSend(*db.Tx, notify.Ask) error { return nil }

func (m *messages) Wrong(*db.Tx, string, account.ContactKind, string) error { return nil }

func (m *messages) Confirmed(*db.Tx, account.ContactKind, string) error { return nil }

const password = "Vetka;Snega42!"

type reauth struct{}

func (reauth) DoubtPath(*db.Tx, account.ID, signin.EventKind) (string, error) {
	return "/id/signin/not-me/x", nil
}

func (reauth) Reauth(_ context.Context, _ account.ID, typed string) error {
	if typed != password {
		return fault.OneField("password", "jurisdiction.missing", nil)
	}
	return nil
}

type world struct {
	*visittest.World
	profiles  *profile.Profiles
	checks    *check.Checks
	registers *registers
	messages  *messages
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world { return newWorldOf(t, d, now, "ru") }

func newWorldOf(t testing.TB, d *db.DB, now *clock.Fake, land string) *world {
	w := &world{World: visittest.New(t, d, now, land), registers: &registers{wrong: map[string]bool{}}, messages: &messages{}}
	w.profiles = profile.New(d, w.Accounts, w.Law, w.messages, reauth{})
	w.checks = check.New(d, w.Accounts, w.profiles, w.registers, w.messages)
	w.checks.Register(w.Jobs)
	profilepage.Mount(w.Site, w.profiles, w.checks)
	checkpage.Mount(w.Site, w.checks, w.profiles)
	return w
}

var made int

func (w *world) resident(level account.Level) account.ID {
	made++
	return w.Account(level, "Соколова Анна", fmt.Sprintf("+7900%07d", made))
}

// fill types Anna's data into the general form, the document last.
func fill(p *webtest.Page) *webtest.Page {
	p = p.Fill("Surname", "Соколова").Fill("First name", "Анна").Fill("Patronymic (optional)", "Петровна").
		Select("Sex", "Female").Fill("Place of birth", "г. Вологда").Fill("SNILS", "112-233-445 95").
		Select("Citizenship", "Russia").Select("Kind of document", "Passport of a citizen of Russia")
	return p.Fill("Day", "27").Fill("Month", "3").Fill("Year", "1958").Press("Change document type")
}

// document types the passport and goes on. The day of issue is set by name: the
// labels of its parts stand on the page twice.
func document(b *webtest.Browser, p *webtest.Page, more ...string) *webtest.Page {
	p = p.Fill("Series", "45 09").Fill("Number", "104202").Fill("Issued by", "Отделом внутренних дел").Fill("Department code", "350-002")
	values := p.Values("page")
	more = append([]string{"ru_passport.issued_on-day", "11", "ru_passport.issued_on-month", "6", "ru_passport.issued_on-year", "2008"}, more...)
	for i := 0; i < len(more); i += 2 {
		values.Set(more[i], more[i+1])
	}
	return b.Send("/id/profile/edit", values)
}

func value(p *webtest.Page, name string) string { return p.Values("page").Get(name) }

func TestForm(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now)
		id := w.resident(account.Simplified)
		b := w.SignedIn(id)
		t.Run("PRF-29 from my data by general data and go to editing", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/user").Must("General data")
			if h := p.Follow("Go to editing").H1(); h != "Filling in and checking personal data" {
				t.Fatal(h)
			}
		})
		t.Run("PRF-03 the form opens with what registration knows", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/edit")
			if p.Value("Surname") != "Соколова" || p.Value("First name") != "Анна" {
				t.Fatal(p.Value("Surname"), p.Value("First name"))
			}
		})
		t.Run("PRF-02 the form is the first of the three steps", func(t *testing.T) {
			b.For(t).Open("/id/profile/edit").Must("Filling in and checking personal data", "Step 1 of 3")
		})
		t.Run("P-31 the birth date can be typed and has a calendar with quick years", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/edit")
			if !strings.Contains(p.Body, `data-date="gregory" data-first="1900-01-01" data-last="2026-03-02"`) {
				t.Fatal("no calendar")
			}
		})
		t.Run("PRF-05 the sex is a list of two", func(t *testing.T) {
			b.For(t).Open("/id/profile/edit").Select("Sex", "Male").Select("Sex", "Female")
		})
		t.Run("PRF-10 the citizenship is a list with the own country first", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/edit").Select("Citizenship", "Uzbekistan")
			if strings.Index(p.Body, ">Russia<") > strings.Index(p.Body, ">Afghanistan<") {
				t.Fatal("the own country is not the first")
			}
		})
		t.Run("PRF-17 what is required is asked for at Continue", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/edit").Press("Continue").MustBe(422, "/id/profile/edit")
			if !strings.HasPrefix(p.Title(), "Error:") {
				t.Fatal(p.Title())
			}
			p.Must("Fill in: Place of birth", "Fill in: SNILS").MustNot("Fill in this field")
		})
		t.Run("PRF-11 the fields follow the chosen kind of document, with everything typed kept", func(t *testing.T) {
			p := fill(b.For(t).Open("/id/profile/edit")).MustBe(200, "/id/profile/edit").Must("Issued by")
			if p.Value("SNILS") != "112-233-445 95" || p.Value("Place of birth") != "г. Вологда" {
				t.Fatal("typed values were lost")
			}
		})
		t.Run("PRF-18 Fill in later leaves the form at any point", func(t *testing.T) {
			p := fill(b.For(t).Open("/id/profile/edit")).Fill("Series", "45")
			p.Press("Fill in later").MustBe(200, "/id/profile/user")
		})
		t.Run("PRF-20 after a separate login the form goes on with nothing lost", func(t *testing.T) {
			now.Advance(48 * time.Hour)
			b = w.SignedIn(id)
			p := b.For(t).Open("/id/profile/edit")
			if p.Value("Series") != "45" || p.Value("SNILS") != "112-233-445 95" || value(p, "birth_date-month") != "3" {
				t.Fatal("the draft was lost")
			}
		})
		t.Run("PRF-19 what is typed is saved by itself", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/edit")
			values := p.Values("page")
			values.Set("birth_place", "г. Тотьма")
			if a := b.For(t).Send("/id/profile/edit/draft", values); a.Status != http.StatusNoContent {
				t.Fatal(a.Status)
			}
			if v := b.For(t).Open("/id/profile/edit").Value("Place of birth"); v != "г. Тотьма" {
				t.Fatal(v)
			}
		})
		t.Run("LVL-10 the form for standard and its re-check fit into six of the ten promised minutes", func(t *testing.T) {
			const perAnswer, perPage, ourShare = 15 * time.Second, 20 * time.Second, 6 * time.Minute // as registration counts its four
			form := fill(w.SignedIn(w.resident(account.Simplified)).For(t).Open("/id/profile/edit"))
			asked := form.Asked("page")
			known := 0 // what registration knows is not asked again
			fresh := w.SignedIn(w.resident(account.Simplified)).For(t).Open("/id/profile/edit")
			for _, name := range asked {
				if value(fresh, name) != "" {
					known++
				}
			}
			took := 2*perPage + time.Duration(len(asked)-known)*perAnswer
			if !slices.Contains(asked, "snils") || !slices.Contains(asked, "ru_passport.number") || known < 2 || took > ourShare {
				t.Fatalf("%s for %v, of which %d are known", took, asked, known)
			}
		})
		t.Run("PRF-09 help shows where SNILS is printed", func(t *testing.T) {
			b.For(t).Open("/id/profile/edit").Must("Where to find it: SNILS", "green laminated card", "112-233-445 95")
		})
		t.Run("PRF-34 the help says what SNILS is for and who can tell it", func(t *testing.T) {
			b.For(t).Open("/id/profile/edit").Must("pays contributions", "ask your employer")
		})
		t.Run("PRF-08 a SNILS with a wrong check digit is refused at its field", func(t *testing.T) {
			p := document(b.For(t), fill(b.For(t).Open("/id/profile/edit")), "snils", "112-233-445 96")
			p.MustBe(422, "/id/profile/edit")
		})
		t.Run("PRF-06 a day that does not exist is refused at its field", func(t *testing.T) {
			p := document(b.For(t), fill(b.For(t).Open("/id/profile/edit")), "birth_date-day", "31", "birth_date-month", "2")
			if value(p.MustBe(422, "/id/profile/edit"), "birth_date-day") != "31" {
				t.Fatal("the typed day was lost")
			}
		})
		t.Run("D-13 the month may be typed as a word", func(t *testing.T) {
			p := document(b.For(t), fill(b.For(t).Open("/id/profile/edit")), "birth_date-month", "March")
			p.MustBe(200, "/id/profile/answers").Must("27 March 1958")
		})
		t.Run("PRF-16 Continue leads to a re-check of the answers", func(t *testing.T) {
			p := document(b.For(t), fill(b.For(t).Open("/id/profile/edit"))).MustBe(200, "/id/profile/answers")
			p.Must("Соколова", "27 March 1958", "112-233-445 95", "45 09", "Passport of a citizen of Russia", "Female")
		})
		t.Run("CHK-27 the page says to check every value before sending", func(t *testing.T) {
			b.For(t).Open("/id/profile/answers").Must("Check every entered value carefully before sending.")
		})
		t.Run("CHK-01 the resident agrees and sends; no visit is needed", func(t *testing.T) {
			p := b.For(t).Open("/id/profile/answers").Must("No visit is needed", "Pension Fund", "Ministry of Internal Affairs")
			p.Press("Send for checking").MustBe(200, "/id/check").Must("Checking SNILS", "Waiting")
		})
		t.Run("CHK-18 the result is shown at my data too", func(t *testing.T) {
			b.For(t).Open("/id/profile/user").Must("Your data is being checked")
			w.RunDue()
			b.For(t).Open("/id/profile/user").Must("The check of your personal data is complete", "Standard account")
		})
	})
}

func TestData(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	id := w.resident(account.Simplified)
	b := w.SignedIn(id)
	t.Run("GEN-13 nobody but the signed-in holder gets in", func(t *testing.T) {
		for _, path := range []string{"/id/profile/user", "/id/profile/edit", "/id/profile/answers", "/id/profile/documents", "/id/profile/contacts/phone"} {
			if p := w.Browser().For(t).Open(path); !strings.HasPrefix(p.Path, "/id/signin") {
				t.Fatal(path, p.Path)
			}
		}
	})
	t.Run("PRF-01 there are two tabs, my data and account settings", func(t *testing.T) {
		p := b.For(t).Open("/id/profile/user")
		if p.Link("My data") != "/id/profile/user" || p.Link("Account settings") != "/id/settings" {
			t.Fatal(p.Link("My data"), p.Link("Account settings"))
		}
	})
	t.Run("LVL-41 the level now and what the next one brings are shown", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("Simplified account", "The next step: Standard account", "Doctor's appointments")
	})
	t.Run("LVL-42 a simplified account is told what to fill in", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("A simplified account lets you receive reference and information services", "from a few seconds to 5 days")
	})
	t.Run("LVL-04 more data bring more services", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("To get more, fill in: Surname, First name", "Date of birth", "SNILS")
	})
	t.Run("PRF-26 phone and e-mail carry the mark Confirmed", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("Mobile number", "Confirmed")
	})
	t.Run("PRF-28 Fill in profile leads to the form", func(t *testing.T) {
		if l := b.For(t).Open("/id/profile/user").Link("Fill in profile"); l != "/id/profile/edit" {
			t.Fatal(l)
		}
	})
	t.Run("PRF-37 the page advises to fill in much before going to a centre", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("Fill in as much as you can before you go to a service centre")
	})
	t.Run("PRF-36 Confirm in Personal information starts identity confirmation", func(t *testing.T) {
		standard := w.SignedIn(w.resident(account.Standard))
		p := standard.For(t).Open("/id/profile/user").Must("Personal information")
		if p.Link("Confirm") != "/id/proofing" {
			t.Fatal(p.Link("Confirm"))
		}
	})
	t.Run("PRF-22 documents, numbers and addresses are kept", func(t *testing.T) {
		p := b.For(t).Open("/id/profile/documents")
		p.Must("INN (tax number)", "Vehicle", "Driving licence", "OMS policy", "Birth certificate", "Military ID", "Foreign passport", "Registration address", "Residence address")
		p.Follow("Change: INN (tax number)").Fill("INN (tax number)", "5001 0073 2259").Press("Save").MustBe(200, "/id/profile/documents").Must("500100732259")
		b.For(t).Open("/id/profile/documents/vehicle").Fill("Number plate", "А123ВС77").Press("Save").MustBe(200, "/id/profile/documents").Must("А123ВС77")
		b.For(t).Open("/id/profile/documents/residence_address").Fill("Postcode", "160000").Fill("Region", "Вологодская область").
			Fill("City or settlement", "Вологда").Fill("House, building", "1").Press("Save").MustBe(200, "/id/profile/documents").Must("Вологда")
	})
	t.Run("PRF-23 stored details stay readable", func(t *testing.T) {
		b.For(t).Open("/id/profile/user").Must("500100732259", "А123ВС77")
	})
	t.Run("PRF-22 driving licence and car number are checked, kept, shown, and say that fines are found by them", func(t *testing.T) {
		for _, row := range []struct{ form, label, wrong, right string }{
			{"driving_licence", "Series and number", "99 01 12345", "9901123456"},
			{"vehicle", "Number plate", "Ж123ВС77", "В456ЕК199"},
		} {
			path := "/id/profile/documents/" + row.form
			p := b.For(t).Open(path).Must("The traffic police find your fines").Fill(row.label, row.wrong).Press("Save").MustBe(422, path)
			if p.Value(row.label) != row.wrong {
				t.Error("what was typed is lost")
			}
			b.For(t).Open("/id/profile/documents").MustNot(row.wrong)
			p.Fill(row.label, row.right).Press("Save").MustBe(200, "/id/profile/documents").Must(row.right)
			b.For(t).Open("/id/profile/user").Must(row.right)
			if kept := b.For(t).Open(path).Value(row.label); kept != row.right {
				t.Errorf("%s is kept as %q", row.form, kept)
			}
		}
		b.For(t).Open("/id/profile/documents/military_id").MustNot("fines")
	})
	t.Run("PRF-22 a number of the wrong shape is refused", func(t *testing.T) {
		b.For(t).Open("/id/profile/documents/inn").Fill("INN (tax number)", "123").Press("Save").MustBe(422, "/id/profile/documents/inn")
	})
}

func TestContact(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	id := w.resident(account.Simplified)
	b := w.SignedIn(id)
	open := func(t *testing.T, phone, with string) *webtest.Page {
		return b.For(t).Open("/id/profile/contacts/phone").Fill("Password of your account", with).Fill("Mobile number", phone).Press("Send the code")
	}
	t.Run("SESS-7 without the right password no code is sent", func(t *testing.T) {
		open(t, "8 (901) 123-45-67", "wrong").MustBe(422, "/id/profile/contacts/phone")
		if len(w.messages.codes) != 0 {
			t.Fatal("a code was sent")
		}
	})
	t.Run("PRF-27 the password first, then the SMS code to that phone", func(t *testing.T) {
		p := open(t, "8 (901) 123-45-67", password).Must("Enter the code")
		sent := w.messages.codes[0]
		if sent.Kind != account.Phone || sent.Address != "+79011234567" {
			t.Fatal(sent.Address)
		}
		p = p.Fill("Code from the message", wrongCode(sent.Code)).Press("Confirm the contact")
		if p.Status != 422 {
			t.Fatal(p.Status)
		}
		p.Fill("Code from the message", "Your code: "+sent.Code[:3]+" "+sent.Code[3:]).Press("Confirm the contact").MustBe(200, "/id/profile/user").Must("+7 901 123-45-67")
		if n := w.messages.notices[0]; n.Key != "profile.contact_added" || !n.Security {
			t.Fatal(n)
		}
	})
	t.Run("OTP-2 the code dies with its tries", func(t *testing.T) {
		p := open(t, "+79011234568", password)
		code := w.messages.codes[len(w.messages.codes)-1].Code
		for range w.Law.Rules.Code.Tries {
			p = p.Fill("Code from the message", wrongCode(code)).Press("Confirm the contact")
		}
		if p = p.Fill("Code from the message", code).Press("Confirm the contact"); p.Status != 410 {
			t.Fatal(p.Status)
		}
	})
	t.Run("T-44 somebody else's waiting contact is not found", func(t *testing.T) {
		p := open(t, "+79011234569", password).Must("Enter the code")
		stranger := w.SignedIn(w.resident(account.Simplified)).For(t)
		if got := stranger.Open(p.Path); got.Status != 404 {
			t.Fatal(got.Status)
		}
	})
	t.Run("REG-10 the contact of somebody else is refused, after the right code only", func(t *testing.T) {
		other := w.resident(account.Simplified)
		w.Write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, other, account.Phone, "+79019999999") })
		p := open(t, "+79019999999", password).Must("Enter the code")
		code := w.messages.codes[len(w.messages.codes)-1].Code
		if p = p.Fill("Code from the message", code).Press("Confirm the contact"); p.Status != 409 {
			t.Fatal(p.Status)
		}
	})
	t.Run("PRF-26 an e-mail address is added likewise", func(t *testing.T) {
		p := b.For(t).Open("/id/profile/contacts/email").Fill("Password of your account", password).Fill("E-mail address", "anna@mail.example").Press("Send the code")
		code := w.messages.codes[len(w.messages.codes)-1].Code
		p.Fill("Code from the message", code).Press("Confirm the contact").MustBe(200, "/id/profile/user").Must("anna@mail.example")
	})
}

func wrongCode(code string) string {
	if code[0] == '1' {
		return "2" + code[1:]
	}
	return "1" + code[1:]
}

func TestFix(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	b := w.SignedIn(w.resident(account.Simplified))
	w.registers.wrong["migration"] = true
	document(b, fill(b.Open("/id/profile/edit"))).Press("Send for checking")
	w.RunDue()
	t.Run("Q-12 Fix it opens the fields of that register only", func(t *testing.T) {
		p := b.For(t).Open("/id/check").Must("Matched", "Did not match").Follow("Fix it").MustBe(200, "/id/profile/edit")
		p.Must("Correct the data that did not match", "Series", "Surname").MustNot("Place of birth", "Citizenship (", "Sex")
		for _, name := range []string{"snils", "sex", "birth_place", "citizenship"} {
			if p.Values("page").Has(name) {
				t.Fatal(name, "is open")
			}
		}
	})
	t.Run("P-16 the corrected register alone is asked again", func(t *testing.T) {
		w.registers.wrong["migration"] = false
		p := b.For(t).Open("/id/check").Follow("Fix it").Fill("Number", "104203").Press("Continue").MustBe(200, "/id/profile/answers")
		p.Must("104203", "112-233-445 95", "г. Вологда").Press("Send for checking")
		w.RunDue()
		b.For(t).Open("/id/check").Must("The check of your personal data is complete")
		if got := fmt.Sprint(w.registers.asked); got != "[pension migration migration]" {
			t.Fatal(got)
		}
	})
	t.Run("Q-52 a changed passport waits while the old one stays in force", func(t *testing.T) {
		b.For(t).Open("/id/profile/edit").Fill("Number", "700700").Press("Continue").MustBe(200, "/id/profile/answers")
		b.For(t).Open("/id/profile/user").Must("104203", "The new value is not in force yet: 700700", "Waits for a check")
	})
}

func TestLanguages(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run("Q-57 every page can be read in "+lang, func(t *testing.T) {
			id := w.resident(account.Simplified)
			b := w.SignedIn(id).For(t)
			b.Send("/language/"+lang, url.Values{})
			for _, path := range []string{"/id/profile/user", "/id/profile/edit", "/id/profile/answers", "/id/profile/documents", "/id/profile/documents/inn",
				"/id/profile/documents/birth_certificate", "/id/profile/documents/registration_address", "/id/profile/contacts/phone", "/id/profile/contacts/email", "/id/check"} {
				p := b.Open(path)
				if p.Status != 200 || !strings.Contains(p.Body, `lang="`+lang+`"`) {
					t.Error(path, p.Status)
				}
			}
		})
	}
	t.Run("D-24 every page can be read in another land, in both of its languages", func(t *testing.T) {
		d, now := dbtest.SQLite(t)
		w := newWorldOf(t, d, now, "xs")
		b := w.SignedIn(w.Account(account.Simplified, "Mehrnush", "+9995000777")).For(t)
		for _, lang := range []string{"en", "fa"} {
			b.Send("/language/"+lang, url.Values{})
			for _, path := range []string{"/id/profile/user", "/id/profile/edit", "/id/profile/answers", "/id/profile/documents", "/id/check"} {
				if p := b.Open(path); p.Status != 200 || p.Has("SNILS") {
					t.Error(path, p.Status)
				}
			}
		}
	})
	t.Run("Q-57 switching the language keeps what was typed", func(t *testing.T) {
		p := fill(w.SignedIn(w.resident(account.Simplified)).For(t).Open("/id/profile/edit")).Fill("Series", "4509").Fill("Department code", "350-002")
		p = p.Press("Русский").MustBe(200, "/id/profile/edit")
		if p.Value("СНИЛС") != "112-233-445 95" || p.Value("Серия") != "4509" || p.Value("Код подразделения") != "350-002" || value(p, "birth_date-year") != "1958" {
			t.Fatal("typed values were lost")
		}
	})
	t.Run("D-13 in Persian the birth date is typed in the Solar Hijri calendar and can be switched", func(t *testing.T) {
		b := w.SignedIn(w.resident(account.Simplified)).For(t)
		b.Send("/language/fa", url.Values{})
		p := b.Open("/id/profile/edit").Fill("روز", "۷").Fill("ماه", "فروردین").Fill("سال", "۱۳۳۷").Press("وارد کردن به تقویم میلادی")
		if got := value(p, "birth_date-day") + " " + value(p, "birth_date-month") + " " + value(p, "birth_date-year"); got != "27 3 1958" {
			t.Fatal(got)
		}
	})
}
