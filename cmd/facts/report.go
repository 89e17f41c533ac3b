package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// report prints what is proved in each chosen group and what is not, then the
// other IDs that tests name, then "proved N of M".
func report(out io.Writer, all, chosen []group, p proofs) {
	proved, total := 0, 0
	for _, g := range chosen {
		var open []string
		for _, id := range g.ids {
			if !p.proved(id) {
				open = append(open, id)
			}
		}
		done := len(g.ids) - len(open)
		proved, total = proved+done, total+len(g.ids)
		fmt.Fprintf(out, "%-4s %3d/%-3d %s\n", g.code, done, len(g.ids), g.title)
		if len(open) > 0 && done > 0 {
			fmt.Fprintf(out, "     not proved: %s\n", strings.Join(open, " "))
		} else if len(open) > 0 {
			fmt.Fprintf(out, "     not proved: all\n")
		}
		reportFailures(out, g.ids, p)
	}
	reportOthers(out, all, p)
	fmt.Fprintf(out, "proved %d of %d\n", proved, total)
}

func reportFailures(out io.Writer, ids []string, p proofs) {
	for _, id := range ids {
		for _, test := range p.failed[id] {
			fmt.Fprintf(out, "     failed: %s %s\n", id, test)
		}
	}
}

// reportOthers lists the IDs that tests name and that are no facts: decisions and
// requirements, and misspelled facts by themselves.
func reportOthers(out io.Writer, all []group, p proofs) {
	known, codes := map[string]bool{}, map[string]bool{}
	for _, g := range all {
		codes[g.code] = true
		for _, id := range g.ids {
			known[id] = true
		}
		for id := range g.told {
			known[id] = true
		}
	}
	var held, broken, unknown []string
	for id := range namedIDs(p) {
		code, _, _ := strings.Cut(id, "-")
		switch {
		case known[id]:
		case codes[code]:
			unknown = append(unknown, id)
		case p.proved(id):
			held = append(held, id)
		default:
			broken = append(broken, id)
		}
	}
	printIDs(out, "requirements and decisions held", held)
	printIDs(out, "requirements and decisions broken", broken)
	printIDs(out, "no such fact", unknown)
	for _, test := range slices.Sorted(maps.Keys(p.broken)) {
		fmt.Fprintf(out, "failed: %s\n", test)
	}
}

func namedIDs(p proofs) map[string]bool {
	ids := map[string]bool{}
	for id := range p.passed {
		ids[id] = true
	}
	for id := range p.failed {
		ids[id] = true
	}
	return ids
}

func printIDs(out io.Writer, what string, ids []string) {
	if len(ids) == 0 {
		return
	}
	slices.SortFunc(ids, compareIDs)
	fmt.Fprintf(out, "%s (%d): %s\n", what, len(ids), strings.Join(ids, " "))
}

func compareIDs(a, b string) int {
	codeA, numberA, _ := strings.Cut(a, "-")
	codeB, numberB, _ := strings.Cut(b, "-")
	nA, _ := strconv.Atoi(numberA)
	nB, _ := strconv.Atoi(numberB)
	return cmp.Or(cmp.Compare(codeA, codeB), cmp.Compare(nA, nB))
}
