// Command build makes assets/dist: one style sheet a theme, one script, the favicon and the fonts for PDF, with hashed
// names, compressed twins beside them and manifest.json that leads from name to hashed name.
//
// Run it in the root of the repository after "npm ci" in assets:
//
//	go run ./assets/build
//
// It never fetches anything. It fails when a theme's accent is too near the colour of danger, and when the style sheet
// or the script grows past what a first view may weigh (screens.md 3.2, row 10).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
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

	out := &output{dir: filepath.Join(root, "dist"), names: map[string]string{}}
	themes, err := filepath.Glob(filepath.Join(root, "themes", "*.json"))
	if err != nil {
		return err
	}
	for _, theme := range themes {
		if err := buildStyle(out, root, work, theme); err != nil {
			return fmt.Errorf("%s: %w", theme, err)
		}
	}
	if err := buildScript(out, root); err != nil {
		return err
	}
	if err := out.file("icon.svg", filepath.Join(root, "icon.svg")); err != nil {
		return err
	}
	if err := copyFonts(out, root); err != nil {
		return err
	}
	if err := out.manifest(); err != nil {
		return err
	}
	return out.tidy()
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
