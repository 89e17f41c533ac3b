// Package auditpage gives residents the receipts of what was done with their data
// (AUDIT-3) and everybody the signed state of the log, so that nobody has to
// believe us: `okno audit receipts FILE` proves them without a network.
//
// It shows nothing of anybody else, and never a sealed detail in clear.
package auditpage

import (
	"encoding/json"
	"net/http"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/visit"
)

// The addresses of both files.
const (
	PathReceipts   = "/id/settings/who/receipts.json"
	PathCheckpoint = "/audit/checkpoint.json"
)

// Mount adds both files.
func Mount(site *visit.Site, l *audit.Log) {
	site.Resident("GET "+PathReceipts, account.Simplified, receipts(l))
	site.Public("GET "+PathCheckpoint, checkpoint(l))
}

// receipts sends the proofs of all entries about the visitor.
func receipts(l *audit.Log) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return send(w, r, l, string(r.Account.ID), "receipts.json")
	}
}

// checkpoint sends the log's public key with its newest signed state, and no receipt.
func checkpoint(l *audit.Log) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error { return send(w, r, l, "", "checkpoint.json") }
}

func send(w http.ResponseWriter, r *visit.Request, l *audit.Log, subject, name string) error {
	var found audit.Receipts
	err := l.DB.Read(r.Context(), func(tx *db.Tx) (err error) {
		found, err = l.Receipts(tx, subject)
		return err
	})
	if err != nil {
		return err
	}
	content, err := json.MarshalIndent(found, "", " ")
	if err != nil {
		return err
	}
	return visit.Send(w, visit.File{Name: name, Type: "application/json", Content: content, Shown: subject == ""})
}
