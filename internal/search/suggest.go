package search

import "strings"

// Suggest answers "did you mean": the query with its unknown words replaced by
// the likeliest words of the documents, those of the reader's language before
// others. It is empty when every word is known or nothing better is.
func (x *Index) Suggest(query, lang string) string {
	found := parse(cut(query))
	found = found[:min(len(found), MaxQueryWords)]
	out := make([]string, len(found))
	changed := false
	for i, w := range found {
		out[i] = w.word
		if emptyWords[w.word] {
			continue
		}
		if better := bestGuess(x.senses(w, i == len(found)-1), lang); better != "" && better != w.word {
			out[i] = better
			changed = true
		}
	}
	if !changed {
		return ""
	}
	return strings.Join(out, " ")
}

// bestGuess is empty as soon as one reading is no guess.
func bestGuess(senses []sense, lang string) string {
	var best float32
	text := ""
	for _, s := range senses {
		if !s.guessed {
			return ""
		}
		if i, ok := s.lexicon.find(s.text); ok && s.lexicon.surfaces[i].joined {
			continue
		}
		if sure := s.sure * nearness(s.lexicon.lang, lang); sure > best {
			best, text = sure, s.text
		}
	}
	return text
}
