package check_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/notify"
	"okno/internal/outside/reach"
	door "okno/internal/outside/register"
	"okno/internal/outside/register/xroad"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
	"okno/sim/register"
)

// anna is an invented person; every value is in the form in which it is kept.
var anna = map[string]string{
	"family_name": "Соколова", "given_name": "Анна", "patronymic": "Петровна", "sex": "female", "birth_date": "1958-03-27",
	"birth_place": "г. Вологда", "citizenship": "RU", "snils": "11223344595", "identity_document": "ru_passport",
	"ru_passport.series": "4509", "ru_passport.number": "104202", "ru_passport.issued_on": "2008-06-11",
	"ru_passport.issued_by": "Отделом внутренних дел", "ru_passport.department_code": "350-002",
}

// ivan is another one.
var ivan = with(anna, map[string]string{"family_name": "Орлов", "given_name": "Иван", "patronymic": "Сергеевич", "sex": "male",
	"snils": "11463052216", "ru_passport.series": "4511", "ru_passport.number": "104203"})

func with(values, changes map[string]string) map[string]string {
	all := maps.Clone(values)
	maps.Copy(all, changes)
	return all
}

// told records what people were told.
type told struct {
	mu      sync.Mutex
	notices []notify.Notice
}

func (l *told) Send(_ *db.Tx, n notify.Notice) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notices = append(l.notices, n)
	return nil
}

func (l *told) keys(to account.ID) (keys []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, n := range l.notices {
		if n.To == to {
			keys = append(keys, n.Key)
		}
	}
	return keys
}

// world is checks on a database, in front of a door.
type world struct {
	*visittest.World
	profiles *profile.Profiles
	checks   *check.Checks
	told     *told
}

func newWorld(t testing.TB, d *db.DB, now *clock.Fake, c door.Checker) *world {
	w := &world{World: visittest.New(t, d, now, "ru"), told: &told{}}
	w.profiles = profile.New(d, w.Accounts, w.Law, nil, nil)
	w.checks = check.New(d, w.Accounts, w.profiles, c, w.told)
	w.checks.Register(w.Jobs)
	return w
}

var phones int

// resident opens a simplified account whose holder has typed these values.
func (w *world) resident(t testing.TB, values map[string]string) account.ID {
	t.Helper()
	phones++
	id := w.Account(account.Simplified, "Анна Соколова", fmt.Sprintf("+7900%07d", phones))
	w.set(id, values)
	return id
}

func (w *world) set(id account.ID, values map[string]string) {
	w.T.Helper()
	w.Write(func(tx *db.Tx) error { return w.profiles.Set(tx, id, values, profile.Holder, account.ByHolder(id)) })
}

func (w *world) start(t testing.TB, id account.ID) {
	t.Helper()
	if err := w.checks.Start(context.Background(), id); err != nil {
		t.Fatal(err)
	}
}

func (w *world) level(t testing.TB, id account.ID) (l account.Level) {
	t.Helper()
	w.Write(func(tx *db.Tx) (err error) { l, err = w.Accounts.LevelOf(tx, id); return err })
	return l
}

func (w *world) status(t testing.TB, id account.ID) (s check.Status) {
	t.Helper()
	w.Write(func(tx *db.Tx) (err error) { s, err = w.checks.Status(tx, id); return err })
	return s
}

// states are the states of pension and migration.
func (w *world) states(t testing.TB, id account.ID) string {
	t.Helper()
	text := ""
	for _, q := range w.status(t, id).Questions {
		text += q.Register + "=" + string(q.State) + " "
	}
	return text
}

func (w *world) mustBe(t testing.TB, id account.ID, pension, migration check.State, level account.Level) {
	t.Helper()
	want := fmt.Sprintf("pension=%s migration=%s ", pension, migration)
	if got := w.states(t, id); got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	if got := w.level(t, id); got != level {
		t.Fatalf("level %v, want %v", got, level)
	}
}

func (w *world) profile(t testing.TB, id account.ID) (p profile.Profile) {
	t.Helper()
	w.Write(func(tx *db.Tx) (err error) { p, err = w.profiles.Read(tx, id); return err })
	return p
}

// registers are two simulated registers that know Anna and Ivan, and an adapter in front of them.
func registers(t testing.TB, now clock.Clock) (*register.Server, *xroad.Client) {
	t.Helper()
	pension := []string{"snils", "family_name", "given_name", "patronymic", "birth_date", "sex"}
	migration := []string{"family_name", "given_name", "patronymic", "birth_date", "document_type", "document_series", "document_number", "document_issued_on", "document_department_code"}
	s, err := register.Start(register.Config{
		Registers: []register.Register{
			{Name: "pension", Provider: "RU/GOV/10000001/PENSION", Compares: pension},
			{Name: "migration", Provider: "RU/GOV/10000002/MIGRATION", Compares: migration},
		},
		People: []register.Person{{Fields: onWire(anna)}, {Fields: onWire(ivan)}},
		Now:    now.Now, SlowDelay: 100 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	reg := func(provider string) xroad.Register {
		return xroad.Register{Address: s.URL(), Provider: provider, Network: reach.Loopback, Timeout: 400 * time.Millisecond, Failures: 1000, Parallel: 64}
	}
	client, err := xroad.New(xroad.Config{Client: "RU/GOV/20000001/OKNO", Registers: map[string]xroad.Register{
		"pension": reg("RU/GOV/10000001/PENSION"), "migration": reg("RU/GOV/10000002/MIGRATION")}}, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return s, client
}

// onWire are a person's values as the registers hold them.
func onWire(values map[string]string) map[string]string {
	fields := map[string]string{"document_type": values["identity_document"]}
	for _, f := range []string{"snils", "family_name", "given_name", "patronymic", "birth_date", "sex"} {
		fields[f] = values[f]
	}
	for _, f := range []string{"series", "number", "issued_on", "department_code"} {
		fields["document_"+f] = values["ru_passport."+f]
	}
	return fields
}

func (w *world) mode(t testing.TB, s *register.Server, name string, m register.Mode) {
	t.Helper()
	if err := s.SetMode(name, m, 0); err != nil {
		t.Fatal(err)
	}
}

// asked is how many questions a register got, and how often it looked something up.
func asked(s *register.Server, name string) (questions, looked int) {
	for _, e := range s.Ledger(name) {
		questions++
		looked += e.Checked
	}
	return questions, looked
}
