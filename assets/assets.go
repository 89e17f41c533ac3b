// Package assets holds the built style sheets, script, icon and fonts inside the binary.
//
// The files are made by "go run ./assets/build" and are not part of the repository; until then Load says so. The
// package never serves anything: internal/web does.
package assets

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
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

// Name leads from a name ("okno.css", "land.css", "okno.js", "icon.svg") to the hashed file name, which may be cached
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
