package registration_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/registration"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text/texttest"
	"okno/internal/vault"
	"okno/jurisdictions"
)

// world is registration on a database, with phones and mailboxes outside.
type world struct {
	*registration.Service
	t     testing.TB
	now   *clock.Fake
	vault *vault.Vault
	jobs  *jobs.Queue

	mu      sync.Mutex
	sms     []sms.Message
	letters []email.Message
}

type phones struct{ *world }

func (p phones) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.world.sms = append(p.world.sms, m)
	return sms.Receipt{}, m.Check()
}

type boxes struct{ *world }

func (b boxes) Send(_ context.Context, m email.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.letters = append(b.letters, m)
	return m.Check()
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pack, err := jurisdictions.Pack("ru")
	if err != nil {
		t.Fatal(err)
	}
	law, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, now: now, vault: vault.New(ring), jobs: jobs.New(d, slog.New(slog.DiscardHandler))}
	accounts, texts := account.New(w.vault, account.RulesOf(law)), texttest.Load(t)
	limits := notify.Limits{Code: law.Rules.Code}
	limits.Code.PerAddress = 10_000 // the tests come from one address
	notices, err := notify.New(d, accounts, texts, notify.Doors{SMS: phones{w}, Email: boxes{w}},
		notify.Settings{Origin: "https://okno.example", Portal: law.Portal, Zone: law.Zone, Limits: limits}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	w.Service = &registration.Service{DB: d, Accounts: accounts, Sessions: signin.NewSessions(accounts, nil, signin.DefaultLimits),
		Notices: notices, Passwords: signin.Passwords{}, Hasher: ring.Hasher(), Texts: texts, Law: law}
	notices.Register(w.jobs)
	w.Service.Register(w.jobs)
	return w
}

// form is a form that may be registered with.
func form(browser, phone, email string) registration.Application {
	return registration.Application{Names: map[string]string{"family_name": "Соколова", "given_name": "Ирина"}, Phone: phone, Email: email,
		Language: "ru", Browser: browser, Client: "192.0.2.7:999"}
}

func (w *world) begin(browser, phone, email string) {
	w.t.Helper()
	if err := w.Begin(context.Background(), form(browser, phone, email)); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run() {
	w.t.Helper()
	if err := w.jobs.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// code is the code that came last to a phone; "" when the last SMS there has none.
func (w *world) code(phone string) string {
	w.t.Helper()
	w.run()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.sms) - 1; i >= 0; i-- {
		if w.sms[i].To == phone {
			_, code, _ := strings.Cut(w.sms[i].Text, "#")
			return code
		}
	}
	w.t.Fatalf("no SMS to %s", phone)
	return ""
}

// letter is the letter that came last to an address, with its token and code.
func (w *world) letter(address string) (m email.Message, token, code string) {
	w.t.Helper()
	w.run()
	w.mu.Lock()
	defer w.mu.Unlock()
	for i := len(w.letters) - 1; i >= 0; i-- {
		if m = w.letters[i]; m.To != address {
			continue
		}
		_, token, _ = strings.Cut(m.Text, "token=")
		token, _, _ = strings.Cut(token, "\n")
		for _, line := range strings.Split(m.Text, "\n") {
			if len(line) == 6 && strings.Trim(line, "0123456789") == "" {
				code = line
			}
		}
		return m, token, code
	}
	w.t.Fatalf("no letter to %s", address)
	return m, "", ""
}

func (w *world) enter(browser, code string) (registration.CodeResult, int) {
	w.t.Helper()
	result, left, err := w.EnterCode(context.Background(), browser, code)
	if err != nil {
		w.t.Fatal(err)
	}
	return result, left
}

func (w *world) step(browser string) registration.Step {
	w.t.Helper()
	p, err := w.Progress(context.Background(), browser)
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Step
}

// wrongCode is a code that is not the one given.
func wrongCode(code string) string {
	last := (code[len(code)-1]-'0'+1)%10 + '0'
	return code[:len(code)-1] + string(last)
}

const goodPassword = "Kq7;mZ!v2Xw"

func (w *world) finish(browser string) (registration.Opened, error) {
	return w.Finish(context.Background(), registration.Choice{Browser: browser, Password: goodPassword, Repeat: goodPassword})
}

// open opens an account for a phone.
func (w *world) open(browser, phone string) registration.Opened {
	w.t.Helper()
	w.begin(browser, phone, "")
	if result, _ := w.enter(browser, w.code(phone)); result != registration.CodeRight {
		w.t.Fatal(result)
	}
	opened, err := w.finish(browser)
	if err != nil {
		w.t.Fatal(err)
	}
	return opened
}

// count counts rows.
func (w *world) count(q db.SQL, args ...any) (n int64) {
	w.t.Helper()
	w.read(func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int64], q, args...); return err })
	return n
}

func (w *world) read(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.DB.Read(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.DB.Write(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

// number makes phones that differ in more than their last four digits.
func number(i int) string { return fmt.Sprintf("+7900%03d0000", i) }
