package proofing_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"sync"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
	"okno/internal/proofing"
	"okno/internal/text/texttest"
	"okno/internal/visit/visittest"
)

// world is a site with a proofing service, people whose profiles are full, and
// gateways that keep what they are given.
type world struct {
	*visittest.World
	*proofing.Service
	Profiles *profiles
	post     *outbox
	people   int
}

// profiles is a register of profiles in memory.
type profiles struct {
	mu  sync.Mutex
	all map[account.ID]map[string]string
}

func (p *profiles) Values(_ *db.Tx, id account.ID) (map[string]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.all[id]), nil
}

func (p *profiles) set(id account.ID, field, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[id] == nil {
		p.all[id] = map[string]string{}
	}
	p.all[id][field] = value
}

// outbox keeps what went out.
type outbox struct {
	mu      sync.Mutex
	sms     []sms.Message
	letters []email.Message
}

func (o *outbox) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.sms = append(o.sms, m)
	return sms.Receipt{}, nil
}

// letterbox is the outbox as a sender of e-mail.
type letterbox struct{ *outbox }

func (o letterbox) Send(_ context.Context, m email.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, m)
	return nil
}

func newWorld(t *testing.T, d *db.DB, now *clock.Fake, code string) *world {
	t.Helper()
	w := &world{World: visittest.New(t, d, now, code), Profiles: &profiles{all: map[account.ID]map[string]string{}}, post: &outbox{}}
	notices, err := notify.New(d, w.Accounts, texttest.Load(t), notify.Doors{SMS: w.post, Email: letterbox{w.post}},
		notify.Settings{Origin: visittest.Origin, Portal: w.World.Law.Portal, Limits: notify.Limits{Code: w.World.Law.Rules.Code}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	notices.Register(w.Jobs)
	w.Service = proofing.New(d, w.Accounts, w.Officers, w.Profiles, notices, w.World.Law)
	w.Service.Register(w.Jobs)
	return w
}

// resident is somebody at a level whose profile is full; each has other numbers.
func (w *world) resident(level account.Level, surname string) (account.ID, string) {
	w.T.Helper()
	w.people++
	phone := fmt.Sprintf("+7916%04d%03d", w.people*7%10000, w.people)
	id := w.Account(level, surname+" Анна", phone)
	for field, value := range map[string]string{"family_name": surname, "given_name": "Анна", "birth_date": "1958-03-27", "sex": "female",
		"birth_place": "Вологда", "citizenship": "RU", "snils": snils(w.people), "identity_document": "ru_passport",
		"ru_passport.series": "4510", "ru_passport.number": fmt.Sprintf("%06d", 100000+w.people), "ru_passport.issued_on": "2005-06-01",
		"ru_passport.issued_by": "ОВД Вологды", "ru_passport.department_code": "350-001",
		"registration_address.city": "Вологда", "registration_address.street": fmt.Sprintf("Мира, %d", w.people)} {
		w.Profiles.set(id, field, value)
	}
	return id, phone
}

// snils makes a number with its check digits.
func snils(n int) string {
	base := fmt.Sprintf("%09d", 112000000+n)
	sum := 0
	for i, r := range base {
		sum += int(r-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", base, sum%101%100)
}

func (w *world) email(id account.ID, address string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, id, account.Email, address) })
}

// operator is an officer at a centre's desk.
func (w *world) operator(login, name, centre string) officer.Officer {
	w.T.Helper()
	id := w.Officer(officer.Officer{Login: login, Name: name, Roles: []officer.Role{officer.Operator}, Centre: centre})
	return w.get(id)
}

func (w *world) get(id officer.ID) (o officer.Officer) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { o, err = w.Officers.Get(tx, id); return err })
	return o
}

func (w *world) level(id account.ID) (l account.Level) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { l, err = w.Accounts.LevelOf(tx, id); return err })
	return l
}

func (w *world) search(login string) proofing.Search {
	return proofing.Search{Login: login, Purpose: "confirm", Browser: "desk-1"}
}

// open begins a visit that must be found.
func (w *world) open(o officer.Officer, login string) string {
	w.T.Helper()
	found, err := w.Find(context.Background(), o, w.search(login))
	if err != nil || found.Outcome != proofing.FoundStandard {
		w.T.Fatal(found, err)
	}
	return found.Case
}

// numbers are those of the account's passport, as typed.
func (w *world) numbers(id account.ID) map[string]string {
	v, _ := w.Profiles.Values(nil, id)
	return map[string]string{"series": v["ru_passport.series"], "number": v["ru_passport.number"]}
}

func (w *world) match(o officer.Officer, visit string, id account.ID) proofing.Comparison {
	w.T.Helper()
	result, err := w.Compare(context.Background(), o, visit, w.numbers(id), proofing.Features)
	if err != nil || !result.Matched {
		w.T.Fatal(result, err)
	}
	return result
}

var sixDigits = regexp.MustCompile(`\b\d{6}\b`)

// sendCode sends a code and reads it from the visitor's phone.
func (w *world) sendCode(o officer.Officer, visit string) string {
	w.T.Helper()
	if err := w.SendCode(context.Background(), o, visit); err != nil {
		w.T.Fatal(err)
	}
	w.RunDue()
	return sixDigits.FindString(w.post.sms[len(w.post.sms)-1].Text)
}

// toProved takes a new visit to the point where only the officer's word is missing.
func (w *world) toProved(o officer.Officer, id account.ID, phone string) string {
	w.T.Helper()
	visit := w.open(o, phone)
	w.match(o, visit, id)
	result, err := w.EnterOwn(context.Background(), id, w.sendCode(o, visit))
	if err != nil || !result.Right {
		w.T.Fatal(result, err)
	}
	return visit
}

func (w *world) about(id account.ID) (all []audit.Recorded) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { all, err = audit.About(tx, string(id), 200); return err })
	return all
}

func (w *world) reads(id account.ID, act string) (n int) {
	w.T.Helper()
	for _, e := range w.about(id) {
		if e.Act == act && e.Read {
			n++
			if e.Purpose == "" || e.Actor.Kind != audit.Officer {
				w.T.Errorf("a read without purpose or officer: %+v", e)
			}
		}
	}
	return n
}

