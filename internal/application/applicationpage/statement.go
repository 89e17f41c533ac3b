package applicationpage

import (
	"net/http"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/db"
	"okno/internal/ui"
	"okno/internal/visit"
)

// statementView is what the page of an immediate answer may show.
type statementView struct {
	r *visit.Request
	application.View
	emails []string // confirmed addresses of the applicant
	email  string   // what was typed
	errs   visit.Errors
	sent   bool
}

func showStatement(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showStatementPage(w, r, s, visit.Errors{})
	}
}

func showStatementPage(w http.ResponseWriter, r *visit.Request, s *application.Applications, errs visit.Errors) error {
	v, err := s.See(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return err
	}
	if v.IsDraft() || !isStatement(v.Service) {
		return r.Redirect(w, pathTo(v.ID, ""))
	}
	view := statementView{r: r, View: v, errs: errs, email: r.Form.Text("email"), sent: r.URL.Query().Has("mailed") && !errs.Any()}
	if view.emails, err = emails(s, r); err != nil {
		return err
	}
	if view.email == "" && len(view.emails) > 0 {
		view.email = view.emails[0]
	}
	page := visit.Page{Title: v.Service.Result.Title.In(r.Lang()), Body: statementBody(view, r.Key(w)), Failed: errs.Any(), Form: v.Result != nil, Back: backToList(r)}
	if v.IsOpen() {
		page.Refresh = &ui.Refresh{Seconds: view.wait()}
	}
	return r.Show(w, page)
}

// wait is after how many seconds the page looks again: often at first, seldom later.
func (v statementView) wait() int {
	if v.r.Now.Sub(v.Filed).Minutes() < 1 {
		return 3
	}
	return 30
}

// away says that the register has not answered so far.
func (v statementView) away() bool {
	for _, e := range v.Events {
		if e.Kind == application.EventRegisterOff {
			return true
		}
	}
	return false
}

func (v statementView) register() string {
	register, _ := v.r.Law().Register(v.Service.Result.Register)
	return words(register.Name, v.r.Lang())
}

func emails(s *application.Applications, r *visit.Request) (all []string, err error) {
	err = s.DB.Read(r.Context(), func(tx *db.Tx) error {
		contacts, err := s.Accounts.Contacts(tx, r.Account.ID)
		all = nil
		for _, c := range contacts {
			if c.Kind == account.Email {
				all = append(all, c.Value)
			}
		}
		return err
	})
	return all, err
}

func postStatement(s *application.Applications) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		err := s.MailTo(r.Context(), r.Account.ID, idOf(r), r.Form.Text("email"))
		if errs, refused := r.Refused(err); refused {
			return showStatementPage(w, r, s, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, pathTo(idOf(r), "/statement?mailed=1"))
	}
}

func (v statementView) rows() ui.SummaryList {
	list := ui.SummaryList{W: v.r, Title: v.r.T("application.statement.title")}
	for _, row := range v.Result.Rows {
		list.Rows = append(list.Rows, ui.Row{Name: row.Label, Value: row.Value})
	}
	return list
}

func (v statementView) payments() ui.Table {
	t := ui.Table{Caption: v.r.T("application.statement.contributions"), Columns: []ui.Column{{Name: v.r.T("application.statement.employer")},
		{Name: v.r.T("application.statement.year")}, {Name: v.r.T("application.statement.amount"), Number: true}}}
	for _, p := range v.Result.Employers {
		t.Rows = append(t.Rows, []ui.Cell{{Text: p.Employer}, {Text: p.Year}, {Text: p.Amount}})
	}
	return t
}
