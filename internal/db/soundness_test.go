package db_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
)

// filled is a closed database of at least so many bytes, in which the middle of
// the file is then overwritten: the schema stays readable, the later pages do not.
func filled(t *testing.T, size int64, damage bool) db.Config {
	t.Helper()
	c := dbtest.Config(t, "sqlite")
	d, err := db.Open(context.Background(), c, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("x", 100<<10)
	for i := int64(0); i*int64(len(long)) < size; i++ {
		if err := d.Write(context.Background(), put(time.Duration(i).String(), long)); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if damage {
		overwrite(t, c.SQLite)
	}
	return c
}

func overwrite(t *testing.T, path string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for page := len(content) / 8192 * 4096; page < len(content); page += 4096 {
		copy(content[page:], bytes.Repeat([]byte{0xA5}, 64))
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSoundness(t *testing.T) {
	ctx := context.Background()
	t.Run("DB-6 a small damaged file is refused when it is opened", func(t *testing.T) {
		d, err := db.Open(ctx, filled(t, 1<<20, true), clock.System{})
		if err == nil {
			d.Close()
			t.Fatal("a damaged file was opened")
		}
	})
	t.Run("DB-6 a large file opens at once; when it is found damaged, it is read but not written", func(t *testing.T) {
		d, err := db.Open(ctx, filled(t, 34<<20, true), clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		refused := false
		for range 3000 {
			err := d.Write(ctx, func(*db.Tx) error { return nil })
			if refused = fault.Is(err, fault.Unavailable); refused {
				break
			}
			clock.Pause(ctx, 10*time.Millisecond)
		}
		if !refused {
			t.Fatal("nothing was found")
		}
		if err := d.Read(ctx, func(*db.Tx) error { return nil }); err != nil {
			t.Fatalf("reading: %v", err)
		}
	})
	t.Run("DB-6 a large sound file is written on", func(t *testing.T) {
		d, err := db.Open(ctx, filled(t, 34<<20, false), clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if err := d.Write(ctx, func(*db.Tx) error { return nil }); err != nil {
				t.Fatal(err)
			}
			clock.Pause(ctx, 10*time.Millisecond)
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
