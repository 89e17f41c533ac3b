package main

import (
	"fmt"
	"go/ast"
	"io"
	"slices"
)

// sized is something with a number of lines.
type sized struct {
	name  string
	lines int
}

// sizes prints packages, files and functions: half are smaller than p50, nine of ten smaller than p90, and the biggest.
func (h *house) sizes(out io.Writer) {
	packages := map[string]int{}
	var files, functions []sized
	for _, s := range h.all {
		packages[s.folder] += s.lines
		files = append(files, sized{s.path, s.lines})
		for _, d := range s.tree.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				lines := h.files.Position(f.End()).Line - h.files.Position(f.Pos()).Line + 1
				functions = append(functions, sized{s.path + " " + f.Name.Name, lines})
			}
		}
	}
	var folders []sized
	for name, lines := range packages {
		folders = append(folders, sized{name, lines})
	}
	fmt.Fprintf(out, "Sizes in lines, without tests and generated code\n\n")
	show(out, "packages", folders)
	show(out, "files", files)
	show(out, "functions", functions)
}

func show(out io.Writer, name string, all []sized) {
	slices.SortFunc(all, func(a, b sized) int {
		if a.lines != b.lines {
			return b.lines - a.lines
		}
		if a.name < b.name {
			return -1
		}
		return 1
	})
	if len(all) == 0 {
		return
	}
	part := func(percent int) int { return all[(len(all)-1)*(100-percent)/100].lines }
	fmt.Fprintf(out, "  %d %s: p50 %d, p90 %d, max %d\n", len(all), name, part(50), part(90), all[0].lines)
	for _, s := range all[:min(10, len(all))] {
		fmt.Fprintf(out, "    %5d  %s\n", s.lines, s.name)
	}
	fmt.Fprintln(out)
}
