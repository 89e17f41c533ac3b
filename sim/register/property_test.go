package register

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// exchangeDirectly asks without a socket, so that thousands of questions are cheap.
func exchangeDirectly(s *Server, method, path, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("X-Road-Client", "RU/GOV/9/OKNO")
	rec := httptest.NewRecorder()
	s.serveWire(rec, r)
	return rec
}

func one(t interface{ Fatal(...any) }) *Server {
	s, err := Start(Config{
		Registers: []Register{{Name: "pension", Provider: "RU/GOV/1/PENSION", Compares: []string{"snils"}}},
		People:    []Person{{Fields: map[string]string{"snils": "1"}}, {Fields: map[string]string{"snils": "2"}, Review: true}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestAnAnswerOnceGivenStands: whatever the mode does in between, a key keeps its result (a review may be resolved once), its
// reference is nobody else's, and it is looked up once (twice in duplicate).
func TestAnAnswerOnceGivenStands(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := one(t)
		defer func() { _ = s.Close() }()
		results, references := map[string]string{}, map[string]string{}
		snils := map[string]string{}
		quick := slices.DeleteFunc(newSwitch().Modes(), func(m Mode) bool { return m == Hang || m == Slow })
		t.Repeat(map[string]func(*rapid.T){
			"switch": func(t *rapid.T) {
				if err := s.SetMode("pension", rapid.SampledFrom(quick).Draw(t, "mode"), 0); err != nil {
					t.Fatal(err)
				}
			},
			"ask": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
				if snils[key] == "" {
					snils[key] = rapid.SampledFrom([]string{"1", "2", "3"}).Draw(t, "snils")
				}
				rec := exchangeDirectly(s, "POST", "/r1/RU/GOV/1/PENSION/checks", `{"key":"`+key+`","fields":{"snils":"`+snils[key]+`"}}`)
				var got checkAnswer
				if json.Unmarshal(rec.Body.Bytes(), &got) != nil || rec.Code != 200 || got.Key != key {
					return // refused, garbled or a lie
				}
				if known := results[key]; known != "" && known != got.Result {
					t.Fatalf("%s was %s and is %s", key, known, got.Result)
				}
				if owner := references[got.Reference]; owner != "" && owner != key {
					t.Fatalf("%s is the reference of %s and of %s", got.Reference, owner, key)
				}
				results[key], references[got.Reference] = got.Result, key
			},
			"resolve": func(t *rapid.T) {
				key := rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "key")
				result := rapid.SampledFrom([]string{resultMatch, resultMismatch}).Draw(t, "result")
				if err := s.Resolve("pension", key, result); err == nil {
					results[key] = result
				} else if results[key] == resultReview {
					t.Fatalf("a review could not be resolved: %v", err)
				}
			},
			"": func(t *rapid.T) {
				for _, e := range s.Ledger("pension") {
					if e.Checked > 2 || e.Checked > e.Times+1 || (e.Result == "") != (e.Checked == 0) {
						t.Fatalf("the ledger has %+v", e)
					}
				}
			},
		})
	})
}

func FuzzWire(f *testing.F) {
	s := one(f)
	f.Cleanup(func() { _ = s.Close() })
	f.Add("POST", "/r1/RU/GOV/1/PENSION/checks", "RU/GOV/9/OKNO", `{"key":"k","fields":{"snils":"1"}}`)
	f.Add("GET", "/r1/RU/GOV/1/PENSION/checks/k", "RU/GOV/9/%D0%9E", "")
	f.Add("PUT", "/r1/%2F/..//", "a/b/c", "{")
	f.Fuzz(func(t *testing.T, method, path, client, body string) {
		r, err := http.NewRequestWithContext(t.Context(), method, "http://x/", strings.NewReader(body))
		if err != nil {
			return // not a method
		}
		if r.URL, err = r.URL.Parse(path); err != nil {
			return
		}
		r.Header.Set("X-Road-Client", client)
		rec := httptest.NewRecorder()
		s.serveWire(rec, r)
		var answer map[string]any
		if err := json.Unmarshal(rec.Body.Bytes(), &answer); err != nil {
			t.Fatalf("%d %q is not JSON", rec.Code, rec.Body)
		}
		if (rec.Code == 200) != (rec.Header().Get("X-Road-Error") == "") {
			t.Fatalf("%d with error %q", rec.Code, rec.Header().Get("X-Road-Error"))
		}
	})
}
