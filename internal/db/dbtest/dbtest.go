// Package dbtest gives each test a fresh migrated database, on SQLite and on
// PostgreSQL. It is for tests only and never touches a database that it did not
// make.
package dbtest

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
)

// Each runs f as a subtest on a fresh SQLite and a fresh PostgreSQL database.
// The clock stands at clock.Noon until the test moves it.
func Each(t *testing.T, f func(t *testing.T, d *db.DB, now *clock.Fake)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		d, now := SQLite(t)
		f(t, d, now)
	})
	t.Run("postgres", func(t *testing.T) {
		d, now := Postgres(t)
		f(t, d, now)
	})
}

// SQLite gives a fresh database in the test's own folder.
func SQLite(t testing.TB) (*db.DB, *clock.Fake) {
	t.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	path := filepath.Join(t.TempDir(), "okno.db")
	if err := copyFile(template, path); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return open(t, db.Config{SQLite: path})
}

// Postgres gives a fresh database, a copy of one that was migrated once.
func Postgres(t testing.TB) (*db.DB, *clock.Fake) {
	t.Helper()
	url, err := freshPostgres()
	if err != nil {
		t.Fatalf("dbtest: %v (make test installs and starts PostgreSQL)", err)
	}
	return open(t, db.Config{Postgres: url, Connections: 16})
}

// Config gives a fresh database of the named engine ("sqlite" or "postgres") by its configuration, for a test
// that opens, kills and reopens it.
func Config(t testing.TB, engine string) db.Config {
	t.Helper()
	if engine == "postgres" {
		url, err := freshPostgres()
		if err != nil {
			t.Fatalf("dbtest: %v", err)
		}
		return db.Config{Postgres: url, Connections: 16}
	}
	template, err := sqliteTemplate()
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	path := filepath.Join(t.TempDir(), "okno.db")
	if err := copyFile(template, path); err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	return db.Config{SQLite: path}
}

func open(t testing.TB, c db.Config) (*db.DB, *clock.Fake) {
	t.Helper()
	now := clock.NewFake(clock.Noon)
	d, err := db.Open(context.Background(), c, now)
	if err != nil {
		t.Fatalf("dbtest: %v", err)
	}
	t.Cleanup(func() { d.Close() })
	return d, now
}

// sqliteTemplate migrates one file a process; tests copy it.
var sqliteTemplate = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "okno-sqlite-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	if err := migrated(db.Config{SQLite: path}); err != nil {
		return "", err
	}
	return keepInMemory(path)
})

// keepInMemory moves the template into an unlinked file, so that nothing is left
// behind when the process ends.
func keepInMemory(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("/proc/self/fd/%d", file.Fd()), hold(file)
}

var held []*os.File

func hold(file *os.File) error {
	held = append(held, file)
	return nil
}

func migrated(c db.Config) error {
	d, err := db.Open(context.Background(), c, clock.NewFake(clock.Noon))
	if err != nil {
		return err
	}
	if err := d.Migrate(context.Background()); err != nil {
		d.Close()
		return err
	}
	return d.Close()
}

func copyFile(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
