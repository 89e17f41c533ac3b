package signinpage

import (
	"net/http"
	"regexp"
	"strconv"

	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

func showPassword() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showPasswordPage(w, r, "", visit.Errors{})
	}
}

func postPassword(s *signin.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		err := s.ChangePassword(r.Context(), r.Session, signin.Change{Old: r.Form.Text("old"), New: r.Form.Text("password"), Repeat: r.Form.Text("repeat"),
			Browser: r.Browser(), Device: signin.Device(r.UserAgent())})
		if errs, refused := r.Refused(err); refused {
			return showPasswordPage(w, r, "", errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, passwordPath+"?done=changed")
	}
}

// generate shows the page with a password made for the holder (PWD-15).
func generate() visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		made, err := r.Law().Passwords.Generate(nil)
		if err != nil {
			return err
		}
		return showPasswordPage(w, r, made, visit.Errors{})
	}
}

func showPasswordPage(w http.ResponseWriter, r *visit.Request, made string, errs visit.Errors) error {
	p := settingsPage(r, r.T("signin.change.title"), passwordBody(r, made, errs, r.Key(w)))
	p.Failed, p.Wide = errs.Any(), true
	return r.Show(w, p)
}

// conditions are the lines of the panel beside a new password, in the order of
// the rules, with what a script tests while typing (PWD-09, PWD-13).
func conditions(r *visit.Request, rules *jurisdiction.Passwords) (list []ui.Condition) {
	_, lines := rules.Strength("", nil)
	profile := rules.Profile()
	for _, line := range lines {
		c := ui.Condition{Text: r.T(line.Key, fault.Vars(line.Vars).Pairs()...)}
		switch line.Rule {
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
