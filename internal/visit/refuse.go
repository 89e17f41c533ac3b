package visit

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"okno/internal/account"
	"okno/internal/fault"
	"okno/internal/ui"
	"okno/internal/web"
)

// refusal is what a page of refusal says: what happened, what to do, where to go.
type refusal struct {
	title string
	text  string
	id    string // for the support, when it was our mistake
	links []ui.Link
	main  *ui.Button
}

func (r *Request) showRefusal(w http.ResponseWriter, status int, p refusal) error {
	return r.Show(w, Page{Title: p.title, Status: status, Body: refusalBody(r, p)})
}

// usual are the ways on from a dead end.
func (r *Request) usual() []ui.Link {
	if inDesk(r.URL.Path) {
		return []ui.Link{{Text: r.T("visit.refusal.desk"), Href: "/desk"}}
	}
	return []ui.Link{
		{Text: r.T("visit.menu.home"), Href: "/"},
		{Text: r.T("visit.menu.services"), Href: "/services"},
		{Text: r.T("visit.menu.help"), Href: "/help"},
	}
}

func (r *Request) showNotFound(w http.ResponseWriter) error {
	return r.showRefusal(w, http.StatusNotFound, refusal{title: r.T("visit.not_found.title"), text: r.T("visit.not_found.text"), links: r.usual()})
}

func (r *Request) showNoPermission(w http.ResponseWriter) error {
	return r.showRefusal(w, http.StatusForbidden, refusal{title: r.T("visit.no_permission.title"), text: r.T("visit.no_permission.text"), links: r.usual()})
}

// showLevelNeeded says which level is missing and leads to it in one click (P-26, LVL-12).
func (r *Request) showLevelNeeded(w http.ResponseWriter, need account.Level) error {
	step := nextStep(r.Level)
	return r.showRefusal(w, http.StatusForbidden, refusal{
		title: r.T("visit.level.title." + need.String()),
		text:  r.T("visit.level.text." + r.Level.String()),
		main:  &ui.Button{Text: r.T("visit.level.step." + r.Level.String()), Href: step},
		links: []ui.Link{{Text: r.T("visit.level.why"), Href: "/help/levels"}, {Text: r.T("visit.menu.services"), Href: "/services"}},
	})
}

// nextStep is the page that leads from a level to the next one.
func nextStep(l account.Level) string {
	switch l {
	case account.None:
		return "/id/registration"
	case account.Simplified:
		return "/id/profile/edit"
	}
	return "/id/proofing"
}

// askToSignIn leads to the sign-in page and back, with what was typed (complaint 1).
func (r *Request) askToSignIn(w http.ResponseWriter, door string) error {
	next := r.URL.RequestURI()
	if r.Method == http.MethodPost {
		next = r.URL.Path
		if err := r.readForm(w); err != nil {
			return err
		}
		if values := withoutSecrets(r.Form.Values()); len(values) > 0 && r.site.keeping.may(r) {
			id, err := r.keep(w, next, values)
			if err != nil {
				return err
			}
			next = addParameter(next, keptParameter, id)
		}
	}
	door = addParameter(door, "next", next)
	if !r.ended.IsZero() {
		door = addParameter(door, endedParameter, strconv.FormatInt(r.ended.Unix(), 10))
	}
	return r.Redirect(w, door)
}

// showFault puts an error into a page. Plain errors are ours: the reader gets an
// id, the log the rest.
func (r *Request) showFault(w http.ResponseWriter, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody waits for the answer
	}
	f := fault.Of(err)
	switch f.Kind {
	case fault.Internal:
		id := web.RequestID(r.Context())
		r.site.Log.Error("request failed", "request", id, "route", r.Pattern, "error", err)
		r.showStatus(w, http.StatusInternalServerError, id)
		return
	case fault.NotFound:
		r.showNotFound(w)
		return
	}
	if f.Retry > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(f.Retry/time.Second)+1))
	}
	text := r.T(f.Key, f.Vars.Pairs()...)
	if len(f.Fields) > 0 {
		text = r.T(f.Fields[0].Key, f.Fields[0].Vars.Pairs()...)
	}
	p := refusal{title: r.T("visit.fault." + strconv.Itoa(f.Kind.Status())), text: text, links: r.usual()}
	if err := r.showRefusal(w, f.Kind.Status(), p); err != nil {
		r.site.Log.Error("page of refusal failed", "error", err)
	}
}

// showStatus is the page of a guard or of our own mistake.
func (r *Request) showStatus(w http.ResponseWriter, status int, id string) {
	p := refusal{title: r.T("visit.fault." + strconv.Itoa(status)), text: r.T("visit.problem." + strconv.Itoa(status)), links: r.usual()}
	if status == http.StatusInternalServerError {
		p.id = id
	}
	if err := r.showRefusal(w, status, p); err != nil {
		r.site.Log.Error("page of refusal failed", "error", err)
		http.Error(w, http.StatusText(status), status)
	}
}
