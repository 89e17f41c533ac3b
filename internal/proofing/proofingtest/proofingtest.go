// Package proofingtest is a world for tests of package proofing and its pages: a
// site, people whose profiles are full, operators, and gateways that keep what
// they are given. It is for tests only.
package proofingtest

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"strings"
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
	"okno/internal/pdf"
	"okno/internal/proofing"
	"okno/internal/text/texttest"
	"okno/internal/visit/visittest"
)

// World is a site with a proofing service, people whose profiles are full, and
// gateways that keep what they are given.
type World struct {
	*visittest.World
	*proofing.Service
	Profiles *Profiles
	Post     *Outbox
	people   int
}

// Profiles is a register of profiles in memory.
type Profiles struct {
	mu  sync.Mutex
	all map[account.ID]map[string]string
}

// Values implements proofing.Profiles.
func (p *Profiles) Values(_ *db.Tx, id account.ID) (map[string]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.all[id]), nil
}

// Set keeps one value of a profile.
func (p *Profiles) Set(id account.ID, field, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all[id] == nil {
		p.all[id] = map[string]string{}
	}
	p.all[id][field] = value
}

// Outbox keeps what went out.
type Outbox struct {
	mu      sync.Mutex
	SMS     []sms.Message
	Letters []email.Message
}

// Send keeps an SMS.
func (o *Outbox) Send(_ context.Context, m sms.Message) (sms.Receipt, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.SMS = append(o.SMS, m)
	return sms.Receipt{}, nil
}

// letterbox is the outbox as a sender of e-mail.
type letterbox struct{ *Outbox }

func (o letterbox) Send(_ context.Context, m email.Message) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.Letters = append(o.Letters, m)
	return nil
}

// New makes a world on a database, in the jurisdiction of the code.
func New(t testing.TB, d *db.DB, now *clock.Fake, code string) *World {
	t.Helper()
	w := &World{World: visittest.New(t, d, now, code), Profiles: &Profiles{all: map[account.ID]map[string]string{}}, Post: &Outbox{}}
	notices, err := notify.New(d, w.Accounts, texttest.Load(t), notify.Doors{SMS: w.Post, Email: letterbox{w.Post}},
		notify.Settings{Origin: visittest.Origin, Portal: w.World.Law.Portal, Limits: notify.Limits{Code: w.World.Law.Rules.Code}}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	notices.Register(w.Jobs)
	w.Service = proofing.New(d, w.Accounts, w.Officers, w.Profiles, notices, w.World.Law)
	w.Service.Register(w.Jobs)
	return w
}

// Resident is somebody at a level whose profile is full; each has other numbers.
func (w *World) Resident(level account.Level, surname string) (account.ID, string) {
	w.T.Helper()
	w.people++
	phone := fmt.Sprintf("+7916%04d%03d", w.people*7%10000, w.people)
	id := w.Account(level, surname+" Анна", phone)
	w.fill(id, surname)
	return id, phone
}

// ByMail is a standard account that has an e-mail address and no phone.
func (w *World) ByMail(address, surname string) (id account.ID) {
	w.T.Helper()
	w.people++
	w.Write(func(tx *db.Tx) (err error) {
		if id, err = w.Accounts.Create(tx, account.Opening{Name: account.Name{Full: surname + " Анна"}, Language: "en"}); err != nil {
			return err
		}
		if err = w.Accounts.AddContact(tx, id, account.Email, address); err != nil {
			return err
		}
		all := []account.Evidence{{Way: account.ByContact, Source: "email"}}
		for _, register := range w.Accounts.Rules().StandardRegisters {
			all = append(all, account.Evidence{Way: account.ByRegister, Source: register})
		}
		for _, e := range all {
			if _, _, err = w.Accounts.Add(tx, id, e, audit.BySystem("test")); err != nil {
				return err
			}
		}
		return nil
	})
	w.fill(id, surname)
	return id
}

// fill fills the profile of the person who came last.
func (w *World) fill(id account.ID, surname string) {
	for field, value := range map[string]string{"family_name": surname, "given_name": "Анна", "birth_date": "1958-03-27", "sex": "female",
		"birth_place": "Вологда", "citizenship": "RU", "snils": SNILS(w.people), "identity_document": "ru_passport",
		"ru_passport.series": "4510", "ru_passport.number": fmt.Sprintf("%06d", 100000+w.people), "ru_passport.issued_on": "2005-06-01",
		"ru_passport.issued_by": "ОВД Вологды", "ru_passport.department_code": "350-001",
		"registration_address.city": "Вологда", "registration_address.street": fmt.Sprintf("Мира, %d", w.people)} {
		w.Profiles.Set(id, field, value)
	}
}

// SNILS makes a number with its check digits.
func SNILS(n int) string {
	base := fmt.Sprintf("%09d", 112000000+n)
	sum := 0
	for i, r := range base {
		sum += int(r-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", base, sum%101%100)
}

// Email confirms an e-mail address of an account.
func (w *World) Email(id account.ID, address string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return w.Accounts.AddContact(tx, id, account.Email, address) })
}

// Operator is an officer at a centre's desk.
func (w *World) Operator(login, name, centre string) officer.Officer {
	w.T.Helper()
	id := w.Officer(officer.Officer{Login: login, Name: name, Roles: []officer.Role{officer.Operator}, Centre: centre})
	return w.get(id)
}

func (w *World) get(id officer.ID) (o officer.Officer) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { o, err = w.Officers.Get(tx, id); return err })
	return o
}

// Level is the account's level now.
func (w *World) Level(id account.ID) (l account.Level) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { l, err = w.Accounts.LevelOf(tx, id); return err })
	return l
}

// Searched is a search with a purpose.
func (w *World) Searched(login string) proofing.Search {
	return proofing.Search{Login: login, Purpose: "confirm", Browser: "desk-1"}
}

// Open begins a visit that must be found.
func (w *World) Open(o officer.Officer, login string) string {
	w.T.Helper()
	found, err := w.Find(context.Background(), o, w.Searched(login))
	if err != nil || found.Outcome != proofing.FoundStandard {
		w.T.Fatal(found, err)
	}
	return found.Case
}

// Numbers are those of the account's passport, as typed.
func (w *World) Numbers(id account.ID) map[string]string {
	v, _ := w.Profiles.Values(nil, id)
	return map[string]string{"series": v["ru_passport.series"], "number": v["ru_passport.number"]}
}

// Match compares the document that is in the profile; it must match.
func (w *World) Match(o officer.Officer, visit string, id account.ID) proofing.Comparison {
	w.T.Helper()
	result, err := w.Compare(context.Background(), o, visit, w.Numbers(id), proofing.Features)
	if err != nil || !result.Matched {
		w.T.Fatal(result, err)
	}
	return result
}

// CodeShape finds a code in a message.
var CodeShape = regexp.MustCompile(`\b\d{6,10}\b`)

// Code sends a code and reads it from the visitor's phone.
func (w *World) Code(o officer.Officer, visit string) string {
	w.T.Helper()
	if err := w.SendCode(context.Background(), o, visit); err != nil {
		w.T.Fatal(err)
	}
	w.RunDue()
	return CodeShape.FindString(w.Post.SMS[len(w.Post.SMS)-1].Text)
}

// ToProved takes a new visit to the point where only the officer's word is missing.
func (w *World) ToProved(o officer.Officer, id account.ID, phone string) string {
	w.T.Helper()
	visit := w.Open(o, phone)
	w.Match(o, visit, id)
	result, err := w.EnterOwn(context.Background(), id, w.Code(o, visit))
	if err != nil || !result.Right {
		w.T.Fatal(result, err)
	}
	return visit
}

// About is the audit log about an account.
func (w *World) About(id account.ID) (all []audit.Recorded) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) (err error) { all, err = audit.About(tx, string(id), 200); return err })
	return all
}

// Reads counts what officers read of an account by an act, each with its purpose.
func (w *World) Reads(id account.ID, act string) (n int) {
	w.T.Helper()
	for _, e := range w.About(id) {
		if e.Act == act && e.Read {
			n++
			if e.Purpose == "" || e.Actor.Kind != audit.Officer {
				w.T.Errorf("a read without purpose or officer: %+v", e)
			}
		}
	}
	return n
}

// Speak makes an account's language another one; pages and messages follow.
func (w *World) Speak(id account.ID, lang string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error {
		return w.Accounts.SetChoices(tx, id, lang, "moscow", w.World.Law.Audiences[0].Code)
	})
}

// Fonts are those of printed papers.
func Fonts(t testing.TB, root string) *pdf.Fonts {
	t.Helper()
	f, err := pdf.ReadFonts(os.DirFS(root+"/assets/dist/fonts"), "DejaVuSans", "Vazirmatn")
	if err != nil {
		t.Fatalf("the fonts are not built; run `make build` first: %v", err)
	}
	return f
}

// TextOf is what a person copies out of a PDF.
func TextOf(t testing.TB, file string) string {
	t.Helper()
	cmd := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", "-", "-")
	cmd.Stdin = strings.NewReader(file)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("pdftotext: %v", err)
	}
	return string(out)
}
