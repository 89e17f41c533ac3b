package blob_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/blob"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/jobs"
	"okno/internal/outside/scanner"
	"okno/internal/secret"
	"okno/internal/vault"
)

var ctx = context.Background()

// look accepts everything as an image, and refuses what says "bad".
func look(_ context.Context, r io.Reader, _ inspect.Rules) (inspect.Verdict, error) {
	content, err := io.ReadAll(r)
	if bytes.HasPrefix(content, []byte("bad")) {
		return inspect.Verdict{Refused: "file.not_image"}, err
	}
	return inspect.Verdict{Clean: content, Type: inspect.JPEG, Width: 3, Height: 4}, err
}

type door struct {
	mu       sync.Mutex
	infected bool
	away     bool
}

func (d *door) Scan(context.Context, []byte) (bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.away {
		return false, fault.New(fault.Unavailable, scanner.KeyAway)
	}
	return d.infected, nil
}

type house struct {
	*blob.Files
	d     *db.DB
	dir   string
	door  *door
	queue *jobs.Queue
}

func open(t *testing.T, d *db.DB, limits blob.Limits, inspect blob.Inspect) house {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	v := vault.New(ring)
	h := house{d: d, dir: t.TempDir(), door: &door{}, queue: jobs.New(d, slog.New(slog.DiscardHandler))}
	if h.Files, err = blob.New(d, v, h.dir, inspect, h.door, limits, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	h.Register(h.queue)
	for _, subject := range []string{"anna", "oleg"} {
		if err := d.Write(ctx, func(tx *db.Tx) error { _, err := v.Create(tx, subject); return err }); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

func (h house) put(subject, content string) (blob.ID, error) {
	ready, err := h.Prepare(ctx, subject, bytes.NewReader([]byte(content)), inspect.Rules{})
	if err == nil {
		err = h.d.Write(ctx, func(tx *db.Tx) error { return h.Keep(tx, ready) })
	}
	return ready.ID, err
}

func (h house) get(subject string, id blob.ID) (f blob.File, content []byte, err error) {
	err = h.d.Read(ctx, func(tx *db.Tx) error { f, content, err = h.Open(tx, subject, id); return err })
	return f, content, err
}

func (h house) onDisk(t *testing.T) (paths []string) {
	t.Helper()
	err := filepath.WalkDir(h.dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestFiles(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := open(t, d, blob.Limits{Files: 3, Bytes: 100}, look)
		id, err := h.put("anna", "a photo of Anna")
		if err != nil {
			t.Fatal(err)
		}
		t.Run("FILE-4 a file lies sealed under a random name", func(t *testing.T) {
			paths := h.onDisk(t)
			content, err := os.ReadFile(paths[0])
			if err != nil || len(paths) != 1 || filepath.Base(paths[0]) != string(id) || bytes.Contains(content, []byte("Anna")) {
				t.Fatalf("%v %v", paths, err)
			}
			if f, opened, err := h.get("anna", id); err != nil || string(opened) != "a photo of Anna" || f.State != blob.Clean {
				t.Fatalf("%+v %q %v", f, opened, err)
			}
		})
		t.Run("T-44 somebody else's file is not found", func(t *testing.T) {
			if _, _, err := h.get("oleg", id); !fault.Is(err, fault.NotFound) {
				t.Fatal(err)
			}
		})
		t.Run("FILE-1 what the inspection refuses leaves nothing behind", func(t *testing.T) {
			if _, err := h.put("anna", "bad"); !fault.HasKey(err, "file.not_image") {
				t.Fatal(err)
			}
			if n := len(h.onDisk(t)); n != 1 {
				t.Fatalf("%d files", n)
			}
		})
		t.Run("FILE-1 a person's files are counted, also when they come together", func(t *testing.T) {
			var good atomic.Int64
			var wait sync.WaitGroup
			for range 10 {
				wait.Go(func() {
					if _, err := h.put("anna", "more"); err == nil {
						good.Add(1)
					} else if !fault.HasKey(err, "blob.full") {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if good.Load() != 2 {
				t.Fatalf("%d files more, want 2", good.Load())
			}
			if _, err := h.put("oleg", string(make([]byte, 101))); !fault.HasKey(err, "blob.full") {
				t.Fatal(err)
			}
		})
		t.Run("files without a row are swept up, the others stay", func(t *testing.T) {
			before := time.Now().Add(-100 * time.Hour)
			for _, path := range h.onDisk(t) {
				if err := os.Chtimes(path, before, before); err != nil {
					t.Fatal(err)
				}
			}
			now.Advance(time.Since(clock.Noon))
			if err := h.queue.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
			if n := len(h.onDisk(t)); n != 3 {
				t.Fatalf("%d files, want 3", n)
			}
			if _, _, err := h.get("anna", id); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("a file that was changed on the disk is not given out", func(t *testing.T) {
			path := filepath.Join(h.dir, string(id[:2]), string(id))
			content, _ := os.ReadFile(path)
			content[len(content)-1] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, _, err := h.get("anna", id); err == nil {
				t.Fatal("it is")
			}
		})
	})
}

func TestScanner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := open(t, d, blob.DefaultLimits, look)
		again := func() {
			t.Helper()
			now.Advance(24 * time.Hour)
			if err := h.queue.RunDue(ctx); err != nil {
				t.Fatal(err)
			}
		}
		t.Run("an infected file is refused", func(t *testing.T) {
			h.door.infected = true
			if _, err := h.put("anna", "virus"); !fault.HasKey(err, "blob.infected") {
				t.Fatal(err)
			}
			h.door.infected = false
		})
		t.Run("FILE-4 while the scanner is away a file stays in quarantine", func(t *testing.T) {
			h.door.away = true
			id, err := h.put("anna", "photo")
			if err != nil {
				t.Fatal(err)
			}
			again()
			if _, _, err := h.get("anna", id); !fault.HasKey(err, "blob.not_clean") {
				t.Fatal(err)
			}
			h.door.away = false
			again()
			if _, _, err := h.get("anna", id); err != nil {
				t.Fatal(err)
			}
		})
		t.Run("a file in which the scanner later finds something is never shown", func(t *testing.T) {
			h.door.away = true
			id, err := h.put("anna", "virus")
			if err != nil {
				t.Fatal(err)
			}
			h.door.away, h.door.infected = false, true
			again()
			if f, _, err := h.get("anna", id); !fault.HasKey(err, "blob.not_clean") || f.State != blob.Refused {
				t.Fatalf("%+v %v", f, err)
			}
		})
	})
}

func TestInspectionsAreBounded(t *testing.T) {
	d, _ := dbtest.SQLite(t)
	var running, most atomic.Int64
	slow := func(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer running.Add(-1)
		return look(ctx, r, rules)
	}
	h := open(t, d, blob.DefaultLimits, slow)
	t.Run("FILE-6 at most two files are looked at at once", func(t *testing.T) {
		var wait sync.WaitGroup
		for range 40 {
			wait.Go(func() {
				if _, err := h.put("anna", "photo"); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if most.Load() > 2 {
			t.Fatalf("%d at once", most.Load())
		}
	})
	t.Run("who does not wait any more leaves the line", func(t *testing.T) {
		gone, cancel := context.WithCancel(ctx)
		cancel()
		block, in := make(chan struct{}), make(chan struct{}, 2)
		busy := open(t, d2(t), blob.DefaultLimits, func(context.Context, io.Reader, inspect.Rules) (inspect.Verdict, error) {
			in <- struct{}{}
			<-block
			return inspect.Verdict{Refused: "file.empty"}, nil
		})
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() { busy.put("anna", "x") })
		}
		<-in
		<-in
		if _, err := busy.Prepare(gone, "anna", bytes.NewReader(nil), inspect.Rules{}); err == nil {
			t.Error("a place was found")
		}
		close(block)
		wait.Wait()
	})
}

func d2(t *testing.T) *db.DB {
	d, _ := dbtest.SQLite(t)
	return d
}
