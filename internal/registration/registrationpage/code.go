package registrationpage

import (
	"net/http"

	"okno/internal/fault"
	"okno/internal/notify"
	"okno/internal/registration"
	"okno/internal/visit"
)

func showCode(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p, ok, err := at(s, w, r, registration.AtCode)
		if err != nil || !ok {
			return err
		}
		return showCodePage(w, r, p, visit.Errors{})
	}
}

func postCode(s *registration.Service) visit.Handler {
	return enter(s, registration.AtCode, showCodePage)
}

func postMail(s *registration.Service) visit.Handler {
	return enter(s, registration.AtMail, showMailPage)
}

type showStep func(http.ResponseWriter, *visit.Request, registration.Progress, visit.Errors) error

// enter takes a typed code: any spaces and hyphens, any digits of the world.
func enter(s *registration.Service, step registration.Step, show showStep) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Form.Has(again) {
			return sendAgain(s, w, r, show)
		}
		wrong := fault.OneField("code", "registration.code.empty", nil)
		if typed := codeIn(r.Form.Digits("code"), r.Law().Rules.Code.Digits); typed != "" {
			result, left, err := s.EnterCode(r.Context(), r.Browser(), typed)
			if err != nil {
				return back(w, r, err)
			}
			if result == registration.CodeRight {
				return r.Redirect(w, passwordPath)
			}
			wrong = mistake(result, left)
		}
		p, ok, err := at(s, w, r, step)
		if err != nil || !ok {
			return err
		}
		return show(w, r, p, r.Errors(wrong))
	}
}

// codeIn finds the code in what was pasted: "123456", "Your code is 123456", the
// last line of the SMS. Without a run of that many digits it is what was typed.
func codeIn(typed string, digits int) string {
	run := 0
	for i, c := range typed {
		if c < '0' || c > '9' {
			run = 0
			continue
		}
		if run++; run == digits && (i+1 == len(typed) || typed[i+1] < '0' || typed[i+1] > '9') {
			return typed[i+1-digits : i+1]
		}
	}
	return typed
}

func mistake(result registration.CodeResult, left int) *fault.Fault {
	switch result {
	case registration.CodeOld:
		return fault.OneField("code", "registration.code.old", nil)
	case registration.CodeSpent:
		return fault.OneField("code", "registration.code.spent", nil)
	}
	return fault.OneField("code", "registration.code.wrong", fault.Vars{"n": left})
}

// again is the name of the button that asks for a new code or letter.
const again = "again"

// sendAgain asks for a new code or letter (REG-24). A limit is told at the field.
func sendAgain(s *registration.Service, w http.ResponseWriter, r *visit.Request, show showStep) error {
	err := s.Again(r.Context(), r.Browser(), r.Client())
	p, perr := s.Progress(r.Context(), r.Browser())
	if perr != nil {
		return perr
	}
	if errs, limited := refused(r, err, "code"); limited {
		return show(w, r, p, errs)
	}
	if err != nil {
		return back(w, r, err)
	}
	return r.Redirect(w, pathOf(p.Step))
}

func showCodePage(w http.ResponseWriter, r *visit.Request, p registration.Progress, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("registration.code.title"), Body: codeBody(r, p, errs, r.Key(w)), Failed: errs.Any(), Form: true})
}

// lost says that nobody knows whether the message went out (OTP-7).
func lost(p registration.Progress) bool {
	return p.Message == notify.Unknown || p.Message == notify.Failed
}
