package mail_test

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"okno/sim/mail"
)

func ask(s *mail.Server, method, path, body string) *httptest.ResponseRecorder {
	rec := httptest.NewRecorder()
	s.Control().ServeHTTP(rec, httptest.NewRequest(method, path, strings.NewReader(body)))
	return rec
}

func TestControlShowsMail(t *testing.T) {
	s := start(t)
	mustSend(t, s, letter(t))
	mustSend(t, s, letter(t))
	var got []struct {
		ID, Subject string
		Links       []string
		Attachments []struct {
			Name string
			Size int
		}
	}
	if err := json.Unmarshal(ask(s, "GET", "/mail?to="+anna, "").Body.Bytes(), &got); err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got[0].ID != "2" || len(got[0].Links) != 2 || got[0].Attachments[0].Size != 10 {
		t.Errorf("got %+v", got[0])
	}
	file := ask(s, "GET", "/mail/2/attachment/0", "")
	if file.Body.String() != "%PDF-1.7\x00\xff" || file.Header().Get("Content-Type") != "application/pdf" ||
		!strings.HasPrefix(file.Header().Get("Content-Disposition"), "attachment;") {
		t.Errorf("got %q %v", file.Body, file.Header())
	}
	if rec := ask(s, "GET", "/mail/2/html", ""); !strings.Contains(rec.Body.String(), "Дело") || !strings.HasPrefix(rec.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("got %q %v", rec.Body, rec.Header())
	}
	if rec := ask(s, "GET", "/mail/1/raw", ""); !strings.Contains(rec.Body.String(), "MIME-Version: 1.0\r\n") {
		t.Errorf("got %q", rec.Body)
	}
	page := ask(s, "GET", "/", "").Body.String()
	for _, part := range []string{"Ваше заявление принято", `href="mail/2/attachment/0"`, `href="https://okno.example/cases/7?x=1"`} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %s", part)
		}
	}
	if one := ask(s, "GET", "/mail/1", "").Body.String(); !strings.Contains(one, `"id": "1"`) {
		t.Errorf("got %s", one)
	}
	for _, path := range []string{"/mail/9", "/mail/1/attachment/1", "/mail/1/attachment/-1", "/mail/1/attachment/x"} {
		if rec := ask(s, "GET", path, ""); rec.Code != 404 || !strings.Contains(rec.Body.String(), `"error"`) {
			t.Errorf("%s: got %d %s", path, rec.Code, rec.Body)
		}
	}
}

func TestControlSwitchesTheMode(t *testing.T) {
	s := start(t)
	if rec := ask(s, "POST", "/mode", `{"mode": "tempfail"}`); rec.Code != 200 || !strings.Contains(rec.Body.String(), `"tempfail"`) {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
	if err := send(t.Context(), s, letter(t)); err == nil {
		t.Error("the mode is not in force")
	}
	if rec := ask(s, "POST", "/mode", `{"mode": "sing"}`); rec.Code != 422 {
		t.Errorf("got %d %s", rec.Code, rec.Body)
	}
}
