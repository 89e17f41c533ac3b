package search

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// posting says how strongly a term speaks of a document.
type posting struct {
	doc    uint32
	impact float32
}

// surface is a word as the documents write it, folded; several share a term.
type surface struct {
	text    string
	letters uint64 // which letters occur, for a quick look before the edit distance
	length  uint8  // in runes, at most 255
	joined  bool   // two neighbouring words written as one; never suggested
	term    uint32
}

// lexicon is the dictionary of one language.
type lexicon struct {
	lang     string
	surfaces []surface           // sorted by text
	postings [][]posting         // by term, each sorted by document
	stems    map[string]uint32   // stem -> term
	sounds   map[string][]uint32 // coarse Latin sound -> surfaces
	byLength [maxWordRunes + 1]sameLength
	phrases  map[string][]posting // two neighbouring stems of a title or synonym
	names    map[string][]posting // a whole title or synonym, in stems
}

// sameLength holds surfaces of one length, their masks side by side for speed.
type sameLength struct {
	masks    []uint64
	surfaces []uint32
}

func (s *sameLength) add(mask uint64, surface uint32) {
	s.masks = append(s.masks, mask)
	s.surfaces = append(s.surfaces, surface)
}

const maxWordRunes = 40

// letterMask sets a bit for each letter; two words within d edits differ in at
// most 2d bits, because a bit is the rune modulo 64.
func letterMask(s string) uint64 {
	var mask uint64
	for _, r := range s {
		mask |= 1 << (uint32(r) & 63)
	}
	return mask
}

// exact finds the term of a word or of another form of it.
func (l *lexicon) exact(word string) (uint32, bool) {
	term, ok := l.stems[stem(l.lang, word)]
	if !ok {
		if i, found := l.find(word); found {
			return l.surfaces[i].term, true
		}
	}
	return term, ok
}

func (l *lexicon) find(word string) (int, bool) {
	return slices.BinarySearchFunc(l.surfaces, word, func(s surface, w string) int { return strings.Compare(s.text, w) })
}

// starting lists the surfaces that begin with the letters, the most widespread
// first, at most limit of them.
func (l *lexicon) starting(letters string, limit int) []uint32 {
	from, _ := l.find(letters)
	var found []uint32
	for i := from; i < len(l.surfaces) && strings.HasPrefix(l.surfaces[i].text, letters); i++ {
		found = append(found, uint32(i))
	}
	if len(found) > limit {
		sort.Slice(found, func(a, b int) bool { return l.spread(found[a]) > l.spread(found[b]) })
		found = found[:limit]
	}
	return found
}

func (l *lexicon) spread(surface uint32) int { return len(l.postings[l.surfaces[surface].term]) }

// near is a surface within some edits of a word.
type near struct {
	surface uint32
	edits   int
}

// closeTo lists the surfaces at most edits away, the nearest and most
// widespread first, at most limit of them.
func (l *lexicon) closeTo(word string, edits, limit int) []near {
	length, mask := utf8.RuneCountInString(word), letterMask(word)
	runes := []rune(word)
	var found []near
	for n := max(1, length-edits); n <= min(maxWordRunes, length+edits); n++ {
		group := &l.byLength[n]
		for at, letters := range group.masks {
			if !masksNear(mask, letters, edits) {
				continue
			}
			i := group.surfaces[at]
			if d := distance(runes, l.surfaces[i].text, edits); d <= edits {
				found = append(found, near{i, d})
			}
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.edits, b.edits), cmp.Compare(l.spread(b.surface), l.spread(a.surface)),
			strings.Compare(l.surfaces[a.surface].text, l.surfaces[b.surface].text))
	})
	return found[:min(limit, len(found))]
}
