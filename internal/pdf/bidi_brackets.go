package pdf

import (
	"sort"

	"golang.org/x/text/unicode/bidi"
)

// mostBrackets is the depth of open brackets that UAX 9 asks for (BD16).
const mostBrackets = 63

// brackets is N0: both brackets of a pair take one direction.
func (s *bidiSequence) brackets() {
	for _, pair := range s.bracketPairs() {
		if to := s.bracketSide(pair[0], pair[1]); to != bidi.ON {
			s.setBracket(pair[0], to)
			s.setBracket(pair[1], to)
		}
	}
}

// bracketPairs finds the pairs, ordered by the opening bracket (BD16).
func (s *bidiSequence) bracketPairs() [][2]int {
	type opened struct {
		at    int
		close rune
	}
	var open []opened
	var pairs [][2]int
	for i, r := range s.runes {
		props, _ := bidi.LookupRune(r)
		if s.kinds[i] != bidi.ON || !props.IsBracket() {
			continue
		}
		if props.IsOpeningBracket() {
			if len(open) == mostBrackets {
				break
			}
			open = append(open, opened{i, sameBracket(otherBracket(r))})
			continue
		}
		for n := len(open) - 1; n >= 0; n-- {
			if open[n].close == sameBracket(r) {
				pairs = append(pairs, [2]int{open[n].at, i})
				open = open[:n]
				break
			}
		}
	}
	sort.Slice(pairs, func(a, b int) bool { return pairs[a][0] < pairs[b][0] })
	return pairs
}

// bracketSide decides the direction of a pair, ON if it stays neutral.
func (s *bidiSequence) bracketSide(open, shut int) bidi.Class {
	other := false
	for i := open + 1; i < shut; i++ {
		switch strongSide(s.kinds[i]) {
		case s.side():
			return s.side()
		case bidi.L, bidi.R:
			other = true
		}
	}
	if !other {
		return bidi.ON
	}
	before := s.side()
	for i := open - 1; i >= 0; i-- {
		if k := strongSide(s.kinds[i]); k != bidi.ON {
			before = k
			break
		}
	}
	return before
}

// setBracket gives a bracket its direction, and the marks that stand on it too.
func (s *bidiSequence) setBracket(at int, to bidi.Class) {
	s.kinds[at] = to
	for i := at + 1; i < len(s.first) && s.first[i] == bidi.NSM; i++ {
		s.kinds[i] = to
	}
}

func otherBracket(r rune) rune {
	for _, other := range bidi.ReverseString(string(r)) {
		return other
	}
	return r
}

// sameBracket maps the two angle brackets that are canonically equal to others.
func sameBracket(r rune) rune {
	switch r {
	case 0x2329:
		return 0x3008
	case 0x232A:
		return 0x3009
	}
	return r
}
