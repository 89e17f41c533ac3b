// Command map prints the house as it stands: floors, routes and who may enter, jobs and events, tables and their owners,
// sizes of packages, files and functions, so that growth is seen.
//
//	go run ./cmd/map [-root .]
//
// It reads sources only. It judges nothing: the tests of internal/archtest do.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	root := flag.String("root", ".", "the root of the repository")
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	err := run(*root, out)
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "map:", err)
		os.Exit(1)
	}
}

func run(root string, out io.Writer) error {
	house, err := read(root)
	if err != nil {
		return err
	}
	floors, err := house.floors()
	if err != nil {
		return err
	}
	tables, err := readTables(root)
	if err != nil {
		return err
	}
	section(out, "Floors, lowest first: a package imports only from lines above its own", floors)
	section(out, "Routes and who may enter", house.routes())
	section(out, "Jobs and events", house.jobs())
	section(out, "Tables and their owners", tables)
	house.sizes(out)
	return nil
}

func section(out io.Writer, title string, lines []string) {
	fmt.Fprintf(out, "%s (%d)\n\n", title, len(lines))
	for _, line := range lines {
		fmt.Fprintln(out, "  "+line)
	}
	fmt.Fprintln(out)
}
