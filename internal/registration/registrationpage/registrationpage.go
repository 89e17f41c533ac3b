// Package registrationpage shows registration to visitors: one page a step, each
// with an address of its own, each useless before the one before it is done
// (REG-34, REG-43). It holds no rule: package registration decides.
package registrationpage

import (
	"net/http"

	"okno/internal/fault"
	"okno/internal/registration"
	"okno/internal/ui"
	"okno/internal/visit"
)

// The addresses, in the order in which visitors meet them.
const (
	contactPath  = "/id/registration"
	codePath     = "/id/registration/code"
	mailPath     = "/id/registration/mail"
	confirmPath  = "/id/registration/mail/confirm"
	addedPath    = "/id/registration/mail/added"
	passwordPath = "/id/registration/password"
	donePath     = "/id/registration/done"
)

// Mount mounts the pages, in the order in which visitors meet them.
func Mount(site *visit.Site, s *registration.Service) {
	site.Public("GET "+contactPath, showContact(s))
	site.Public("POST "+contactPath, postContact(s))
	site.Public("GET "+codePath, showCode(s))
	site.Public("POST "+codePath, postCode(s))
	site.Public("GET "+mailPath, showMail(s))
	site.Public("POST "+mailPath, postMail(s))
	site.Public("GET "+confirmPath, showConfirm(s))
	site.Public("POST "+confirmPath, postConfirm(s))
	site.Public("GET "+addedPath, showAdded)
	site.Public("GET "+passwordPath, showPassword(s))
	site.Public("POST "+passwordPath, postPassword(s))
	site.Public("GET "+donePath, showDone(s))
}

// pathOf is the page of a step.
func pathOf(step registration.Step) string {
	switch step {
	case registration.AtCode:
		return codePath
	case registration.AtMail:
		return mailPath
	case registration.AtPassword:
		return passwordPath
	}
	return contactPath
}

// at gives the browser's registration when it stands at the page's step; else it
// leads to the page where it stands, and ok is false.
func at(s *registration.Service, w http.ResponseWriter, r *visit.Request, step registration.Step) (p registration.Progress, ok bool, err error) {
	p, err = s.Progress(r.Context(), r.Browser())
	if err != nil || p.Step == step {
		return p, err == nil, err
	}
	return p, false, r.Redirect(w, pathOf(p.Step))
}

// back leads to the form when the registration is over, and passes other errors on.
func back(w http.ResponseWriter, r *visit.Request, err error) error {
	if registration.IsNone(err) {
		return r.Redirect(w, contactPath)
	}
	return err
}

// refused are the errors that a page shows at a field: those of the form, and a
// limit that was reached, which is told at the field it is about.
func refused(r *visit.Request, err error, field string) (visit.Errors, bool) {
	if fault.Is(err, fault.TooMany) {
		f := fault.Of(err)
		return r.Errors(fault.OneField(field, f.Key, f.Vars)), true
	}
	return r.Refused(err)
}

// steps is the line above the heading that says where one is.
func steps(r *visit.Request, n int, key string) ui.Step {
	return ui.Step{W: r, N: n, Of: 3, Name: r.T(key)}
}

// notice is a box whose contents are the children of its use.
func notice(tone ui.Tone) ui.Notice { return ui.Notice{Tone: tone} }
