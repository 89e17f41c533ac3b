package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
)

// How the parts of a score weigh.
const (
	otherLanguage = 0.8 // a hit in a language that is not the reader's
	phraseBonus   = 0.5 // two words of the query side by side in a name
	nameBonus     = 2.0 // the query is a whole name
	codeScore     = 100 // the query holds a code of the document
	enough        = 0.5 // a hit holds at least this part of what the best holds
)

// pad is the working memory of one search.
type pad struct {
	total, best []float32 // by document: the score, and the word at hand
	cover       []float32 // by document: how much of the query it holds
	touched     []uint32
	word        []uint32
}

func newPad(docs int) *pad {
	return &pad{total: make([]float32, docs), best: make([]float32, docs), cover: make([]float32, docs)}
}

// Search finds at most limit documents, the best first; equal ones in the order
// in which New got them. lang is the reader's language. An empty query finds
// nothing. The only error is that of an ended ctx.
func (x *Index) Search(ctx context.Context, query, lang string, limit int) ([]Hit, error) {
	query = cut(query)
	found := meaningful(parse(query))
	if len(found) == 0 || limit <= 0 {
		return nil, ctx.Err()
	}
	p := x.pads.Get().(*pad)
	defer x.giveBack(p)
	if err := x.scoreWords(ctx, p, found, lang); err != nil {
		return nil, err
	}
	x.scoreNames(p, found, lang)
	x.scoreCodes(p, query)
	return x.ranked(p, limit), nil
}

func (x *Index) giveBack(p *pad) {
	for _, d := range p.touched {
		p.total[d], p.cover[d] = 0, 0
	}
	p.touched = p.touched[:0]
	x.pads.Put(p)
}

func (x *Index) scoreWords(ctx context.Context, p *pad, found []asked, lang string) error {
	for i, w := range found {
		if err := ctx.Err(); err != nil {
			return err
		}
		senses := x.senses(w, i == len(found)-1)
		senses = append(senses, x.joinedSenses(found, i)...)
		x.scoreSenses(p, senses, lang)
	}
	return nil
}

// joinedSenses reads a word together with its neighbours: "sign up" as "signup".
func (x *Index) joinedSenses(found []asked, i int) []sense {
	var senses []sense
	for _, at := range []int{i - 1, i} {
		if at < 0 || at+1 >= len(found) {
			continue
		}
		pair := found[at].word + found[at+1].word
		for _, l := range x.lexicons {
			if s, ok := l.find(pair); ok {
				senses = append(senses, sense{lexicon: l, term: l.surfaces[s].term, sure: sureJoined})
			}
		}
	}
	return senses
}

// scoreSenses adds, for each document, its best reading of one word.
func (x *Index) scoreSenses(p *pad, senses []sense, lang string) {
	p.word = p.word[:0]
	for _, s := range senses {
		list := s.lexicon.postings[s.term]
		weight := s.sure * x.rarity(len(list)) * nearness(s.lexicon.lang, lang)
		for _, e := range list {
			if p.best[e.doc] == 0 {
				p.word = append(p.word, e.doc)
			}
			p.best[e.doc] = max(p.best[e.doc], weight*e.impact)
		}
	}
	for _, d := range p.word {
		p.add(d, p.best[d])
		p.cover[d]++
		p.best[d] = 0
	}
}

func (p *pad) add(doc uint32, score float32) {
	if p.total[doc] == 0 {
		p.touched = append(p.touched, doc)
	}
	p.total[doc] += score
}

func nearness(of, reader string) float32 {
	if of == reader {
		return 1
	}
	return otherLanguage
}

// rarity is the inverse document frequency of BM25, kept above zero.
func (x *Index) rarity(df int) float32 {
	n := float64(len(x.ids))
	return float32(math.Log(1+(n-float64(df)+0.5)/(float64(df)+0.5))) + 0.3
}

// scoreNames lifts documents whose title or synonym has words of the query side by side, or is the query.
func (x *Index) scoreNames(p *pad, found []asked, lang string) {
	plain := make([]string, len(found))
	for i, w := range found {
		plain[i] = w.word
	}
	for _, l := range x.lexicons {
		stems := stemsOf(l.lang, plain)
		times := nearness(l.lang, lang)
		for i := 1; i < len(stems); i++ {
			list := l.phrases[stems[i-1]+" "+stems[i]]
			p.lift(list, phraseBonus*times*x.rarity(len(list)))
		}
		list := l.names[nameKey(stems)]
		p.lift(list, nameBonus*times*x.rarity(len(list)))
	}
}

func (p *pad) lift(list []posting, by float32) {
	for _, e := range list {
		p.add(e.doc, by*e.impact)
	}
}

// scoreCodes finds a code that is the whole query, one of its pieces between
// spaces, or two neighbouring ones.
func (x *Index) scoreCodes(p *pad, query string) {
	pieces := strings.Fields(query)
	pieces = pieces[:min(len(pieces), MaxQueryWords)]
	keys := []string{codeOf(query)}
	for i, piece := range pieces {
		keys = append(keys, codeOf(piece))
		if i > 0 {
			keys = append(keys, codeOf(pieces[i-1]+piece))
		}
	}
	for _, key := range keys {
		for _, d := range x.codes[key] {
			p.add(d, codeScore)
			p.cover[d] = max(p.cover[d], float32(len(pieces)))
		}
	}
}

func (x *Index) ranked(p *pad, limit int) []Hit {
	var most float32
	for _, d := range p.touched {
		most = max(most, p.cover[d])
	}
	if most == 0 {
		return nil
	}
	hits := make([]uint32, 0, len(p.touched))
	for _, d := range p.touched {
		if p.cover[d] >= enough*most {
			p.total[d] *= x.boosts[d] * square(p.cover[d]/most)
			hits = append(hits, d)
		}
	}
	slices.SortFunc(hits, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(p.total[b], p.total[a]), cmp.Compare(a, b))
	})
	out := make([]Hit, 0, min(limit, len(hits)))
	for _, d := range hits[:min(limit, len(hits))] {
		out = append(out, Hit{ID: x.ids[d], Score: float64(p.total[d])})
	}
	return out
}

func square(f float32) float32 { return f * f }
