package xroad

import (
	"encoding/json"
	"testing"

	"okno/internal/outside/register"
)

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"key": "k", "result": "match", "reference": "R-1", "checked_at": "2026-03-02T12:00:00Z"}`))
	f.Add([]byte(`{"key": "k", "result": "mismatch", "note": "deceased", "reference": "R-1", "checked_at": "2026-03-02T12:00:00Z", "x": [{}]}`))
	f.Add([]byte(`{"key": "k", "as_of": "2026-03-01", "currency": "RUB", "points": "1.5", "experience_months": 3, "employers": [{"name": "X", "contributions": [{"year": 2025, "amount": 3}]}], "total": 3}`))
	f.Add([]byte(`{"a":1,"a":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if a, err := readAnswer(body, "k"); err == nil {
			if !json.Valid(body) {
				t.Fatal("broken JSON was believed")
			}
			var plain struct{ Key string }
			if json.Unmarshal(body, &plain) != nil || a.Reference == "" || a.CheckedAt.IsZero() {
				t.Fatalf("half an answer was believed: %+v", a)
			}
			if a.Deceased && a.Result != register.Mismatch {
				t.Fatalf("%+v", a)
			}
		}
		if s, err := readStatement(body, "k"); err == nil {
			sum := int64(0)
			for _, e := range s.Employers {
				for _, c := range e.Contributions {
					sum += c.Amount
				}
			}
			if !json.Valid(body) || sum != s.Total || sum < 0 {
				t.Fatalf("%+v", s)
			}
		}
	})
}
