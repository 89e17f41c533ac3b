// Command screenshots photographs the pages of the demo, so that the whole look can be seen at once.
//
//	go run ./cmd/screenshots [-binary bin/okno] [-out screenshots] [-only WORD] [-country ru]
//
// It starts the demo on free ports with a folder of its own, signs in through the real pages by the labels that a person
// reads, and writes every page in three languages, two widths, light and dark, with an index.html that shows them side by
// side and marks what answered otherwise than it should. It never touches data that was there before and never leaves a
// demo running.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	binary := flag.String("binary", "bin/okno", "the built binary")
	out := flag.String("out", "screenshots", "folder for pictures and index.html")
	only := flag.String("only", "", "only pages whose path or visitor has this word")
	country := flag.String("country", "ru", "jurisdiction to show")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *out, *only, *country); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, out, only, country string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	d, err := startDemo(ctx, binary, country)
	if err != nil {
		return err
	}
	defer d.stop()
	c, err := openCamera(ctx)
	if err != nil {
		return err
	}
	defer c.close()

	var shown []picture
	for _, v := range visitors() {
		v.pages = kept(v, only)
		if len(v.pages) == 0 {
			continue
		}
		pictures, err := walk(c, d, v, out)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", v.name, err)
			pictures = append(pictures, picture{Visitor: v.name, Path: v.entry, Note: err.Error()})
		}
		shown = append(shown, pictures...)
	}
	if err := writeIndex(filepath.Join(out, "index.html"), shown); err != nil {
		return err
	}
	fmt.Printf("%d pictures: %s\n", count(shown), filepath.Join(out, "index.html"))
	return nil
}

func kept(v visitor, only string) []string {
	var pages []string
	for _, path := range v.pages {
		if only == "" || strings.Contains(path, only) || strings.Contains(v.name, only) {
			pages = append(pages, path)
		}
	}
	return pages
}

// walk signs a visitor in and photographs that visitor's pages.
func walk(c *camera, d *demo, v visitor, out string) ([]picture, error) {
	if err := c.enter(d, v); err != nil {
		return nil, err
	}
	var pictures []picture
	for _, lang := range []string{"en", "ru", "fa"} {
		if err := c.speak(d.Portal, lang); err != nil {
			return pictures, err
		}
		for _, path := range v.pages {
			status, err := c.open(d.Portal + path)
			if err != nil {
				return pictures, fmt.Errorf("%s: %w", path, err)
			}
			p := picture{Visitor: v.name, Path: path, Lang: lang, Status: status}
			for _, s := range shapes() {
				file := fmt.Sprintf("%s%s.%s.%s.png", v.name, strings.NewReplacer("/", "-", "?", "-", "=", "-").Replace(path), lang, s)
				if err := c.shoot(filepath.Join(out, file), s); err != nil {
					return pictures, fmt.Errorf("%s: %w", path, err)
				}
				p.Files = append(p.Files, file)
			}
			fmt.Printf("%d %s %s %s\n", status, v.name, lang, path)
			pictures = append(pictures, p)
		}
	}
	return pictures, nil
}
