package profilepage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/fault"
	"okno/internal/profile"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// answersPage is the re-check by the resident before anything is sent (PRF-16, CHK-27).
type answersPage struct {
	lists     []ui.SummaryList
	registers []string // who will be asked
	whole     bool     // nothing is missing
	nothing   bool     // nothing has changed since the registers confirmed
}

func (p pages) showAnswers(w http.ResponseWriter, r *visit.Request) error {
	known, err := p.profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return err
	}
	c := known.Candidate()
	a := answersPage{whole: p.profiles.IsWhole(known, text.DayOf(r.Now, r.Law().Zone)), nothing: r.Level >= account.Standard && !known.HasPending()}
	for _, group := range groups {
		a.lists = append(a.lists, p.answers(r, c, group))
	}
	for _, register := range r.Law().Registers {
		if _, checks := p.checks.Checker(register.Code); checks {
			a.registers = append(a.registers, register.Name.In(r.Lang()))
		}
	}
	return r.Show(w, visit.Page{Title: r.T("profile.answers.title"), Body: answersBody(r, a, r.Key(w)), Form: a.whole && !a.nothing,
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/edit"}})
}

func (p pages) answers(r *visit.Request, c profile.Profile, group string) ui.SummaryList {
	list := ui.SummaryList{W: r, Title: r.T("profile.group." + group)}
	for _, field := range p.inGroup(r, p.profiles.Fields(profile.General, c.Text(profile.Identity)), group) {
		list.Rows = append(list.Rows, ui.Row{Name: p.label(r, field), Value: p.shown(r, field, c.Text(field)), Latin: p.isLatin(r, field),
			Change: "/id/profile/edit#" + field})
	}
	return list
}

// postAnswers sends the data for checking: pressing the button is the agreement (CHK-01).
func (p pages) postAnswers(w http.ResponseWriter, r *visit.Request) error {
	err := p.checks.Start(r.Context(), r.Account.ID)
	switch {
	case fault.HasKey(err, "check.nothing_new"):
		return r.Redirect(w, "/id/profile/user")
	case fault.Is(err, fault.Invalid):
		return r.Redirect(w, "/id/profile/edit")
	case err != nil:
		return err
	}
	return r.Redirect(w, "/id/check")
}
