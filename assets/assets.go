// Package assets holds the built style sheets, marks, script, icon and fonts inside the binary, and the list of breached
// passwords.
//
// The files are made by "go run ./assets/build" and are not part of the repository; until then Load says so. The
// package never serves anything: internal/web does.
package assets

import (
	"compress/gzip"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
)

//go:embed all:dist
var files embed.FS

// ErrNotBuilt is returned by Load when the assets have not been made yet.
var ErrNotBuilt = errors.New(`the assets are not built: run "npm ci --ignore-scripts" in assets, then "go run ./assets/build"`)

// Set is the built files.
type Set struct {
	files fs.FS
	names map[string]string
}

// Load reads the list of built files; ErrNotBuilt if there are none.
func Load() (*Set, error) {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		return nil, err
	}
	return load(dist)
}

func load(dist fs.FS) (*Set, error) {
	text, err := fs.ReadFile(dist, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotBuilt
	}
	if err != nil {
		return nil, err
	}
	set := &Set{files: dist}
	if err := json.Unmarshal(text, &set.names); err != nil {
		return nil, fmt.Errorf("assets: manifest.json: %w", err)
	}
	for name, hashed := range set.names {
		if _, err := fs.Stat(dist, hashed); err != nil {
			return nil, fmt.Errorf("assets: %s: %w", name, err)
		}
	}
	return set, nil
}

// Name leads from a name ("okno.css", "ru.css" of the pack ru, "ru.svg", its mark, "okno.js", "icon.svg") to the hashed file name, which may be cached
// for ever. It is empty for an unknown name.
func (s *Set) Name(name string) string { return s.names[name] }

// Files are all built files by hashed name; beside each stand its ".br" and ".gz" twins.
func (s *Set) Files() fs.FS { return s.files }

// Has tells whether a hashed name is one of ours.
func (s *Set) Has(hashed string) bool {
	for _, known := range s.names {
		if known == hashed {
			return true
		}
	}
	return false
}

// Font returns a TrueType font for PDFs: "DejaVuSans", "DejaVuSans-Bold", "Vazirmatn-Regular", "Vazirmatn-Bold".
func (s *Set) Font(name string) ([]byte, error) {
	return fs.ReadFile(s.files, "fonts/"+name+".ttf")
}

// Passwords opens the list of the 200,000 commonest breached passwords, one a line, the commonest first (AUTH-2). The
// caller closes it. A cut or spoilt list is an error of the reading, never a shorter list.
func (s *Set) Passwords() (io.ReadCloser, error) {
	file, err := s.files.Open("passwords.txt.gz")
	if err != nil {
		return nil, fmt.Errorf("assets: the list of breached passwords: %w", err)
	}
	list, err := gzip.NewReader(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("assets: the list of breached passwords: %w", err)
	}
	return unpacked{list, file}, nil
}

// unpacked closes the packed file with the reader of its contents.
type unpacked struct {
	*gzip.Reader
	file fs.File
}

// Close implements io.Closer.
func (u unpacked) Close() error { return errors.Join(u.Reader.Close(), u.file.Close()) }
