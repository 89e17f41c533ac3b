package proofing

import (
	"time"

	"okno/internal/db"
)

// Tidy forgets what nobody needs any more: counted searches, passes and links
// that ended. Visits stay: they are the evidence's own record.
type Tidy struct{}

// Kind implements jobs.Args.
func (Tidy) Kind() string { return "proofing.tidy" }

// keptAfter is how long an ended pass or link is still told from one that never was.
const keptAfter = 90 * 24 * time.Hour

const (
	deleteSearches     db.SQL = `DELETE FROM proofing_search WHERE at < $1`
	deletePasses       db.SQL = `DELETE FROM proofing_pass WHERE ends_at < $1`
	deleteRepudiations db.SQL = `DELETE FROM proofing_repudiation WHERE ends_at < $1`
)

func tidy(tx *db.Tx) error {
	if _, err := tx.Exec(deleteSearches, db.At(tx.Now().Add(-24*time.Hour))); err != nil {
		return err
	}
	for _, q := range []db.SQL{deletePasses, deleteRepudiations} {
		if _, err := tx.Exec(q, db.At(tx.Now().Add(-keptAfter))); err != nil {
			return err
		}
	}
	return nil
}
