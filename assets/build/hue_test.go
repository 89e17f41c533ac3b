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

func TestThemesKeepAwayFromDanger(t *testing.T) {
	themes, _ := filepath.Glob("../themes/*.json")
	if len(themes) < 2 {
		t.Fatal("two themes are expected from the first day")
	}
	for _, theme := range themes {
		if _, err := checkHue(theme); err != nil {
			t.Errorf("%s: %v", theme, err)
		}
	}
	red := filepath.Join(t.TempDir(), "red.json")
	if err := os.WriteFile(red, []byte(`{"themes":{"red":{"colors":{"main":{"accent":"#b3261e"}}}}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := checkHue(red); err == nil {
		t.Error("a red accent was let through")
	}
}
