package journeys

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/demo"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// tap stands in the wire between every browser of a test and the portal: it
// keeps what went over it and holds each answer to the rules of all answers.
type tap struct {
	under  http.RoundTripper
	origin string

	mu      sync.Mutex
	answers int
	paths   []string
	bodies  bytes.Buffer
	broken  map[string]int
}

// tapped puts a tap into the wire until the test ends.
func tapped(t *testing.T) *tap {
	t.Helper()
	w := &tap{under: http.DefaultTransport, broken: map[string]int{}}
	http.DefaultTransport = w
	t.Cleanup(func() { http.DefaultTransport = w.under })
	return w
}

func (w *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := w.under.RoundTrip(r)
	if err != nil || w.origin == "" || "http://"+r.URL.Host != w.origin || answer.StatusCode == http.StatusRequestHeaderFieldsTooLarge {
		return answer, err
	}
	body, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	answer.Body = io.NopCloser(bytes.NewReader(body))
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers++
	w.paths = append(w.paths, r.URL.RequestURI(), r.Referer(), answer.Header.Get("Location"))
	w.bodies.Write(body)
	for _, what := range faultsOf(r, answer) {
		w.broken[what]++
	}
	return answer, err
}

// wanted are the headers of every answer (WEB-2, WEB-3).
var wanted = map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cross-Origin-Opener-Policy": "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin", "Permissions-Policy": "camera=()"}

// faultsOf are the rules that an answer breaks.
func faultsOf(r *http.Request, answer *http.Response) (broken []string) {
	say := func(rule, what string) {
		broken = append(broken, fmt.Sprintf("%s %s %s (%d): %s", rule, r.Method, r.URL.Path, answer.StatusCode, what))
	}
	policy := answer.Header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'", "object-src 'none'"} {
		if !strings.Contains(policy, part) && !strings.HasPrefix(policy, "sandbox; default-src 'none'") {
			say("WEB-2", "no "+part)
		}
	}
	if strings.Contains(policy, "unsafe") {
		say("WEB-2", policy)
	}
	for name, value := range wanted {
		if name == "Cross-Origin-Resource-Policy" && answer.Header.Get("Access-Control-Allow-Origin") == "*" {
			value = "" // pages of any origin may read it
		}
		if !strings.HasPrefix(answer.Header.Get(name), value) {
			say("WEB-3", "no "+name)
		}
	}
	if keep := answer.Header.Get("Cache-Control"); !strings.Contains(keep, "no-store") && !strings.HasPrefix(r.URL.Path, "/assets/") && len(answer.Cookies()) > 0 {
		say("WEB-5", "cookies with Cache-Control "+keep)
	}
	kind := answer.Header.Get("Content-Type")
	if !strings.HasPrefix(r.URL.Path, "/assets/") && !strings.HasPrefix(kind, "text/html") && answer.StatusCode == 200 && !strings.HasPrefix(policy, "sandbox") {
		say("FILE-3", kind+" without a sandbox")
	}
	for _, c := range answer.Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteLaxMode && c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
			say("SESS-1", "cookie "+c.Name)
		}
	}
	if to := answer.Header.Get("Location"); to != "" && (!strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//")) {
		say("WEB-7", "led to "+to)
	}
	return broken
}

// lines is a log that is kept.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// attacked is a country in which one resident went the whole way, seen by who wants in.
type attacked struct {
	*country
	dir string
	log *lines
	tap *tap
	r   *resident
}

// TestSecurity breaks in after a whole journey, and looks for what it left behind.
func TestSecurity(t *testing.T) {
	a := &attacked{dir: t.TempDir(), log: &lines{}, tap: tapped(t)}
	a.country = runIn(t, a.dir, demo.Config{Log: slog.New(slog.NewJSONHandler(a.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	a.tap.origin = a.portal
	law := a.demo.Portal.Law
	a.r = a.stranger("ru", law)
	a.r.register()
	a.r.fillIn("113-520-411 93")
	a.r.told(a.r.phone, firstWords(a.r.T("check.passed.sms")))
	a.r.b.Open("/id/check")
	a.r.addEmail()
	a.r.statement()
	a.r.confirmAtDesk()
	a.r.decided(a.r.applyForPassport())

	t.Run("AUTHZ-2 what belongs to somebody is not there for others", a.strangers)
	t.Run("AUTHZ-2 a case is not there for officers of another authority", a.otherOffice)
	t.Run("WEB-5 what is no page of ours is none under another ending", a.endings)
	t.Run("WEB-7 nobody is led away by next", a.next)
	t.Run("WEB-8 only our own name is answered, and no other gets into a page or message", a.hosts)
	t.Run("LOG-2 nonsense in every form is refused or answered, never a mistake of ours", a.nonsense)
	t.Run("LOG-2 two thousand odd requests end in no mistake of ours", a.odd)
	a.verifyAudit()
	for _, rule := range []string{"WEB-2", "WEB-3", "WEB-5", "WEB-7", "FILE-3", "SESS-1"} {
		t.Run(rule+" holds for every answer, errors and redirects too", func(t *testing.T) {
			if a.tap.answers < 3000 {
				t.Errorf("only %d answers", a.tap.answers)
			}
			for what, n := range a.tap.broken {
				if strings.HasPrefix(what, rule+" ") {
					t.Errorf("%s, %d times", what, n)
				}
			}
		})
	}
	t.Run("PRIV-4 OTP-8 CRYPTO-1 WEB-6 nothing of a person lies open", a.canaries)
}

// all reads a column of the database.
func (a *attacked) all(query db.SQL, args ...any) (values []string) {
	a.t.Helper()
	err := a.demo.Portal.DB.Read(context.Background(), func(tx *db.Tx) (err error) {
		values, err = db.All(tx, db.Scalar[string], query, args...)
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return values
}

// person is one of three residents of the matrix.
type person struct {
	b  *webtest.Browser
	id account.ID
}

// known signs in whoever has a phone and begins an application, so that there is a draft.
func (a *attacked) known(phone string) *person {
	a.t.Helper()
	p := &person{b: a.browser("ru")}
	a.write(func(tx *db.Tx) (err error) {
		if p.id, err = a.demo.Portal.Accounts.ByContact(tx, account.Phone, phone); err != nil {
			return err
		}
		token, err := a.demo.Portal.Sessions.Begin(tx, signin.Opening{Account: p.id, Way: "test"})
		p.b.SetCookie("okno", token)
		return err
	})
	if start := p.b.Open("/services/foreign_passport/apply"); start.HasButton(a.r.T("application.start.begin")) {
		start.Press(a.r.T("application.start.begin"))
	}
	p.b.Open("/id/settings/password") // gives the browser its name
	return p
}

// post sends a form with its right key to a page that the person may be unable to open.
func (a *attacked) post(t *testing.T, p *person, path string) *webtest.Page {
	t.Helper()
	key := visittest.KeyOf(a.demo.Portal.Site, p.b, path)
	return p.b.For(t).Send(path, url.Values{"_key": {key}, "reason": {"1"}, "code": {"000000"}})
}

func (a *attacked) write(f func(tx *db.Tx) error) {
	a.t.Helper()
	if err := a.demo.Portal.DB.Write(context.Background(), f); err != nil {
		a.t.Fatal(err)
	}
}

// nobodys is an id that nothing has.
const nobodys = "0197f3a2-0000-7000-8000-00000000dead"

// things are all that belongs to an account, as the addresses of its pages, with "#" where the id stands.
func (a *attacked) things(id account.ID) map[string][]string {
	cases := a.all("SELECT id FROM application_case WHERE account = $1", string(id))
	things := map[string][]string{}
	for _, page := range []string{"", "/form/passport", "/form/photo", "/check", "/discard", "/correct", "/withdraw", "/statement", "/document", "/form/passport/save"} {
		things["/applications/#"+page] = cases
	}
	for _, c := range cases {
		things["/applications/"+c+"/files/#"] = a.all("SELECT id FROM blob_file WHERE subject = $1", string(id))
	}
	things["/mail/#"] = a.all("SELECT id FROM mailbox_letter WHERE account = $1", string(id))
	things["/mail/#/letter.pdf"] = things["/mail/#"]
	things["/id/profile/contacts/phone/#"] = a.all("SELECT id FROM profile_contact WHERE account = $1", string(id))
	return things
}

// volatile is what differs between two answers to the same question.
var volatile = regexp.MustCompile(`data-session="[0-9]+"|value="[a-zA-Z0-9]{20}\.[^"]+"|[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}|[0-9A-Z]{26}`)

func (a *attacked) strangers(t *testing.T) {
	a.r.b.Open("/id/profile/contacts/phone").Fill(a.r.T("profile.contact.phone"), "+7 900 111-22-44").
		Fill(a.r.T("profile.password"), a.r.password).Press(a.r.T("profile.contact.send"))
	all := []*person{a.known(a.r.phone), a.known("+79000000103"), a.known("+79000000107")}
	tried, own := 0, 0
	for _, owner := range all {
		for at, ids := range a.things(owner.id) {
			for _, id := range ids {
				path := strings.Replace(at, "#", id, 1)
				none := strings.Replace(at, "#", nobodys, 1)
				if owner.b.Open(path).Status == http.StatusOK {
					own++
				}
				for _, other := range all {
					if other == owner {
						continue
					}
					tried++
					a.same(t, path, other.b.For(t).Open(path), other.b.For(t).Open(none))
					a.same(t, "POST "+path, a.post(t, other, path), a.post(t, other, none))
				}
			}
		}
	}
	if tried < 100 || own < 15 {
		t.Errorf("only %d things of others were tried, %d own ones seen", tried, own)
	}
}

// same holds that somebody else's thing is answered as one that does not exist.
func (a *attacked) same(t *testing.T, what string, theirs, none *webtest.Page) {
	t.Helper()
	if theirs.Status != http.StatusNotFound && theirs.Status != http.StatusMethodNotAllowed {
		t.Errorf("%s: %d", what, theirs.Status)
	}
	plain := func(body string) string { return volatile.ReplaceAllString(strings.ReplaceAll(body, "%2F", "/"), "?") }
	one, two := plain(theirs.Body), plain(none.Body)
	if one != two || theirs.Status != none.Status {
		at := 0
		for at < min(len(one), len(two)) && one[at] == two[at] {
			at++
		}
		t.Errorf("%s (%d) differs from what does not exist (%d): %q", what, theirs.Status, none.Status, one[max(0, at-80):min(len(one), at+80)])
	}
}

func (a *attacked) otherOffice(t *testing.T) {
	filed := a.all("SELECT id FROM application_case WHERE state <> 'draft' AND authority = 'mvd'")
	visits := a.all("SELECT id FROM proofing_case")
	files := a.all("SELECT id FROM blob_file")
	if len(filed) == 0 || len(visits) == 0 || len(files) == 0 {
		t.Fatal("nothing to look for")
	}
	pension := a.staffed(officer.Officer{Login: "other", Name: "Другая", Roles: []officer.Role{"case_worker"}, Authority: "pension_fund", Active: true})
	moscow := a.staffed(officer.Officer{Login: "faraway", Name: "Дальний", Roles: []officer.Role{"operator"}, Centre: "moscow_mfc", Active: true})
	for _, page := range []string{"", "/look", "/correction", "/decision", "/document", "?for=decide", "/files/" + files[0]} {
		path := "/desk/cases/" + filed[0] + page
		none := strings.Replace(path, filed[0], nobodys, 1)
		theirs, nothing := pension.For(t).Open(path), pension.For(t).Open(none)
		if page == "" || page == "/look" { // asks for a purpose first, whatever the case
			theirs.MustNot("Петров", "PETROVA")
			theirs.Status, nothing.Status = http.StatusNotFound, nothing.Status+http.StatusNotFound-theirs.Status
		}
		a.same(t, path, theirs, nothing)
	}
	pension.Open("/desk/cases/" + nobodys + "/look") // gives the browser its name
	for _, act := range []string{"take", "release", "checked", "correction", "decision", "decide", "advance", "decision/again"} {
		path := "/desk/cases/" + filed[0] + "/" + act
		form := url.Values{"_key": {visittest.KeyOf(a.demo.Portal.Site, pension, path)}, "for": {"decide"}, "purpose": {"decide"}}
		if got := pension.For(t).Send(path, form); got.Status != http.StatusNotFound && got.Status != http.StatusForbidden {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	for _, page := range []string{"", "/visitor", "/form.pdf"} {
		path := "/desk/proofing/" + visits[0] + page
		a.same(t, path, moscow.For(t).Open(path), moscow.For(t).Open(strings.Replace(path, visits[0], nobodys, 1)))
	}
}

// staffed is a browser of a new officer.
func (a *attacked) staffed(o officer.Officer) *webtest.Browser {
	b := a.browser("ru")
	a.write(func(tx *db.Tx) error {
		id, err := a.demo.Portal.Officers.Add(tx, o, audit.BySystem("test"))
		if err != nil {
			return err
		}
		token, err := a.demo.Portal.Sessions.Begin(tx, signin.Opening{Officer: id, Way: "test"})
		b.SetCookie("okno_desk", token)
		return err
	})
	return b
}

func (a *attacked) endings(t *testing.T) {
	for _, path := range []string{"/account", "/mail", "/applications", "/id/profile/user", "/id/settings/who"} {
		for _, ending := range []string{";x.css", "/x.css", ".css", "/;x", "%3Bx.css", "/..%2fx.css", "/x.js"} {
			p := a.r.b.For(t).Open(path + ending)
			if p.Status != http.StatusNotFound || p.Has("Петрова") && path != "/id/profile/user" && p.H1() != a.r.T("visit.not_found.title") {
				t.Errorf("%s%s: %d", path, ending, p.Status)
			}
		}
	}
}

// away are addresses that must never be gone to.
var away = []string{"https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "/%09/evil.example", "\t//evil.example", "https:evil.example",
	"javascript:alert(1)", "JavaScript://%0aalert(1)", "data:text/html,x", "///evil.example", "/..//evil.example", "http://127.0.0.1@evil.example", "//127.0.0.1@evil.example",
	"/%5Cevil.example", "/%2Fevil.example", "\r\nLocation: https://evil.example", "/\r\nX: y", "/x\x00//evil.example", "https://evil.example\\@127.0.0.1", "////", "http:///evil.example", "．evil.example", "/。evil.example//"}

func (a *attacked) next(t *testing.T) {
	for _, to := range away {
		b := a.browser("ru").For(t)
		p := b.Open("/id/signin?next=" + url.QueryEscape(to))
		form := p.Values("page")
		for name := range form {
			if name == "password" {
				form.Set(name, "Vetka;Snega48!")
			} else if name != "_key" && name != "next" && !form.Has("x") && form.Get(name) == "" {
				form.Set(name, "+79000000107")
			}
		}
		if after := b.Send("/id/signin?next="+url.QueryEscape(to), form); after.Status >= 500 || after.Status == 422 { // the browser fails by itself when led away
			t.Errorf("next=%q: %d %s", to, after.Status, after.Text())
		}
		if after := b.Send("/language/ru", url.Values{"_return": {to}}); after.Status >= 500 {
			t.Errorf("_return=%q: %d", to, after.Status)
		}
	}
}

func (a *attacked) hosts(t *testing.T) {
	port := a.portal[strings.LastIndex(a.portal, ":"):]
	for _, host := range []string{"evil.example", "evil.example" + port, "127.0.0.1", "127.0.0.1.evil.example" + port, "localhost" + port, "127.0.0.1:1", "127.0.0.1" + port + ".evil.example", "[::1]" + port, "okno.example@127.0.0.1" + port} {
		for _, path := range []string{"/", "/id/signin", "/assets/nothing"} {
			r, _ := http.NewRequest("GET", a.portal+path, nil)
			r.Host = host
			answer, body := a.send(t, r)
			if answer.StatusCode != http.StatusMisdirectedRequest && answer.StatusCode != http.StatusBadRequest || strings.Contains(body, "evil.example") {
				at := strings.Index(body, "evil.example")
				t.Errorf("Host %q at %s: %d %.300q", host, path, answer.StatusCode, body[max(0, at-100):])
			}
		}
	}
	for _, header := range []string{"X-Forwarded-Host", "Forwarded", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "Referer"} {
		r, _ := http.NewRequest("GET", a.portal+"/", nil)
		r.Header.Set(header, "host=evil.example;proto=https")
		if answer, body := a.send(t, r); answer.StatusCode != 200 || strings.Contains(body, "evil.example") {
			t.Errorf("%s: %d", header, answer.StatusCode)
		}
	}
	for _, m := range a.mail("") {
		for _, link := range m.Links {
			if !strings.HasPrefix(link, a.portal+"/") {
				t.Errorf("a message leads to %s", link)
			}
		}
	}
}

// send asks without following, as no browser would.
func (a *attacked) send(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// canaries looks for what belongs to the resident in everything that is at rest.
func (a *attacked) canaries(t *testing.T) {
	words := []string{"Петрова", "петрова", "ПЕТРОВА", "PETROVA", "Мария", "Ивановна", "9001112233", "9001112244", "petrova@", "11352041193", "113-520-411", "Vetka;", "4512104201", "313034323031", "MTA0MjAx", "Липовая", "Вологды", "Ромашка", "тёмная"}
	var codes []string
	for _, m := range append(a.sms(""), a.mail("")...) {
		codes = append(codes, sixDigits.FindAllString(m.Text, -1)...)
	}
	if len(codes) < 4 {
		t.Fatal("too few codes to look for")
	}
	rest := map[string][]byte{"the log": []byte(a.log.String()), "addresses of pages": []byte(strings.Join(a.tap.paths, "\n"))}
	err := filepath.WalkDir(filepath.Join(a.dir, "data"), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "people.json" || e.Name() == "sms-password" {
			return err
		}
		rest[strings.TrimPrefix(path, a.dir)], err = os.ReadFile(path)
		return err
	})
	if err != nil || !bytes.Contains(append(rest["/data/okno.db"], rest["/data/okno.db-wal"]...), []byte("foreign_passport")) || len(rest) < 6 {
		t.Fatal("nothing to look through: ", err, len(rest))
	}
	if decoded, err := url.QueryUnescape(strings.Join(a.tap.paths, "\n")); err == nil {
		rest["addresses of pages, decoded"] = []byte(decoded)
	}
	passport := regexp.MustCompile(`(?:^|[^0-9a-f-])104201(?:[^0-9a-f-]|$)`) // short enough to stand in an identifier by chance
	for where, content := range rest {
		if at := passport.FindIndex(content); at != nil {
			t.Errorf("%s holds the number of the passport: %q", where, content[max(0, at[0]-40):min(len(content), at[1]+40)])
		}
		for _, word := range words {
			for form, w := range map[string][]byte{"in clear": []byte(word), "in hex": []byte(hex.EncodeToString([]byte(word))), "in base64": []byte(base64.StdEncoding.EncodeToString([]byte(word))[:len(word)*4/3-3])} {
				if at := bytes.Index(content, w); at >= 0 {
					t.Errorf("%s holds %q %s: %q", where, word, form, content[max(0, at-40):min(len(content), at+60)])
				}
			}
		}
	}
	a.codes(t, codes, rest)
}

// codes looks for one-time codes in everything at rest, in every column, and in every answer.
func (a *attacked) codes(t *testing.T, codes []string, rest map[string][]byte) {
	rest["an answer"] = a.tap.bodies.Bytes()
	for _, table := range a.all("SELECT name FROM sqlite_schema WHERE type = 'table'") {
		for _, column := range a.all("SELECT name FROM pragma_table_info($1)", table) {
			rest[table+"."+column] = []byte(strings.Join(a.all(db.SQL(`SELECT coalesce(CAST("`+column+`" AS TEXT), '') FROM "`+table+`"`)), "\n"))
		}
	}
	for where, content := range rest {
		found := sixDigits.FindAllString(string(content), -1)
		for _, code := range codes {
			if slices.Contains(found, code) {
				t.Errorf("OTP-8 %s holds the code %s", where, code)
			}
		}
	}
}
