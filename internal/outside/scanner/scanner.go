// Package scanner is the door to a virus scanner: what can be asked of it and
// what it answers.
//
// It never decides what becomes of a file (package blob does), never retries (jobs
// do) and knows no protocol: adapters such as scanner/clamd speak those.
package scanner

import "context"

// KeyAway is the text key of a scanner that does not answer: fault.Unavailable.
const KeyAway = "blob.scanner_away"

// Scanner looks for viruses.
type Scanner interface {
	// Scan says whether the content is infected. An error is a fault of kind
	// Unavailable: nothing is known, ask again later.
	Scan(ctx context.Context, content []byte) (infected bool, err error)
}
