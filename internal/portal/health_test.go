package portal

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jobs"
)

func asked(t *testing.T, d *db.DB) (code int, state readiness) {
	t.Helper()
	w := httptest.NewRecorder()
	ready(d).ServeHTTP(w, httptest.NewRequest("GET", "/ready", nil))
	if err := json.Unmarshal(w.Body.Bytes(), &state); err != nil {
		t.Fatal(err, w.Body)
	}
	return w.Code, state
}

type letter struct{ Name string }

func (letter) Kind() string { return "portal.test_letter" }

func TestReady(t *testing.T) {
	ctx := context.Background()
	moscow := time.FixedZone("MSK", 3*60*60)
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		var said bytes.Buffer
		check := checkAtNight(d, moscow, slog.New(slog.NewTextHandler(&said, nil)))
		t.Run("DB-6 the whole database is checked once a night, and it is said", func(t *testing.T) {
			checks := 0
			for range 3 * 24 {
				before := d.Health().Checked
				if err := check(ctx, jobs.Job{}, checkDatabase{}); err != nil {
					t.Fatal(err)
				}
				if after := d.Health().Checked; !after.Equal(before) {
					checks++
					if hour := now.Now().In(moscow).Hour(); hour != checkHour {
						t.Errorf("checked at %d o'clock", hour)
					}
				}
				now.Advance(time.Hour)
			}
			if checks != 3 || strings.Count(said.String(), "is sound") != 3 {
				t.Fatal(checks, said.String())
			}
		})
		t.Run("a sound database is ready", func(t *testing.T) {
			if code, state := asked(t, d); code != 200 || state.Status != "ready" || state.Database != "sound" || !state.Writable || state.Checked == nil {
				t.Fatalf("%d %+v", code, state)
			}
		})
		if d.Engine() == "sqlite" {
			return // a file always answers
		}
		t.Run("a database that does not answer is down", func(t *testing.T) {
			d.Close()
			if code, state := asked(t, d); code != 503 || state.Status != "down" {
				t.Fatalf("%d %+v", code, state)
			}
		})
	})
	t.Run("DB-6 damage is told honestly: degraded, nothing can be saved, pages are read", func(t *testing.T) {
		c := dbtest.Config(t, "sqlite")
		d, err := db.Open(ctx, c, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := jobs.AddOnce(tx, tx.Now(), "flip-this-key", letter{}); return err }); err != nil {
			t.Fatal(err)
		}
		d.Close()
		content, err := os.ReadFile(c.SQLite)
		if err != nil || !bytes.Contains(content, []byte("flip-this-key")) {
			t.Fatal(err)
		}
		content[bytes.LastIndex(content, []byte("flip-this-key"))] ^= 1
		if err := os.WriteFile(c.SQLite, content, 0o600); err != nil {
			t.Fatal(err)
		}
		now := clock.NewFake(clock.Noon)
		if d, err = db.Open(ctx, c, now); err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		var said bytes.Buffer
		check := checkAtNight(d, moscow, slog.New(slog.NewTextHandler(&said, nil)))
		now.Advance(24 * time.Hour)
		if err := check(ctx, jobs.Job{}, checkDatabase{}); err == nil || !strings.Contains(said.String(), "damaged") {
			t.Fatal(err, said.String())
		}
		if code, state := asked(t, d); code != 200 || state.Status != "degraded" || state.Database != "damaged" || state.Writable {
			t.Fatalf("%d %+v", code, state)
		}
	})
}
