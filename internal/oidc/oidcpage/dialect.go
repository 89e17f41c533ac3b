package oidcpage

import (
	"net/http"

	"okno/internal/oidc"
	"okno/internal/visit"
)

// Refused shows the page of a refusal for a dialect of the provider, whose requests
// come in at other addresses and go the same way afterwards.
func Refused(w http.ResponseWriter, r *visit.Request, refusal *oidc.Refusal) error {
	return showRefusal(w, r, refusal)
}
