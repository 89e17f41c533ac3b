package jurisdiction

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a pack: the file inside the pack, the line (from 1;
// 0 when the whole file is meant) and what is wrong, in English for the operator.
type Problem struct {
	File string
	Line int
	Text string
}

// String is "file:line: text", which editors understand.
func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s:%d: %s", p.File, p.Line, p.Text)
}

// Problems are all mistakes of a pack, by file and line. It is the error of Load.
type Problems []Problem

// Error has one problem a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// sorted puts the problems in reading order, each once.
func (ps Problems) sorted() Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Text, b.Text))
	})
	return slices.Compact(ps)
}

// Source says where in the pack something was written.
type Source struct {
	File string
	Line int
}

func (s Source) problem(format string, args ...any) Problem {
	return Problem{File: s.File, Line: s.Line, Text: fmt.Sprintf(format, args...)}
}
