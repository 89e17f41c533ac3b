// Command build makes assets/dist: a style sheet and a mark for the house and for every pack in jurisdictions, one script,
// the favicon, with hashed names, compressed twins beside them and manifest.json that leads from name to hashed name; the
// fonts for PDF and the list of breached passwords.
//
// Run it in the root of the repository after "npm ci" in assets:
//
//	go run ./assets/build
//
// It never fetches anything. It fails when a theme's accent is too near the colour of danger, when words would not stand out
// from what is behind them, and when the style sheet or the script grows past what a first view may weigh (screens.md 3.2, row 10).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
)

// Limits of the first view, in bytes after brotli.
const (
	styleLimit  = 20 << 10
	scriptLimit = 12 << 10
)

func main() {
	if err := run("assets"); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	if _, err := os.Stat(filepath.Join(root, "node_modules")); err != nil {
		return fmt.Errorf("no node_modules: run \"npm ci --ignore-scripts\" in %s first", root)
	}
	work, err := os.MkdirTemp("", "okno-assets-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)

	dist := filepath.Join(root, "dist")
	out, err := fresh(dist)
	if err != nil {
		return err
	}
	defer os.RemoveAll(out.dir)
	for _, step := range []func(*output, string) error{gitkeep, copyFonts, passwords, buildScript} {
		if err := step(out, root); err != nil {
			return err
		}
	}
	if err := buildThemes(out, root, work); err != nil {
		return err
	}
	if err := out.manifest(); err != nil {
		return err
	}
	return out.replace(dist)
}

// buildThemes makes <name>.css and <name>.svg of every theme; the themes are made side by side.
func buildThemes(out *output, root, work string) error {
	themes, err := readThemes(root)
	if err != nil {
		return err
	}
	sheets, errs := make([][]byte, len(themes)), make([]error, len(themes))
	var wait sync.WaitGroup
	for i, t := range themes {
		wait.Go(func() { sheets[i], errs[i] = buildStyle(root, work, t) })
	}
	wait.Wait()
	for i, t := range themes {
		if errs[i] != nil {
			return fmt.Errorf("theme %s: %w", t.Name, errs[i])
		}
		size, err := out.write(t.Name+".css", sheets[i])
		if err != nil {
			return err
		}
		if size > styleLimit {
			return fmt.Errorf("the style sheet of %s is %d bytes after brotli, more than %d", t.Name, size, styleLimit)
		}
		if err := out.file(t.Name+".svg", filepath.Join(t.dir, t.Logo)); err != nil {
			return err
		}
	}
	return out.file("icon.svg", filepath.Join(root, "theme", "logo.svg"))
}

// gitkeep keeps the folder in the repository while nothing is built.
func gitkeep(out *output, _ string) error {
	return os.WriteFile(filepath.Join(out.dir, ".gitkeep"), nil, 0o644)
}

// copyFonts takes the fonts that PDFs are made with; browsers never load them.
func copyFonts(out *output, root string) error {
	fonts := map[string]string{
		"fonts/DejaVuSans.ttf":        "dejavu-fonts-ttf/ttf/DejaVuSans.ttf",
		"fonts/DejaVuSans-Bold.ttf":   "dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf",
		"fonts/Vazirmatn-Regular.ttf": "vazirmatn/fonts/ttf/Vazirmatn-Regular.ttf",
		"fonts/Vazirmatn-Bold.ttf":    "vazirmatn/fonts/ttf/Vazirmatn-Bold.ttf",
	}
	for name, from := range fonts {
		if err := out.plain(name, filepath.Join(root, "node_modules", from)); err != nil {
			return err
		}
	}
	return nil
}

func (o *output) manifest() error {
	text, err := json.MarshalIndent(o.names, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(o.dir, "manifest.json"), append(text, '\n'), 0o644)
}
