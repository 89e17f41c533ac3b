// Package mailboxpage shows State Post to its owner: the list of official
// letters, one letter, and the letter as PDF.
//
// It never shows what a letter says before its owner has pressed "Open": opening
// is receiving it, so no link does it.
package mailboxpage

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"

	"okno/internal/account"
	"okno/internal/fault"
	"okno/internal/mailbox"
	"okno/internal/pdf"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// onPage is how many letters a page of the list shows.
const onPage = 20

// Mount mounts the pages, for verified accounts (Levels, Q-54).
func Mount(site *visit.Site, m *mailbox.Mailbox, fonts *pdf.Fonts) {
	site.Resident("GET /mail", account.Verified, showInbox(m))
	site.Resident("GET /mail/{id}", account.Verified, showLetter(m))
	site.Resident("POST /mail/{id}", account.Verified, openLetter(m))
	site.Resident("GET /mail/{id}/letter.pdf", account.Verified, printLetter(m, fonts))
}

// inbox is one page of the list (S33).
type inbox struct {
	letters  []mailbox.Received
	all      int
	page, of int
}

func showInbox(m *mailbox.Mailbox) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p := inbox{page: 1}
		if n, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && n > 0 && n < 10_000 {
			p.page = n
		}
		var err error
		if p.letters, p.all, err = m.Inbox(r.Context(), r.Account.ID, onPage, (p.page-1)*onPage); err != nil {
			return err
		}
		p.of = (p.all + onPage - 1) / onPage
		return r.Show(w, visit.Page{Title: r.T("mailbox.title"), Section: "/account", Crumbs: crumbs(r), Body: inboxBody(r, p)})
	}
}

func crumbs(r *visit.Request) []ui.Link {
	return []ui.Link{{Text: r.T("visit.menu.account"), Href: "/account"}}
}

func (p inbox) pages(r *visit.Request) ui.Pages {
	return ui.Pages{W: r, Now: p.page, Of: p.of, Href: func(n int) string { return "/mail?page=" + strconv.Itoa(n) }}
}

// card is a letter in the list; an unopened one does not tell its subject.
func card(r *visit.Request, l mailbox.Received) ui.Card {
	c := ui.Card{Title: l.Subject, Href: path(l.ID), Icon: "file", Heading: 2, Text: authority(r, l.Envelope),
		Facts: []string{moment(r, l.Envelope, false)}, Tag: &ui.Tag{Text: r.T("mailbox.state.opened"), Tone: ui.Neutral}}
	if !l.IsOpened() {
		c.Title, c.Tag = r.T("mailbox.sealed.title", "authority", authority(r, l.Envelope)), &ui.Tag{Text: r.T("mailbox.state.new"), Tone: ui.Info}
		c.Text = ""
	}
	return c
}

func path(id mailbox.ID) string { return "/mail/" + string(id) }

func authority(r *visit.Request, l mailbox.Envelope) string {
	if a, ok := r.Law().Authority(l.Authority); ok {
		return a.Name.In(r.Lang())
	}
	return r.T("mailbox.authority.unknown")
}

// moment is one of the two stamps of a letter.
func moment(r *visit.Request, l mailbox.Envelope, opened bool) string {
	if opened {
		return r.DateTime(l.Opened, r.Law().Zone)
	}
	return r.DateTime(l.Delivered, r.Law().Zone)
}

func showLetter(m *mailbox.Mailbox) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		l, err := m.Read(r.Context(), r.Account.ID, mailbox.ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		title := l.Subject
		if !l.IsOpened() {
			title = r.T("mailbox.sealed.title", "authority", authority(r, l.Envelope))
		}
		back := append(crumbs(r), ui.Link{Text: r.T("mailbox.title"), Href: "/mail"})
		body := letterBody(r, l)
		if !l.IsOpened() {
			body = sealedBody(r, l, r.Key(w))
		}
		return r.Show(w, visit.Page{Title: title, Section: "/account", Crumbs: back, Form: !l.IsOpened(), Body: body})
	}
}

func openLetter(m *mailbox.Mailbox) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		id := mailbox.ID(r.PathValue("id"))
		if err := m.Open(r.Context(), r.Account.ID, id); err != nil {
			return err
		}
		return r.Redirect(w, path(id))
	}
}

// stamps are the facts of a letter.
func stamps(r *visit.Request, l mailbox.Received) ui.SummaryList {
	rows := []ui.Row{{Name: r.T("mailbox.from"), Value: authority(r, l.Envelope)}, {Name: r.T("mailbox.delivered"), Value: moment(r, l.Envelope, false)}}
	if l.IsOpened() {
		rows = append(rows, ui.Row{Name: r.T("mailbox.opened"), Value: moment(r, l.Envelope, true)})
	}
	return ui.SummaryList{W: r, Rows: append(rows, ui.Row{Name: r.T("mailbox.number"), Value: string(l.ID), Latin: true})}
}

// paragraphs are the body's paragraphs, parted by empty lines.
func paragraphs(body string) []string {
	var list []string
	for _, p := range strings.Split(strings.ReplaceAll(body, "\r\n", "\n"), "\n\n") {
		if p = strings.TrimSpace(p); p != "" {
			list = append(list, p)
		}
	}
	return list
}

// direction is how a letter in a language is written.
func direction(lang string) string {
	switch lang {
	case "fa", "ar", "he", "ur":
		return "rtl"
	}
	return "ltr"
}

// printLetter gives an opened letter as PDF, with both stamps.
func printLetter(m *mailbox.Mailbox, fonts *pdf.Fonts) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		l, err := m.Read(r.Context(), r.Account.ID, mailbox.ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		if !l.IsOpened() {
			return fault.New(fault.NotFound, "mailbox.not_found")
		}
		var file bytes.Buffer
		if _, err := document(r, l, fonts).WriteTo(&file); err != nil {
			return err
		}
		name := "letter-" + text.DayOf(l.Delivered, r.Law().Zone).String() + ".pdf"
		return visit.Send(w, visit.File{Name: name, Type: "application/pdf", Content: file.Bytes()})
	}
}

// document is the letter on paper, in the language in which it was written.
func document(r *visit.Request, l mailbox.Received, fonts *pdf.Fonts) *pdf.Document {
	if l.Lang == "fa" {
		fonts = fonts.Prefer("Vazirmatn")
	}
	d := pdf.New(pdf.Options{Title: r.T("mailbox.title"), Lang: l.Lang, RightToLeft: direction(l.Lang) == "rtl", Fonts: fonts, Now: r.Now,
		Mark: r.Law().Portal.In(r.Lang()), Authority: authority(r, l.Envelope),
		Footer: func(page, pages int) string { return r.T("mailbox.page", "page", page, "pages", pages) }})
	d.Title(l.Subject)
	for _, p := range paragraphs(l.Body) {
		d.Text(p)
	}
	d.Small(r.T("mailbox.delivered") + ": " + moment(r, l.Envelope, false))
	d.Small(r.T("mailbox.opened") + ": " + moment(r, l.Envelope, true))
	d.Small(r.T("mailbox.number") + ": " + string(l.ID))
	return d
}
