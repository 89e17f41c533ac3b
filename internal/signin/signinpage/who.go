package signinpage

import (
	"net/http"
	"slices"

	"okno/internal/audit"
	"okno/internal/jurisdiction"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

func showWho(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		looks, err := s.LooksAt(r.Context(), r.Account.ID)
		if err != nil {
			return err
		}
		p := settingsPage(r, r.T("signin.who.title"), whoBody(r, whoTable(r, looks)))
		p.Form, p.Wide = false, true
		return r.Show(w, p)
	}
}

// whoTable says in plain words who, what, why and when (PRIV-3).
func whoTable(r *visit.Request, looks []signin.Look) ui.Table {
	t := ui.Table{Caption: r.T("signin.who.title"), Hidden: true,
		Columns: []ui.Column{{Name: r.T("signin.who.when")}, {Name: r.T("signin.who.who")}, {Name: r.T("signin.who.what")}, {Name: r.T("signin.who.why")}},
		Empty:   ui.Empty{Title: r.T("signin.who.none"), Text: r.T("signin.who.none_text")}}
	for _, l := range looks {
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.DateTime(l.At, r.Law().Zone)}, {Text: looker(r, l)}, {Text: deed(r, l)}, {Text: purpose(r, l)}})
	}
	return t
}

// looker is the role and the office, never a name.
func looker(r *visit.Request, l signin.Look) string {
	if l.By != audit.Officer {
		return r.T("signin.who.by." + string(l.By))
	}
	role := r.T("signin.who.role." + roleWord(l))
	if office := office(r, l); office != "" {
		return r.T("signin.who.at", "role", role, "office", office)
	}
	return role
}

func roleWord(l signin.Look) string {
	if l.Role == "" {
		return "officer"
	}
	return string(l.Role)
}

func office(r *visit.Request, l signin.Look) string {
	law := r.Law()
	if i := slices.IndexFunc(law.Centres, func(c jurisdiction.Centre) bool { return c.Code == l.Centre }); i >= 0 && l.Centre != "" {
		return law.Centres[i].Name.In(r.Lang())
	}
	if i := slices.IndexFunc(law.Authorities, func(a jurisdiction.Authority) bool { return a.Code == l.Authority }); i >= 0 && l.Authority != "" {
		return law.Authorities[i].Name.In(r.Lang())
	}
	return ""
}

// deed is what was done; acts that have no words of their own are told as reading or work.
func deed(r *visit.Request, l signin.Look) string {
	key := "signin.who.act." + l.Act
	switch {
	case r.Has(key):
		return r.T(key)
	case l.Read:
		return r.T("signin.who.read")
	}
	return r.T("signin.who.worked")
}

// purpose is a text key that the reader's officer chose.
func purpose(r *visit.Request, l signin.Look) string {
	if l.Purpose != "" && r.Has(l.Purpose) {
		return r.T(l.Purpose)
	}
	return r.T("signin.who.no_purpose")
}
