package registrationpage_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/notify"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/registration"
	"okno/internal/registration/registrationpage"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// phones and boxes keep what was sent, like a phone and a mailbox would.
type phones struct {
	mu  sync.Mutex
	all []sms.Message
}

func (p *phones) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = append(p.all, m)
	return sms.Receipt{IDs: []string{m.Key + "/1"}}, m.Check()
}

type boxes struct {
	mu  sync.Mutex
	all []email.Message
}

func (b *boxes) Send(_ context.Context, m email.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, m)
	return m.Check()
}

// world is a site with registration, and what arrives outside.
type world struct {
	*visittest.World
	t       testing.TB
	service *registration.Service
	phones  *phones
	boxes   *boxes
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world { return newWorldIn(t, d, now, "ru") }

// newWorldIn is a world in the land of a code.
func newWorldIn(t testing.TB, d *db.DB, now *clock.Fake, land string) *world {
	t.Helper()
	w := &world{World: visittest.New(t, d, now, land), t: t, phones: &phones{}, boxes: &boxes{}}
	settings := notify.Settings{Origin: visittest.Origin, Portal: w.Law.Portal, Zone: w.Law.Zone, Limits: notify.Limits{Code: w.Law.Rules.Code}}
	notices, err := notify.New(d, w.Accounts, w.Site.Texts, notify.Doors{SMS: w.phones, Email: w.boxes}, settings, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w.service = &registration.Service{DB: d, Accounts: w.Accounts, Sessions: w.Sessions, Notices: notices, Passwords: signin.Passwords{},
		Hasher: w.Ring.Hasher(), Texts: w.Site.Texts, Law: w.Law}
	notices.Register(w.Jobs)
	w.service.Register(w.Jobs)
	registrationpage.Mount(w.Site, w.service)
	for _, path := range []string{"/terms", "/centres", "/account", "/services", "/id/profile/edit"} {
		w.Site.Public("GET "+path, stand)
	}
	return w
}

// run sends what waits to be sent.
func (w *world) run() {
	w.t.Helper()
	if err := w.Jobs.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// lastSMS is what came last on a phone.
func (w *world) lastSMS() sms.Message {
	w.t.Helper()
	w.run()
	w.phones.mu.Lock()
	defer w.phones.mu.Unlock()
	if len(w.phones.all) == 0 {
		w.t.Fatal("no SMS came")
	}
	return w.phones.all[len(w.phones.all)-1]
}

// code is the code in the last SMS, from its last line, as a browser reads it.
func (w *world) code() string {
	w.t.Helper()
	_, code, ok := strings.Cut(w.lastSMS().Text, "#")
	if !ok {
		w.t.Fatal("no code in the last SMS")
	}
	return code
}

func (w *world) lastLetter() email.Message {
	w.t.Helper()
	w.run()
	w.boxes.mu.Lock()
	defer w.boxes.mu.Unlock()
	if len(w.boxes.all) == 0 {
		w.t.Fatal("no letter came")
	}
	return w.boxes.all[len(w.boxes.all)-1]
}

// link is the link in the last letter.
func (w *world) link() string {
	w.t.Helper()
	for _, word := range strings.Fields(w.lastLetter().Text) {
		if strings.HasPrefix(word, visittest.Origin) {
			return word
		}
	}
	w.t.Fatal("no link in the last letter")
	return ""
}

const (
	phone    = "+7 900 123-45-67"
	password = "Kq7;mZ!v2Xw"
)

// begin fills in the form by phone and presses Register.
func begin(b *webtest.Browser) *webtest.Page {
	return b.Open("/id/registration").Fill("Surname", "Sokolova").Fill("First name", "Irina").Fill("Mobile phone", phone).Press("Register")
}

// beginByMail does the same by e-mail.
func beginByMail(b *webtest.Browser, address string) *webtest.Page {
	return b.Open("/id/registration").Follow("I have no mobile phone").
		Fill("Surname", "Sokolova").Fill("First name", "Irina").Fill("E-mail", address).Press("Register")
}

// choose sets the password on the password page.
func choose(p *webtest.Page) *webtest.Page {
	return p.Fill("Password", password).Fill("Repeat the password", password).Press("Done")
}
