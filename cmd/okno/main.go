// Command okno is the whole product in one binary: the portal, the identity
// system, the worker, the checks, and the demo with its simulators.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"okno/internal/inspect"
)

// commands are the words that the binary understands.
type commands struct {
	Demo    demoCommand    `cmd:"" help:"Start a demo country on this machine: simulators, portal, invented people, a control page."`
	Serve   serveCommand   `cmd:"" help:"Serve the portal and run its jobs."`
	Work    workCommand    `cmd:"" help:"Run jobs only, beside nodes that serve with --no-work."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema to the newest version."`
	Check   checkCommand   `cmd:"" help:"Check a configuration or a jurisdiction without starting anything."`
	Admin   adminCommand   `cmd:"" help:"Make the key ring and invite officers, on the server's console."`
	Audit   auditCommand   `cmd:"" help:"Verify the audit log."`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == inspect.Argument {
		if err := inspect.ChildMain(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(run(os.Args[1:]))
}

func run(words []string) int {
	var c commands
	parser, err := kong.New(&c, kong.Name("okno"), kong.Description("One window to the state."), kong.UsageOnError())
	if err != nil {
		panic(err)
	}
	chosen, err := parser.Parse(words)
	if err != nil {
		parser.Errorf("%s", err)
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	chosen.BindTo(ctx, (*context.Context)(nil))
	if err := chosen.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "okno:", err)
		return 1
	}
	return 0
}
