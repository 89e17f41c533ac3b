package signinpage_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/notify"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/signin"
	"okno/internal/signin/signinpage"
	"okno/internal/text/texttest"
	"okno/internal/visit/visittest"
)

// box keeps what the house sends out.
type box struct {
	mu      sync.Mutex
	letters []email.Message
	short   []sms.Message
}

type byMail struct{ *box }
type byPhone struct{ *box }

func (b byMail) Send(_ context.Context, m email.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, m)
	return nil
}

func (b byPhone) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.short = append(b.short, m)
	return sms.Receipt{}, nil
}

// link is the path in the last letter.
func (b *box) link(t *testing.T) string {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, word := range strings.Fields(b.letters[len(b.letters)-1].Text) {
		if path, ok := strings.CutPrefix(word, visittest.Origin); ok {
			return path
		}
	}
	t.Fatal("no link in the letter")
	return ""
}

// postedHouse is a house whose letters and short messages come into a box.
func postedHouse(t *testing.T, d *db.DB, now *clock.Fake) (*house, *box) {
	t.Helper()
	h, b := &house{World: visittest.New(t, d, now, "ru")}, &box{}
	settings := notify.Settings{Origin: visittest.Origin, Portal: h.Law.Portal, Limits: notify.Limits{Code: h.Law.Rules.Code}}
	notices, err := notify.New(d, h.Accounts, texttest.Load(t), notify.Doors{SMS: byPhone{b}, Email: byMail{b}}, settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	notices.Register(h.Jobs)
	h.signin = signin.New(d, h.Sessions, h.Law, notices)
	signinpage.Mount(h.Site, h.signin, notices, signinpage.Elsewhere{})
	h.Site.Resident("GET /account", account.Simplified, stand)
	h.Site.Public("GET /", stand)
	h.irina = h.Account(account.Standard, "Irina Sokolova", phone)
	h.Write(func(tx *db.Tx) error { return h.Accounts.AddContact(tx, h.irina, account.Email, "irina@example.org") })
	h.setPassword(h.irina, password)
	now.Advance(24 * time.Hour)
	return h, b
}

func TestNotMePages(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h, box := postedHouse(t, d, now)
		stranger, holder := h.Browser(), h.Browser()
		h.enter(stranger, phone, password).MustBe(200, "/account")
		h.RunDue()
		var link string
		t.Run("AUTH-6 the letter of a new browser holds the link, the short message none", func(t *testing.T) {
			link = box.link(t)
			if !strings.HasPrefix(link, "/id/signin/not-me/") || len(box.short) != 1 || strings.Contains(box.short[0].Text, "/") {
				t.Fatal(link, box.short)
			}
			if !strings.Contains(box.letters[0].Text, "This was not me") {
				t.Fatal(box.letters[0].Text)
			}
		})
		t.Run("AUTH-6 the page needs no sign-in, says what will happen and names nobody", func(t *testing.T) {
			holder.Open(link).MustBe(200, link).Must("from a new browser", "everybody is signed out on all devices").MustNot("Irina", "Sokolova", phone, "irina@")
			stranger.Open("/account").MustBe(200, "/account")
		})
		t.Run("AUTH-6 the button ends all sessions and freezes the sign-in, which says no more than ever", func(t *testing.T) {
			usual := h.enter(h.Browser(), "+79165550001", "x").MustBe(422, "/id/signin").Text()
			holder.Open(link).Press("Lock my account").MustBe(200, link).Must("Your account is locked", "ends in 67").MustNot(phone)
			stranger.Open("/account").MustBe(200, "/id/signin")
			got := h.enter(h.Browser(), phone, password).MustBe(422, "/id/signin").Text()
			if strings.ReplaceAll(got, phone, "") != strings.ReplaceAll(usual, "+79165550001", "") {
				t.Fatal(got)
			}
			h.RunDue()
			if last := box.letters[len(box.letters)-1]; last.Subject != "Your account is locked" || box.link(t) != link {
				t.Fatal(last.Subject, box.link(t))
			}
		})
		t.Run("REC-1 the same page sets a new password with a code from the phone, and then one signs in", func(t *testing.T) {
			p := holder.Open(link).Press("Get a code").MustBe(200, link)
			h.RunDue()
			_, code, _ := strings.Cut(box.short[len(box.short)-1].Text, "#")
			p = p.Fill("Code from the message", "000000").Fill("New password", fresh).Fill("Repeat the new password", fresh)
			p = p.Press("Save the new password").MustBe(422, link).Must("Check the code").MustNot(fresh)
			p = p.Fill("Code from the message", code).Fill("New password", fresh).Fill("Repeat the new password", fresh)
			p.Press("Save the new password").MustBe(200, "/id/signin").Must("The new password is saved")
			holder.Open("/account").MustBe(200, "/id/signin")
			h.enter(holder, phone, fresh).MustBe(200, "/account")
			h.enter(stranger, phone, password).MustBe(422, "/id/signin")
		})
		t.Run("OTP-2 the link is over then, and nothing can be pressed there", func(t *testing.T) {
			if p := h.Browser().Open(link).MustBe(200, link).Must("Nothing is left to do here"); p.HasButton("Lock my account") {
				t.Fatal("a button is left")
			}
			if p := h.Browser().Open("/id/signin/not-me/nothing"); p.Status != 410 {
				t.Fatal(p.Status)
			}
		})
		t.Run("AUTH-6 the change of the password carries a link as well", func(t *testing.T) {
			h.RunDue()
			found := false
			for _, l := range box.letters {
				found = found || l.Subject == "Your password was changed" && strings.Contains(l.Text, "/id/signin/not-me/")
			}
			if !found {
				t.Fatal("no link")
			}
		})
		t.Run("the pages stand in every language", func(t *testing.T) {
			other := h.Browser()
			h.enter(other, phone, fresh).MustBe(200, "/account")
			h.RunDue()
			link := box.link(t)
			for _, lang := range []string{"ru", "fa"} {
				h.Browser().Speak(lang).Open(link).MustBe(200, link)
			}
			h.Browser().Open(link).Press("Lock my account").MustBe(200, link)
			for _, lang := range []string{"ru", "fa"} {
				h.Browser().Speak(lang).Open(link).MustBe(200, link)
			}
		})
	})
}
