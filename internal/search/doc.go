// Package search finds documents by a reader's own words.
//
// A document has a title, a description and synonyms in several languages, and
// perhaps codes (the number of a paper form). An Index holds a few dozen to some
// ten thousand documents in memory and is rebuilt from data; it never changes
// after New, so any number of goroutines may search it at once.
//
// A query is words, never a language: no character of it has a meaning of its
// own. It is understood with inflected forms, typing mistakes, the wrong keyboard
// layout, Latin letters in place of Cyrillic or Persian ones, an unfinished last
// word, and in any language of the documents, the reader's own ranking first.
// The more words of the query a document holds, and the closer together, the
// higher it ranks (NAV-11, NAV-12, NAV-13).
//
// The package knows no word of the product, never reads a clock, a file or a
// database, and never keeps or logs a query.
package search
