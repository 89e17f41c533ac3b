package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

// group is one chapter of the facts: "## REG. Registration of ...".
type group struct {
	code  string
	title string
	ids   []string        // the facts to prove, in the order of the list
	told  map[string]bool // background rows, marked (ctx): nothing to prove
}

var (
	heading = regexp.MustCompile(`^## ([A-Z]+)\. (.+)$`)
	row     = regexp.MustCompile(`^\| ([A-Z]+)-\d+ \| *(\(ctx\))?`)
)

func readFactsFile(name string) ([]group, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readFacts(f)
}

// readFacts reads the chapters and their rows. Tables of other chapters (systems,
// pains) are no facts.
func readFacts(in io.Reader) ([]group, error) {
	var groups []group
	seen := map[string]bool{}
	current := -1
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if m := heading.FindStringSubmatch(line); m != nil {
			groups = append(groups, group{code: m[1], title: m[2], told: map[string]bool{}})
			current = len(groups) - 1
			continue
		}
		if strings.HasPrefix(line, "## ") {
			current = -1
		}
		m := row.FindStringSubmatch(line)
		if m == nil || current < 0 {
			continue
		}
		id := strings.Fields(line)[1]
		if m[1] != groups[current].code || seen[id] {
			return nil, fmt.Errorf("%s stands twice or in the group %s", id, groups[current].code)
		}
		seen[id] = true
		if m[2] != "" {
			groups[current].told[id] = true
			continue
		}
		groups[current].ids = append(groups[current].ids, id)
	}
	if len(groups) == 0 && lines.Err() == nil {
		return nil, fmt.Errorf("no facts found")
	}
	return groups, lines.Err()
}
