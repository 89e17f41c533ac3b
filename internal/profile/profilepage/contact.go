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

// contactPage asks for the password first and then for the new contact (PRF-27).
type contactPage struct {
	kind  account.ContactKind
	value string
	errs  visit.Errors
}

func kindOf(r *visit.Request) (account.ContactKind, error) {
	kind := account.ContactKind(r.PathValue("kind"))
	if kind != account.Phone && kind != account.Email {
		return kind, fault.New(fault.NotFound, "profile.no_contact")
	}
	return kind, nil
}

func (p pages) showContact(w http.ResponseWriter, r *visit.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	return showContactPage(w, r, contactPage{kind: kind, value: r.Form.Text(string(kind))})
}

func showContactPage(w http.ResponseWriter, r *visit.Request, c contactPage) error {
	return r.Show(w, visit.Page{Title: r.T("profile.contact.add_" + string(c.kind)), Body: contactBody(r, c, r.Key(w)), Failed: c.errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/user"}})
}

func (p pages) postContact(w http.ResponseWriter, r *visit.Request) error {
	kind, err := kindOf(r)
	if err != nil {
		return err
	}
	c := contactPage{kind: kind, value: r.Form.Text(string(kind))}
	row, err := p.profiles.BeginContact(r.Context(), r.Account.ID, profile.NewContact{Kind: kind, Typed: c.value,
		Password: r.Form.Exact("password"), Client: r.Client(), Lang: r.Lang()})
	if errs, refused := r.Refused(err); refused {
		c.errs = errs
		return showContactPage(w, r, c)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/id/profile/contacts/"+string(kind)+"/"+row)
}

func (c contactPage) field(r *visit.Request) ui.Field {
	f := ui.Field{W: r, Name: string(c.kind), Label: r.T("profile.contact." + string(c.kind)), Value: c.value, Error: c.errs.For(string(c.kind)), Kind: ui.Mobile}
	if c.kind == account.Email {
		f.Kind = ui.Email
	}
	return f
}

// codePage asks for the code that was sent.
type codePage struct {
	adding profile.Adding
	shown  string // the contact as it is read
	left   int    // seconds
	errs   visit.Errors
}

func (p pages) showCode(w http.ResponseWriter, r *visit.Request) error {
	return p.showCodePage(w, r, visit.Errors{})
}

func (p pages) showCodePage(w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	a, err := p.profiles.Awaits(r.Context(), r.Account.ID, r.PathValue("row"))
	if err != nil {
		return err
	}
	c := codePage{adding: a, shown: a.Value, left: max(0, int(a.Ends.Sub(r.Now).Seconds())), errs: errs}
	if a.Kind == account.Phone {
		c.shown = r.Law().Phone.Show(a.Value)
	}
	return r.Show(w, visit.Page{Title: r.T("profile.code.title"), Body: codeBody(r, c, r.Key(w)), Failed: errs.Any(), Form: true,
		Back: &ui.Link{Text: r.T("profile.back"), Href: "/id/profile/contacts/" + string(a.Kind)}})
}

func (p pages) postCode(w http.ResponseWriter, r *visit.Request) error {
	err := p.profiles.ConfirmContact(r.Context(), r.Account.ID, r.PathValue("row"), codeIn(r))
	if errs, refused := r.Refused(err); refused {
		return p.showCodePage(w, r, errs)
	}
	if err != nil {
		return err
	}
	return r.Redirect(w, "/id/profile/user")
}

// codeIn finds the code in what was typed or pasted, the whole message too: the
// first run of digits that is as long as a code.
func codeIn(r *visit.Request) string {
	want := r.Law().Rules.Code.Digits
	run := ""
	for _, c := range text.FoldDigits(r.Form.Text("code")) + "\x00" {
		switch {
		case c >= '0' && c <= '9':
			run += string(c)
		case (c == ' ' || c == '-') && len(run) < want:
		default:
			if len(run) == want {
				return run
			}
			run = ""
		}
		if len(run) == want && (c < '0' || c > '9') {
			return run
		}
	}
	return run
}
