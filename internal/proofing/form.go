package proofing

import (
	"context"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/pdf"
	"okno/internal/text"
)

// Print is what a printed paper needs besides its data.
type Print struct {
	Words *text.Printer
	Fonts *pdf.Fonts
}

// Form is the application form for the confirmation of identity, filled from the
// profile, in as many copies as the law wants (OPR-09..11). What the profile does
// not know is a line to write on by hand.
type Form struct {
	values map[string]string
	date   time.Time
	centre string // code, "" when it is printed at home
}

// FormOf fills the form of an account for its holder.
func (s *Service) FormOf(ctx context.Context, id account.ID) (f Form, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		if err := s.mustStandard(tx, id); err != nil {
			return err
		}
		f.date = tx.Now()
		f.values, err = s.profiles.Values(tx, id)
		return err
	})
	return f, err
}

// FormAtDesk fills the form of a visit whose document has matched, for its
// officer; the look leaves an audit line.
func (s *Service) FormAtDesk(ctx context.Context, o officer.Officer, id string) (f Form, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := own(tx, o, id)
		if err != nil {
			return err
		}
		if c.compared == "" || tx.Now().Sub(c.Opened) > 2*caseLife {
			return fault.New(fault.Conflict, "proofing.not_compared")
		}
		f.date, f.centre = tx.Now(), c.Centre
		if f.values, err = s.profiles.Values(tx, c.Account); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: o.By(), Act: "proofing.print_form", Read: true, Subject: string(c.Account),
			Object: "proofing/" + c.ID, Purpose: PurposeKey(c.Purpose), Facts: map[string]string{"centre": c.Centre}})
	})
	return f, err
}

// Draw lays the form out.
func (s *Service) Draw(f Form, p Print) *pdf.Document {
	w := p.Words
	var copies []string
	for n := range s.law.Rules.Desk.Copies {
		copies = append(copies, w.T("proofing.form.copy", "number", w.Number(int64(n+1))))
	}
	d := pdf.New(pdf.Options{Title: w.T("proofing.form.title"), Lang: w.Lang(), RightToLeft: w.Dir() == "rtl", Fonts: p.Fonts, Now: f.date,
		Mark: s.law.Portal.In(w.Lang()), Copies: copies, Footer: footer(w)})
	d.Title(w.T("proofing.form.title"))
	d.Text(w.T("proofing.form.lead"))
	d.Heading(w.T("proofing.form.person"))
	d.Rows(s.personRows(w, f.values))
	d.Heading(w.T("proofing.form.document"))
	d.Rows(s.documentRows(w, f.values))
	d.Heading(w.T("proofing.form.service"))
	d.Rows([]pdf.Row{
		{Label: w.T("proofing.form.service_label"), Value: w.T("proofing.form.service_value")},
		{Label: w.T("proofing.form.centre"), Value: s.centreName(w, f.centre)},
		{Label: w.T("proofing.form.date"), Value: w.Date(text.DayOf(f.date, s.law.Zone))},
	})
	d.Notice(w.T("proofing.form.free"))
	d.Signature(w.T("proofing.form.date"), w.T("proofing.form.signature"))
	return d
}

func footer(w *text.Printer) func(page, pages int) string {
	return func(page, pages int) string {
		return w.T("proofing.form.page", "page", w.Number(int64(page)), "pages", w.Number(int64(pages)))
	}
}

func (s *Service) centreName(w *text.Printer, code string) string {
	c, ok := s.centres.Get(code)
	if !ok {
		return ""
	}
	return c.Name.In(w.Lang())
}

// personRows are the name, the birth date and the national number (if the profile lacks it, a line to write it on, Q-25).
func (s *Service) personRows(w *text.Printer, values map[string]string) []pdf.Row {
	var rows []pdf.Row
	for _, part := range s.law.Names.Parts {
		if values[part.Code] != "" || !part.Optional {
			rows = append(rows, pdf.Row{Label: part.Label.In(w.Lang()), Value: values[part.Code]})
		}
	}
	rows = append(rows, pdf.Row{Label: w.T("proofing.form.birth"), Value: day(w, values[birthDate])})
	if number, ok := s.law.Identifier(s.accounts.Rules().UniqueNumber); ok {
		rows = append(rows, pdf.Row{Label: number.Name.In(w.Lang()), Value: number.Show(values[number.Code])})
	}
	return rows
}

// documentRows are the kind of the identity document and all that stands in it (OPR-10, OPR-11).
func (s *Service) documentRows(w *text.Printer, values map[string]string) []pdf.Row {
	kind, ok := s.law.Document(values[identityDocument])
	if !ok {
		return []pdf.Row{{Label: w.T("proofing.form.kind")}, {Label: w.T("proofing.form.number")}}
	}
	rows := []pdf.Row{{Label: w.T("proofing.form.kind"), Value: kind.Name.In(w.Lang())}}
	for _, f := range kind.Fields {
		value := values[kind.Code+"."+f.Code]
		if f.Kind == "date" {
			value = day(w, value)
		} else {
			value = f.Show(value)
		}
		rows = append(rows, pdf.Row{Label: f.Label.In(w.Lang()), Value: value})
	}
	return rows
}

// day is a kept date in words; what is no date stays as it is.
func day(w *text.Printer, kept string) string {
	d, err := text.ParseDay(strings.TrimSpace(kept))
	if err != nil {
		return kept
	}
	return w.Date(d)
}

// DrawEnvelope lays out the two sheets of an envelope: how to finish on the site
// (OPR-19), and, to be sealed, the code.
func (s *Service) DrawEnvelope(e Envelope, at time.Time, host string, p Print) *pdf.Document {
	w := p.Words
	d := pdf.New(pdf.Options{Title: w.T("proofing.envelope.title"), Lang: w.Lang(), RightToLeft: w.Dir() == "rtl", Fonts: p.Fonts, Now: at,
		Mark: s.law.Portal.In(w.Lang()), Footer: footer(w)})
	d.Title(w.T("proofing.envelope.title"))
	d.Text(w.T("proofing.envelope.sealed"))
	d.Rows([]pdf.Row{
		{Label: w.T("proofing.envelope.code"), Value: e.Code},
		{Label: w.T("proofing.envelope.until"), Value: w.Date(text.DayOf(e.Ends, s.law.Zone))},
	})
	d.Heading(w.T("proofing.envelope.how"))
	d.Text(w.T("proofing.envelope.step_1", "host", host))
	d.Text(w.T("proofing.envelope.step_2"))
	d.Text(w.T("proofing.envelope.step_3"))
	return d
}
