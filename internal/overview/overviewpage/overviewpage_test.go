package overviewpage_test

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/a-h/templ"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/catalogue/cataloguepage"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/mailbox"
	"okno/internal/notify"
	"okno/internal/overview"
	"okno/internal/overview/overviewpage"
	"okno/internal/visit"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

type silent struct{}

func (silent) Send(*db.Tx, notify.Notice) error { return nil }

type domain struct {
	tasks map[account.ID][]overview.Task
	cases map[account.ID][]overview.Case
}

func (d *domain) Tasks(_ *db.Tx, who account.ID) ([]overview.Task, error) { return d.tasks[who], nil }
func (d *domain) UnderWay(_ *db.Tx, who account.ID) ([]overview.Case, error) {
	return d.cases[who], nil
}

type world struct {
	*visittest.World
	domain *domain
	box    *mailbox.Mailbox
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake, pack string) *world {
	t.Helper()
	w := &world{World: visittest.New(t, d, now, pack), domain: &domain{map[account.ID][]overview.Task{}, map[account.ID][]overview.Case{}}}
	w.box = mailbox.New(d, w.Accounts, silent{})
	list, err := catalogue.New(d, w.Law, w.Accounts, catalogue.Sources{})
	if err != nil {
		t.Fatal(err)
	}
	o := overview.New(d, w.Law, []overview.Source{{Word: "application", Tasks: w.domain}, {Word: "mailbox", Tasks: overview.Letters{Box: w.box}}}, w.domain, slog.New(slog.DiscardHandler))
	cataloguepage.Mount(w.Site, list, overviewpage.Home(o, list))
	overviewpage.Mount(w.Site, o)
	for _, path := range []string{"GET /id/signin", "GET /id/profile/edit", "GET /id/proofing", "GET /applications/{id}", "GET /mail"} {
		w.Site.Public(path, func(rw http.ResponseWriter, r *visit.Request) error {
			return r.Show(rw, visit.Page{Title: path, Body: templ.Raw("<h1>" + path + "</h1>")})
		})
	}
	return w
}

var passport = jurisdiction.Words{"en": "Foreign passport", "ru": "Заграничный паспорт", "fa": "گذرنامهٔ بین‌المللی"}

func TestAccountPage(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := newWorld(t, d, now, "ru")
		simplified := w.Account(account.Simplified, "Ирина Соколова", "+79120000001")
		standard := w.Account(account.Standard, "Анна Орлова", "+79120000002")
		verified := w.Account(account.Verified, "Олег Титов", "+79120000003")
		open := func(id account.ID) *webtest.Page { return w.SignedIn(id).Speak("en").Open("/account") }
		t.Run("LOG-08 the personal account shows the name in the corner and what needs the person", func(t *testing.T) {
			open(simplified).MustBe(200, "/account").Must("Personal account", "Ирина", "Confirm your identity", "First fill in your personal data.")
		})
		t.Run("GEN-13 only its owner gets in", func(t *testing.T) {
			w.Browser().Speak("en").Open("/account").MustBe(200, "/id/signin")
		})
		t.Run("LVL-41 the status window says the level and what the next one brings", func(t *testing.T) {
			open(simplified).Must("Simplified account", "Next level: Standard account", "Doctor's appointments, the pension account statement")
			open(standard).Must("Next level: Verified account", "Every service of the portal")
			open(verified).Must("Your account opens every service of the portal.").MustNot("Next level:")
		})
		t.Run("P-02 one progress bar over three levels", func(t *testing.T) {
			open(standard).Must("2 of 3")
		})
		t.Run("IDC-04 IDC-05 the banner's Confirm leads an incomplete profile to fill it in first", func(t *testing.T) {
			if got := open(simplified).Link("Confirm"); got != "/id/profile/edit" {
				t.Fatal(got)
			}
			if got := open(standard).Link("Confirm"); got != "/id/proofing" {
				t.Fatal(got)
			}
			if got := open(verified).Link("Confirm"); got != "" {
				t.Fatal(got)
			}
		})
		t.Run("S01 the account says once what the banner says, and the banner is the one main button", func(t *testing.T) {
			open(standard).MustNot("To do", "Proceed to identity confirmation", "Nothing needs you today.")
			w.domain.tasks[standard] = []overview.Task{{Kind: overview.FinishDraft, About: passport, Path: "/applications/1"}}
			open(standard).Must("To do", "Finish your application", "Confirm your identity").MustNot("Proceed to identity confirmation")
			delete(w.domain.tasks, standard)
		})
		t.Run("S01 who needs do nothing is told so", func(t *testing.T) {
			open(verified).Must("Nothing needs you today.")
		})
		t.Run("S01 each task has its deadline and one button", func(t *testing.T) {
			w.domain.tasks[verified] = []overview.Task{
				{Kind: overview.FinishDraft, About: passport, Path: "/applications/1", Until: time.Date(2026, 12, 3, 20, 59, 0, 0, time.UTC)},
				{Kind: overview.Correct, About: passport, Path: "/applications/2", Until: time.Date(2026, 12, 1, 20, 59, 0, 0, time.UTC)}}
			p := open(verified).Must("Correct your application", "Foreign passport", "1 December", "23:59", "Finish your application", "3 December")
			if got := p.Link("Correct: Foreign passport"); got != "/applications/2" {
				t.Fatal(got)
			}
		})
		t.Run("S01 five tasks at most, the rest is counted", func(t *testing.T) {
			for range 5 {
				w.domain.tasks[verified] = append(w.domain.tasks[verified], overview.Task{Kind: overview.GetResult, About: passport, Path: "/applications/9"})
			}
			open(verified).Must("2 more things wait after these")
			delete(w.domain.tasks, verified)
		})
		t.Run("GEP-01 a letter that waits is a task", func(t *testing.T) {
			w.Write(func(tx *db.Tx) error {
				return w.box.Deliver(tx, mailbox.Letter{To: verified, Authority: "fns", Subject: "x", Key: "1"})
			})
			if got := open(verified).Must("Read an official letter").Link("Go to State Post"); got != "/mail" {
				t.Fatal(got)
			}
		})
		t.Run("APP what is under way shows its state, whose turn it is and by when", func(t *testing.T) {
			w.domain.cases[verified] = []overview.Case{{Number: "7F3K-22", About: passport, State: "overview.rung.next", Turn: "overview.rung.later", Until: time.Date(2026, 12, 3, 20, 59, 0, 0, time.UTC), Path: "/applications/7"}}
			if got := open(verified).Must("In progress", "7F3K-22", "3 December").Link("Foreign passport"); got != "/applications/7" {
				t.Fatal(got)
			}
		})
		t.Run("S01 the home page of a person begins with the to-do list", func(t *testing.T) {
			p := w.SignedIn(simplified).Speak("en").Open("/")
			p.MustBe(200, "/").Must("What needs you today", "Fill in your personal data", "Popular services", "Foreign passport").MustNot("Log in to State Services")
		})
		t.Run("all languages", func(t *testing.T) {
			for _, lang := range []string{"Русский", "فارسی", "English"} {
				for _, id := range []account.ID{simplified, standard, verified} {
					for _, path := range []string{"/account", "/"} {
						w.SignedIn(id).Speak("en").Open(path).Press(lang).MustBe(200, path)
					}
				}
			}
		})
	})
	t.Run("D-24 the invented land's levels stand on the page under their own names", func(t *testing.T) {
		d, now := dbtest.SQLite(t)
		w := newWorld(t, d, now, "xs")
		w.SignedIn(w.Account(account.Standard, "Ziba", "+99361234567")).Speak("en").Open("/account").Must("Sapling", "Tree")
	})
}

// mute is a domain that does not answer.
type mute struct{}

func (mute) Tasks(*db.Tx, account.ID) ([]overview.Task, error) { return nil, errors.New("down") }

func TestBlocksThatFail(t *testing.T) {
	d, now := dbtest.SQLite(t)
	for _, row := range [][2]string{{"application", "your applications"}, {"check", "the checks of your data"}, {"mailbox", "your letters"}} {
		t.Run("S01 when "+row[0]+" is down its block says so and the rest works", func(t *testing.T) {
			w := visittest.New(t, d, now, "ru")
			overviewpage.Mount(w.Site, overview.New(d, w.Law, []overview.Source{{Word: row[0], Tasks: mute{}}}, nil, slog.New(slog.DiscardHandler)))
			p := w.SignedIn(w.Account(account.Standard, "Ирина Соколова", "+791200001"+strconv.Itoa(len(row[1])))).Speak("en").Open("/account")
			p.MustBe(200, "/account").Must("We cannot show "+row[1]+" now.", "Confirm your identity")
		})
	}
}
