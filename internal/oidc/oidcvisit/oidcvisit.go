// Package oidcvisit tells the dispatcher of the identity system who stands before it:
// the visitor of a page, or of the dialect's addresses. It decides nothing.
package oidcvisit

import (
	"net/http"

	"okno/internal/db"
	"okno/internal/oidc"
	"okno/internal/visit"
)

// Visitor is who stands before the dispatcher.
func Visitor(w http.ResponseWriter, r *visit.Request) oidc.Visitor {
	return oidc.Visitor{Account: r.Account, Session: r.Session, Browser: r.Named(w)}
}

// Deciding runs act with a visitor who is found out in the transaction of act; the
// route is mounted by visit.Site.Late.
func Deciding(w http.ResponseWriter, r *visit.Request, act func(oidc.Visitor) (oidc.Next, error)) (next oidc.Next, err error) {
	named := r.Named(w)
	err = r.Deciding(w, func(arrive func(*db.Tx) error) error {
		next, err = act(oidc.Visitor{Browser: named, Expected: r.Expected(), Arrive: func(tx *db.Tx) (oidc.Visitor, error) {
			err := arrive(tx)
			return Visitor(w, r), err
		}})
		return err
	})
	return next, err
}
