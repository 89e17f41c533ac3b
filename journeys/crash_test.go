package journeys

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/demo"
	"okno/internal/jurisdiction"
	"okno/internal/portal"
	"okno/internal/profile"
	"okno/internal/signin"
	"okno/internal/text/texttest"
	"okno/internal/web/webtest"
	"okno/sim/register"
)

// kills is how often the server is killed in the middle of its work.
const kills = 10

// TestKilled kills the server again and again while people register, have their
// data checked, apply and are decided upon, and then holds what was acknowledged
// against what is there (F-01).
func TestKilled(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "okno")
	if out, err := exec.Command("go", "build", "-o", binary, "okno/cmd/okno").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			url := ""
			if engine == "postgres" {
				url = dbtest.Config(t, "postgres").Postgres
			}
			k := populated(t, binary, url)
			k.work()
			k.hold()
		})
	}
}

// killed is a server as a child process, with the outside world in this one.
type killed struct {
	t      *testing.T
	binary string
	file   string
	config portal.Config
	law    *jurisdiction.Jurisdiction
	demo   *demo.Demo
	world  *country
	child  *exec.Cmd
	output lines
	slow   time.Duration // the slowest start
	again  atomic.Int64  // requests that died with the server and were sent again

	mu         sync.Mutex
	applicants []string // phones of the verified
	tokens     map[string]string
	desk       string
	accounts   map[string]account.ID
	registered []string          // acknowledged, by phone
	checked    map[string]string // number by phone
	filed      map[string]string // case by phone
	decided    []string          // cases
	gaveUp     []string
}

// populated makes a country with verified applicants, and the configuration of a server for it.
func populated(t *testing.T, binary, postgres string) *killed {
	t.Helper()
	dir := t.TempDir()
	d, err := demo.Start(context.Background(), demo.Config{Data: dir, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", Jurisdiction: "ru", Self: binary, Quiet: true, Postgres: postgres})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	k := &killed{t: t, binary: binary, file: filepath.Join(dir, "okno.yaml"), config: d.Portal.Config, law: d.Portal.Law, demo: d,
		accounts: map[string]account.ID{}, checked: map[string]string{}, filed: map[string]string{}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k.config.Listen = l.Addr().String()
	k.config.Origin, k.config.Proxies = "http://"+k.config.Listen, []string{"127.0.0.1/32"}
	l.Close()
	tokens := map[string]string{}
	for i := range 8 {
		phone := fmt.Sprintf("+790022200%02d", i)
		k.applicants = append(k.applicants, phone)
		tokens[phone] = k.verified(i, phone)
	}
	var desk string
	k.write(func(tx *db.Tx) error {
		o, err := d.Portal.Officers.ByLogin(tx, "s.volkov")
		if err == nil {
			desk, err = d.Portal.Sessions.Begin(tx, signin.Opening{Officer: o.ID, Way: "test"})
		}
		return err
	})
	if err := d.Portal.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := yaml.Marshal(k.config)
	if err == nil {
		err = os.WriteFile(k.file, content, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	k.world = &country{t: impatient{t}, texts: texttest.Load(t), portal: k.config.Origin, control: k.control(), patient: 5 * time.Second}
	was := http.DefaultTransport
	http.DefaultTransport = patient{&http.Transport{DisableKeepAlives: true}, &k.again}
	t.Cleanup(func() { http.DefaultTransport = was })
	k.start()
	t.Cleanup(k.stop)
	k.tokens, k.desk = tokens, desk
	return k
}

// verified opens an account that may apply for everything, and signs it in.
func (k *killed) verified(i int, phone string) (token string) {
	p := k.demo.Portal
	made, err := p.Law.Demo()
	if err != nil {
		k.t.Fatal(err)
	}
	who := made.People[0]
	values := map[string]string{profile.Identity: who.Document}
	for field, value := range who.Profile {
		values[field] = value
	}
	for kind, fields := range who.Documents {
		for field, value := range fields {
			values[kind+"."+field] = value
		}
	}
	values["snils"] = snils(130000000 + i)
	values["ru_passport.number"] = fmt.Sprintf("3042%02d", i)
	by := audit.BySystem("test")
	k.write(func(tx *db.Tx) error {
		id, err := p.Accounts.Create(tx, account.Opening{Name: account.Name{Full: "Петрова Мария Ивановна", Short: "Мария"}, Language: "ru", Category: p.Law.Audiences[0].Code})
		if err != nil {
			return err
		}
		k.accounts[phone] = id
		if err := p.Accounts.AddContact(tx, id, account.Phone, phone); err != nil {
			return err
		}
		if err := p.Profiles.Set(tx, id, values, profile.Holder, by); err != nil {
			return err
		}
		if err := p.Accounts.Claim(tx, id, values["snils"], true, by); err != nil {
			return err
		}
		proofs := []account.Evidence{{Way: account.ByContact, Source: "phone"}}
		for _, r := range p.Accounts.Rules().StandardRegisters {
			proofs = append(proofs, account.Evidence{Way: account.ByRegister, Source: r})
		}
		for _, e := range append(proofs, account.Evidence{Way: account.ByDesk, Source: p.Law.Centres[0].Code, By: "test"}) {
			if _, _, err := p.Accounts.Add(tx, id, e, by); err != nil {
				return err
			}
		}
		token, err = p.Sessions.Begin(tx, signin.Opening{Account: id, Way: "test"})
		return err
	})
	return token
}

func (k *killed) write(f func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.demo.Portal.DB.Write(context.Background(), f); err != nil {
		k.t.Fatal(err)
	}
}

// snils gives nine digits their check digits (weighted sum modulo 101).
func snils(n int) string {
	digits := fmt.Sprintf("%09d", n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", digits, sum%101%100)
}

// control is the simulators' control API.
func (k *killed) control() string {
	mux := http.NewServeMux()
	mux.Handle("GET /sms", k.demo.Outside.SMS.Control())
	mux.Handle("GET /mail", k.demo.Outside.Mail.Control())
	server := httptest.NewServer(mux)
	k.t.Cleanup(server.Close)
	return server.URL
}

// patient sends a request again when the server dies under it, as a person
// presses the same button again; each request comes from an address of its own.
type patient struct {
	under http.RoundTripper
	again *atomic.Int64
}

func (p patient) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(r.Context(), 30*time.Second)
	defer cancel()
	for {
		again := r.Clone(r.Context())
		again.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", rand.IntN(250), rand.IntN(250)))
		if r.GetBody != nil {
			again.Body, _ = r.GetBody()
		}
		answer, err := p.under.RoundTrip(again)
		if err == nil {
			whole := new(bytes.Buffer)
			if _, err = whole.ReadFrom(answer.Body); err == nil {
				answer.Body.Close()
				answer.Body = nopCloser{whole}
				return answer, nil
			}
		}
		p.again.Add(1)
		if clock.Pause(ctx, 20*time.Millisecond) != nil {
			return nil, err
		}
	}
}

type nopCloser struct{ *bytes.Buffer }

func (nopCloser) Close() error { return nil }

// impatient is a test whose failures end one person's way and not the test.
type impatient struct{ testing.TB }

type lost string

func (impatient) Helper()                   {}
func (impatient) Fatal(args ...any)         { panic(lost(fmt.Sprintln(args...))) }
func (impatient) FailNow()                  { panic(lost("failed")) }
func (impatient) Fatalf(f string, a ...any) { panic(lost(fmt.Sprintf(f, a...))) }

// start runs the server and waits until it answers.
func (k *killed) start() {
	k.t.Helper()
	k.child = exec.Command(k.binary, "serve", "-c", k.file)
	k.child.Stdout, k.child.Stderr = &k.output, &k.output
	began := clock.System{}.Now()
	if err := k.child.Start(); err != nil {
		k.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	for {
		conn, err := net.Dial("tcp", k.config.Listen)
		if err == nil {
			conn.Close()
			k.slow = max(k.slow, clock.System{}.Now().Sub(began))
			return
		}
		if clock.Pause(ctx, 10*time.Millisecond) != nil {
			k.t.Fatalf("the server does not start: %s", k.output.String())
		}
	}
}

func (k *killed) stop() {
	if k.child != nil {
		k.child.Process.Kill()
		k.child.Wait()
		k.child = nil
	}
}

// reopened opens the house once more and runs what the killed workers held, as if
// its time had come.
func (k *killed) reopened(t *testing.T) *portal.Portal {
	t.Helper()
	now := clock.NewFake(clock.System{}.Now())
	p, err := portal.Open(t.Context(), k.config, portal.Options{Clock: now, Self: k.binary})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		now.Advance(6 * time.Minute)
		if err := p.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

// catchUp lets the work that was left lying be done: entries of the audit log wait
// for their place while the server is killed again and again.
func (k *killed) catchUp(t *testing.T) {
	t.Helper()
	if err := k.reopened(t).Close(); err != nil {
		t.Fatal(err)
	}
}

// work lets people work and kills the server under them.
func (k *killed) work() {
	done := make(chan struct{})
	var people sync.WaitGroup
	for lane := range 2 {
		people.Go(func() {
			for i := lane; !over(done); i += 2 {
				k.try("registering", func() { k.register(i) })
			}
		})
	}
	people.Go(func() {
		for i := 0; i < len(k.applicants)-1 && !over(done); i++ {
			k.try("applying", func() { k.apply(k.applicants[i]) })
		}
	})
	for range kills {
		clock.Pause(context.Background(), time.Duration(200+rand.IntN(1300))*time.Millisecond)
		k.stop()
		k.start()
	}
	close(done)
	people.Wait()
	k.try("registering at last", func() { k.register(790) })
	k.try("applying at last", func() { k.apply(k.applicants[len(k.applicants)-1]) })
	k.stop()
}

func over(done chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// try lets somebody go as far as the crashes allow.
func (k *killed) try(what string, way func()) {
	defer func() {
		if gone := recover(); gone != nil {
			said, ours := gone.(lost)
			if !ours {
				panic(gone)
			}
			k.mu.Lock()
			k.gaveUp = append(k.gaveUp, what+": "+string(said)[:min(len(said), 300)])
			k.mu.Unlock()
		}
	}()
	way()
}

func (k *killed) note(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	f()
}

// register opens an account and sends its data for checking.
func (k *killed) register(i int) {
	r := k.world.stranger("ru", k.law)
	r.phone = fmt.Sprintf("+79%03d3300%02d", 100+i%800, i%100)
	number, passport := snils(120000000+i), fmt.Sprintf("%06d", 204100+i)
	made, err := k.law.Demo()
	if err != nil {
		panic(err)
	}
	fields := made.People[0].WireFields()
	fields["snils"], fields["document_number"] = number, passport
	if err := k.demo.Outside.Registers.AddPerson(register.Person{Fields: fields}); err != nil {
		panic(err)
	}
	r.register()
	k.note(func() { k.registered = append(k.registered, r.phone) })
	r.fillInAs(number, passport)
	k.note(func() { k.checked[r.phone] = number })
}

// apply files an application and has it decided upon.
func (k *killed) apply(phone string) {
	r := k.world.stranger("ru", k.law)
	r.phone = phone
	r.b.SetCookie("okno", k.tokens[phone])
	id := r.applyForPassport()
	k.note(func() { k.filed[phone] = id })
	desk := k.world.browser("ru")
	desk.SetCookie("okno_desk", k.desk)
	desk.Open("/desk/cases/" + id + "/look").Press(r.T("cases.take"))
	service, _ := k.law.Service("foreign_passport")
	p := desk.Open("/desk/cases/"+id+"?for=decide").Follow(r.T("cases.case.decide")).Choose(service.Decision.Outcomes[0].Name.In("ru")).
		Fill(r.optional(r.T("cases.decision.words")), "Приходите с паспортом.").Press(r.T("cases.decision.preview"))
	if p = p.Press(r.T("cases.preview.send")); p.Status == http.StatusOK {
		k.note(func() { k.decided = append(k.decided, id) })
	}
}

// hold opens what is left, lets the leases of dead workers run out, and holds it against what was acknowledged.
func (k *killed) hold() {
	t := k.t
	p := k.reopened(t)
	t.Logf("%d registered, %d checked, %d filed, %d decided, %d gave up, %d requests sent again; slowest start %s", len(k.registered), len(k.checked), len(k.filed), len(k.decided), len(k.gaveUp), k.again.Load(), k.slow)
	if len(k.registered) < 3 || len(k.checked) < 2 || len(k.filed) < 2 || len(k.decided) < 1 || k.again.Load() < kills {
		t.Errorf("too little was done to prove anything: %q", k.gaveUp[:min(len(k.gaveUp), 8)])
	}
	t.Run("F-01 every acknowledged registration is there, and its password opens it", func(t *testing.T) { k.holdAccounts(t, p) })
	t.Run("F-01 every acknowledged check ended, and no register was asked the same twice", func(t *testing.T) { k.holdChecks(t, p) })
	t.Run("F-01 every acknowledged application is there once, and every decision", func(t *testing.T) { k.holdCases(t, p) })
	t.Run("MSG-2 no code was sent twice", k.holdCodes)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	t.Run("AUDIT-1 the audit log is sound after all kills", func(t *testing.T) {
		if out, err := exec.Command(k.binary, "audit", "verify", "-c", k.file).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	t.Run("LOG-2 nothing panicked and no request failed by our mistake", func(t *testing.T) {
		for line := range strings.Lines(k.output.String()) {
			if strings.Contains(line, "panic") || strings.Contains(line, "request failed") {
				t.Errorf("%.500s", line)
			}
		}
	})
}

func (k *killed) holdAccounts(t *testing.T, p *portal.Portal) {
	for _, phone := range k.registered {
		r := k.world.stranger("ru", k.law)
		b := webtest.New(t, p.Handler(), k.config.Origin).Speak("ru")
		page := b.Open("/id/signin")
		form := page.Values("page")
		for name := range form {
			switch {
			case name == "password":
				form.Set(name, r.password)
			case name != "_key" && form.Get(name) == "":
				form.Set(name, phone)
			}
		}
		if b.Send("/id/signin", form); b.Open("/id/profile/user").Status != http.StatusOK {
			t.Errorf("%s cannot sign in", phone)
		}
	}
}

func (k *killed) holdChecks(t *testing.T, p *portal.Portal) {
	err := p.DB.Read(t.Context(), func(tx *db.Tx) error {
		for phone := range k.checked {
			id, err := p.Accounts.ByContact(tx, account.Phone, phone)
			if err != nil {
				return err
			}
			level, err := p.Accounts.LevelOf(tx, id)
			if err != nil {
				return err
			}
			if level != account.Standard {
				t.Errorf("%s is %s after its check", phone, level)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, field := range map[string]string{"pension": "snils", "migration": "document_number"} {
		asked := map[string]int{}
		for _, e := range k.demo.Outside.Registers.Ledger(name) {
			asked[e.Fields[field]]++
			if e.Checked > 1 {
				t.Errorf("%s looked %d times for one question", name, e.Checked)
			}
		}
		if len(asked) < len(k.checked) {
			t.Errorf("%s was asked about %d of %d", name, len(asked), len(k.checked))
		}
		for who, n := range asked {
			if n > 1 {
				t.Errorf("%s was asked %d times about %s", name, n, who)
			}
		}
	}
}

func (k *killed) holdCases(t *testing.T, p *portal.Portal) {
	err := p.DB.Read(t.Context(), func(tx *db.Tx) error {
		for _, phone := range k.applicants {
			all, err := db.All(tx, db.Scalar[string], "SELECT id FROM application_case WHERE account = $1 AND state <> 'draft'", string(k.accounts[phone]))
			if err != nil {
				return err
			}
			if len(all) > 1 || k.filed[phone] != "" && !slices.Contains(all, k.filed[phone]) {
				t.Errorf("%s filed %q and has %v", phone, k.filed[phone], all)
			}
		}
		for _, id := range k.decided {
			n, err := db.One(tx, db.Scalar[int], "SELECT count(*) FROM application_decision WHERE case_id = $1", id)
			if err != nil || n != 1 {
				t.Errorf("%s has %d decisions: %v", id, n, err)
			}
		}
		numbers, err := db.All(tx, db.Scalar[string], "SELECT number FROM application_case WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1")
		if err != nil || len(numbers) > 0 {
			t.Errorf("numbers given twice: %v %v", numbers, err)
		}
		letters, err := db.All(tx, db.Scalar[string], "SELECT account FROM mailbox_letter GROUP BY account HAVING count(*) > 1")
		if err != nil || len(letters) > 0 {
			t.Errorf("%v got two letters about one decision: %v", letters, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// holdCodes holds that the SMS centre never took one code twice.
func (k *killed) holdCodes(t *testing.T) {
	seen := map[string]int{}
	for _, m := range k.demo.Outside.SMS.Messages("") {
		if code := sixDigits.FindString(m.Text); code != "" {
			seen[m.To+" "+code]++
		}
	}
	for code, n := range seen {
		if n > 1 {
			t.Errorf("%s was sent %d times", code, n)
		}
	}
	if len(seen) < 3 {
		t.Errorf("only %d codes were sent", len(seen))
	}
}
