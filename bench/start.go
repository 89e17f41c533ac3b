package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"golang.org/x/sys/unix"

	"okno/internal/db"
	"okno/internal/db/schema"
)

// population is how many people the database of the figure start holds.
const population = 100_000

// start measures a cold start of bin/okno serve on a town of 100,000 people: from
// the start of the process until the home page is answered, with the database's
// file dropped from the system's cache; and what is resident then.
func start(ctx context.Context, w *workshop) error {
	binary, err := filepath.Abs("bin/okno")
	if err != nil {
		return err
	}
	if _, err := os.Stat(binary); err != nil {
		return fmt.Errorf("bin/okno is not built (make build): %w", err)
	}
	dir, err := town(ctx, w)
	if err != nil {
		return err
	}
	var seconds, resident []float64
	for range 5 {
		s, m, err := startOnce(ctx, w, binary, dir)
		if err != nil {
			return err
		}
		seconds, resident = append(seconds, s), append(resident, m)
	}
	say("start", against(median(seconds), 2), "s", 2, "<=1.00")
	say("start-memory", against(median(resident), 150), "MiB", 0, "<=1.00")
	return nil
}

// startOnce starts the binary, waits for its first page and ends it again.
func startOnce(ctx context.Context, w *workshop, binary, dir string) (seconds, resident float64, err error) {
	file, address, err := configure(w, dir)
	if err != nil {
		return 0, 0, err
	}
	if err := forget(filepath.Join(dir, "okno.db")); err != nil {
		return 0, 0, err
	}
	var said bytes.Buffer
	command := exec.CommandContext(ctx, binary, "serve", "--config", file)
	command.Stderr = &said
	begun := time.Now()
	if err := command.Start(); err != nil {
		return 0, 0, err
	}
	err = awaitPage(ctx, address)
	seconds = time.Since(begun).Seconds()
	if err == nil {
		time.Sleep(time.Second) // what the start leaves behind is collected or it is not
		resident, err = memory(strconv.Itoa(command.Process.Pid), "VmRSS")
	}
	command.Process.Signal(os.Interrupt)
	if ended := command.Wait(); err == nil {
		err = ended
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, said.String())
	}
	return seconds, resident, err
}

// configure writes an okno.yaml with a free address.
func configure(w *workshop, dir string) (file, address string, err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	address = l.Addr().String()
	l.Close()
	c, err := w.config("http://"+address, dir, db.Config{SQLite: filepath.Join(dir, "okno.db")})
	if err != nil {
		return "", "", err
	}
	c.Listen = address
	text, err := yaml.Marshal(c)
	if err != nil {
		return "", "", err
	}
	file = filepath.Join(dir, "okno.yaml")
	return file, address, os.WriteFile(file, text, 0o600)
}

// awaitPage asks for the home page until it is answered, a minute at most.
func awaitPage(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		one, err := dial(ctx, address, "/", "")
		if err == nil {
			a, failed := one.get()
			one.conn.Close()
			if failed != nil {
				return failed
			}
			if a.status != 200 {
				return fmt.Errorf("status %d", a.status)
			}
			return nil
		}
		if ctx.Err() != nil {
			return errors.Join(errors.New("the house did not open"), err)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// forget drops a file from the system's cache, so that the next start reads the disk.
func forget(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return errors.Join(file.Sync(), unix.Fadvise(int(file.Fd()), 0, 0, unix.FADV_DONTNEED))
}

// town gives the folder of a database with 100,000 people and its key ring. It is
// made once for each version of the schema and kept in the user's cache.
func town(ctx context.Context, w *workshop) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	version, err := schemaVersion()
	if err != nil {
		return "", err
	}
	base := filepath.Join(cache, "okno-bench")
	dir := filepath.Join(base, version)
	if _, err := os.Stat(filepath.Join(dir, "settled")); err == nil {
		return dir, nil
	}
	if err := os.RemoveAll(base); err != nil { // of older schemas
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	if err := build(ctx, w, dir); err != nil {
		return "", err
	}
	return dir, os.WriteFile(filepath.Join(dir, "settled"), nil, 0o600)
}

func build(ctx context.Context, w *workshop, dir string) error {
	fmt.Fprintf(os.Stderr, "bench: start: settling %d people, which takes some minutes once\n", population)
	p, err := w.openIn(ctx, "", dir, db.Config{SQLite: filepath.Join(dir, "okno.db")})
	if err != nil {
		return err
	}
	hash, err := p.Ring.Hasher().Hash(ctx, password)
	if err == nil {
		_, err = settle(ctx, p, 0, population, hash)
	}
	return errors.Join(err, p.Close())
}

// schemaVersion is a fingerprint of all schema files.
func schemaVersion() (string, error) {
	sum := sha256.New()
	names, err := fs.Glob(schema.FS, "*.sql")
	if err != nil {
		return "", err
	}
	for _, name := range names {
		content, err := fs.ReadFile(schema.FS, name)
		if err != nil {
			return "", err
		}
		fmt.Fprintln(sum, name, strings.TrimSpace(string(content)))
	}
	return hex.EncodeToString(sum.Sum(nil))[:16], nil
}
