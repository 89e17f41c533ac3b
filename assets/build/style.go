package main

import (
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

// ours are the style files of Okno, in the order in which later ones win.
func ours() []string {
	return []string{"base", "layout", "field", "message", "progress", "list", "print"}
}

// buildStyle makes the sheet of one theme: tokens, the parts, our own sheet as the last layer, all flattened.
func buildStyle(root, work string, t theme) ([]byte, error) {
	tokens, err := makeTokens(root, work, t)
	if err != nil {
		return nil, err
	}
	if err := checkContrast(tokens); err != nil {
		return nil, err
	}
	sheet, err := layered(root, tokens, t.own())
	if err != nil {
		return nil, err
	}
	flat, err := flatten(root, filepath.Join(work, t.Name), sheet)
	if err != nil {
		return nil, err
	}
	return minify(flat)
}

// makeTokens runs the theme program of Designsystemet, offline, in a folder of its own.
func makeTokens(root, work string, t theme) (string, error) {
	program, err := filepath.Abs(filepath.Join(root, "node_modules", ".bin", "designsystemet"))
	if err != nil {
		return "", err
	}
	dir := filepath.Join(work, t.Name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	config, err := t.config()
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(dir, "theme.json"), config, 0o644); err != nil {
		return "", err
	}
	for _, args := range [][]string{
		{"tokens", "create", "--config", "theme.json", "--clean"},
		{"tokens", "build", "-t", "tokens", "-o", "built", "--clean"},
	} {
		cmd := exec.Command(program, args...)
		cmd.Dir = dir
		if said, err := cmd.CombinedOutput(); err != nil {
			return "", fmt.Errorf("designsystemet %s: %w\n%s", strings.Join(args, " "), err, said)
		}
	}
	css, err := os.ReadFile(filepath.Join(dir, "built", t.Name+".css"))
	return string(css), err
}

// layered puts everything in order of layers; our own sheet is the last layer, so it wins after flattening too.
func layered(root, tokens, own string) (string, error) {
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
	fmt.Fprintf(&b, "@layer okno {\n%s\n}\n", own)
	for _, part := range ours() {
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
