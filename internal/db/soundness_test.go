package db_test

import (
	"bytes"
	"context"
	"errors"
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

// flip changes single bytes of the rows in a closed database file: its structure
// stays whole, so that the quick check of the start sees nothing.
func flip(t *testing.T, path, in string) {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	n := bytes.Count(content, []byte(in))
	if n == 0 {
		t.Fatal("the value does not stand in the file")
	}
	at := bytes.LastIndex(content, []byte(in))
	content[at] ^= 1
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCheckAll(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		t.Run("DB-6 the full check of a sound database finds nothing and tells when it looked", func(t *testing.T) {
			if h := d.Health(); !h.Checked.IsZero() || h.Damage != nil || !h.Writable {
				t.Fatalf("%+v", h)
			}
			if err := d.Write(ctx, put("k", strings.Repeat("x", 100<<10))); err != nil {
				t.Fatal(err)
			}
			if err := d.CheckAll(ctx); err != nil {
				t.Fatal(err)
			}
			if h := d.Health(); !h.Checked.Equal(now.Now()) || h.Damage != nil || !h.Writable {
				t.Fatalf("%+v", h)
			}
		})
		t.Run("a check that is broken off has found nothing", func(t *testing.T) {
			over, stop := context.WithCancel(ctx)
			stop()
			if err := d.CheckAll(over); err == nil || errors.Is(err, db.ErrDamaged) || d.Health().Damage != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("DB-6 a flipped byte that the start does not see is found by the full check; then reading goes on and writing is refused", func(t *testing.T) {
		c := dbtest.Config(t, "sqlite")
		d, err := db.Open(ctx, c, clock.System{})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"before-the-flip", "flip-this-value", "behind-the-flip"} {
			if err := d.Write(ctx, put(name, name)); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		flip(t, c.SQLite, "flip-this-value")
		if d, err = db.Open(ctx, c, clock.System{}); err != nil {
			t.Fatal("the quick check is not meant to see this: ", err)
		}
		defer d.Close()
		if err := d.Write(ctx, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if err := d.CheckAll(ctx); !errors.Is(err, db.ErrDamaged) {
			t.Fatal("not found: ", err)
		}
		if h := d.Health(); h.Damage == nil || h.Writable || h.Checked.IsZero() {
			t.Fatalf("%+v", h)
		}
		if err := d.Write(ctx, func(*db.Tx) error { return nil }); !fault.HasKey(err, db.KeyDamaged) {
			t.Fatal(err)
		}
		if err := d.Read(ctx, func(*db.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
	})
}
