package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
)

// proofs is what the tests say of each ID.
type proofs struct {
	passed map[string]int      // passing tests that name the ID
	failed map[string][]string // failing or unfinished tests that name the ID
	broken map[string]bool     // failing tests that name none, packages too
}

// proved says that at least one test of the ID passed and none failed.
func (p proofs) proved(id string) bool { return p.passed[id] > 0 && len(p.failed[id]) == 0 }

// event is one line of go test -json.
type event struct {
	Action  string
	Package string
	Test    string
}

// named finds the next ID at the beginning of a name, where Go has written
// underscores for spaces, and what parts it from the rest.
var named = regexp.MustCompile(`^([A-Z]+-\d+)(?:[_:,]+|$)`)

// idsOf are the IDs with which the last element of a test's name begins, parted by
// spaces or commas. A range ("REG-01..REG-04") names none: each is written out.
func idsOf(test string) (ids []string) {
	rest := test[strings.LastIndex(test, "/")+1:]
	for {
		m := named.FindStringSubmatch(rest)
		if m == nil {
			return ids
		}
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
		rest = rest[len(m[0]):]
	}
}

// readProofs reads a stream of go test -json. Lines that are not JSON (what the
// compiler says) are passed over. A test that began and never ended has failed;
// a skipped one says nothing.
func readProofs(in io.Reader) (proofs, error) {
	p := proofs{passed: map[string]int{}, failed: map[string][]string{}, broken: map[string]bool{}}
	running := map[string][]string{}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 && line[0] == '{' {
			var e event
			if jsonErr := json.Unmarshal(line, &e); jsonErr != nil {
				return p, fmt.Errorf("read the test results: %w", jsonErr)
			}
			p.take(e, running)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return p, fmt.Errorf("read the test results: %w", err)
		}
	}
	for test, ids := range running {
		p.fail(ids, test)
	}
	return p, nil
}

func (p proofs) take(e event, running map[string][]string) {
	ids := idsOf(e.Test)
	test := e.Package + " " + e.Test
	if len(ids) == 0 {
		if e.Action == "fail" {
			p.broken[strings.TrimSpace(test)] = true
		}
		return
	}
	switch e.Action {
	case "run":
		running[test] = ids
	case "pass":
		for _, id := range ids {
			p.passed[id]++
		}
		delete(running, test)
	case "fail":
		p.fail(ids, test)
		delete(running, test)
	case "skip":
		delete(running, test)
	}
}

func (p proofs) fail(ids []string, test string) {
	for _, id := range ids {
		p.failed[id] = append(p.failed[id], test)
	}
}
