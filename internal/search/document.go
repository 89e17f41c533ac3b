package search

import (
	"errors"
	"fmt"
)

// Document is one thing that can be found.
type Document struct {
	ID    string          // returned in a Hit; unique within an index
	Text  map[string]Text // by language code, "en", "ru", "fa" ...
	Boost float64         // multiplies the score; 0 means 1, 1.2 lifts a popular document a little
	Codes []string        // identifiers as people type them, such as the number of a paper form; case, spaces and dashes do not matter
}

// Text is what one language says about a document.
type Text struct {
	Title       string
	Description string
	Synonyms    []string // other words and phrases that people use for the title (NAV-13)
}

// Hit is a found document.
type Hit struct {
	ID    string
	Score float64 // only comparable within one answer; higher is better
}

// ErrDocument is wrapped by every error of New: an empty or repeated ID, or a negative boost.
var ErrDocument = errors.New("search: document cannot be indexed")

func checkDocuments(docs []Document) error {
	seen := make(map[string]bool, len(docs))
	for i, d := range docs {
		switch {
		case d.ID == "":
			return fmt.Errorf("%w: number %d has no ID", ErrDocument, i)
		case seen[d.ID]:
			return fmt.Errorf("%w: ID %q is there twice", ErrDocument, d.ID)
		case !(d.Boost >= 0 && d.Boost <= 1000):
			return fmt.Errorf("%w: ID %q has a boost outside 0..1000", ErrDocument, d.ID)
		}
		seen[d.ID] = true
	}
	return nil
}
