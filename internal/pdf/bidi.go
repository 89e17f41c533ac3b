package pdf

import "golang.org/x/text/unicode/bidi"

// deepestLevel bounds nested isolates (UAX 9, max_depth is 125).
const deepestLevel = 120

// levelsOf returns the embedding level of every rune of one paragraph by the
// Unicode bidirectional algorithm (UAX 9): even is left to right, odd right to
// left. Isolates are honoured, the older embeddings and overrides are ignored,
// because our texts use isolates only. golang.org/x/text tells directions but
// not levels, and without levels a line cannot be put in order.
func levelsOf(text []rune, base uint8) []uint8 {
	p := bidiParagraph{
		text:   text,
		kinds:  make([]bidi.Class, len(text)),
		levels: make([]uint8, len(text)),
	}
	whole := make([]int, len(text))
	for i, r := range text {
		props, _ := bidi.LookupRune(r)
		p.kinds[i] = props.Class()
		whole[i] = i
	}
	p.pairIsolates()
	p.resolve(whole, base)
	return p.levels
}

// firstStrong returns the level of the first strongly directed rune, or -1.
// Isolated parts are passed over.
func firstStrong(text []rune) int {
	depth := 0
	for _, r := range text {
		props, _ := bidi.LookupRune(r)
		switch props.Class() {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			depth++
		case bidi.PDI:
			depth = max(0, depth-1)
		case bidi.L:
			if depth == 0 {
				return 0
			}
		case bidi.R, bidi.AL:
			if depth == 0 {
				return 1
			}
		}
	}
	return -1
}

type bidiParagraph struct {
	text    []rune
	kinds   []bidi.Class
	levels  []uint8
	closing []int // for an isolate initiator the index of its end, else 0
}

func (p *bidiParagraph) pairIsolates() {
	p.closing = make([]int, len(p.text))
	var open []int
	for i, k := range p.kinds {
		switch k {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			open = append(open, i)
			p.closing[i] = len(p.text)
		case bidi.PDI:
			if len(open) > 0 {
				p.closing[open[len(open)-1]] = i
				open = open[:len(open)-1]
			}
		}
	}
}

// resolve sets the levels of the runes at idx, an isolating run sequence at the
// given level; what stands inside isolates is resolved one level deeper.
func (p *bidiParagraph) resolve(idx []int, level uint8) {
	s := bidiSequence{level: level}
	for n := 0; n < len(idx); n++ {
		i := idx[n]
		p.levels[i] = level
		switch p.kinds[i] {
		case bidi.LRE, bidi.RLE, bidi.LRO, bidi.RLO, bidi.PDF, bidi.BN:
			continue
		case bidi.LRI, bidi.RLI, bidi.FSI:
			s.add(i, p.text[i], bidi.ON)
			if level >= deepestLevel {
				continue
			}
			end := n + 1
			for end < len(idx) && idx[end] < p.closing[i] {
				end++
			}
			p.resolve(idx[n+1:end], p.inner(i, level))
			n = end - 1
		case bidi.PDI:
			s.add(i, p.text[i], bidi.ON)
		default:
			s.add(i, p.text[i], p.kinds[i])
		}
	}
	s.run()
	for n, i := range s.at {
		p.levels[i] = s.levelOf(n)
	}
}

// inner is the level inside the isolate that begins at i.
func (p *bidiParagraph) inner(i int, level uint8) uint8 {
	right := p.kinds[i] == bidi.RLI
	if p.kinds[i] == bidi.FSI {
		right = firstStrong(p.text[i+1:min(p.closing[i], len(p.text))]) == 1
	}
	next := level + 1
	if (next%2 == 1) != right {
		next++
	}
	return next
}
