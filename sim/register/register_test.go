package register_test

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okno/sim/register"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	pensionChecks = "/r1/RU/GOV/1/PENSION/checks"
	migration     = "/r1/RU/GOV/2/MIGRATION/checks"
	accounts      = "/r1/RU/GOV/1/ACCOUNTS/statements"
	asker         = "RU/GOV/9/OKNO"
)

var (
	noon = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	anna = map[string]string{"snils": "11223344595", "family_name": "Соколова", "given_name": "Алёна", "birth_date": "1958-03-27"}
)

type world struct {
	*register.Server
	t      *testing.T
	client *http.Client
}

func start(t *testing.T, change ...func(*register.Config)) *world {
	t.Helper()
	c := register.Config{
		Now: func() time.Time { return noon },
		Registers: []register.Register{
			{Name: "pension", Title: "Pension fund", Provider: "RU/GOV/1/PENSION", Compares: []string{"snils", "family_name", "given_name", "patronymic", "birth_date"}},
			{Name: "migration", Provider: "RU/GOV/2/MIGRATION", Compares: []string{"document_series", "document_number", "family_name"}},
			{Name: "accounts", Provider: "RU/GOV/1/ACCOUNTS", Statements: []string{"snils"}},
		},
		People: []register.Person{
			{Fields: anna, Statement: &register.Statement{Currency: "RUB", Points: "87.512", ExperienceMonths: 214, Employers: []register.Employer{
				{Name: "ООО «Ромашка»", Contributions: []register.Contribution{{Year: 2024, Amount: 4100000}, {Year: 2025, Amount: 4523100}}},
			}}},
			{Fields: map[string]string{"snils": "00000000001", "family_name": "Умершев"}, Deceased: true},
			{Fields: map[string]string{"snils": "00000000002", "family_name": "Сомнев"}, Review: true},
			{Fields: map[string]string{"snils": "00000000003", "family_name": "Только", "document_number": "7"}, Registers: []string{"migration"}},
		},
	}
	for _, f := range change {
		f(&c)
	}
	s, err := register.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Server: s, t: t, client: &http.Client{Transport: &http.Transport{}}}
	t.Cleanup(func() {
		w.client.CloseIdleConnections()
		_ = s.Close()
	})
	return w
}

type reply struct {
	status int
	header http.Header
	body   []byte
	fields map[string]any
}

func (w *world) send(ctx context.Context, method, path, body string, header map[string]string) (reply, error) {
	req, err := http.NewRequestWithContext(ctx, method, w.URL()+path, strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("X-Road-Client", asker)
	for k, v := range header {
		if v == "" {
			req.Header.Del(k)
		} else {
			req.Header.Set(k, v)
		}
	}
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	r := reply{status: res.StatusCode, header: res.Header}
	r.body, err = io.ReadAll(res.Body)
	_ = json.Unmarshal(r.body, &r.fields)
	return r, err
}

func (w *world) ask(path, key string, fields map[string]string) reply {
	w.t.Helper()
	r, err := w.send(w.t.Context(), "POST", path, question(key, fields), nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

func question(key string, fields map[string]string) string {
	b, _ := json.Marshal(map[string]any{"key": key, "fields": fields})
	return string(b)
}

func with(fields map[string]string, name, value string) map[string]string {
	next := map[string]string{name: value}
	for k, v := range fields {
		if k != name {
			next[k] = v
		}
	}
	return next
}

func (w *world) want(r reply, status int, result string) {
	w.t.Helper()
	if r.status != status || (result != "" && r.fields["result"] != result) {
		w.t.Fatalf("got %d %s, want %d %s", r.status, r.body, status, result)
	}
}

func TestHonestAnswers(t *testing.T) {
	w := start(t)
	for name, c := range map[string]struct {
		path   string
		fields map[string]string
		result string
		note   any
	}{
		"the same data":                           {pensionChecks, anna, "match", nil},
		"case, ё and spaces do not matter":        {pensionChecks, with(anna, "family_name", "  СОКОЛОВА "), "match", nil},
		"ё written as е":                          {pensionChecks, with(anna, "given_name", "Алена"), "match", nil},
		"ё written as two code points":            {pensionChecks, with(anna, "given_name", "Але\u0308на"), "match", nil},
		"a field that the register does not hold": {pensionChecks, with(anna, "birth_place", "Тверь"), "match", nil},
		"an empty patronymic":                     {pensionChecks, with(anna, "patronymic", ""), "match", nil},
		"a patronymic too much":                   {pensionChecks, with(anna, "patronymic", "Петровна"), "mismatch", nil},
		"another date":                            {pensionChecks, with(anna, "birth_date", "1958-03-28"), "mismatch", nil},
		"another person's number":                 {pensionChecks, with(anna, "snils", "00000000001"), "mismatch", nil},
		"a dead person":                           {pensionChecks, map[string]string{"snils": "00000000001", "family_name": "Умершев"}, "mismatch", "deceased"},
		"wrong data of a dead person":             {pensionChecks, map[string]string{"snils": "00000000001", "family_name": "Другой"}, "mismatch", nil},
		"somebody to be looked at":                {pensionChecks, map[string]string{"snils": "00000000002", "family_name": "Сомнев"}, "review", nil},
		"known to the other register only":        {pensionChecks, map[string]string{"snils": "00000000003", "family_name": "Только"}, "mismatch", nil},
		"known to this register":                  {migration, map[string]string{"family_name": "Только", "document_number": "7"}, "match", nil},
		"nothing that is held":                    {pensionChecks, map[string]string{"shoe_size": "43"}, "mismatch", nil},
	} {
		t.Run(name, func(t *testing.T) {
			r := w.ask(c.path, strings.ReplaceAll(strings.Map(ascii, name), " ", "_"), c.fields)
			w.want(r, 200, c.result)
			if r.fields["note"] != c.note || r.fields["checked_at"] != "2026-10-01T09:00:00Z" {
				t.Errorf("got %s", r.body)
			}
		})
	}
}

func ascii(r rune) rune {
	if r == ' ' || (r >= 'a' && r <= 'z') {
		return r
	}
	return '-'
}

func TestEveryAnswerIsTiedToItsRequest(t *testing.T) {
	w := start(t)
	body := question("k1", anna)
	r, err := w.send(t.Context(), "POST", pensionChecks, body, map[string]string{"X-Road-Id": "message-1", "X-Road-Issue": "case 7"})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha512.Sum512([]byte(body))
	for name, want := range map[string]string{
		"X-Road-Id": "message-1", "X-Road-Client": asker, "X-Road-Service": "RU/GOV/1/PENSION/checks",
		"X-Road-Request-Hash": base64.StdEncoding.EncodeToString(sum[:]), "Content-Type": "application/json; charset=utf-8",
	} {
		if r.header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, r.header.Get(name), want)
		}
	}
	if r.header.Get("X-Road-Request-Id") == "" || r.fields["key"] != "k1" || r.fields["reference"] != "pension-000001" {
		t.Errorf("got %v %s", r.header, r.body)
	}
	if e := w.Ledger("pension")[0]; e.Issue != "case 7" || e.Client != asker {
		t.Errorf("ledger has %+v", e)
	}
}

func TestSameKeyIsTheSameQuestion(t *testing.T) {
	w := start(t)
	first := w.ask(pensionChecks, "k1", anna)
	if err := w.SetMode("pension", register.Mismatch, 0); err != nil {
		t.Fatal(err)
	}
	second := w.ask(pensionChecks, "k1", anna)
	if !bytes.Equal(first.body, second.body) {
		t.Errorf("first %s, then %s", first.body, second.body)
	}
	w.want(w.ask(pensionChecks, "k2", anna), 200, "mismatch")
	w.want(w.ask(pensionChecks, "k1", with(anna, "snils", "5")), 409, "")
	got, err := w.send(t.Context(), "GET", pensionChecks+"/k1", "", nil)
	if err != nil || !bytes.Equal(got.body, first.body) {
		t.Errorf("GET says %s, %v", got.body, err)
	}
	if e := w.Ledger("pension")[1]; e.Key != "k1" || e.Times != 2 || e.Checked != 1 {
		t.Errorf("ledger has %+v", e)
	}
}

func TestManyAskersOfOneKeyAreCheckedOnce(t *testing.T) {
	w := start(t)
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			if r, err := w.send(t.Context(), "POST", pensionChecks, question("k", anna), nil); err != nil || r.fields["result"] != "match" {
				t.Errorf("got %s, %v", r.body, err)
			}
		})
	}
	all.Wait()
	if l := w.Ledger("pension"); len(l) != 1 || l[0].Times != 40 || l[0].Checked != 1 {
		t.Errorf("ledger has %+v", l)
	}
}

func TestStatements(t *testing.T) {
	w := start(t)
	r := w.ask(accounts, "s1", map[string]string{"snils": "11223344595"})
	const want = `{"key":"s1","as_of":"2026-10-01","currency":"RUB","points":"87.512","experience_months":214,` +
		`"employers":[{"name":"ООО «Ромашка»","contributions":[{"year":2025,"amount":4523100},{"year":2024,"amount":4100000}]}],"total":8623100}`
	var tight bytes.Buffer
	if err := json.Compact(&tight, r.body); err != nil || tight.String() != want {
		t.Errorf("got  %s\nwant %s", tight.String(), want)
	}
	unknown := w.ask(accounts, "s2", map[string]string{"snils": "999"})
	w.want(unknown, 404, "")
	if unknown.header.Get("X-Road-Error") != "Client.UnknownPerson" {
		t.Errorf("got %v", unknown.header)
	}
	if again := w.ask(accounts, "s1", map[string]string{"snils": "11223344595"}); !bytes.Equal(again.body, r.body) {
		t.Errorf("then %s", again.body)
	}
}

func TestBadRequests(t *testing.T) {
	w := start(t, func(c *register.Config) { c.Clients = []string{asker} })
	good := question("k", anna)
	for name, c := range map[string]struct {
		method, path, body string
		header             map[string]string
		status             int
		kind               string
	}{
		"no client":          {"POST", pensionChecks, good, map[string]string{"X-Road-Client": ""}, 400, "Client.BadRequest"},
		"two parts":          {"POST", pensionChecks, good, map[string]string{"X-Road-Client": "RU/GOV"}, 400, "Client.BadRequest"},
		"an empty part":      {"POST", pensionChecks, good, map[string]string{"X-Road-Client": "RU//9/OKNO"}, 400, "Client.BadRequest"},
		"a broken escape":    {"POST", pensionChecks, good, map[string]string{"X-Road-Client": "RU/GOV/9/%zz"}, 400, "Client.BadRequest"},
		"a stranger":         {"POST", pensionChecks, good, map[string]string{"X-Road-Client": "RU/COM/9/SHOP"}, 500, "Server.ServerProxy.AccessDenied"},
		"no such service":    {"POST", "/r1/RU/GOV/1/PENSION/statements", good, nil, 500, "Server.ServerProxy.UnknownService"},
		"a short address":    {"POST", "/r1/RU/GOV/1/checks", good, nil, 400, "Client.BadRequest"},
		"another protocol":   {"POST", "/r2/RU/GOV/1/PENSION/checks", good, nil, 400, "Client.BadRequest"},
		"broken JSON":        {"POST", pensionChecks, `{"key": "k", `, nil, 400, "Client.BadRequest"},
		"two JSON values":    {"POST", pensionChecks, good + good, nil, 400, "Client.BadRequest"},
		"not UTF-8":          {"POST", pensionChecks, "{\"key\":\"k\",\"fields\":{\"a\":\"\xff\"}}", nil, 400, "Client.BadRequest"},
		"a number":           {"POST", pensionChecks, `{"key":"k","fields":{"snils":11223344595}}`, nil, 400, "Client.BadRequest"},
		"no key":             {"POST", pensionChecks, `{"fields":{"snils":"1"}}`, nil, 400, "Client.BadRequest"},
		"a bad key":          {"POST", pensionChecks, `{"key":"a/b","fields":{"snils":"1"}}`, nil, 400, "Client.BadRequest"},
		"no fields":          {"POST", pensionChecks, `{"key":"k"}`, nil, 400, "Client.BadRequest"},
		"too much":           {"POST", pensionChecks, strings.Repeat(" ", 70000), nil, 413, "Client.TooLarge"},
		"a method":           {"DELETE", pensionChecks, "", nil, 405, "Client.MethodNotAllowed"},
		"GET of statements":  {"GET", accounts + "/k", "", nil, 405, "Client.MethodNotAllowed"},
		"a key never asked":  {"GET", pensionChecks + "/never", "", nil, 404, "Client.UnknownKey"},
		"a key out of shape": {"GET", pensionChecks + "/a%2Fb", "", nil, 400, "Client.BadRequest"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := w.send(t.Context(), c.method, c.path, c.body, c.header)
			if err != nil {
				t.Fatal(err)
			}
			if r.status != c.status || r.header.Get("X-Road-Error") != c.kind || r.fields["type"] != c.kind {
				t.Errorf("got %d %q %s", r.status, r.header.Get("X-Road-Error"), r.body)
			}
			if r.fields["detail"] != r.header.Get("X-Road-Request-Id") || r.fields["message"] == "" {
				t.Errorf("the body is %s", r.body)
			}
		})
	}
	if l := w.Ledger("pension"); len(l) != 0 {
		t.Errorf("refused questions are in the ledger: %+v", l)
	}
}
