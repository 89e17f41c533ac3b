package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"okno/internal/demo"
	"okno/internal/web/webtest"
)

// running is a demo that answers until the test ends.
type running struct {
	t       *testing.T
	dir     string
	portal  string
	control string
	file    struct {
		Portal, Identity, Control string
		People                    []demo.Person
		Officers                  []demo.Officer
	}
	stop func()
}

func start(t *testing.T, dir, country string) *running {
	t.Helper()
	r := &running{t: t, dir: dir}
	path := filepath.Join(dir, "demo.json")
	d, err := demo.Start(context.Background(), demo.Config{Data: dir, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", JSON: path, Jurisdiction: country, Quiet: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(ctx) }()
	r.stop = func() {
		cancel()
		if err := <-ended; err != nil && err.Error() != "" && ctx.Err() == nil {
			t.Error(err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	r.portal, r.control = d.Addresses()
	webtest.Dial(t, r.portal).Open("/nonsense").MustBe(404, "/nonsense")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(content, &r.file); err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *running) ask(method, path, body string) (int, string) {
	r.t.Helper()
	req, err := http.NewRequest(method, r.control+path, bytes.NewReader([]byte(body)))
	if err != nil {
		r.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	content, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, string(content)
}

func TestDemo(t *testing.T) {
	for _, country := range []string{"ru", "xs"} {
		t.Run(country, func(t *testing.T) {
			dir := t.TempDir()
			r := start(t, dir, country)
			t.Run("D-22 the file names the addresses, people at every level and officers of every role", func(t *testing.T) {
				levels, roles := map[string]bool{}, map[string]bool{}
				for _, p := range r.file.People {
					levels[p.Level] = true
				}
				for _, o := range r.file.Officers {
					roles[o.Role] = o.TOTP != "" && o.Password != ""
				}
				if r.file.Portal != r.portal || r.file.Control != r.control || r.file.Identity != r.portal+"/id" {
					t.Fatal(r.file)
				}
				if content := string(await(t, filepath.Join(dir, "demo.json"))); !strings.HasPrefix(r.portal, "http://") || strings.Contains(content, `"ca"`) || strings.Contains(content, `"mutual"`) {
					t.Error("without --tls the demo speaks of certificates")
				}
				for _, level := range []string{"anonymous", "simplified", "standard", "verified"} {
					if !levels[level] {
						t.Errorf("nobody is %s", level)
					}
				}
				for _, role := range []string{"operator", "case_worker", "auditor", "admin"} {
					if !roles[role] {
						t.Errorf("no officer is %s", role)
					}
				}
			})
			t.Run("the time machine moves forward only, and says nonsense to nonsense", func(t *testing.T) {
				before := r.now()
				if status, body := r.ask("POST", "/clock", `{"advance":"720h"}`); status != 200 {
					t.Fatal(status, body)
				}
				if moved := r.now().Sub(before); moved < 720*time.Hour || moved > 721*time.Hour {
					t.Fatal(moved)
				}
				for _, bad := range []string{`{"advance":"-1h"}`, `{"advance":"tomorrow"}`, `{"advance":"99999999h"}`, `{}`, `x`, `{"advance":"1h","x":1}`} {
					if status, body := r.ask("POST", "/clock", bad); status != 422 || !strings.Contains(body, "error") {
						t.Errorf("%s: %d %s", bad, status, body)
					}
				}
			})
			t.Run("registers are switched and take invented people", func(t *testing.T) {
				name := r.firstRegister()
				if status, body := r.ask("POST", "/registers/"+name, `{"mode":"slow","delay":"30s"}`); status != 200 || !strings.Contains(body, "slow") {
					t.Fatal(status, body)
				}
				if status, _ := r.ask("POST", "/registers/"+name, `{"mode":"dance"}`); status != 422 {
					t.Error(status)
				}
				if status, body := r.ask("POST", "/registers/people", `{"fields":{"snils":"08765430300","family_name":"Test"}}`); status >= 300 {
					t.Error(status, body)
				}
			})
			t.Run("messages can be read", func(t *testing.T) {
				for _, path := range []string{"/sms?to=%2B79990000000", "/mail?to=nobody@mail.example", "/", "/smsc/", "/mailbox/", "/state/", "/people"} {
					if status, body := r.ask("GET", path, ""); status != 200 {
						t.Errorf("%s: %d %s", path, status, body)
					}
				}
			})
			late := r.now()
			r.stop()
			t.Run("a restart keeps the people and does not turn the clock back", func(t *testing.T) {
				again := start(t, dir, country)
				defer again.stop()
				if len(again.file.People) != len(r.file.People) || again.file.Officers[0].TOTP != r.file.Officers[0].TOTP {
					t.Fatal("the people are others")
				}
				if again.now().Before(late) {
					t.Fatal("time ran backwards")
				}
			})
			t.Run("another country's data is not opened", func(t *testing.T) {
				other := map[string]string{"ru": "xs", "xs": "ru"}[country]
				if _, err := demo.Start(context.Background(), demo.Config{Data: dir, Listen: "127.0.0.1:0", Control: "127.0.0.1:0", Jurisdiction: other, Quiet: true}); err == nil {
					t.Fatal("opened")
				}
			})
		})
	}
}

func (r *running) now() time.Time {
	r.t.Helper()
	_, body := r.ask("GET", "/clock", "")
	var answer struct{ Now time.Time }
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		r.t.Fatal(body, err)
	}
	return answer.Now
}

func (r *running) firstRegister() string {
	r.t.Helper()
	_, body := r.ask("GET", "/registers", "")
	var all []struct{ Name string }
	if err := json.Unmarshal([]byte(body), &all); err != nil || len(all) == 0 {
		r.t.Fatal(body, err)
	}
	return all[0].Name
}
