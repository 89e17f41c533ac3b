package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestHueDistance(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		want       float64
	}{
		{"red and green stand 120 degrees apart", "#ff0000", "#00ff00", 120},
		{"the angle goes the shorter way round", "#ff0010", "#ff1000", 7.5},
		{"a colour is no distance from itself", "#14507a", "#14507a", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := hueDistance(c.a, c.b)
			if err != nil || got < c.want-0.1 || got > c.want+0.1 {
				t.Fatalf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestThemes(t *testing.T) {
	themes, err := readThemes("..")
	if err != nil {
		t.Fatal(err)
	}
	if len(themes) < 3 {
		t.Fatalf("%d themes; the house and two packs are expected from the first day", len(themes))
	}
	for _, wrong := range []struct{ name, text string }{
		{"a red accent", "name: red\naccent: \"#b3261e\"\n"},
		{"an unknown key", "name: blue\naccent: \"#14507a\"\ncolour: x\n"},
		{"a font that ends the rule", "name: blue\naccent: \"#14507a\"\nfont: \"x; } body { display: none\"\n"},
		{"a name that leads elsewhere", "name: ../x\naccent: \"#14507a\"\n"},
	} {
		path := filepath.Join(t.TempDir(), "assets", "theme", "theme.yaml")
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(wrong.text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := readTheme(path); err == nil {
			t.Errorf("%s was let through", wrong.name)
		}
	}
}

func TestContrast(t *testing.T) {
	if got := contrast("#000000", "#ffffff"); got < 20.99 || got > 21.01 {
		t.Errorf("black on white is %v, want 21", got)
	}
	if got := contrast("#777777", "#ffffff"); got < 4.47 || got > 4.49 {
		t.Errorf("#777777 on white is %v, want 4.48", got)
	}
	if checkContrast("@layer ds.theme.color-scheme.light { --ds-color-neutral-text-default: #888888; --ds-color-neutral-background-default: #ffffff; }") == nil {
		t.Error("grey words were let through")
	}
}

func TestReplaceIsWhole(t *testing.T) {
	dist := filepath.Join(t.TempDir(), "dist")
	for _, content := range []string{"one", "two", "two"} {
		out, err := fresh(dist)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := out.write("a.css", []byte(content)); err != nil {
			t.Fatal(err)
		}
		if err := out.manifest(); err != nil {
			t.Fatal(err)
		}
		if err := out.replace(dist); err != nil {
			t.Fatal(err)
		}
		os.RemoveAll(out.dir)
		got, err := os.ReadFile(filepath.Join(dist, out.names["a.css"]))
		if err != nil || string(got) != content {
			t.Errorf("dist holds %q, %v; want %q", got, err, content)
		}
	}
}
