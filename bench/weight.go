package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/andybalholm/brotli"
)

// weight measures the first view of the home page on the wire, with headers: the
// page and everything that a browser loads for it; and counts what it would ask
// of others.
func weight(ctx context.Context, w *workshop) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	database, err := w.database(ctx, "sqlite")
	if err != nil {
		return err
	}
	p, err := w.open(ctx, "http://"+l.Addr().String(), database)
	if err != nil {
		return err
	}
	defer p.Close()
	house := begin(ctx, l, func(ctx context.Context, l net.Listener) { serveHouse(ctx, p, l) })
	defer house.end()
	view := &firstView{address: house.address, seen: map[string]bool{}}
	if err := view.load(ctx, "/"); err != nil {
		return err
	}
	say("weight", against(float64(view.bytes)/1024, 60), "KB", 1, "<=1.00")
	fmt.Printf("third-party ours=%d limit=0 ratio=- goal=0\n", view.strangers)
	return nil
}

// firstView is what a browser with an empty cache loads.
type firstView struct {
	address   string
	seen      map[string]bool
	bytes     int
	strangers int
}

// loaded are the places in a page or style sheet that a browser loads by itself.
// Fonts of a style sheet are loaded when a letter needs them; they are counted.
var loaded = regexp.MustCompile(`(?i)<(?:script|img|iframe|source|video|audio|embed)[^>]*\ssrc="([^"]+)"|<link[^>]*\shref="([^"]+)"|url\(["']?([^"')]+)["']?\)|@import\s+["']([^"']+)["']`)

func (v *firstView) load(ctx context.Context, path string) error {
	if v.seen[path] {
		return nil
	}
	v.seen[path] = true
	one, err := dial(ctx, v.address, path, "")
	if err != nil {
		return err
	}
	defer one.conn.Close()
	a, err := one.get()
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if a.status != 200 {
		return fmt.Errorf("%s: status %d", path, a.status)
	}
	v.bytes += a.size
	content, err := plain(a)
	if err != nil {
		return err
	}
	kind := a.headers["content-type"]
	if !strings.HasPrefix(kind, "text/html") && !strings.HasPrefix(kind, "text/css") {
		return nil
	}
	return v.follow(ctx, path, content)
}

func (v *firstView) follow(ctx context.Context, path string, content []byte) error {
	base, err := url.Parse("http://" + v.address + path)
	if err != nil {
		return err
	}
	for _, found := range loaded.FindAllSubmatch(content, -1) {
		link := string(bytes.Join(found[1:], nil))
		to, err := base.Parse(link)
		if err != nil {
			return err
		}
		switch {
		case to.Scheme == "data" || isPage(found[0]):
		case to.Host != v.address:
			v.strangers++
		default:
			if err := v.load(ctx, to.RequestURI()); err != nil {
				return err
			}
		}
	}
	return nil
}

// isPage says whether a <link> only names another page, which nobody loads.
func isPage(tag []byte) bool {
	return bytes.Contains(tag, []byte(`rel="alternate"`)) || bytes.Contains(tag, []byte(`rel="canonical"`))
}

// plain is the content without its compression.
func plain(a answer) ([]byte, error) {
	switch a.headers["content-encoding"] {
	case "":
		return a.body, nil
	case "br":
		return io.ReadAll(brotli.NewReader(bytes.NewReader(a.body)))
	}
	return nil, fmt.Errorf("unknown compression %q", a.headers["content-encoding"])
}
