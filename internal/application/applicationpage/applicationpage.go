// Package applicationpage shows residents their applications: starting one, its
// form, its check and sending, its timeline, corrections, immediate statements,
// and the page on which anybody checks a document. It decides nothing: package
// application does.
package applicationpage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/fault"
	"okno/internal/ui"
	"okno/internal/visit"
)

// Mount gives the site the pages, in the order in which residents meet them. The
// level that a service needs is asked by the use case, which knows the service.
func Mount(site *visit.Site, s *application.Applications) {
	site.Resident("GET /services/{id}/apply", account.Simplified, showStart(s))
	site.Resident("POST /services/{id}/apply", account.Simplified, postStart(s))
	site.Resident("GET /applications/{id}/form/{page}", account.Simplified, showFill(s))
	site.Resident("POST /applications/{id}/form/{page}", account.Simplified, postFill(s))
	site.Resident("POST /applications/{id}/form/{page}/save", account.Simplified, autosave(s))
	site.Resident("GET /applications/{id}/check", account.Simplified, showCheck(s))
	site.Resident("POST /applications/{id}/check", account.Simplified, postCheck(s))
	site.Resident("GET /applications/{id}/discard", account.Simplified, showDiscard(s))
	site.Resident("POST /applications/{id}/discard", account.Simplified, postDiscard(s))
	site.Resident("GET /applications/{id}", account.Simplified, showTimeline(s))
	site.Resident("GET /applications/{id}/correct", account.Simplified, showCorrect(s))
	site.Resident("POST /applications/{id}/correct", account.Simplified, postCorrect(s))
	site.Resident("GET /applications/{id}/withdraw", account.Simplified, showWithdraw(s))
	site.Resident("POST /applications/{id}/withdraw", account.Simplified, postWithdraw(s))
	site.Resident("GET /applications/{id}/statement", account.Simplified, showStatement(s))
	site.Resident("POST /applications/{id}/statement", account.Simplified, postStatement(s))
	site.Resident("GET /applications/{id}/files/{file}", account.Simplified, sendFile(s))
	site.Resident("GET /applications/{id}/document", account.Simplified, sendDocument(s))
	site.Resident("GET /applications", account.Simplified, showList(s))
	site.Resident("POST /applications", account.Simplified, postRestore(s))
	site.Public("GET /verify", showVerify(s))
	site.Public("POST /verify", postVerify(s))
	site.Public("GET /verify/{code}", showVerified(s))
}

// listPath is the list of applications.
const listPath = "/applications"

func idOf(r *visit.Request) application.ID { return application.ID(r.PathValue("id")) }

func pathTo(id application.ID, rest string) string { return listPath + "/" + string(id) + rest }

// sentAlready leads from a page of a draft to the case that became of it: after
// sending, Back shows the application (screens.md 2.0). A removed draft leads to
// the list, where it can be restored.
func sentAlready(w http.ResponseWriter, r *visit.Request, err error) error {
	if fault.HasKey(err, "application.already_sent") {
		return r.Redirect(w, pathTo(idOf(r), ""))
	}
	if fault.HasKey(err, application.KeyDiscarded) {
		return r.Redirect(w, listPath)
	}
	return err
}

func backToList(r *visit.Request) *ui.Link {
	return &ui.Link{Text: r.T("application.list.title"), Href: listPath}
}
