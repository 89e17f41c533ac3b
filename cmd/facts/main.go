// Command facts says which facts of docs/facts.md are proved by a passing test.
//
//	go test -json ./... | go run ./cmd/facts
//	go run ./cmd/facts --groups REG,LVL results.json
//
// A test proves a fact when its (sub)test name begins with the fact's ID:
// t.Run("REG-22 the SMS code lives 300 seconds", ...), or with several, parted by
// spaces or commas: t.Run("GEN-06, GEN-08 ...", ...). Ranges name nothing. A failing
// test with that ID takes the proof back. The command reads results only; it runs no test.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "facts:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	flags := flag.NewFlagSet("facts", flag.ContinueOnError)
	file := flags.String("facts", "docs/facts.md", "the list of facts")
	only := flags.String("groups", "", "limit to these groups: GEN,NAV,...")
	if err := flags.Parse(args); err != nil {
		return err
	}
	groups, err := readFactsFile(*file)
	if err != nil {
		return err
	}
	chosen, err := choose(groups, *only)
	if err != nil {
		return err
	}
	if flags.NArg() > 0 {
		f, err := os.Open(flags.Arg(0))
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	proofs, err := readProofs(in)
	if err != nil {
		return err
	}
	report(out, groups, chosen, proofs)
	return nil
}

// choose keeps the named groups, in the order of the facts; all if none is named.
func choose(groups []group, only string) ([]group, error) {
	if only == "" {
		return groups, nil
	}
	wanted := map[string]bool{}
	for _, code := range strings.Split(only, ",") {
		wanted[strings.TrimSpace(code)] = true
	}
	var chosen []group
	for _, g := range groups {
		if wanted[g.code] {
			chosen = append(chosen, g)
			delete(wanted, g.code)
		}
	}
	for code := range wanted {
		return nil, fmt.Errorf("there is no group %q", code)
	}
	return chosen, nil
}
