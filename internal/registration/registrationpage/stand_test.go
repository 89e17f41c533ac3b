package registrationpage_test

import (
	"net/http"

	"github.com/a-h/templ"

	"okno/internal/visit"
)

// stand is a page of somebody else to which ours lead.
func stand(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: "Elsewhere", Body: templ.Raw("<h1>Elsewhere</h1>")})
}
