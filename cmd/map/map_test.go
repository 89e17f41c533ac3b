package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a small house in a folder.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestMap(t *testing.T) {
	root := write(t, map[string]string{
		"internal/archtest/floors.go":        "package archtest\nvar floors = []string{\n\"internal/clock\", \"internal/mail\"}\n",
		"internal/db/schema/0001_mail.sql":   "CREATE TABLE mail_letter (id TEXT);",
		"internal/mail/mailpage/mailpage.go": "package mailpage\nfunc Mount(site S) {\nsite.Resident(\"GET /mail\", account.Simplified, show(s))\nsite.Officer(\"POST /desk/mail\", officer.Write, post(s))\nsite.Public(\"GET /mail/{id}\", show(s))\n}\n",
		"internal/mail/mail.go":              "package mail\nfunc Register(q *Q) {\njobs.Handle(q, s.send)\njobs.HandleAs(q, Short{Urgent: true}, s.short, jobs.Door(\"short\"))\njobs.Every(q, time.Hour, s.tidy)\njobs.Subscribe(q, \"mail\", s.hear)\njobs.Publish(tx, Sent{ID: 1})\n}\n",
		"internal/mail/mail_test.go":         "package mail\nfunc TestOfManyLines() {\njobs.Handle(q, s.neverShown)\n}\n",
	})
	var out strings.Builder
	if err := run(root, &out); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(out.String()), " ")
	for _, part := range []string{
		"internal/clock internal/mail", "/mail GET resident account.Simplified internal/mail/mailpage",
		"/desk/mail POST officer officer.Write", "/mail/{id} GET public internal",
		"internal/mail handles s.send", "internal/mail handles Short{}, s.short, jobs.Door()", "runs every time.Hour, s.tidy", "listens mail, s.hear", "publishes Sent{}",
		"mail_letter internal/mail 0001_mail.sql", "3 files: p50 6, p90 8, max 8", "7 internal/mail/mail.go Register",
	} {
		if !strings.Contains(got, part) {
			t.Errorf("the map lacks %q:\n%s", part, out.String())
		}
	}
	if strings.Contains(got, "neverShown") {
		t.Error("a test is on the map")
	}
}

func TestMapNeedsTheFloors(t *testing.T) {
	if err := run(write(t, map[string]string{"internal/a/a.go": "package a\n"}), new(strings.Builder)); err == nil {
		t.Error("a house without floors was drawn")
	}
}
