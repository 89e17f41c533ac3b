package search

import (
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Index finds documents. It is safe for parallel use and never changes.
type Index struct {
	ids      []string
	boosts   []float32
	codes    map[string][]uint32
	lexicons []*lexicon // sorted by language
	pads     sync.Pool  // *pad, one a running search
}

// How much a word counts where it stands.
const (
	titleWeight       = 3
	synonymWeight     = 2.4
	descriptionWeight = 0.8
	joinedWeight      = 0.7 // of the field, for two words written as one
	saturation        = 1.2 // how soon repeating a word stops helping (BM25 k1)
	lengthWeight      = 0.4 // how much long texts are held back (BM25 b)
)

// New builds an index. The documents are not kept, only what finding them needs.
func New(docs []Document) (*Index, error) {
	if err := checkDocuments(docs); err != nil {
		return nil, err
	}
	x := &Index{codes: map[string][]uint32{}}
	for i, d := range docs {
		x.ids = append(x.ids, d.ID)
		x.boosts = append(x.boosts, boostOf(d))
		for _, c := range d.Codes {
			if code := codeOf(c); code != "" && !slices.Contains(x.codes[code], uint32(i)) {
				x.codes[code] = append(x.codes[code], uint32(i))
			}
		}
	}
	for _, lang := range languagesOf(docs) {
		x.lexicons = append(x.lexicons, buildLexicon(lang, docs))
	}
	x.pads.New = func() any { return newPad(len(docs)) }
	return x, nil
}

func boostOf(d Document) float32 {
	if d.Boost == 0 {
		return 1
	}
	return float32(d.Boost)
}

func languagesOf(docs []Document) []string {
	set := map[string]bool{}
	for _, d := range docs {
		for lang := range d.Text {
			set[lang] = true
		}
	}
	langs := make([]string, 0, len(set))
	for lang := range set {
		langs = append(langs, lang)
	}
	slices.Sort(langs)
	return langs
}

// builder collects the words of one language.
type builder struct {
	lang     string
	stems    map[string]string // word -> stem
	terms    map[string]uint32 // stem -> term
	surfaces map[string]surface
	postings [][]posting
	phrases  map[string][]posting
	names    map[string][]posting
	tally    map[uint32]float32 // of the document at hand: term -> weight
}

func buildLexicon(lang string, docs []Document) *lexicon {
	b := &builder{
		lang: lang, stems: map[string]string{}, terms: map[string]uint32{}, surfaces: map[string]surface{}, tally: map[uint32]float32{},
		phrases: map[string][]posting{}, names: map[string][]posting{},
	}
	for i, d := range docs {
		if t, ok := d.Text[lang]; ok {
			b.add(uint32(i), t)
		}
	}
	return b.finish()
}

func (b *builder) add(doc uint32, t Text) {
	clear(b.tally)
	b.name(doc, t.Title, titleWeight)
	for _, s := range t.Synonyms {
		b.name(doc, s, synonymWeight)
	}
	for _, w := range words(fold(t.Description)) {
		b.count(w, descriptionWeight)
	}
	length := float32(len(t.Title)+len(t.Description)) / 200
	for term, weight := range b.tally {
		impact := weight / (weight + saturation*(1-lengthWeight+lengthWeight*min(length, 3)))
		b.postings[term] = append(b.postings[term], posting{doc, impact})
	}
}

// name counts a title or synonym: its words, its neighbours as one word and as a phrase, and the whole.
func (b *builder) name(doc uint32, text string, weight float32) {
	found := words(fold(text))
	for _, w := range found {
		b.count(w, weight)
	}
	plain := plainWords(text)
	stems := make([]string, len(plain))
	for i, w := range plain {
		stems[i] = b.stem(w)
	}
	if len(stems) == 0 {
		return
	}
	for i := 1; i < len(plain); i++ {
		b.countJoined(plain[i-1]+plain[i], weight*joinedWeight)
		put(b.phrases, stems[i-1]+" "+stems[i], doc, weight/titleWeight)
	}
	put(b.names, nameKey(stems), doc, weight/titleWeight)
}

func stemsOf(lang string, plain []string) []string {
	stems := make([]string, len(plain))
	for i, w := range plain {
		stems[i] = stem(lang, w)
	}
	return stems
}

// nameKey is a whole name, word for word.
func nameKey(stems []string) string { return strings.Join(stems, " ") }

func put(in map[string][]posting, key string, doc uint32, impact float32) {
	list := in[key]
	if n := len(list); n > 0 && list[n-1].doc == doc {
		list[n-1].impact = max(list[n-1].impact, impact)
		return
	}
	in[key] = append(list, posting{doc, impact})
}

// count adds a word and, where a zero-width non-joiner stands inside, its parts.
func (b *builder) count(word string, weight float32) {
	whole := joined(word)
	if whole == "" {
		return
	}
	b.tally[b.term(whole, false)] += weight
	if whole != word {
		for part := range strings.SplitSeq(word, string(zeroWidthNonJoiner)) {
			if part != "" && !emptyWords[part] {
				b.tally[b.term(part, false)] += weight
			}
		}
	}
}

func (b *builder) countJoined(word string, weight float32) {
	if utf8.RuneCountInString(word) > maxWordRunes {
		return
	}
	term := b.term(word, true)
	b.tally[term] = max(b.tally[term], weight)
}

// stem remembers, because documents repeat their words.
func (b *builder) stem(word string) string {
	root, ok := b.stems[word]
	if !ok {
		root = stem(b.lang, word)
		b.stems[word] = root
	}
	return root
}

func (b *builder) term(word string, isJoined bool) uint32 {
	if s, ok := b.surfaces[word]; ok {
		if s.joined && !isJoined {
			s.joined = false
			b.surfaces[word] = s
		}
		return s.term
	}
	root := word
	if !isJoined {
		root = b.stem(word)
	}
	term, ok := b.terms[root]
	if !ok {
		term = uint32(len(b.postings))
		b.terms[root] = term
		b.postings = append(b.postings, nil)
	}
	length := min(utf8.RuneCountInString(word), 255)
	b.surfaces[word] = surface{text: strings.Clone(word), letters: letterMask(word), length: uint8(length), joined: isJoined, term: term}
	return term
}

func (b *builder) finish() *lexicon {
	l := &lexicon{lang: b.lang, postings: b.postings, stems: b.terms, sounds: map[string][]uint32{}, phrases: b.phrases, names: b.names}
	for _, s := range b.surfaces {
		l.surfaces = append(l.surfaces, s)
	}
	slices.SortFunc(l.surfaces, func(a, c surface) int { return strings.Compare(a.text, c.text) })
	for i, s := range l.surfaces {
		if s.length <= maxWordRunes && !s.joined {
			l.byLength[s.length].add(s.letters, uint32(i))
		}
		if !s.joined && !isLatin(s.text) {
			l.addSound(soundOf(s.text), uint32(i))
			l.addSound(soundOf(stem(l.lang, s.text)), uint32(i))
		}
	}
	for i := range l.postings {
		l.postings[i] = slices.Clip(l.postings[i])
	}
	return l
}

func (l *lexicon) addSound(sound string, surface uint32) {
	list := l.sounds[sound]
	if len(sound) < 3 || len(list) > 0 && list[len(list)-1] == surface {
		return
	}
	l.sounds[sound] = append(list, surface)
}
