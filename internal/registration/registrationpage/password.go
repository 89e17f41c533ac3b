package registrationpage

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"okno/internal/fault"
	"okno/internal/registration"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

// passwordView is what the password page may show. What was typed is never shown again.
type passwordView struct {
	contact    string
	conditions []ui.Condition
	made       string // a password that was made for the visitor (PWD-15)
}

func showPassword(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showPasswordPage(s, w, r, "", visit.Errors{})
	}
}

func postPassword(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.URL.Query().Has("make") {
			return showMade(s, w, r)
		}
		opened, err := s.Finish(r.Context(), registration.Choice{Browser: r.Browser(), Password: r.Form.Text("password"),
			Repeat: r.Form.Text("repeat"), Device: signin.Device(r.UserAgent()), Session: r.Session})
		if errs, ok := r.Refused(inWords(r, err)); ok {
			return showPasswordPage(s, w, r, "", errs)
		}
		if fault.HasKey(err, "registration.taken") {
			return showTaken(w, r)
		}
		if err != nil {
			return back(w, r, err)
		}
		r.SignIn(w, opened.Token, false)
		return r.Redirect(w, doneAddress(opened.Next))
	}
}

// showTaken tells somebody who has proved to hold a contact that it has an
// account already, and leads to it (P-38).
func showTaken(w http.ResponseWriter, r *visit.Request) error {
	return r.Show(w, visit.Page{Title: r.T("registration.taken.title"), Body: takenBody(r), Status: http.StatusConflict})
}

// inWords puts a broken rule into a sentence that says what to do.
func inWords(r *visit.Request, err error) error {
	f := fault.Of(err)
	if err == nil || len(f.Fields) == 0 || !strings.HasPrefix(f.Fields[0].Key, "jurisdiction.password.") {
		return err
	}
	rule := r.T(f.Fields[0].Key, f.Fields[0].Vars.Pairs()...)
	return fault.OneField(f.Fields[0].Name, "registration.password.needs", fault.Vars{"rule": rule})
}

// showMade shows the page with a password made for the visitor, to be copied or
// written down and typed twice like any other.
func showMade(s *registration.Service, w http.ResponseWriter, r *visit.Request) error {
	made, err := r.Law().Passwords.Generate(nil)
	if err != nil {
		return err
	}
	return showPasswordPage(s, w, r, made, visit.Errors{})
}

func showPasswordPage(s *registration.Service, w http.ResponseWriter, r *visit.Request, made string, errs visit.Errors) error {
	p, ok, err := at(s, w, r, registration.AtPassword)
	if err != nil || !ok {
		return err
	}
	v := passwordView{contact: p.Contact, conditions: conditions(r), made: made}
	return r.Show(w, visit.Page{Title: r.T("registration.password.title"), Body: passwordBody(r, v, errs, r.Key(w)), Failed: errs.Any(), Form: true, Wide: true})
}

// conditions are the rules in force, in the order of the panel, with what a
// script tests while typing (PWD-09, PWD-13).
func conditions(r *visit.Request) []ui.Condition {
	_, rules := r.Law().Passwords.Strength("", nil)
	profile := r.Law().Passwords.Profile()
	var list []ui.Condition
	for _, rule := range rules {
		c := ui.Condition{Text: r.T(rule.Key, fault.Vars(rule.Vars).Pairs()...)}
		switch rule.Rule {
		case "length":
			c.Test = "^.{" + strconv.Itoa(profile.Min) + ",}$"
		case "ascii":
			c.Test = "^[ -~]*$"
		case "capital":
			c.Test = "[A-Z]"
		case "lower":
			c.Test = "[a-z]"
		case "digit":
			c.Test = "[0-9]"
		case "punctuation":
			c.Test = `[!-/:-@\[-` + "`" + `{-~]`
		case "neighbours":
			c.Test, c.Absent = `(.)\1`, true
		case "forbidden":
			c.Test, c.Absent = "["+regexp.QuoteMeta(profile.Forbidden)+"]", true
		}
		list = append(list, c)
	}
	return list
}
