package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// parts are the style files of Designsystemet that Okno uses, in their order.
func parts() []string {
	return []string{
		"base", "alert", "breadcrumbs", "button", "details", "error-summary", "field", "fieldset",
		"heading", "input", "label", "link", "list", "paragraph", "skip-link", "tag", "validation-message",
	}
}

// own are the style files of Okno, in the order in which later ones win.
func own() []string {
	return []string{"base", "layout", "field", "message", "progress", "list", "print"}
}

type themeFile struct {
	Themes map[string]struct {
		Colors struct {
			Main map[string]string `json:"main"`
		} `json:"colors"`
	} `json:"themes"`
}

// buildStyle makes the sheet of one theme: tokens, the parts, our own sheet as the last layer, all flattened.
func buildStyle(out *output, root, work, config string) error {
	name, err := checkHue(config)
	if err != nil {
		return err
	}
	tokens, err := makeTheme(root, work, name, config)
	if err != nil {
		return err
	}
	sheet, err := layered(root, tokens)
	if err != nil {
		return err
	}
	flat, err := flatten(root, work, sheet)
	if err != nil {
		return err
	}
	small, err := minify(flat)
	if err != nil {
		return err
	}
	size, err := out.write(name+".css", small)
	if err == nil && size > styleLimit {
		err = fmt.Errorf("the style sheet is %d bytes after brotli, more than %d", size, styleLimit)
	}
	return err
}

// checkHue refuses a theme whose accent could be taken for danger, and returns the theme's name.
func checkHue(config string) (string, error) {
	text, err := os.ReadFile(config)
	if err != nil {
		return "", err
	}
	var file themeFile
	if err := json.Unmarshal(text, &file); err != nil {
		return "", err
	}
	for name, theme := range file.Themes {
		distance, err := hueDistance(theme.Colors.Main["accent"], danger)
		if err != nil {
			return "", err
		}
		if distance < 30 {
			return "", fmt.Errorf("accent %s is only %.0f degrees of hue away from danger %s; 30 are needed",
				theme.Colors.Main["accent"], distance, danger)
		}
		return name, nil
	}
	return "", fmt.Errorf("no theme inside")
}

// makeTheme runs the theme program of Designsystemet, offline.
func makeTheme(root, work, name, config string) (string, error) {
	full, err := filepath.Abs(config)
	if err != nil {
		return "", err
	}
	program, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin", "designsystemet"))
	if err != nil {
		return "", err
	}
	tokens, built := filepath.Join(work, name, "tokens"), filepath.Join(work, name, "built")
	if err := os.MkdirAll(filepath.Join(work, name), 0o755); err != nil {
		return "", err
	}
	// The program reads its configuration beside its output, under paths relative to its folder.
	local := filepath.Join(work, name, "theme.json")
	text, err := os.ReadFile(full)
	if err != nil {
		return "", err
	}
	withOut := strings.Replace(string(text), "{", `{ "outDir": "tokens",`, 1)
	if err := os.WriteFile(local, []byte(withOut), 0o644); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"tokens", "create", "--config", "theme.json", "--clean"},
		{"tokens", "build", "-t", filepath.Base(tokens), "-o", filepath.Base(built), "--clean"},
	} {
		cmd := exec.Command(program, args...)
		cmd.Dir = filepath.Join(work, name)
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("designsystemet %s: %w\n%s", strings.Join(args, " "), err, said)
		}
	}
	css, err := os.ReadFile(filepath.Join(built, name+".css"))
	return string(css), err
}

// layered puts everything in order of layers; our own sheet is the last layer, so it wins after flattening too.
func layered(root, tokens string) (string, error) {
	var b strings.Builder
	b.WriteString("@layer ds.theme, ds.base, ds.components, okno;\n")
	b.WriteString(strings.Replace(tokens, `@charset "UTF-8";`, "", 1))
	for _, part := range parts() {
		layer := "ds.components"
		if part == "base" {
			layer = "ds.base"
		}
		css, err := os.ReadFile(filepath.Join(root, "node_modules/@digdir/designsystemet-css/dist/src", part+".css"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "@layer %s {\n%s\n}\n", layer, css)
	}
	for _, part := range own() {
		css, err := os.ReadFile(filepath.Join(root, "styles", part+".css"))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "@layer okno {\n%s\n}\n", css)
	}
	return b.String(), nil
}

func flatten(root, work, sheet string) (string, error) {
	from, to := filepath.Join(work, "layered.css"), filepath.Join(work, "flat.css")
	if err := os.WriteFile(from, []byte(sheet), 0o644); err != nil {
		return "", err
	}
	cmd := exec.Command("node", filepath.Join(root, "build", "flatten.mjs"), from, to)
	if said, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("flatten: %w\n%s", err, said)
	}
	css, err := os.ReadFile(to)
	return string(css), err
}

func minify(css string) ([]byte, error) {
	result := api.Transform(css, api.TransformOptions{
		Loader: api.LoaderCSS, MinifyWhitespace: true, MinifySyntax: true, LogLevel: api.LogLevelSilent,
		Engines: []api.Engine{{Name: api.EngineChrome, Version: "99"}, {Name: api.EngineSafari, Version: "15"}, {Name: api.EngineFirefox, Version: "97"}},
	})
	if len(result.Errors) > 0 {
		return nil, fmt.Errorf("style sheet: %s", result.Errors[0].Text)
	}
	return result.Code, nil
}
