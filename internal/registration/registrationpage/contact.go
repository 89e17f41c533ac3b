package registrationpage

import (
	"net/http"
	"net/url"
	"time"

	"okno/internal/jurisdiction"
	"okno/internal/registration"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// contactForm is what is typed on the first page (REG-01).
type contactForm struct {
	names   map[string]string
	phone   string
	email   string
	byEmail bool // "I have no mobile phone" (REG-03)
	next    string
}

func (contactForm) read(f web.Form, parts []jurisdiction.NamePart) contactForm {
	form := contactForm{names: map[string]string{}, phone: f.Text("phone"), email: f.Text("email"), byEmail: f.Text("by") == "email", next: f.Text("next")}
	for _, part := range parts {
		form.names[part.Code] = f.Text(part.Code)
	}
	if form.byEmail {
		form.phone = ""
	}
	return form
}

// contactView is what the first page may show.
type contactView struct {
	form      contactForm
	parts     []jurisdiction.NamePart
	example   string // a phone number that belongs to nobody
	documents string // what to prepare (REG-18)
	resume    string // page of a registration under way, "" if none
}

func showContact(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		if r.Account.ID != "" {
			return r.Show(w, visit.Page{Title: r.T("registration.already.title"), Body: alreadyBody(r)})
		}
		p, err := s.Progress(r.Context(), r.Browser())
		if err != nil {
			return err
		}
		form := contactForm{names: p.Names, phone: r.Law().Phone.Show(p.Phone), email: p.Email, byEmail: p.Step != registration.AtContact && p.Phone == "", next: p.Next}
		if r.Restored() {
			form = contactForm{}.read(r.Form, s.NameParts())
		}
		if by := r.URL.Query().Get("by"); by != "" {
			form.byEmail = by == "email"
		}
		form.next = r.Next(form.next)
		v := view(s, r, form)
		if p.Step != registration.AtContact {
			v.resume = pathOf(p.Step)
		}
		return showContactPage(w, r, v, visit.Errors{})
	}
}

func postContact(s *registration.Service) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		form := contactForm{}.read(r.Form, s.NameParts())
		err := s.Begin(r.Context(), registration.Application{
			Names: form.names, Phone: form.phone, Email: form.email, NoPhone: form.byEmail, Next: web.SafePath(form.next, ""),
			Language: r.Lang(), Region: r.Region(), Category: r.Choices.Audience, Browser: r.Browser(), Client: r.Client(),
		})
		if errs, ok := refused(r, err, form.contactField()); ok {
			return showContactPage(w, r, view(s, r, form), errs)
		}
		if err != nil {
			return err
		}
		if form.phone != "" {
			return r.Redirect(w, codePath)
		}
		return r.Redirect(w, mailPath)
	}
}

// contactField is the field that a limit is told at.
func (f contactForm) contactField() string {
	if f.phone != "" {
		return "phone"
	}
	return "email"
}

func view(s *registration.Service, r *visit.Request, form contactForm) contactView {
	own := r.Law().Phone.Countries[0]
	v := contactView{form: form, parts: s.NameParts(), example: r.Law().Phone.Show("+" + own.Calling + own.Example)}
	var documents []string
	for _, d := range r.Law().Documents {
		if d.Identity && len(documents) == 0 {
			documents = append(documents, d.Name.In(r.Lang()))
		}
	}
	for _, i := range r.Law().Identifiers {
		if i.Unique {
			documents = append(documents, i.Name.In(r.Lang()))
		}
	}
	v.documents = r.List(documents)
	return v
}

func showContactPage(w http.ResponseWriter, r *visit.Request, v contactView, errs visit.Errors) error {
	return r.Show(w, visit.Page{Title: r.T("registration.contact.title"), Description: r.T("registration.contact.lead"),
		Body: contactBody(r, v, errs, r.Key(w)), Failed: errs.Any(), Form: true})
}

// nameField is the field of one part of a name.
func (v contactView) nameField(r *visit.Request, part jurisdiction.NamePart, errs visit.Errors) ui.Field {
	kinds := map[string]ui.Kind{"family-name": ui.FamilyName, "given-name": ui.GivenName, "additional-name": ui.AdditionalName}
	return ui.Field{W: r, Name: part.Code, Label: part.Label.In(r.Lang()), Hint: part.Hint.In(r.Lang()), Value: v.form.names[part.Code],
		Error: errs.For(part.Code), Kind: kinds[part.Autocomplete], Optional: part.Optional}
}

// turned is the address of the same form by the other contact.
func (v contactView) turned() string {
	q := url.Values{"by": {"email"}}
	if v.form.byEmail {
		q.Set("by", "phone")
	}
	if v.form.next != "" {
		q.Set("next", v.form.next)
	}
	return contactPath + "?" + q.Encode()
}

// clock is a moment in the country's zone, as "14:02".
func clock(r *visit.Request, t time.Time) string { return r.Time(t, r.Law().Zone) }
