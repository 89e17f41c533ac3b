package jurisdiction

import "slices"

// Words is one text of the pack in its languages: language code to text. Load
// makes sure that every language of the pack is there.
type Words map[string]string

// In is the text in a language; when the pack does not speak it, in English,
// else in the first language by code.
func (w Words) In(lang string) string {
	if text, ok := w[lang]; ok {
		return text
	}
	if text, ok := w["en"]; ok {
		return text
	}
	first := ""
	for code := range w {
		if first == "" || code < first {
			first = code
		}
	}
	return w[first]
}

// Synonyms are the other names that people use, by language.
type Synonyms map[string][]string

// All lists every synonym of every language, languages by code.
func (s Synonyms) All() []string {
	var codes, all []string
	for code := range s {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range codes {
		all = append(all, s[code]...)
	}
	return all
}
