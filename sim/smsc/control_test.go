package smsc_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/linxGnu/gosmpp/data"

	"okno/sim/smsc"
)

func ask(s *smsc.Server, method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	s.Control().ServeHTTP(rec, r)
	return rec
}

func TestControlShowsMessagesNewestFirst(t *testing.T) {
	s := start(t)
	c := dial(t, s)
	c.text("first", data.GSM7BIT)
	c.text("<b>second</b>", data.GSM7BIT)
	await(t, s, 2)
	var got []map[string]any
	if err := json.Unmarshal(ask(s, "GET", "/sms?to=%2B7+916+1234567", "").Body.Bytes(), &got); err != nil || len(got) != 2 {
		t.Fatalf("got %v, %v", got, err)
	}
	if got[0]["text"] != "<b>second</b>" || got[0]["delivered_at"] != "2026-10-01T09:00:00Z" {
		t.Errorf("got %v", got[0])
	}
	if body := ask(s, "GET", "/sms?to=1", "").Body.String(); strings.TrimSpace(body) != "[]" {
		t.Errorf("another number has %s", body)
	}
	if body := ask(s, "GET", "/", "").Body.String(); !strings.Contains(body, "&lt;b&gt;second") || !strings.Contains(body, `action="mode"`) {
		t.Errorf("the page is %s", body)
	}
}

func TestControlSwitchesTheMode(t *testing.T) {
	s := start(t)
	if rec := ask(s, "POST", "/mode", `{"mode": "delay", "delay": "30s"}`); rec.Code != 200 || !strings.Contains(rec.Body.String(), `"30s"`) {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	rec := ask(s, "POST", "/mode", "mode=lose&delay=", "Content-Type", "application/x-www-form-urlencoded")
	if rec.Code != 303 || rec.Header().Get("Location") != "./" {
		t.Errorf("got %d %v", rec.Code, rec.Header())
	}
	if body := ask(s, "GET", "/mode", "").Body.String(); !strings.Contains(body, `"lose"`) || !strings.Contains(body, `"0s"`) {
		t.Errorf("got %s", body)
	}
	for _, nonsense := range []string{`{"mode": "sing"}`, `{"delay": "2h"}`, `{}`, `[]`, ``} {
		if rec := ask(s, "POST", "/mode", nonsense); rec.Code != 422 || !strings.Contains(rec.Body.String(), `"error"`) {
			t.Errorf("%q: got %d %s", nonsense, rec.Code, rec.Body)
		}
	}
}
