package notify_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/secret"
	"okno/internal/text/texttest"
	"okno/internal/vault"
)

// gate is a way out that answers as it is told and keeps what it took.
type gate struct {
	mu      sync.Mutex
	answer  error
	short   []sms.Message
	letters []email.Message
}

type smsGate struct{ *gate }

func (g smsGate) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.short = append(g.short, m)
	return sms.Receipt{IDs: []string{"g-" + m.Key}}, g.answer
}

type mailGate struct{ *gate }

func (g mailGate) Send(_ context.Context, m email.Message) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.letters = append(g.letters, m)
	if g.answer == nil {
		return m.Check()
	}
	return g.answer
}

func (g *gate) says(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.answer, g.short, g.letters = err, nil, nil
}

type world struct {
	*notify.Notices
	t        testing.TB
	db       *db.DB
	now      *clock.Fake
	jobs     *jobs.Queue
	vault    *vault.Vault
	accounts *account.Accounts
	gate     *gate
}

var rules = jurisdiction.CodeRules{Digits: 6, Lifetime: 5 * time.Minute, Tries: 5, Resend: time.Minute, PerHour: 5, PerDay: 10,
	PerAddress: 10, PerPrefix: 50, PersonTries: 20, Freeze: 24 * time.Hour}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake) *world {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	w := &world{t: t, db: d, now: now, jobs: jobs.New(d, log), vault: vault.New(ring), gate: &gate{}}
	w.accounts = account.New(w.vault, account.Rules{})
	settings := notify.Settings{Origin: "https://okno.example", Portal: jurisdiction.Words{"en": "Okno public services", "ru": "Окно госуслуг"},
		Quiet: notify.DefaultQuiet, PerDay: 3, Limits: notify.Limits{Code: rules, Budget: 1000}, Support: "8-800-100-70-10"}
	w.Notices, err = notify.New(d, w.accounts, texttest.Load(t), notify.Doors{SMS: smsGate{w.gate}, Email: mailGate{w.gate}}, settings, log)
	if err != nil {
		t.Fatal(err)
	}
	w.Register(w.jobs)
	return w
}

func (w *world) write(f func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), f); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) run() {
	w.t.Helper()
	if err := w.jobs.RunDue(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// holder opens an account with both contacts.
func (w *world) holder(phone, address string) (id account.ID) {
	w.t.Helper()
	w.write(func(tx *db.Tx) (err error) {
		if id, err = w.accounts.Create(tx, account.Opening{Name: account.Name{Full: "Irina Sokolova"}, Language: "en"}); err != nil {
			return err
		}
		if err = w.accounts.AddContact(tx, id, account.Phone, phone); err != nil {
			return err
		}
		return w.accounts.AddContact(tx, id, account.Email, address)
	})
	return id
}

func (w *world) send(n notify.Notice) {
	w.t.Helper()
	w.write(func(tx *db.Tx) error { return w.Send(tx, n) })
}

// sent is how many messages went out by each way, after everything due was done.
func (w *world) sent() (short, letters int) {
	w.run()
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	return len(w.gate.short), len(w.gate.letters)
}

func (w *world) count(q db.SQL, args ...any) (n int64) {
	w.t.Helper()
	err := w.db.Read(context.Background(), func(tx *db.Tx) (err error) { n, err = db.One(tx, db.Scalar[int64], q, args...); return err })
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// welcome is a text that every language has for both ways.
const welcome = "registration.message.welcome"
