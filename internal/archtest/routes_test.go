package archtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/demo"
	"okno/internal/officer"
	"okno/internal/signin"
	"okno/internal/visit"
)

// house is the whole portal with its invented people, of which nothing runs: no
// jobs, no server. What changes in its database was changed by a request.
type house struct {
	t       *testing.T
	demo    *demo.Demo
	host    string
	file    *sql.DB // a second look at the database
	objects map[string][]string
}

func openHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	d, err := demo.Start(context.Background(), demo.Config{Data: dir, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", Jurisdiction: "ru", Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	file, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "okno.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	file.SetMaxOpenConns(1)
	t.Cleanup(func() { file.Close() })
	h := &house{t: t, demo: d, host: strings.TrimPrefix(d.Portal.Config.Origin, "http://"), file: file}
	random := "0197f3a2-0000-7000-8000-00000000dead"
	h.objects = map[string][]string{"id": {random, "foreign_passport", "pension_statement", h.draft()}, "grant": {random}, "organisation": {random}, "logo": {random}, "code": {random, "mvd", "passports"},
		"slug": {"levels", random}, "page": {"passport", random}, "file": {random}, "form": {"ru_passport", random}, "kind": {"phone", "email", random},
		"row": {random}, "token": {random}, "name": {random}, "oid": {"1000000000"}, "list": {"ctts", "orgs"}, "element": {"1"}, "choice": {"ru", random}}
	return h
}

// visitor is somebody of each kind who may stand at a door.
type visitor struct {
	name    string
	cookies []*http.Cookie
	staff   bool
	level   account.Level
	officer string
}

// visitors are nobody, a resident of each level and an officer of each role.
func (h *house) visitors() []visitor {
	all := []visitor{{name: "nobody"}}
	for _, p := range []struct {
		phone string
		level account.Level
	}{{"+79000000101", account.Simplified}, {"+79000000102", account.Standard}, {"+79000000103", account.Verified}} {
		var id account.ID
		h.write(func(tx *db.Tx) (err error) {
			id, err = h.demo.Portal.Accounts.ByContact(tx, account.Phone, p.phone)
			return err
		})
		all = append(all, visitor{name: p.level.String(), level: p.level, cookies: h.session("okno", signin.Opening{Account: id, Way: "test"})})
	}
	for _, login := range []string{"o.smirnova", "s.volkov", "t.koroleva", "v.bykova", "g.polyakova", "p.nosov"} {
		var who officer.Officer
		h.write(func(tx *db.Tx) (err error) { who, err = h.demo.Portal.Officers.ByLogin(tx, login); return err })
		all = append(all, visitor{name: login, staff: true, officer: login, cookies: h.session("okno_desk", signin.Opening{Officer: who.ID, Way: "test"})})
	}
	return all
}

func (h *house) write(f func(tx *db.Tx) error) {
	h.t.Helper()
	if err := h.demo.Portal.DB.Write(context.Background(), f); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) session(cookie string, o signin.Opening) []*http.Cookie {
	h.t.Helper()
	var token string
	h.write(func(tx *db.Tx) (err error) { token, err = h.demo.Portal.Sessions.Begin(tx, o); return err })
	return []*http.Cookie{{Name: cookie, Value: token}, {Name: "okno_browser", Value: "browser-of-" + cookie}}
}

// resident signs in whoever has a phone.
func (h *house) resident(phone string) []*http.Cookie {
	h.t.Helper()
	var id account.ID
	h.write(func(tx *db.Tx) (err error) {
		id, err = h.demo.Portal.Accounts.ByContact(tx, account.Phone, phone)
		return err
	})
	return h.session("okno", signin.Opening{Account: id, Way: "test"})
}

func (h *house) ask(v visitor, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = h.host, "192.0.2.7:4711"
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	for _, c := range v.cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.demo.Portal.Handler().ServeHTTP(w, r)
	return w
}

var keyOf = regexp.MustCompile(`name="_key" value="([^"]+)"`)

// draft begins an application as a verified resident and gives its id.
func (h *house) draft() string {
	h.t.Helper()
	var id account.ID
	h.write(func(tx *db.Tx) (err error) {
		id, err = h.demo.Portal.Accounts.ByContact(tx, account.Phone, "+79000000103")
		return err
	})
	v := visitor{cookies: h.session("okno", signin.Opening{Account: id, Way: "test"})}
	page := h.ask(v, "GET", "/services/foreign_passport/apply", "")
	key := keyOf.FindStringSubmatch(page.Body.String())
	if key == nil {
		h.t.Fatalf("no form at the start of an application: %d", page.Code)
	}
	got := h.ask(v, "POST", "/services/foreign_passport/apply", url.Values{"_key": {key[1]}}.Encode())
	parts := strings.Split(got.Header().Get("Location"), "/")
	if got.Code != http.StatusSeeOther || len(parts) < 3 {
		h.t.Fatalf("no draft: %d %v", got.Code, got.Header())
	}
	return parts[2]
}

var parameter = regexp.MustCompile(`\{([a-z]+)\}`)

// paths are the addresses of a route, with things that exist and that do not.
func (h *house) paths(route string) []string {
	paths := []string{strings.TrimSuffix(route, "{$}")}
	for {
		m := parameter.FindStringSubmatch(paths[0])
		if m == nil {
			return paths
		}
		if h.objects[m[1]] == nil {
			h.t.Fatalf("%s: say in this test what a {%s} may be", route, m[1])
		}
		var next []string
		for _, p := range paths {
			for _, value := range h.objects[m[1]] {
				next = append(next, strings.Replace(p, m[0], value, 1))
			}
		}
		paths = next
	}
}

func (h *house) routes(method string) (all []visit.Route) {
	for _, r := range h.demo.Portal.Site.Routes() {
		if strings.HasPrefix(r.Pattern, method+" ") {
			all = append(all, r)
		}
	}
	return all
}

// harmless are the only forms without a key: they keep a choice or end a session; those of the demo's gallery do nothing.
var harmless = []string{"/language/{choice}", "/location/{choice}", "/category/{choice}", "/size/{choice}", "/id/session", "/desk/session", "/id/signout", "/desk/signout", "/id/signin/again", "/ui", "/ui/save"}

func TestRoutes(t *testing.T) {
	h := openHouse(t)
	visitors := h.visitors()
	t.Run("AUTHZ-1 every route says who may enter, and no door of a workplace is open to residents", func(t *testing.T) { h.entrances(t) })
	t.Run("AUTHZ-1 nobody gets past a door that is not his, and no visit ends in a mistake of ours", func(t *testing.T) {
		h.walk(t, visitors)
	})
	t.Run("WEB-1 a form without its key and a form from elsewhere change nothing", func(t *testing.T) { h.forged(t, visitors) })
}

func (h *house) entrances(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range h.demo.Portal.Site.Routes() {
		method, path, _ := strings.Cut(r.Pattern, " ")
		desk := path == "/desk" || strings.HasPrefix(path, "/desk/")
		switch {
		case method != "GET" && method != "POST":
			t.Errorf("%s: neither GET nor POST", r.Pattern)
		case r.Who == visit.Staff && (!desk || r.Permission == "" && path != "/desk"):
			t.Errorf("%s: for officers, without permission or outside /desk", r.Pattern)
		case r.Who == visit.Residents && desk:
			t.Errorf("%s: a workplace for residents", r.Pattern)
		case r.Who == visit.Machines && !slices.ContainsFunc(machines, func(prefix string) bool { return strings.HasPrefix(path, prefix) }):
			t.Errorf("%s: an unknown door for machines", r.Pattern)
		case !slices.Contains([]visit.Who{visit.Everybody, visit.Residents, visit.Staff, visit.Machines}, r.Who):
			t.Errorf("%s: for %q", r.Pattern, r.Who)
		case seen[r.Pattern]:
			t.Errorf("%s: twice", r.Pattern)
		}
		seen[r.Pattern] = true
	}
	if len(seen) < 100 {
		t.Errorf("only %d routes: the list is not whole", len(seen))
	}
}

// machines are where the doors for machines begin.
var machines = []string{"/assets/", "/ready", "/id/oauth/", "/id/.well-known/", "/.well-known/", "/aas/oauth2/", "/rs/prns/", "/rs/orgs/"}

// strict are doors that answer in their own way when nothing, or nothing that
// holds, is brought: a request of a site, a flow that is over, a token.
var strict = map[string]int{"GET /id/oauth/authorize": http.StatusBadRequest, "GET /id/oauth/refused": http.StatusBadRequest, "GET /id/oauth/continue": http.StatusGone, "GET /id/oauth/consent": http.StatusGone,
	"GET /id/oauth/raise": http.StatusGone, "GET /id/oauth/barred": http.StatusGone, "GET /id/oauth/sandbox": http.StatusGone, "GET /partners/try": http.StatusGone, "GET /id/oauth/userinfo": http.StatusUnauthorized,
	"GET /aas/oauth2/ac": http.StatusBadRequest, "GET /aas/oauth2/v2/ac": http.StatusBadRequest, "GET /rs/prns/{oid}": http.StatusUnauthorized,
	"GET /rs/prns/{oid}/{$}": http.StatusUnauthorized, "GET /rs/prns/{oid}/{list}/{$}": http.StatusUnauthorized,
	"GET /rs/prns/{oid}/{list}": http.StatusUnauthorized, "GET /rs/prns/{oid}/{list}/{element}": http.StatusUnauthorized, "GET /rs/orgs/{path...}": http.StatusUnauthorized}

// turned are posts of other sites, which we turn into visits: they change nothing.
var turned = []string{"POST /id/oauth/authorize", "POST /id/oauth/logout", "POST /aas/oauth2/ac", "POST /aas/oauth2/v2/ac"}

// links are the pages of letters' and invitations' links, of which a dead one is 410.
var links = []string{"GET /id/registration/mail/confirm", "GET /id/proofing/not-me/{token}", "GET /id/signin/not-me/{token}", "GET /desk/invitation"}

// walk visits every GET as everybody, and holds the database against each visit.
func (h *house) walk(t *testing.T, visitors []visitor) {
	visits, reached, now, version := 0, 0, h.tables(), h.version()
	h.resident("+79000000103")
	if after := h.tables(); h.version() == version || after["signin_session"] == now["signin_session"] {
		t.Fatal("this test would not see a write")
	}
	version, now = h.version(), h.tables()
	for _, v := range visitors {
		for _, r := range h.routes("GET") {
			for _, path := range h.paths(strings.TrimPrefix(r.Pattern, "GET ")) {
				visits++
				got := h.ask(v, "GET", path, "")
				if !slices.Contains([]int{200, 303, 403, 404}, got.Code) && !(got.Code == http.StatusGone && slices.Contains(links, r.Pattern)) && got.Code != strict[r.Pattern] {
					t.Errorf("%s at %s: %d", v.name, path, got.Code)
				}
				if got.Code == http.StatusOK {
					reached++
				}
				if !h.may(v, r) && got.Code == http.StatusOK {
					t.Errorf("%s got into %s", v.name, path)
				}
				if after := h.version(); after != version {
					version = after
					now = h.changed(t, v.name+" at "+path, now)
				}
			}
		}
	}
	if visits < 1000 || reached < 250 {
		t.Errorf("only %d visits, of which %d reached a page", visits, reached)
	}
}

// may says whether a visitor may enter, by the map alone.
func (h *house) may(v visitor, r visit.Route) bool {
	switch r.Who {
	case visit.Residents:
		return !v.staff && v.level > 0 && v.level >= r.Level
	case visit.Staff:
		if !v.staff {
			return false
		}
		var who officer.Officer
		h.write(func(tx *db.Tx) (err error) { who, err = h.demo.Portal.Officers.ByLogin(tx, v.officer); return err })
		return r.Permission == "" || who.May(r.Permission)
	}
	return true
}

// noted are the tables in which a GET may leave that somebody was there.
var noted = []string{"signin_session", "audit_entry"}

// changed fails when a table changed that a GET must leave alone (WEB-1).
func (h *house) changed(t *testing.T, what string, before map[string]string) map[string]string {
	t.Helper()
	after := h.tables()
	for table, content := range after {
		if content != before[table] && !slices.Contains(noted, table) {
			t.Errorf("WEB-1 %s wrote into %s", what, table)
		}
	}
	return after
}

func (h *house) version() (v int64) {
	if err := h.file.QueryRow("PRAGMA data_version").Scan(&v); err != nil {
		h.t.Fatal(err)
	}
	return v
}

// tables are the hashes of the content of every table.
func (h *house) tables() map[string]string {
	rows, err := h.file.Query("SELECT name FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		h.t.Fatal(err)
	}
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			h.t.Fatal(err)
		}
		names = append(names, name)
	}
	rows.Close()
	all := map[string]string{}
	for _, name := range names {
		all[name] = h.content(name)
	}
	return all
}

func (h *house) content(table string) string {
	rows, err := h.file.Query(`SELECT * FROM "` + table + `"`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	columns, _ := rows.Columns()
	values := make([]any, len(columns))
	places := make([]any, len(columns))
	for i := range values {
		places[i] = &values[i]
	}
	sum := sha256.New()
	for rows.Next() {
		if err := rows.Scan(places...); err != nil {
			h.t.Fatal(err)
		}
		fmt.Fprintf(sum, "%v\n", values)
	}
	return string(sum.Sum(nil))
}

// forged posts every form without its key, with a stranger's key and from another site.
func (h *house) forged(t *testing.T, visitors []visitor) {
	own := []string{"Origin", h.demo.Portal.Config.Origin}
	before := h.tables()
	for _, r := range h.routes("POST") {
		path := strings.TrimPrefix(r.Pattern, "POST ")
		for _, v := range visitors {
			if r.Who == visit.Machines { // a machine brings proof of its own, whoever's browser it is
				if got := h.ask(v, "POST", path, "token=x", "Origin", "https://evil.example", "Content-Type", "application/x-www-form-urlencoded"); got.Code < 400 || got.Code >= 500 {
					t.Errorf("%s: %s posted without proof and got %d", r.Pattern, v.name, got.Code)
				}
				continue
			}
			if slices.Contains(turned, r.Pattern) {
				if got := h.ask(v, "POST", path, "next=%2F", "Origin", "https://evil.example"); got.Code != http.StatusSeeOther {
					t.Errorf("%s: %s posted and got %d", r.Pattern, v.name, got.Code)
				}
				continue
			}
			if !h.may(v, r) {
				continue
			}
			at := h.paths(path)[len(h.paths(path))-1]
			for _, foreign := range [][]string{{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}} {
				if got := h.ask(v, "POST", at, "next=%2F", foreign...); got.Code != http.StatusForbidden {
					t.Errorf("%s: %s posted from %v and got %d", r.Pattern, v.name, foreign, got.Code)
				}
			}
			if slices.Contains(harmless, path) {
				continue
			}
			for _, key := range []string{"", "_key=", "_key=x.y", "_key=AAAAAAAAAAAAAAAAAAAA.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
				if got := h.ask(v, "POST", at, key, own...); got.Code != http.StatusForbidden {
					t.Errorf("%s: %s posted %q and got %d", r.Pattern, v.name, key, got.Code)
				}
			}
		}
	}
	h.changed(t, "a forged form", before)
}
