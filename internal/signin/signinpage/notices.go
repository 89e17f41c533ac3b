package signinpage

import (
	"net/http"
	"slices"

	"okno/internal/account"
	"okno/internal/notify"
	"okno/internal/signin"
	"okno/internal/ui"
	"okno/internal/visit"
)

func showNotices(s *signin.Service, n *notify.Notices) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return showNoticesPage(s, n, w, r, visit.Errors{})
	}
}

func postNotices(s *signin.Service, n *notify.Notices) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		var wanted []account.ContactKind
		for _, kind := range r.Form.All("channels") {
			wanted = append(wanted, account.ContactKind(kind))
		}
		err := s.ChooseNotices(r.Context(), n, r.Account.ID, wanted, r.Form.Text("every") == "yes")
		if errs, refused := r.Refused(err); refused {
			return showNoticesPage(s, n, w, r, errs)
		}
		if err != nil {
			return err
		}
		return r.Redirect(w, noticesPath+"?done=saved")
	}
}

func showNoticesPage(s *signin.Service, n *notify.Notices, w http.ResponseWriter, r *visit.Request, errs visit.Errors) error {
	channels, every, err := s.NoticesOf(r.Context(), n, r.Account.ID)
	if err != nil {
		return err
	}
	p := settingsPage(r, r.T("signin.notices.title"), noticesBody(r, channelBoxes(r, channels, errs), everyBox(r, every, errs), errs, r.Key(w)))
	p.Failed = errs.Any()
	return r.Show(w, p)
}

// everyBox asks for a notice of every sign-in (NTF-06); it keeps what was ticked.
func everyBox(r *visit.Request, every bool, errs visit.Errors) ui.Checkboxes {
	if errs.Any() {
		every = r.Form.Text("every") == "yes"
	}
	return ui.Checkboxes{W: r, Name: "every", Values: ticked(every), Choices: []ui.Choice{{Value: "yes", Label: r.T("signin.notices.every")}}}
}

// shown are the contacts of a channel as people write them.
func shown(r *visit.Request, c notify.Channel) []string {
	contacts := slices.Clone(c.Contacts)
	for i, contact := range contacts {
		if c.Kind == account.Phone {
			contacts[i] = r.Law().Phone.Show(contact)
		}
	}
	return contacts
}

// channelBoxes are the ways that have a confirmed contact (NTF-01, Q-46).
func channelBoxes(r *visit.Request, channels []notify.Channel, errs visit.Errors) ui.Checkboxes {
	boxes := ui.Checkboxes{W: r, Name: "channels", Legend: r.T("signin.notices.legend"), Error: errs.For("channels")}
	for _, c := range channels {
		if len(c.Contacts) == 0 {
			continue
		}
		hint := r.List(shown(r, c))
		if c.Failing {
			hint = r.T("signin.notices.failing", "contacts", hint)
		}
		boxes.Choices = append(boxes.Choices, ui.Choice{Value: string(c.Kind), Label: r.T("signin.notices." + string(c.Kind)), Hint: hint})
		if c.Wanted || errs.Any() && slices.Contains(r.Form.All("channels"), string(c.Kind)) {
			boxes.Values = append(boxes.Values, string(c.Kind))
		}
	}
	return boxes
}
