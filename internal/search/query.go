package search

import (
	"strings"
	"unicode/utf8"
)

// Bounds of a query; what is beyond is cut, never refused.
const (
	MaxQueryRunes = 200
	MaxQueryWords = 12
)

// How sure a reading of a word is.
const (
	sureExact  = 1.0
	sureJoined = 0.95
	surePrefix = 0.75
	sureLayout = 0.8
	sureSound  = 0.7
	sureOne    = 0.6 // one edit
	sureTwo    = 0.35
)

// sense is one reading of a word of the query: a term of a language.
type sense struct {
	lexicon *lexicon
	term    uint32
	sure    float32
	text    string // the surface, for Suggest
	guessed bool   // by layout, sound or edits
}

// cut brings a query to its bounds.
func cut(query string) string {
	if utf8.RuneCountInString(query) > MaxQueryRunes {
		query = string([]rune(query)[:MaxQueryRunes])
	}
	return strings.ToValidUTF8(query, " ")
}

// asked is one word of a query.
type asked struct {
	word    string
	retyped []string // as other keyboard layouts would have written it
}

// parse cuts a query into words. On another layout ; and [ are letters, so each
// piece between spaces is retyped whole; its readings go to its first word.
func parse(query string) []asked {
	var found []asked
	for raw := range strings.FieldsSeq(query) {
		var retyped []string
		for _, t := range layouts(raw) {
			retyped = append(retyped, plainWords(t)...)
		}
		for _, w := range plainWords(raw) {
			found = append(found, asked{w, retyped})
			retyped = nil
		}
	}
	return found
}

// meaningful drops the empty words unless nothing else is there.
func meaningful(all []asked) []asked {
	var kept []asked
	for _, w := range all {
		if !emptyWords[w.word] {
			kept = append(kept, w)
		}
	}
	if len(kept) == 0 {
		kept = all
	}
	return kept[:min(len(kept), MaxQueryWords)]
}

// senses reads one word of a query, in every language. Guesses are made only
// when nothing starts like the word: a rightly typed word is never second-guessed.
func (x *Index) senses(asked asked, last bool) []sense {
	word, retyped := asked.word, asked.retyped
	var found []sense
	for _, l := range x.lexicons {
		if term, ok := l.exact(word); ok {
			found = append(found, sense{lexicon: l, term: term, sure: sureExact, text: word})
		}
		if last {
			found = append(found, l.prefixed(word)...)
		}
	}
	if len(found) > 0 {
		return found
	}
	for _, l := range x.lexicons {
		found = append(found, l.otherLayout(retyped, last)...)
		found = append(found, l.sounding(word)...)
	}
	edits := allowedEdits(word)
	if edits == 0 {
		return found
	}
	for _, l := range x.lexicons {
		found = append(found, l.misspelt(word, edits, sureExact)...)
	}
	if len(found) > 0 {
		return found
	}
	for _, l := range x.lexicons {
		for _, w := range retyped {
			found = append(found, l.misspelt(w, min(1, allowedEdits(w)), sureLayout)...)
		}
		found = append(found, l.unfinished(word)...)
	}
	return found
}

// prefixed reads an unfinished word; a single letter is too little to go by in a large index.
func (l *lexicon) prefixed(word string) []sense {
	n := utf8.RuneCountInString(word)
	if n < 2 {
		return nil
	}
	var found []sense
	for _, i := range l.starting(word, 32) {
		s := l.surfaces[i]
		part := float32(n) / float32(s.length)
		found = append(found, sense{lexicon: l, term: s.term, sure: surePrefix * (0.5 + part/2), text: s.text})
	}
	return found
}

func (l *lexicon) otherLayout(retyped []string, last bool) []sense {
	var found []sense
	for _, w := range retyped {
		if utf8.RuneCountInString(w) < 2 {
			continue
		}
		if term, ok := l.exact(w); ok {
			found = append(found, sense{lexicon: l, term: term, sure: sureLayout, text: w, guessed: true})
		} else if last && utf8.RuneCountInString(w) >= 3 {
			for _, s := range l.prefixed(w) {
				s.sure *= sureLayout
				s.guessed = true
				found = append(found, s)
			}
		}
	}
	return found
}

// sounding reads Latin letters as the sound of Cyrillic or Persian ones. Up to
// three letters of a long word may be an ending that the documents do not use.
func (l *lexicon) sounding(word string) []sense {
	if !isLatin(word) {
		return nil
	}
	whole := soundOf(word)
	keys := []string{whole, persianSkeleton(word)}
	for n := len(whole) - 1; n >= max(5, len(whole)-3); n-- {
		keys = append(keys, whole[:n])
	}
	var found []sense
	for _, key := range keys {
		for _, i := range l.sounds[key] {
			s := l.surfaces[i]
			found = append(found, sense{lexicon: l, term: s.term, sure: sureSound, text: s.text, guessed: true})
		}
		if len(found) >= 8 {
			return found[:8]
		}
	}
	return found
}

// misspelt reads a word with typing mistakes.
func (l *lexicon) misspelt(word string, edits int, times float32) []sense {
	if edits == 0 {
		return nil
	}
	var found []sense
	for _, n := range l.closeTo(word, edits, 8) {
		s := l.surfaces[n.surface]
		sure := float32(sureOne)
		if n.edits > 1 {
			sure = sureTwo
		}
		found = append(found, sense{lexicon: l, term: s.term, sure: sure * times, text: s.text, guessed: true})
	}
	return found
}

// unfinished cuts the end off a word that is nowhere and tries the rest as a
// beginning: the last resort for endings that no rule knows.
func (l *lexicon) unfinished(word string) []sense {
	runes := []rune(word)
	if len(runes) < 6 {
		return nil
	}
	found := l.prefixed(string(runes[:len(runes)-2]))
	for i := range found {
		found[i].sure *= sureOne
		found[i].guessed = true
	}
	return found
}
