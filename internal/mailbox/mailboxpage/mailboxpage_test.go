package mailboxpage_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/mailbox"
	"okno/internal/mailbox/mailboxpage"
	"okno/internal/notify"
	"okno/internal/pdf"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
)

type silent struct{}

func (silent) Send(*db.Tx, notify.Notice) error { return nil }

func fonts(t *testing.T) *pdf.Fonts {
	t.Helper()
	f, err := pdf.ReadFonts(os.DirFS("../../../assets/dist/fonts"), "DejaVuSans", "Vazirmatn")
	if err != nil {
		t.Fatalf("the fonts are not built; run `make build` first: %v", err)
	}
	return f
}

func TestStatePost(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := visittest.New(t, d, now, "ru")
		box := mailbox.New(d, w.Accounts, silent{})
		mailboxpage.Mount(w.Site, box, fonts(t))
		w.Site.Public("GET /id/signin", func(rw http.ResponseWriter, r *visit.Request) error {
			return r.Show(rw, visit.Page{Title: "Log in", Body: templ.Raw("<h1>Log in</h1>")})
		})
		id := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		other := w.Account(account.Verified, "Олег Титов", "+79120000002")
		deliver := func(to account.ID, lang, subject, body, key string) {
			w.Write(func(tx *db.Tx) error {
				return box.Deliver(tx, mailbox.Letter{To: to, Authority: "fns", Lang: lang, Subject: subject, Body: body, Key: key})
			})
		}
		b := w.SignedIn(id).Speak("en")
		t.Run("S33 an empty box says what will come", func(t *testing.T) {
			b.Open("/mail").Must("State Post", "There are no letters yet")
		})
		deliver(id, "ru", "Налоговое уведомление", "Срок уплаты — 1 декабря.\n\nСумма указана в приложении.", "tax/1")
		deliver(other, "ru", "Чужое письмо", "Чужое", "tax/2")
		var letter string
		t.Run("Q-54 an unopened letter tells its sender and date, not what it says", func(t *testing.T) {
			p := b.Open("/mail").Must("Letter from: Federal Tax Service", "New").MustNot("Налоговое уведомление", "Чужое")
			letter = p.Link("Letter from: Federal Tax Service")
			b.Open(letter).Must("The letter is not open yet", "Once you open it, it counts as received.").MustNot("Налоговое уведомление")
			if got := b.Open(letter + "/letter.pdf"); got.Status != 404 {
				t.Fatal(got.Status)
			}
		})
		t.Run("Q-54 opening is receiving, with both date stamps", func(t *testing.T) {
			now.Advance(24 * time.Hour)
			p := w.SignedIn(id).Speak("en").Open(letter).Press("Open the letter").MustBe(200, letter).Must("Налоговое уведомление", "Сумма указана в приложении.", "Opened and received")
			day := p.Text()
			now.Advance(48 * time.Hour)
			if again := w.SignedIn(id).Speak("en").Open(letter).Text(); again != day {
				t.Fatal("the stamps moved", again)
			}
			w.SignedIn(id).Speak("en").Open("/mail").Must("Received", "Налоговое уведомление")
		})
		t.Run("GEP-01 the letter as PDF", func(t *testing.T) {
			rec := get(w, w.SignedIn(id).Cookies(), letter+"/letter.pdf")
			if rec.Code != 200 || rec.Header().Get("Content-Type") != "application/pdf" || !strings.HasPrefix(rec.Body.String(), "%PDF-1.7") || rec.Body.Len() < 5000 {
				t.Fatal(rec.Code, rec.Header(), rec.Body.Len())
			}
			if name := rec.Header().Get("Content-Disposition"); !strings.HasPrefix(name, "attachment") || strings.Contains(name, "Налог") {
				t.Fatal(name)
			}
		})
		t.Run("a Persian letter stands from right to left on every page and on paper", func(t *testing.T) {
			deliver(id, "fa", "اطلاعیهٔ مالیاتی", "متن نامه.", "tax/3")
			b := w.SignedIn(id).Speak("en")
			p := b.Open("/mail")
			p = p.Follow("Letter from: Federal Tax Service").Press("Open the letter").Must("اطلاعیهٔ مالیاتی")
			if rec := get(w, b.Cookies(), p.Path+"/letter.pdf"); rec.Code != 200 || !strings.Contains(rec.Body.String(), "%PDF") {
				t.Fatal(rec.Code)
			}
		})
		t.Run("AUTHZ-2 another person's letter is not there", func(t *testing.T) {
			stranger := w.SignedIn(other).Speak("en")
			stranger.Open(letter).MustBe(404, letter)
			if rec := get(w, stranger.Cookies(), letter+"/letter.pdf"); rec.Code != 404 {
				t.Fatal(rec.Code)
			}
		})
		t.Run("Q-54 a standard account is told what is missing", func(t *testing.T) {
			standard := w.SignedIn(w.Account(account.Standard, "Анна Орлова", "+79120000003")).Speak("en")
			standard.Open("/mail").MustBe(403, "/mail").Must("This needs a verified account", "Proceed to identity confirmation")
		})
		t.Run("GEP-02 a visitor is asked to sign in first", func(t *testing.T) {
			w.Browser().Speak("en").Open("/mail").Must("Log in")
		})
		t.Run("all three languages", func(t *testing.T) {
			for lang, title := range map[string]string{"ru": "Госпочта", "fa": "پست دولتی"} {
				b := w.SignedIn(id).Speak(lang)
				b.Open("/mail").Press(map[string]string{"ru": "Русский", "fa": "فارسی"}[lang]).Must(title)
				b.Open(letter)
			}
		})
	})
}

func get(w *visittest.World, cookies []*http.Cookie, path string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", visittest.Origin+path, nil)
	for _, c := range cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.Handler().ServeHTTP(rec, r)
	return rec
}
