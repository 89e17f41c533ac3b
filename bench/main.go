// Command bench measures the house against what the machine can do at most: ours
// and the limit in one run on the same cores, in turns, medians of several rounds.
//
//	make bench             every figure
//	go run ./bench NAME    one figure
//
// Each figure prints one line:
//
//	NAME ours=… limit=… ratio=… goal=…
//
// The ratio is ours divided by the limit. A goal ">=0.50" is a share of the limit
// that must be reached; a goal "<=1.00" is a ceiling that must not be passed. The
// command asserts nothing: it ends with an error only when something could not be
// measured.
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"syscall"
)

// figure is one thing that is measured.
type figure struct {
	name string
	run  func(ctx context.Context, w *workshop) error
}

// figures in the order in which they are printed.
func figures() []figure {
	return append([]figure{
		{"signin", signIn},
		{"crowd", crowd},
		{"home-out", homeOut},
		{"home-in", homeIn},
		{"filing", filing},
		{"commit", commit},
		{"search", searching},
		{"start", start},
		{"weight", weight},
	}, oidcFigures()...)
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == childWord {
		os.Exit(child(os.Args[2:]))
	}
	file := flag.String("profile", "", "write a processor profile of the run to this file")
	server := flag.String("server-profile", "", "write processor profiles of the provider's servers to this file with the engine behind it")
	heap := flag.String("server-heap", "", "write what the memory of the provider's servers holds to this file with the engine and the moment behind it")
	engine := flag.String("engine", "", "measure the provider on this database alone")
	flag.Parse()
	os.Exit(run(flag.Args(), *file, *server, *heap, *engine))
}

func run(names []string, file, server, heap, engine string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	w, err := openWorkshop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	defer w.close()
	w.serverProfile, w.serverHeap, w.engine = server, heap, engine
	code, ran := 0, 0
	for _, f := range figures() {
		if len(names) > 0 && !slices.Contains(names, f.name) {
			continue
		}
		ran++
		debug.SetMemoryLimit(math.MaxInt64) // the bound of a figure before holds for its house alone
		if err := watched(file, func() error { return f.run(ctx, w) }); err != nil {
			fmt.Fprintf(os.Stderr, "bench: %s: %v\n", f.name, err)
			code = 1
		}
	}
	if ran == 0 {
		fmt.Fprintf(os.Stderr, "bench: no figure is called %v\n", names)
		return 2
	}
	return code
}
