package text

import (
	"slices"
	"sync"

	"golang.org/x/text/collate"
	bcp47 "golang.org/x/text/language"
)

// collatorsOf pools a language's collators, because one collator serves one
// goroutine at a time and is dear to make.
func collatorsOf(l *language) *sync.Pool {
	tag := bcp47.Make(l.collation)
	return &sync.Pool{New: func() any { return collate.New(tag) }}
}

// Compare is -1, 0 or +1 in the alphabetical order of the language: ё beside е,
// å after z in Norwegian.
func (p *Printer) Compare(a, b string) int {
	c := p.collators.Get().(*collate.Collator)
	defer p.collators.Put(c)
	return c.CompareString(a, b)
}

// Less says that a comes before b in the alphabetical order of the language.
func (p *Printer) Less(a, b string) bool { return p.Compare(a, b) < 0 }

// Sort puts items into the alphabetical order of the language; equal ones keep
// their order.
func (p *Printer) Sort(items []string) { SortBy(p, items, func(s string) string { return s }) }

// SortBy puts items into the alphabetical order of the printer's language by the
// name that each has.
func SortBy[T any](p *Printer, items []T, name func(T) string) {
	c := p.collators.Get().(*collate.Collator)
	defer p.collators.Put(c)
	slices.SortStableFunc(items, func(a, b T) int { return c.CompareString(name(a), name(b)) })
}

// SortKey is a byte string whose order is the alphabetical order of the language,
// for a sort-key column. It is valid for the version of the collation tables that
// the program was built with: rebuild the column when they change.
func (p *Printer) SortKey(s string) []byte {
	c := p.collators.Get().(*collate.Collator)
	defer p.collators.Put(c)
	var buf collate.Buffer
	return slices.Clone(c.KeyFromString(&buf, s))
}
