// Package applicationtest gives tests of applications what stands around them: a
// profile that holds what a test says, doors that remember, and an application
// that is filled in and sent. It is for tests only.
package applicationtest

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/check"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/mailbox"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/outside/email"
	"okno/internal/outside/register"
	"okno/internal/outside/scanner"
	"okno/internal/pdf"
	"okno/internal/profile"
	"okno/internal/visit/visittest"
)

// Main runs a package's tests; the test binary is also the child that inspects
// files, as the product's binary is.
func Main(m *testing.M) int {
	if len(os.Args) == 2 && os.Args[1] == inspect.Argument {
		if err := inspect.ChildMain(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	return m.Run()
}

// World is a site with applications.
type World struct {
	*visittest.World
	Applications *application.Applications
	Profiles     *Profiles
	Notices      *Notices
	Register     *Register
	Checker      *Checker
	Mail         *Mail
	Scanner      *Scanner
	files        *blob.Files
	fonts        *pdf.Fonts
}

// New makes applications in a world. The scanner is there, and finds nothing.
func New(t testing.TB, w *visittest.World) *World {
	t.Helper()
	all := &World{World: w, Profiles: &Profiles{known: map[account.ID]map[string]application.Known{}}, Notices: &Notices{},
		Register: &Register{}, Checker: &Checker{}, Mail: &Mail{}, Scanner: &Scanner{}}
	quiet := slog.New(slog.DiscardHandler)
	files, err := blob.New(w.DB, w.Vault, t.TempDir(), Inspect, all.Scanner, blob.DefaultLimits, quiet)
	if err != nil {
		t.Fatal(err)
	}
	all.files, all.fonts = files, fonts(t)
	all.Applications = all.Reopened()
	files.Register(w.Jobs)
	all.Applications.Register(w.Jobs)
	return all
}

// Reopened are the applications of the same house after a start with today's law,
// which may have changed. Their jobs are not registered.
func (w *World) Reopened() *application.Applications {
	return &application.Applications{DB: w.DB, Accounts: w.Accounts, Officers: w.Officers, Law: w.Law, Texts: w.Site.Texts,
		Profiles: w.Profiles, Notices: w.Notices, Post: w.Post(), Files: w.files, Statements: w.Register, Registers: w.Checker,
		Claims: check.New(w.DB, w.Accounts, profile.New(w.DB, w.Accounts, w.Law, nil, nil), w.Checker, w.Notices), Mail: w.Mail, Fonts: w.fonts,
		Origin: visittest.Origin, Log: slog.New(slog.DiscardHandler)}
}

// Post is the state's post of the house.
func (w *World) Post() *mailbox.Mailbox { return mailbox.New(w.DB, w.Accounts, w.Notices) }

func fonts(t testing.TB) *pdf.Fonts {
	t.Helper()
	for _, up := range []string{"../..", "../../.."} {
		if f, err := pdf.ReadFonts(os.DirFS(up+"/assets/dist/fonts"), "DejaVuSans", "Vazirmatn"); err == nil {
			return f
		}
	}
	t.Fatal("the fonts are not built; run `make build` first")
	return nil
}

// Inspect looks at a file in a child process of the test binary.
func Inspect(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
	self, err := os.Executable()
	if err != nil {
		return inspect.Verdict{}, err
	}
	return inspect.Run(ctx, self, r, rules)
}

// Profiles hold what tests say of their people.
type Profiles struct {
	mu    sync.Mutex
	known map[account.ID]map[string]application.Known
}

// Known implements application.Profiles.
func (p *Profiles) Known(_ *db.Tx, id account.ID) (map[string]application.Known, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := map[string]application.Known{}
	for name, value := range p.known[id] {
		all[name] = value
	}
	return all, nil
}

// Set says what is known of somebody, from a source.
func (p *Profiles) Set(id account.ID, source string, values map[string]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known[id] == nil {
		p.known[id] = map[string]application.Known{}
	}
	for name, value := range values {
		p.known[id][name] = application.Known{Value: value, Source: source}
	}
}

// Wait says that somebody has changed a value and no register has confirmed it yet.
func (p *Profiles) Wait(id account.ID, name, value string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.known[id][name]
	known.Waits = value
	p.known[id][name] = known
}

// Notices remember what was told.
type Notices struct {
	mu   sync.Mutex
	Told []notify.Notice
}

// Send implements application.Notices. A transaction that runs twice tells twice.
func (n *Notices) Send(_ *db.Tx, notice notify.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.Told = append(n.Told, notice)
	return nil
}

// Keys are the keys of what was told, in order.
func (n *Notices) Keys() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var keys []string
	for _, notice := range n.Told {
		keys = append(keys, notice.Key)
	}
	return keys
}

// Register is a register of statements.
type Register struct {
	mu     sync.Mutex
	Answer register.Statement
	Err    error
	Asked  []register.Request
}

// Statement implements register.Statements.
func (r *Register) Statement(_ context.Context, _ string, q register.Request) (register.Statement, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Asked = append(r.Asked, q)
	return r.Answer, r.Err
}

// Set changes what the register answers.
func (r *Register) Set(s register.Statement, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.Answer, r.Err = s, err
}

// Checker is a register that confirms data. The zero Checker is away.
type Checker struct {
	mu     sync.Mutex
	Result register.Result // "" is away
	Asked  []register.Request
}

// Check implements register.Checker.
func (c *Checker) Check(_ context.Context, _ string, q register.Request) (register.Answer, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Asked = append(c.Asked, q)
	if c.Result == "" {
		return register.Answer{}, Away()
	}
	return register.Answer{Result: c.Result}, nil
}

// Ask implements register.Checker: it remembers no question.
func (c *Checker) Ask(context.Context, string, string) (register.Answer, error) {
	return register.Answer{}, fault.New(fault.NotFound, register.KeyUnknownQuestion)
}

// Set changes what the register says.
func (c *Checker) Set(r register.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Result = r
}

// Pension is a statement with two employers.
func Pension() register.Statement {
	return register.Statement{AsOf: "2026-03-01", Currency: "RUB", Points: "87.512", ExperienceMonths: 245, Total: 9_250_050, Employers: []register.Employer{
		{Name: "ООО «Лён»", Contributions: []register.Contribution{{Year: 2025, Amount: 4_500_050}, {Year: 2024, Amount: 4_000_000}}},
		{Name: "Вологодский завод", Contributions: []register.Contribution{{Year: 2010, Amount: 750_000}}}}}
}

// Away is the answer of a register that does not answer.
func Away() error { return fault.New(fault.Unavailable, register.KeyAway) }

// Mail remembers letters.
type Mail struct {
	mu   sync.Mutex
	Sent []email.Message
}

// Send implements email.Sender.
func (m *Mail) Send(_ context.Context, letter email.Message) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := letter.Check(); err != nil {
		return err
	}
	m.Sent = append(m.Sent, letter)
	return nil
}

// Scanner finds what a test tells it to.
type Scanner struct {
	mu       sync.Mutex
	infected bool
	away     bool
}

// Set changes what the scanner says.
func (s *Scanner) Set(infected, away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.infected, s.away = infected, away
}

// Scan implements scanner.Scanner.
func (s *Scanner) Scan(context.Context, []byte) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away {
		return false, fault.New(fault.Unavailable, scanner.KeyAway)
	}
	return s.infected, nil
}

// Photo is a PNG of a size.
func Photo(t testing.TB, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for x := range width {
		for y := range height {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), 120, 255})
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Resident opens a verified account of an adult citizen of the reference land
// whose data the registers have confirmed.
func (w *World) Resident(name, phone string) account.ID {
	w.T.Helper()
	id := w.Account(account.Verified, name, phone)
	w.Profiles.Set(id, "register/pension", map[string]string{"family_name": "Соколова", "given_name": "Ирина", "birth_date": "1991-05-17",
		"sex": "female", "snils": "11223344595", "citizenship": "RU"})
	w.Profiles.Set(id, "register/migration", map[string]string{"identity_document": "ru_passport", "ru_passport.series": "1905",
		"ru_passport.number": "123456", "ru_passport.issued_on": "2011-06-01", "ru_passport.issued_by": "ОВД города Вологды",
		"ru_passport.department_code": "352-001", "birth_place": "Вологда"})
	w.Profiles.Set(id, application.HolderSource, map[string]string{"phone": phone, "residence_address.postcode": "160000",
		"residence_address.region": "Вологодская область", "residence_address.city": "Вологда", "residence_address.house": "5"})
	return id
}

// CaseWorker adds an officer of an authority who decides.
func (w *World) CaseWorker(login, authority string) officer.Officer {
	w.T.Helper()
	id := w.Officer(officer.Officer{Login: login, Name: "Officer " + login, Roles: []officer.Role{officer.CaseWorker}, Authority: authority})
	var o officer.Officer
	w.Write(func(tx *db.Tx) (err error) { o, err = w.Officers.Get(tx, id); return err })
	return o
}

// PassportPages are answers to every page of the reference land's foreign passport
// but the photo's.
func PassportPages() map[string]application.Typed {
	return map[string]application.Typed{
		"passport": {"kind": "chip10", "purpose": "first"},
		"about_you": {"latin_name": "SOKOLOVA IRINA", "phone": "+79161234567", "address-postcode": "160000", "address-region": "Вологодская область",
			"address-city": "Вологда", "address-house": "5"},
		"history": {"changed_name": "no", "occupation": "employed", "employer": "Библиотека № 4", "secrets": "no"},
		"photo":   {},
		"pickup":  {"consent": "true"},
	}
}

// Office is a centre that the field of a service offers.
func (w *World) Office(service, field string) string {
	w.T.Helper()
	s, _ := w.Law.Service(service)
	f, _ := s.Field(field)
	for _, c := range w.Law.Centres {
		if c.DoesOffer(f.Offers) {
			return c.Code
		}
	}
	w.T.Fatal("no centre offers " + f.Offers)
	return ""
}

// Filled is a draft of a foreign passport in which nothing is missing.
func (w *World) Filled(who account.ID) application.ID {
	w.T.Helper()
	ctx := context.Background()
	begun, err := w.Applications.Begin(ctx, who, "foreign_passport")
	if err != nil || begun.ID == "" {
		w.T.Fatalf("begin: %v %+v", err, begun)
	}
	if err := w.Applications.Attach(ctx, who, begun.ID, "photo", bytes.NewReader(Photo(w.T, 450, 560))); err != nil {
		w.T.Fatalf("photo: %v", err)
	}
	pages := PassportPages()
	pages["pickup"]["office"] = w.Office("foreign_passport", "office")
	for _, page := range []string{"passport", "about_you", "history", "photo", "pickup"} {
		if _, err := w.Applications.Save(ctx, who, begun.ID, page, pages[page]); err != nil {
			w.T.Fatalf("page %s: %v %+v", page, err, fault.Of(err).Fields)
		}
	}
	return begun.ID
}

// Sent is a foreign passport's case.
func (w *World) Sent(who account.ID) application.ID {
	w.T.Helper()
	id := w.Filled(who)
	if err := w.Applications.Send(context.Background(), who, id); err != nil {
		w.T.Fatalf("send: %v", err)
	}
	return id
}
