package journeys

import (
	"html"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/officer"
	"okno/internal/visit"
	"okno/internal/web/webtest"
)

// nonsenses are what no form was made for.
var nonsenses = map[string]string{
	"nothing": "", "spaces": "   ", "long": strings.Repeat("ж", 10_000), "emoji": "😀🎉 🌷", "joined": "👩‍👩‍👧‍👦🏳️‍🌈🇦🇫", "turned": "abc\u202etxt.exe\u2066", "zero": "a\x00b\x1b[31m",
	"sql": "'; DROP TABLE account_account; --", "html": `"><script>alert(1)</script><b>x`, "broken": "\xff\xfe\xc0\xaf", "number": "-99999999999999999999",
	"path": "../../../../etc/passwd", "template": "{{.}} ${7*7} %s%n {n}", "digits": "۱۲۳۴۵۶۷۸۹۰", "lines": "a\r\nBcc: x@evil.example\r\n\r\nx", "float": "NaN", "date": "0000-00-00",
}

// formPages are pages with forms, by who sees them.
func (a *attacked) formPages() map[*webtest.Browser][]string {
	resident := a.known("+79000000103")
	simple := a.known("+79000000101")
	draft := "/applications/" + a.all("SELECT id FROM application_case WHERE account = $1 AND state = 'draft'", string(resident.id))[0]
	worker := a.staffed(officer.Officer{Login: "worker", Name: "Worker", Roles: []officer.Role{"case_worker"}, Authority: "mvd", Active: true})
	operator := a.staffed(officer.Officer{Login: "operator", Name: "Operator", Roles: []officer.Role{"operator"}, Centre: "vologda_mfc", Active: true})
	return map[*webtest.Browser][]string{
		a.browser("ru"): {"/id/registration", "/id/signin", "/id/recovery", "/verify", "/desk/signin", "/search", "/id/check/dispute"},
		simple.b:        {"/id/profile/edit", "/id/profile/contacts/phone", "/id/profile/contacts/email", "/id/settings/password", "/id/settings/notices", "/id/settings/events"},
		resident.b: {"/id/profile/edit", "/id/profile/documents/ru_passport", "/id/settings/password", "/services/pension_statement/apply", draft + "/form/passport", draft + "/form/about_you",
			draft + "/form/history", draft + "/form/photo", draft + "/form/pickup", draft + "/check", "/id/proofing/code", "/id/proofing/desk"},
		worker:   {"/desk/cases"},
		operator: {"/desk/proofing", "/desk/proofing/approve"},
	}
}

// nonsense fills every field of every form with every kind of nonsense, once and twice.
func (a *attacked) nonsense(t *testing.T) {
	sent, refused := 0, 0
	for b, pages := range a.formPages() {
		for _, path := range pages {
			for what, value := range nonsenses {
				p := b.For(t).Open(path)
				form := p.Values("page")
				if len(form) == 0 {
					break
				}
				for name := range form {
					if name == "_key" {
						continue
					}
					form[name] = []string{value}
					if what == "sql" {
						form[name] = []string{value, value, "x"}
					}
				}
				form["unknown[]"], form["level"], form["account"] = []string{value}, []string{"verified"}, []string{nobodys}
				at, _, _ := strings.Cut(p.Path, "?")
				got := b.For(t).Send(at, form)
				sent++
				if !slices.Contains([]int{200, 303, 403, 404, 409, 410, 413, 422, 429}, got.Status) {
					t.Errorf("%s with %s: %d", path, what, got.Status)
				}
				if got.Status == http.StatusUnprocessableEntity {
					refused++
					a.kept(t, path, what, value, got)
				}
				if strings.Contains(got.Body, "<script>alert") || strings.Contains(got.Body, "\x00") {
					t.Errorf("%s with %s: it came back as it was sent", path, what)
				}
			}
		}
	}
	if sent < 200 || refused < 100 {
		t.Errorf("only %d forms were sent and %d refused", sent, refused)
	}
}

// kept holds that a refused form shows again what was typed into its fields of text.
func (a *attacked) kept(t *testing.T, path, what, value string, p *webtest.Page) {
	if !slices.Contains([]string{"html", "sql", "template", "emoji"}, what) || !strings.Contains(p.Body, `type="text"`) || strings.Contains(path, "password") {
		return
	}
	if !strings.Contains(html.UnescapeString(p.Body), value) {
		t.Errorf("%s with %s: what was typed is gone", path, what)
	}
}

// odd sends requests that no browser sends, by every method at every route.
func (a *attacked) odd(t *testing.T) {
	dice := rand.New(rand.NewPCG(2026, 7))
	people := []*webtest.Browser{a.browser("fa"), a.known("+79000000101").b, a.known("+79000000103").b, a.staffed(officer.Officer{Login: "odd", Name: "Odd", Roles: []officer.Role{"operator"}, Centre: "vologda_mfc", Active: true})}
	routes := a.demo.Portal.Site.Routes()
	seen := map[int]int{}
	for range 2000 {
		r := a.oddRequest(t, dice, routes[dice.IntN(len(routes))])
		for _, c := range people[dice.IntN(len(people))].Cookies() {
			r.AddCookie(c)
		}
		answer, body := a.send(t, r)
		seen[answer.StatusCode]++
		if answer.StatusCode >= 500 || strings.Contains(body, "goroutine ") || strings.Contains(body, ".go:") {
			t.Errorf("%s %s: %d", r.Method, r.URL, answer.StatusCode)
		}
	}
	for _, bad := range []string{"request failed", "request panicked"} {
		for line := range strings.Lines(a.log.String()) {
			if strings.Contains(line, bad) {
				t.Errorf("in the log: %.600s", line)
			}
		}
	}
	if len(seen) < 5 {
		t.Errorf("the requests are not odd enough: %v", seen)
	}
}

func one(dice *rand.Rand, of ...string) string { return of[dice.IntN(len(of))] }

func (a *attacked) oddRequest(t *testing.T, dice *rand.Rand, route visit.Route) *http.Request {
	method, path, _ := strings.Cut(strings.TrimSuffix(route.Pattern, "{$}"), " ")
	for strings.Contains(path, "{") {
		from, to := strings.Index(path, "{"), strings.Index(path, "}")
		path = path[:from] + one(dice, nobodys, "..%2F..", "%00", "x%20y", strings.Repeat("a", 3000), "foreign_passport", "mvd", "ru", "%D0%9F", "%FF", "0", "-1", "%27--") + path[to+1:]
	}
	if dice.IntN(3) == 0 {
		method = one(dice, "GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "BREW")
	}
	query := url.Values{}
	for range dice.IntN(4) {
		query.Add(one(dice, "page", "q", "kept", "by", "next", "for", "form", "token", "id", "region", "from", "sort", "lang"), a.oddValue(dice))
	}
	body := url.Values{"_key": {"x"}}
	for range dice.IntN(4) {
		body.Add(one(dice, "phone", "email", "password", "code", "login", "snils", "family_name", "next"), a.oddValue(dice))
	}
	text := body.Encode()
	if dice.IntN(4) == 0 {
		text = a.oddValue(dice)
	}
	r, err := http.NewRequest(method, a.portal+path+"?"+query.Encode(), strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", one(dice, "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/html", "", "x/y; =", "application/x-www-form-urlencoded; charset=utf-7"))
	r.Header.Set("Origin", a.portal)
	r.Header.Set("Accept-Language", one(dice, "ru", "fa-AF;q=99", "*", ";;;,,", strings.Repeat("x-", 2000)))
	r.Header.Set("Accept-Encoding", one(dice, "gzip", "br;q=0", "", "x"))
	if dice.IntN(5) == 0 {
		r.AddCookie(&http.Cookie{Name: one(dice, "okno", "okno_desk", "okno_browser", "okno_choices"), Value: one(dice, "x", strings.Repeat("y", 4000), "%00", "ru.1.2.3.4")})
	}
	return r
}

func (a *attacked) oddValue(dice *rand.Rand) string {
	kinds := make([]string, 0, len(nonsenses))
	for what := range nonsenses {
		kinds = append(kinds, what)
	}
	slices.Sort(kinds)
	return nonsenses[kinds[dice.IntN(len(kinds))]]
}
