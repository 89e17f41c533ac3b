package pdf

import "golang.org/x/text/unicode/bidi"

// bidiSequence is one isolating run sequence (UAX 9, BD13).
type bidiSequence struct {
	level uint8
	at    []int // places in the paragraph
	runes []rune
	kinds []bidi.Class
	first []bidi.Class // kinds before any rule
}

func (s *bidiSequence) add(at int, r rune, kind bidi.Class) {
	s.at = append(s.at, at)
	s.runes = append(s.runes, r)
	s.kinds = append(s.kinds, kind)
	s.first = append(s.first, kind)
}

// side is the direction of the sequence itself, which also stands before its
// start and after its end.
func (s *bidiSequence) side() bidi.Class {
	if s.level%2 == 1 {
		return bidi.R
	}
	return bidi.L
}

func (s *bidiSequence) run() {
	s.marksAndNumbers()
	s.separators()
	s.terminators()
	s.latinNumbers()
	s.brackets()
	s.neutrals()
}

// marksAndNumbers is W1 to W3.
func (s *bidiSequence) marksAndNumbers() {
	before, strong := s.side(), s.side()
	for i, k := range s.kinds {
		if k == bidi.NSM {
			k = before
		}
		before = k
		switch k {
		case bidi.L, bidi.R, bidi.AL:
			strong = k
		case bidi.EN:
			if strong == bidi.AL {
				k = bidi.AN
			}
		}
		s.kinds[i] = k
	}
	for i, k := range s.kinds {
		if k == bidi.AL {
			s.kinds[i] = bidi.R
		}
	}
}

// separators is W4: one separator between two numbers of a kind joins them.
func (s *bidiSequence) separators() {
	for i := 1; i+1 < len(s.kinds); i++ {
		a, k, b := s.kinds[i-1], s.kinds[i], s.kinds[i+1]
		if a != b {
			continue
		}
		if a == bidi.EN && (k == bidi.ES || k == bidi.CS) || a == bidi.AN && k == bidi.CS {
			s.kinds[i] = a
		}
	}
}

// terminators is W5 and W6: signs beside a number belong to it, others are neutral.
func (s *bidiSequence) terminators() {
	for i := 0; i < len(s.kinds); {
		if s.kinds[i] != bidi.ET {
			i++
			continue
		}
		end := i
		for end < len(s.kinds) && s.kinds[end] == bidi.ET {
			end++
		}
		if i > 0 && s.kinds[i-1] == bidi.EN || end < len(s.kinds) && s.kinds[end] == bidi.EN {
			s.fill(i, end, bidi.EN)
		}
		i = end
	}
	for i, k := range s.kinds {
		if k == bidi.ES || k == bidi.ET || k == bidi.CS {
			s.kinds[i] = bidi.ON
		}
	}
}

// latinNumbers is W7.
func (s *bidiSequence) latinNumbers() {
	strong := s.side()
	for i, k := range s.kinds {
		if k == bidi.L || k == bidi.R {
			strong = k
		}
		if k == bidi.EN && strong == bidi.L {
			s.kinds[i] = bidi.L
		}
	}
}

// neutrals is N1 and N2.
func (s *bidiSequence) neutrals() {
	before := s.side()
	for i := 0; i < len(s.kinds); {
		if strongSide(s.kinds[i]) != bidi.ON {
			before = strongSide(s.kinds[i])
			i++
			continue
		}
		end := i
		for end < len(s.kinds) && strongSide(s.kinds[end]) == bidi.ON {
			end++
		}
		after := s.side()
		if end < len(s.kinds) {
			after = strongSide(s.kinds[end])
		}
		to := s.side()
		if before == after {
			to = before
		}
		s.fill(i, end, to)
		i = end
	}
}

func (s *bidiSequence) fill(from, to int, k bidi.Class) {
	for i := from; i < to; i++ {
		s.kinds[i] = k
	}
}

// levelOf is I1 and I2.
func (s *bidiSequence) levelOf(n int) uint8 {
	switch k := s.kinds[n]; {
	case s.level%2 == 0 && k == bidi.R:
		return s.level + 1
	case s.level%2 == 0 && (k == bidi.AN || k == bidi.EN):
		return s.level + 2
	case s.level%2 == 1 && k != bidi.R:
		return s.level + 1
	}
	return s.level
}

// strongSide is the direction that a kind counts as beside neutrals: numbers
// count as right to left.
func strongSide(k bidi.Class) bidi.Class {
	switch k {
	case bidi.L:
		return bidi.L
	case bidi.R, bidi.EN, bidi.AN:
		return bidi.R
	}
	return bidi.ON
}
