// Command screenshots photographs the pages of the demo, so that the whole look can be seen at once.
//
//	go run ./cmd/screenshots [-binary bin/okno] [-out screenshots] [-only WORD] [-way WORD] [-country ru] [-in en,ru,fa]
//
// It starts the demo on free ports with a folder of its own, walks the journeys of an invented person through the real pages
// and visits every page that an address leads to, and writes every page in three languages, two widths, light and dark, with
// an index.html that shows them side by side and marks what answered otherwise than it should. The whole takes about seven
// minutes; -only, -way and -in take a part. It never touches data that was there before and never leaves a demo running.
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
	only := flag.String("only", "", "only pictures of pages or journeys with this word in their name")
	way := flag.String("way", "", "only journeys with this word in their name; \"partners\" and \"sites\" need none before them")
	country := flag.String("country", "ru", "jurisdiction to show")
	in := flag.String("in", "en,ru,fa", "languages")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *binary, *out, *only, *way, *country, strings.Split(*in, ",")); err != nil {
		fmt.Fprintln(os.Stderr, "screenshots:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, binary, out, only, way, country string, languages []string) error {
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
	for n, lang := range languages {
		w := &walk{c: c, d: d, out: out, only: only, way: way, lang: lang, person: invented(n)}
		w.journeys()
		w.addresses()
		shown = append(shown, w.shown...)
	}
	if err := writeIndex(filepath.Join(out, "index.html"), languages, shown); err != nil {
		return err
	}
	fmt.Printf("%d pictures: %s\n", count(shown), filepath.Join(out, "index.html"))
	return nil
}
