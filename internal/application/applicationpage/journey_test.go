package applicationpage_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/application/applicationpage"
	"okno/internal/application/applicationtest"
	"okno/internal/blob"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

func TestMain(m *testing.M) { os.Exit(applicationtest.Main(m)) }

var ctx = context.Background()

func world(t *testing.T, d *db.DB, now *clock.Fake) *applicationtest.World {
	t.Helper()
	w := applicationtest.New(t, visittest.New(t, d, now, "ru"))
	applicationpage.Mount(w.Site, w.Applications)
	return w
}

// toPhoto answers the pages of a foreign passport up to the photo's.
func toPhoto(t *testing.T, b *webtest.Browser, surname string) *webtest.Page {
	t.Helper()
	p := b.Open("/services/foreign_passport/apply").Must("What you need", "Photo").Press("Start the application")
	p.Press("Save and continue").Must("Choose an answer: Kind of passport", "Choose an answer: Why you are applying")
	p = p.Choose("With an electronic chip, for 10 years").Choose("It is my first").Press("Save and continue")
	p = p.Must("We already know this", surname, "Saved at", "Saved, not sent").Fill("Surname and first name in Latin letters", "SOKOLOVA IRINA").Press("Save and continue")
	typed := p.Choose("I am retired").Values("page")
	typed.Set("changed_name", "no")
	typed.Set("secrets", "no")
	p = b.Send(p.Path, typed)
	if p.H1() != "Photo" {
		t.Fatalf("at %q: %s", p.H1(), p.Text())
	}
	return p
}

// toCheck answers everything.
func toCheck(t *testing.T, w *applicationtest.World, b *webtest.Browser) *webtest.Page {
	t.Helper()
	return toCheckAs(t, w, b, "Соколова")
}

// toCheckAs is toCheck for somebody of another name.
func toCheckAs(t *testing.T, w *applicationtest.World, b *webtest.Browser, surname string) *webtest.Page {
	t.Helper()
	p := toPhoto(t, b, surname).Attach("Your photo", "me.png", "image/png", applicationtest.Photo(t, 450, 560)).Press("Save and continue")
	centre, _ := w.Law.Centre(w.Office("foreign_passport", "office"))
	p = p.Select("Passport office", centre.Name.In("en")+", "+centre.Address.In("en"))
	return p.Choose("I have checked the data and agree that the Ministry of Internal Affairs processes them").Press("Save and continue")
}

func TestForeignPassport(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		b := w.SignedIn(anna)
		check := toCheck(t, w, b)
		t.Run("PAS-04 everything is sent online and checked once more before sending", func(t *testing.T) {
			if check.H1() != "Check your answers" {
				t.Fatalf("at %s %q: %s", check.Path, check.H1(), check.Text())
			}
			check.Must("SOKOLOVA IRINA", "With an electronic chip, for 10 years", "File sent in", "Confirmed by Pension Fund", "20 working days", "Saved, not sent")
		})
		t.Run("PAS-01 the duty of a ten-year passport is shown, and that it is paid at the office", func(t *testing.T) {
			check.Must("5,000", "For now the duty is paid at the office").MustNot("State duty, passport without a chip")
		})
		t.Run("D-16 a draft is called one in the list, and is continued instead of begun twice", func(t *testing.T) {
			b.Open("/applications").Must("Waiting for you", "Saved, not sent")
			b.Open("/services/foreign_passport/apply").Must("You have a draft").Press("Continue your draft").MustBe(http.StatusOK, check.Path)
		})
		sent := check.Press("Send to Ministry of Internal Affairs")
		t.Run("S27 the confirmation says who received it and when, and names the case", func(t *testing.T) {
			sent.Must("Your application is sent", "Received by Ministry of Internal Affairs", "It is the office's turn", "You need do nothing now")
			if !strings.HasPrefix(sent.Path, "/applications/") || strings.HasSuffix(sent.Path, "check") {
				t.Fatal(sent.Path)
			}
		})
		t.Run("BOOK-2 after sending, Back shows the application and not the form", func(t *testing.T) {
			b.Open(check.Path).MustBe(http.StatusOK, sent.Path)
			b.Open(sent.Path+"/form/passport").MustBe(http.StatusOK, sent.Path)
		})
		id := application.ID(strings.TrimPrefix(sent.Path, "/applications/"))
		volkov := w.CaseWorker("volkov", "mvd")
		if err := w.Applications.Take(ctx, volkov, id); err != nil {
			t.Fatal(err)
		}
		t.Run("S28 a correction opens the asked field only", func(t *testing.T) {
			ask := application.Ask{Fields: []string{"latin_name"}, Reason: application.Incorrect, Words: "Имя напечатано с ошибкой."}
			if err := w.Applications.AskCorrection(ctx, volkov, id, ask); err != nil {
				t.Fatal(err)
			}
			p := b.Open(sent.Path).Must("The office asks you to correct something", "It is your turn", "Имя напечатано с ошибкой.").Follow("Correct the application")
			p.Must("Something is not right").MustNot("Kind of passport", "Your photo")
			p = p.Press("Send the correction to Ministry of Internal Affairs").Must("Nothing was changed")
			if p.Status != http.StatusUnprocessableEntity {
				t.Fatal(p.Status)
			}
			p = p.Fill("Surname and first name in Latin letters", "SOKOLOVA IRINA A").Press("Send the correction to Ministry of Internal Affairs")
			p.MustBe(http.StatusOK, sent.Path).Must("What you corrected", "SOKOLOVA IRINA A", "Correction sent")
		})
		t.Run("APP-11 the result is collected at the chosen office", func(t *testing.T) {
			if err := w.Applications.Decide(ctx, volkov, id, application.Ruling{Outcome: "grant", Words: "Ждём вас."}); err != nil {
				t.Fatal(err)
			}
			b.Open(sent.Path).Must("Your application is granted and in work", "Your application for a foreign passport is granted.", "Ждём вас.")
			if err := w.Applications.Advance(ctx, volkov, id, "making"); err != nil {
				t.Fatal(err)
			}
			centre, _ := w.Law.Centre(w.Office("foreign_passport", "office"))
			p := b.Open(sent.Path).Must("The passport is ready", "Collect it here", centre.Name.In("en"), "Bring your passport of a citizen of Russia")
			pdf := b.Open(p.Link("Save the document as PDF"))
			if pdf.Header.Get("Content-Type") != "application/pdf" || !strings.HasPrefix(pdf.Body, "%PDF-") {
				t.Fatal(pdf.Header)
			}
		})
		t.Run("GEN-14 anybody checks the document by its code, without signing in", func(t *testing.T) {
			v, err := w.Applications.See(ctx, anna, id)
			if err != nil {
				t.Fatal(err)
			}
			anybody := w.Browser()
			p := anybody.Open("/verify").Fill("Code of the document", strings.ToLower(v.Result.GroupedCode())).Press("Check the document")
			p.Must("The document is valid", v.Number).MustNot("Соколова", "SOKOLOVA")
			address := strings.TrimPrefix(w.Applications.VerifyAddress(*v.Result), visittest.Origin)
			anybody.Open(address).Must("The electronic seal in the square code matches this document")
			anybody.Open("/verify").Fill("Code of the document", "AAAA-BBBB").Press("Check the document").Must("Type all sixteen")
			anybody.Open("/verify/AAAABBBBCCCCDDDD").MustBe(http.StatusNotFound, "/verify/AAAABBBBCCCCDDDD")
		})
		t.Run("T-44 another resident finds none of the pages and files", func(t *testing.T) {
			v, _ := w.Applications.See(ctx, anna, id)
			stranger := w.SignedIn(w.Resident("Чужой Человек", "+79160000009"))
			for _, rest := range []string{"", "/check", "/form/passport", "/correct", "/withdraw", "/discard", "/statement", "/document", "/files/" + string(v.Files[0].ID)} {
				if p := stranger.Open(sent.Path + rest); p.Status != http.StatusNotFound {
					t.Errorf("%s: %d", rest, p.Status)
				}
			}
			own := stranger.Open("/services/foreign_passport/apply").Press("Start the application")
			path := strings.TrimSuffix(own.Path, "/form/passport")
			if p := stranger.Open(path + "/files/" + string(v.Files[0].ID)); p.Status != http.StatusNotFound {
				t.Errorf("a file through a case of one's own: %d", p.Status)
			}
			key := own.Values("page")
			for _, rest := range []string{"/check", "/form/passport", "/correct", "/withdraw", "/discard", "/statement"} {
				key.Set("_key", w.Key(stranger, sent.Path+rest))
				if p := stranger.Send(sent.Path+rest, key); p.Status != http.StatusNotFound {
					t.Errorf("POST %s: %d", rest, p.Status)
				}
			}
		})
		t.Run("FILE-3 a file comes back under our name, in a sandbox", func(t *testing.T) {
			v, _ := w.Applications.See(ctx, anna, id)
			p := b.Open(sent.Path + "/files/" + string(v.Files[0].ID))
			if p.Header.Get("Content-Type") != "image/jpeg" || p.Header.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(p.Header.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(p.Header.Get("Content-Disposition"), `"okno-file.jpg"`) {
				t.Fatal(p.Header)
			}
		})
	})
}

func TestUploads(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	b := w.SignedIn(w.Resident("Ирина Соколова", "+79160000001"))
	photo := toPhoto(t, b, "Соколова")
	wide := applicationtest.Photo(t, 10, 10)
	copy(wide[16:], []byte{0, 0, 0xC3, 0x50}) // a header that says 50,000 pixels, with its sum
	binary.BigEndian.PutUint32(wide[29:], crc32.ChecksumIEEE(wide[12:29]))
	for _, c := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"FILE-1 what is not an image is refused in words that help", []byte("this is a text and not a photo at all"), "Choose a JPEG"},
		{"FILE-2 an archive is refused", append([]byte("PK\x03\x04"), bytes.Repeat([]byte{0}, 100)...), "archive"},
		{"FILE-1 an image of 50,000 pixels is refused", wide, "50,000 pixels wide"},
		{"FILE-1 an image that carries a script is refused", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "Choose a JPEG"},
		{"FILE-1 a photo that is too small says how large it must be", applicationtest.Photo(t, 100, 100), "420 by 525"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := b.For(t).Open(photo.Path).Attach("Your photo", "me.png", "image/png", c.content).Press("Save and continue")
			if p.Status != http.StatusUnprocessableEntity || !p.Has(c.want) {
				t.Fatalf("%d: %s", p.Status, p.Text())
			}
		})
	}
	t.Run("FILE-4 while the scanner is away the file waits in quarantine and is shown to nobody", func(t *testing.T) {
		w.Scanner.Set(false, true)
		b.For(t).Open(photo.Path).Attach("Your photo", "me.png", "image/png", applicationtest.Photo(t, 450, 560)).Press("Save and continue")
		b.For(t).Open(photo.Path).Must("Being checked")
		w.Scanner.Set(false, false)
		now.Advance(2 * time.Minute)
		w.RunDue()
		b.For(t).Open(photo.Path).Must("Uploaded and readable")
	})
}

func TestPhotoIsCorrected(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Resident("Ирина Соколова", "+79160000001")
		b := w.SignedIn(anna)
		id := w.Sent(anna)
		volkov := w.CaseWorker("volkov", "mvd")
		before, _ := w.Applications.See(ctx, anna, id)
		if err := w.Applications.Take(ctx, volkov, id); err != nil {
			t.Fatal(err)
		}
		ask := application.Ask{Fields: []string{"photo"}, Reason: application.Incorrect, Words: "Лицо в тени."}
		if err := w.Applications.AskCorrection(ctx, volkov, id, ask); err != nil {
			t.Fatal(err)
		}
		path := "/applications/" + string(id)
		t.Run("APP-03 a photo that does not fit is sent anew, and an officer sees both", func(t *testing.T) {
			p := b.For(t).Open(path + "/correct").Must("Лицо в тени.")
			p = p.Attach("Your photo", "me.png", "image/png", []byte("no photo")).Press("Send the correction to Ministry of Internal Affairs")
			if p.Status != http.StatusUnprocessableEntity || !p.Has("Choose a JPEG") {
				t.Fatalf("%d %s", p.Status, p.Text())
			}
			p = p.Attach("Your photo", "me.png", "image/png", applicationtest.Photo(t, 500, 600)).Press("Send the correction to Ministry of Internal Affairs")
			p.MustBe(http.StatusOK, path).Must("Correction sent")
			after, _ := w.Applications.See(ctx, anna, id)
			if len(after.Files) != 1 || after.Files[0].ID == before.Files[0].ID || after.Files[0].Width != 500 {
				t.Fatalf("%+v", after.Files)
			}
			for _, file := range []blob.ID{before.Files[0].ID, after.Files[0].ID} {
				if _, content, err := w.Applications.OpenFile(ctx, volkov, id, file, "deciding"); err != nil || len(content) == 0 {
					t.Fatal(err)
				}
			}
		})
		t.Run("Q-59 an application is taken back on a page that asks once more", func(t *testing.T) {
			p := b.For(t).Open(path).Follow("Take the application back").Press("Take it back")
			p.MustBe(http.StatusOK, path).Must("You took the application back").MustNot("Take the application back")
			b.For(t).Open("/applications").Must("Finished", "Taken back")
		})
	})
}

func TestDraftIsRemoved(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := world(t, d, now)
	anna := w.Resident("Ирина Соколова", "+79160000001")
	b := w.SignedIn(anna)
	p := toPhoto(t, b, "Соколова")
	t.Run("S25 a page saves itself while it is filled in, and says when it could not", func(t *testing.T) {
		pickup := strings.Replace(p.Path, "/photo", "/passport", 1)
		page := b.For(t).Open(pickup)
		typed := page.Values("page")
		typed.Set("kind", "plain5")
		typed.Del("purpose")
		if saved := b.For(t).Send(pickup+"/save", typed); saved.Status != http.StatusNoContent {
			t.Fatal(saved.Status)
		}
		other := strings.Replace(p.Path, "/photo", "/about_you", 1)
		typed = b.For(t).Open(other).Values("page")
		typed.Set("latin_name", "Соколова")
		if saved := b.For(t).Send(other+"/save", typed); saved.Status != http.StatusUnprocessableEntity {
			t.Fatal(saved.Status)
		}
		v, _ := w.Applications.List(ctx, anna)
		_, f, err := w.Applications.Draft(ctx, anna, v.Waiting[0].ID)
		if err != nil || f.Answers["kind"].Text != "plain5" || f.Answers["latin_name"].Text != "SOKOLOVA IRINA" {
			t.Fatalf("%+v %v", f.Answers, err)
		}
	})
	t.Run("D-16 a draft can be left and continued, or removed", func(t *testing.T) {
		p.Press("Save and come back later").MustBe(http.StatusOK, "/applications").Must("Saved, not sent")
		b.Open(p.Path).Follow("Remove this draft").Press("Remove the draft").MustBe(http.StatusOK, "/applications").Must("Removed drafts").MustNot("Waiting for you")
		b.Open(p.Path).MustBe(http.StatusOK, "/applications")
	})
}

func TestPensionStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		anna := w.Account(account.Standard, "Ирина Соколова", "+79160000001")
		w.Profiles.Set(anna, "register/pension", map[string]string{"snils": "11223344595", "family_name": "Соколова", "given_name": "Ирина"})
		b := w.SignedIn(anna)
		w.Register.Set(applicationtest.Pension(), nil)
		p := b.Open("/services/pension_statement/apply").Press("Get service")
		t.Run("PEN-02 the answer is on the screen at once", func(t *testing.T) {
			p.Must("State of the individual personal account", "87.512", "Years: 20, months: 5")
			if len(w.Register.Asked) != 1 || w.Register.Asked[0].Fields["snils"] != "11223344595" || len(w.Register.Asked[0].Fields) != 1 {
				t.Fatalf("%+v", w.Register.Asked)
			}
		})
		t.Run("PEN-05 it shows what each employer paid", func(t *testing.T) {
			p.Must("ООО «Лён»", "Вологодский завод", "2025", "45,000.50", "92,500.50")
		})
		t.Run("PEN-03 it can be saved", func(t *testing.T) {
			if pdf := b.Open(p.Link("Save as PDF")); !strings.HasPrefix(pdf.Body, "%PDF-") || !strings.Contains(pdf.Header.Get("Content-Disposition"), "attachment") {
				t.Fatal(pdf.Header)
			}
		})
		t.Run("PEN-04 it can be sent to an e-mail address", func(t *testing.T) {
			p.Fill("E-mail address", "no address").Press("Send by e-mail").Must("Type an e-mail address")
			b.Open(p.Path).Fill("E-mail address", "anna@example.org").Press("Send by e-mail").Must("The letter is on its way")
			w.RunDue()
			if len(w.Mail.Sent) != 1 || len(w.Mail.Sent[0].Attachments) != 1 || w.Mail.Sent[0].To != "anna@example.org" {
				t.Fatalf("%d letters", len(w.Mail.Sent))
			}
		})
		t.Run("PEN-06 a simplified account is told what is missing", func(t *testing.T) {
			other := w.SignedIn(w.Account(account.Simplified, "Пётр Лебедев", "+79160000002"))
			other.Open("/services/pension_statement/apply").Must("You need a standard account").MustNot("Get service")
		})
		t.Run("D-15 a register that is away loses nothing: the request waits and the answer is told", func(t *testing.T) {
			oleg := w.Account(account.Standard, "Олег Ветров", "+79160000003")
			b := w.SignedIn(oleg)
			w.Register.Set(applicationtest.Pension(), applicationtest.Away())
			p := b.Open("/services/pension_statement/apply").Press("Get service").Must("We cannot reach the register", "Your request is saved")
			again := b.Open("/services/pension_statement/apply").Press("Get service")
			if again.Path != p.Path {
				t.Fatal("the request was made twice")
			}
			w.Register.Set(applicationtest.Pension(), nil)
			now.Advance(10 * time.Minute)
			w.RunDue()
			b = w.SignedIn(oleg)
			b.Open(p.Path).Must("87.512")
			if keys := w.Notices.Keys(); len(keys) != 1 || keys[0] != "application.notice.ready" {
				t.Fatal(keys)
			}
		})
	})
}
