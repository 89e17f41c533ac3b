package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/goccy/go-yaml"
)

// theme is the look of one country, as jurisdictions/<code>/theme/theme.yaml says it.
type theme struct {
	Name    string `yaml:"name"` // the pack's code
	Logo    string `yaml:"logo"` // SVG beside the file
	Accent  string `yaml:"accent"`
	Support string `yaml:"support"`
	Neutral string `yaml:"neutral"`
	Radius  int    `yaml:"radius"` // pixels
	Font    string `yaml:"font"`   // family, used where the reader's machine has it; nothing is sent

	dir string
}

// readThemes reads the house's own theme and that of every pack.
func readThemes(root string) ([]theme, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	paths, err := filepath.Glob(filepath.Join(filepath.Dir(root), "jurisdictions", "*", "theme", "theme.yaml"))
	if err != nil {
		return nil, err
	}
	var all []theme
	for _, path := range append([]string{filepath.Join(root, "theme", "theme.yaml")}, paths...) {
		t, err := readTheme(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func readTheme(path string) (theme, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return theme{}, err
	}
	t := theme{dir: filepath.Dir(path)}
	if err := yaml.UnmarshalWithOptions(text, &t, yaml.Strict()); err != nil {
		return theme{}, err
	}
	if pack := filepath.Base(filepath.Dir(t.dir)); pack != "assets" && pack != t.Name {
		return theme{}, fmt.Errorf("the theme is named %q, its pack %q", t.Name, pack)
	}
	if t.Name == "" || strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return theme{}, fmt.Errorf("the name %q is not of small letters", t.Name)
	}
	if strings.ContainsAny(t.Font, `"\{};<`) {
		return theme{}, fmt.Errorf("the font %q is not the name of a family", t.Font)
	}
	return t, t.checkHue()
}

// checkHue refuses an accent that could be taken for danger (screens.md 1).
func (t theme) checkHue() error {
	distance, err := hueDistance(t.Accent, danger)
	if err != nil {
		return err
	}
	if distance < 30 {
		return fmt.Errorf("accent %s is only %.0f degrees of hue away from danger %s; 30 are needed", t.Accent, distance, danger)
	}
	return nil
}

// config is what the theme program of Designsystemet reads.
func (t theme) config() ([]byte, error) {
	type object map[string]any
	return json.Marshal(object{"outDir": "tokens", "themes": object{t.Name: object{
		"colors":       object{"main": object{"accent": t.Accent}, "support": object{"lamp": t.Support}, "neutral": t.Neutral},
		"borderRadius": t.Radius,
		"typography":   object{"fontFamily": t.Font},
	}}})
}

// own is what our sheet reads of the theme beside the program's tokens.
func (t theme) own() string {
	if t.Font == "" || t.Font == "system-ui" {
		return ":root { --ok-font: system-ui; }"
	}
	return fmt.Sprintf(":root { --ok-font: %q; }", t.Font)
}
