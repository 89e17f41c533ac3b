package register_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/sim/register"
)

func (w *world) control(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	w.Control().ServeHTTP(rec, r)
	return rec
}

func (w *world) form(path string, values url.Values) *httptest.ResponseRecorder {
	return w.control("POST", path, values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func TestControlSwitchesOneRegister(t *testing.T) {
	w := start(t)
	rec := w.control("POST", "/registers/pension", `{"mode": "slow", "delay": "30s"}`)
	var got struct {
		Name, Mode, Delay  string
		Services, Compares []string
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != 200 {
		t.Fatalf("got %d %s, %v", rec.Code, rec.Body, err)
	}
	if got.Mode != "slow" || got.Delay != "30s" || got.Services[0] != "RU/GOV/1/PENSION/checks" || len(got.Compares) != 5 {
		t.Errorf("got %+v", got)
	}
	if body := w.control("GET", "/registers/migration", "").Body.String(); !strings.Contains(body, `"honest"`) {
		t.Errorf("the other register changed: %s", body)
	}
	w.control("POST", "/registers/pension", `{"mode": "honest"}`)
	if body := w.control("GET", "/registers/pension", "").Body.String(); !strings.Contains(body, `"delay": "0s"`) {
		t.Errorf("the delay of the old mode stayed: %s", body)
	}
	var all []any
	if err := json.Unmarshal(w.control("GET", "/registers", "").Body.Bytes(), &all); err != nil || len(all) != 3 {
		t.Errorf("got %v, %v", all, err)
	}
}

func TestControlRefusesNonsense(t *testing.T) {
	w := start(t)
	for name, c := range map[string]struct {
		path, body string
		status     int
	}{
		"an unknown mode":       {"/registers/pension", `{"mode": "angry"}`, 422},
		"a bad delay":           {"/registers/pension", `{"mode": "slow", "delay": "soon"}`, 422},
		"a negative delay":      {"/registers/pension", `{"delay": "-1s"}`, 422},
		"nothing":               {"/registers/pension", `{}`, 422},
		"not JSON":              {"/registers/pension", `mode=slow`, 422},
		"an unknown member":     {"/registers/pension", `{"mood": "slow"}`, 422},
		"two objects":           {"/registers/pension", `{"mode": "slow"} {}`, 422},
		"an unknown register":   {"/registers/tax", `{"mode": "slow"}`, 404},
		"nobody":                {"/registers/people", `{}`, 422},
		"a strange field":       {"/registers/people", `{"fields": {"Family Name": "x"}}`, 422},
		"a number as a field":   {"/registers/people", `{"fields": {"snils": 1}}`, 422},
		"no such register":      {"/registers/people", `{"fields": {"snils": "1"}, "registers": ["tax"]}`, 422},
		"a bad statement":       {"/registers/people", `{"fields": {"snils": "1"}, "statement": {"currency": "roubles"}}`, 422},
		"an impossible year":    {"/registers/people", `{"fields": {"snils": "1"}, "statement": {"currency": "RUB", "employers": [{"name": "x", "contributions": [{"year": 20, "amount": 1}]}]}}`, 422},
		"a key never asked":     {"/registers/pension/resolve", `{"key": "k", "result": "match"}`, 404},
		"an impossible outcome": {"/registers/pension/resolve", `{"key": "k", "result": "maybe"}`, 422},
	} {
		t.Run(name, func(t *testing.T) {
			rec := w.control("POST", c.path, c.body)
			var got struct{ Error string }
			if err := json.Unmarshal(rec.Body.Bytes(), &got); err != nil || rec.Code != c.status || got.Error == "" {
				t.Errorf("got %d %s", rec.Code, rec.Body)
			}
		})
	}
	if rec := w.control("POST", "/registers/pension", `{"mode":"lie"}`, "Sec-Fetch-Site", "cross-site"); rec.Code != http.StatusForbidden {
		t.Errorf("another site's page may switch: %d", rec.Code)
	}
}

func TestAnAddedPersonIsKnown(t *testing.T) {
	w := start(t)
	boris := map[string]string{"snils": "55", "family_name": "Новиков"}
	w.want(w.ask(pensionChecks, "before", boris), 200, "mismatch")
	rec := w.control("POST", "/registers/people", `{"fields": {"snils": "55", "family_name": "Новиков"}, "statement": {"currency": "RUB"}}`)
	if rec.Code != http.StatusCreated {
		t.Fatalf("got %d %s", rec.Code, rec.Body)
	}
	w.want(w.ask(pensionChecks, "after", boris), 200, "match")
	if r := w.ask(accounts, "s", map[string]string{"snils": "55"}); !strings.Contains(string(r.body), `"employers": []`) {
		t.Errorf("got %s", r.body)
	}
}

func TestPageWorksWithoutScripts(t *testing.T) {
	w := start(t)
	if rec := w.form("/registers/pension", url.Values{"mode": {"review"}, "delay": {""}}); rec.Code != 303 || rec.Header().Get("Location") != "../" {
		t.Fatalf("got %d %v", rec.Code, rec.Header())
	}
	w.ask(pensionChecks, "k", with(anna, "family_name", "<script>alert(1)</script>"))
	body := w.control("GET", "/", "").Body.String()
	for _, part := range []string{"Pension fund", `<option selected>review</option>`, `action="registers/pension/resolve"`, "&lt;script&gt;"} {
		if !strings.Contains(body, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if rec := w.form("/registers/pension/resolve", url.Values{"key": {"k"}, "result": {"mismatch"}}); rec.Code != 303 || rec.Header().Get("Location") != "../../" {
		t.Fatalf("got %d %s", rec.Code, rec.Body)
	}
	if e := w.Ledger("pension")[0]; e.Result != "mismatch" {
		t.Errorf("ledger has %+v", e)
	}
	if rec := w.control("POST", "/registers/pension/resolve", `{"key":"k","result":"match"}`); rec.Code != 409 {
		t.Errorf("resolved twice: %d", rec.Code)
	}
	if rec := w.form("/registers/people", url.Values{"person": {`{"fields": {"snils": "8"}}`}}); rec.Code != 303 {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	var ledger []register.Entry
	if err := json.Unmarshal(w.control("GET", "/registers/pension/ledger", "").Body.Bytes(), &ledger); err != nil || len(ledger) != 1 || ledger[0].Times != 1 {
		t.Errorf("got %+v, %v", ledger, err)
	}
}

func TestBadConfigurationIsRefused(t *testing.T) {
	good := register.Register{Name: "pension", Provider: "RU/GOV/1/PENSION", Compares: []string{"snils"}}
	for name, c := range map[string]register.Config{
		"no registers":    {},
		"a name":          {Registers: []register.Register{{Name: "people", Provider: good.Provider, Compares: good.Compares}}},
		"a provider":      {Registers: []register.Register{{Name: "x", Provider: "RU/GOV/1", Compares: good.Compares}}},
		"no service":      {Registers: []register.Register{{Name: "x", Provider: good.Provider}}},
		"a name twice":    {Registers: []register.Register{good, good}},
		"a service twice": {Registers: []register.Register{good, {Name: "y", Provider: good.Provider, Compares: good.Compares}}},
		"a bad person":    {Registers: []register.Register{good}, People: []register.Person{{}}},
		"an address":      {Registers: []register.Register{good}, Addr: "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			if s, err := register.Start(c); err == nil {
				_ = s.Close()
				t.Error("it started")
			}
		})
	}
}

// TestPageWorksUnderAnyPrefix presses the page's buttons as a browser does, where a demo has mounted it.
func TestPageWorksUnderAnyPrefix(t *testing.T) {
	w := start(t)
	mux := http.NewServeMux()
	mux.Handle("/demo/state/", http.StripPrefix("/demo/state", w.Control()))
	site := httptest.NewServer(mux)
	defer site.Close()
	w.mode("pension", register.Review, 0)
	w.ask(pensionChecks, "k", anna)
	for action, values := range map[string]url.Values{
		"registers/pension/resolve": {"key": {"k"}, "result": {"match"}},
		"registers/pension":         {"mode": {"garble"}},
		"registers/people":          {"person": {`{"fields": {"snils": "8"}}`}},
	} {
		res, err := site.Client().PostForm(site.URL+"/demo/state/"+action, values)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != 200 || res.Request.URL.Path != "/demo/state/" {
			t.Errorf("%s leads to %d %s", action, res.StatusCode, res.Request.URL)
		}
	}
}
