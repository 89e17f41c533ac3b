package chrome_test

import (
	"flag"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"okno/assets"
	"okno/internal/web/webtest/chrome"
)

// shots is where pictures of the gallery go: go test ./internal/web/webtest/chrome -shots DIR
var shots = flag.String("shots", "", "folder for screenshots of the gallery")

func TestTheChecksCanFail(t *testing.T) {
	t.Parallel()
	page := browser.Open(t, newWorld(t).URL+"/broken", 390)
	found := map[string]bool{}
	for _, v := range page.Violations(t) {
		found[v.Rule] = true
	}
	for _, rule := range []string{"label", "html-has-lang", "color-contrast", "target-size"} {
		if !found[rule] {
			t.Errorf("axe let the seeded mistake %q through", rule)
		}
	}
	if wrong := strings.Join(page.Cramped(t), "\n"); !strings.Contains(wrong, "cut off: p") || !strings.Contains(wrong, "one over the other: div") {
		t.Errorf("text without room was let through, found only %q", wrong)
	}
	if n := chrome.Sheets(page.Print(t)); n < 3 {
		t.Errorf("a long page takes %d sheets", n)
	}
	if page.MirrorPart(t, "") <= chrome.MirrorLimit {
		t.Error("the mirror test let a bar through that does not mirror")
	}
}

func TestGallery(t *testing.T) {
	t.Parallel()
	server := newWorld(t)
	for _, at := range []struct {
		path  string
		width int
	}{{"/en", 390}, {"/en", 1280}, {"/in/ru", 390}, {"/in/ru", 1280}, {"/fa", 390}, {"/xs/fa", 1280}, {"/xs/en?large", 390}} {
		t.Run(fmt.Sprintf("axe finds nothing on %s at %d px", at.path, at.width), func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+at.path, at.width)
			for _, scheme := range []string{"light", "dark"} {
				page.Prefer(t, "prefers-color-scheme", scheme, "prefers-reduced-motion", "reduce")
				page.Axe(t)
				if dir := *shots; dir != "" {
					name := strings.NewReplacer("/", "-", "?", "-").Replace(strings.Trim(at.path, "/"))
					page.Screenshot(t, filepath.Join(dir, fmt.Sprintf("ui-%s-%d-%s.png", name, at.width, scheme)))
				}
			}
			page.Targets(t)
			page.LeftToRight(t)
			page.Sideways(t)
		})
	}
	for _, width := range []int{390, 1280} {
		t.Run(fmt.Sprintf("the page mirrors at %d px", width), func(t *testing.T) {
			t.Parallel()
			page := browser.Open(t, server.URL+"/in/en", width)
			page.Prefer(t, "prefers-reduced-motion", "reduce")
			if part := page.MirrorPart(t, *shots); part > chrome.MirrorLimit {
				t.Errorf("%.4f %% of the page does not mirror", part*100)
			}
		})
	}
}

func TestWeight(t *testing.T) {
	set, err := assets.Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, limit := range map[string]int64{"okno.css": 20 << 10, "ru.css": 20 << 10, "xs.css": 20 << 10, "okno.js": 12 << 10} {
		info, err := fs.Stat(set.Files(), set.Name(name)+".br")
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > limit {
			t.Errorf("%s weighs %d bytes on the wire, more than %d", name, info.Size(), limit)
		}
	}
}
