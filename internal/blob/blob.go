// Package blob keeps files that people send in: inspected by a child process,
// images encoded anew, sealed under their owner's key, in a folder under random
// names (FILE-1 to FILE-6, D-20).
//
// A file is written and synced before its row, so that a row always has its file;
// files without a row are swept up. A file that a scanner has yet to see waits in
// quarantine and is shown to nobody (FILE-4). Nothing about its sender's name for
// it is kept. The package never serves a file (pages do) and never decides what a
// file is for.
//
// Tables: blob_file, blob_use. Jobs: blob.scan, blob.sweep. Event: blob.refused.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/outside/scanner"
	"okno/internal/secret"
	"okno/internal/vault"
)

// ID names a file; it opens nothing by itself.
type ID string

// State is how far a file is.
type State string

// The states.
const (
	Quarantine State = "quarantine" // a scanner has yet to look: shown to nobody
	Clean      State = "clean"
	Refused    State = "refused" // a scanner found something; the content is gone
)

// File is a file without its content.
type File struct {
	ID      ID
	State   State
	Type    string // media type
	Size    int64  // bytes
	SHA256  string // of what is kept, in hex
	Width   int    // of an image, pixels
	Height  int
	Pages   int // of a PDF
	Created time.Time
}

// IsImage says whether it can be shown as a picture.
func (f File) IsImage() bool { return f.Type == string(inspect.JPEG) }

// Extension is what a file name ends in, "jpg" or "pdf".
func (f File) Extension() string {
	if f.IsImage() {
		return "jpg"
	}
	return "pdf"
}

// Inspect looks at a file in a child process (inspect.Run with the path of the binary).
type Inspect func(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error)

// Limits bound what one owner may keep (FILE-1).
type Limits struct {
	Files int64
	Bytes int64
}

// DefaultLimits are those of a house that sets none.
var DefaultLimits = Limits{Files: 100, Bytes: 200 << 20}

// inspections is how many files are looked at at once: each may take 256 MiB.
const inspections = 2

// Files are all files of a house.
type Files struct {
	db      *db.DB
	vault   *vault.Vault
	folder  folder
	inspect Inspect
	scanner scanner.Scanner
	limits  Limits
	seats   chan struct{}
	log     *slog.Logger
}

// New makes the files of a house in a folder, which is made when it is not there.
// Without a scanner (nil) the inspection alone decides.
func New(d *db.DB, v *vault.Vault, dir string, look Inspect, s scanner.Scanner, limits Limits, log *slog.Logger) (*Files, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: %w", err)
	}
	return &Files{d, v, f, look, s, limits, make(chan struct{}, inspections), log}, nil
}

// Ready is a file that was inspected and written but has no row yet.
type Ready struct {
	File
	subject string
}

// Prepare inspects what somebody sends in and writes it, sealed under the
// subject's key. A refused file is fault.Invalid with the key of a text that says
// what to do. Keep gives it its row; without that it is swept up.
func (f *Files) Prepare(ctx context.Context, subject string, r io.Reader, rules inspect.Rules) (Ready, error) {
	v, err := f.look(ctx, r, rules)
	if err != nil {
		return Ready{}, err
	}
	if !v.OK() {
		return Ready{}, refusal(v)
	}
	ready := Ready{subject: subject, File: File{ID: ID(secret.Letters(26)), State: Clean, Type: string(v.Type), Size: int64(len(v.Clean)),
		SHA256: sum(v.Clean), Width: v.Width, Height: v.Height, Pages: v.Pages}}
	if f.scanner != nil {
		infected, err := f.scanner.Scan(ctx, v.Clean)
		switch {
		case fault.Is(err, fault.Unavailable):
			ready.State = Quarantine
		case err != nil:
			return Ready{}, err
		case infected:
			return Ready{}, fault.New(fault.Invalid, "blob.infected")
		}
	}
	key, err := f.key(ctx, subject)
	if err != nil {
		return Ready{}, err
	}
	return ready, f.folder.write(ready.ID, key.Seal(place(ready.ID), v.Clean))
}

// look waits for a seat: parallel inspections are bounded.
func (f *Files) look(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
	select {
	case f.seats <- struct{}{}:
		defer func() { <-f.seats }()
		return f.inspect(ctx, r, rules)
	case <-ctx.Done():
		return inspect.Verdict{}, ctx.Err()
	}
}

func refusal(v inspect.Verdict) error {
	refused := fault.New(fault.Invalid, v.Refused)
	for name, value := range v.Vars {
		refused = refused.With(name, value)
	}
	return refused
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

func (f *Files) key(ctx context.Context, subject string) (key secret.Key, err error) {
	err = f.db.Read(ctx, func(tx *db.Tx) error { key, err = f.vault.Open(tx, subject); return err })
	return key, err
}

func place(id ID) secret.Place {
	return secret.Place{Table: "blob_file", Column: "content", Row: string(id)}
}

// Get reads a file of a subject without its content; somebody else's is not found.
func (f *Files) Get(tx *db.Tx, subject string, id ID) (File, error) {
	file, err := db.One(tx, scanFile, selectFile, string(id), subject)
	if errors.Is(err, db.ErrNone) {
		return file, fault.New(fault.NotFound, "blob.not_found")
	}
	return file, err
}

// Open reads a clean file with its content. One in quarantine is a Conflict: it is
// shown to nobody.
func (f *Files) Open(tx *db.Tx, subject string, id ID) (File, []byte, error) {
	file, err := f.Get(tx, subject, id)
	if err != nil {
		return file, nil, err
	}
	if file.State != Clean {
		return file, nil, fault.New(fault.Conflict, "blob.not_clean")
	}
	content, err := f.content(tx, subject, file)
	return file, content, err
}

func (f *Files) content(tx *db.Tx, subject string, file File) ([]byte, error) {
	key, err := f.vault.Open(tx, subject)
	if err != nil {
		return nil, err
	}
	sealed, err := f.folder.read(file.ID)
	if err != nil {
		return nil, fmt.Errorf("blob: file %s: %w", file.ID, err)
	}
	content, err := key.Open(place(file.ID), sealed)
	if err == nil && sum(content) != file.SHA256 {
		err = secret.ErrSealed
	}
	if err != nil {
		return nil, fmt.Errorf("blob: file %s: %w", file.ID, err)
	}
	return content, nil
}
