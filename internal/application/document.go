package application

import (
	"bytes"
	"context"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/pdf"
)

// Document makes the PDF of a case's result for its applicant. Its name is made
// by us: nothing that somebody typed stands in it.
func (s *Applications) Document(ctx context.Context, who account.ID, id ID) (name string, content []byte, err error) {
	var r *Result
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, c.Account)
		if err != nil {
			return err
		}
		r, err = s.resultOf(tx, key, id)
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if r == nil {
		return "", nil, errNotFound
	}
	content, err = s.print(*r)
	return fileName(*r), content, err
}

// DocumentFor makes the PDF for an officer who has just opened the case: the look
// is written by Open.
func (s *Applications) DocumentFor(ctx context.Context, who officer.Officer, id ID, purpose string) (name string, content []byte, err error) {
	v, err := s.Open(ctx, who, id, purpose)
	if err != nil {
		return "", nil, err
	}
	if v.Result == nil {
		return "", nil, errNotFound
	}
	content, err = s.print(*v.Result)
	return fileName(*v.Result), content, err
}

func fileName(r Result) string { return "okno-" + r.Number + ".pdf" }

// print lays a result out on paper.
func (s *Applications) print(r Result) ([]byte, error) {
	p := s.Texts.For(r.Lang)
	fonts := s.Fonts
	if p.Dir() == "rtl" {
		fonts = fonts.Prefer("Vazirmatn")
	}
	issued := parseDay(r.IssuedOn)
	d := pdf.New(pdf.Options{Title: r.Title, Lang: r.Lang, RightToLeft: p.Dir() == "rtl", Fonts: fonts, Now: issued.Midnight(s.Law.Zone),
		Mark: s.Law.Portal.In(r.Lang), Authority: r.Authority,
		Footer: func(page, pages int) string { return p.T("application.document.page", "page", page, "pages", pages) }})
	d.Title(r.Title)
	if r.Text != "" {
		d.Strong(r.Text)
	}
	rows := []pdf.Row{{Label: p.T("application.document.number"), Value: r.Number}, {Label: p.T("application.document.issued"), Value: p.ShortDate(issued)}}
	for _, row := range r.Rows {
		rows = append(rows, pdf.Row(row))
	}
	d.Rows(rows)
	s.printPayments(d, r)
	if r.Bring != "" {
		d.Notice(r.Bring)
	}
	d.QR(pdf.QR{Payload: s.VerifyAddress(r), Alt: p.T("application.document.qr_alt"), Caption: p.T("application.document.qr", "address", s.Origin+"/verify"), Code: r.GroupedCode()})
	var out bytes.Buffer
	_, err := d.WriteTo(&out)
	return out.Bytes(), err
}

func (s *Applications) printPayments(d *pdf.Document, r Result) {
	if len(r.Employers) == 0 {
		return
	}
	p := s.Texts.For(r.Lang)
	d.Heading(p.T("application.statement.contributions"))
	t := pdf.Table{Columns: []pdf.Column{{Head: p.T("application.statement.employer")}, {Head: p.T("application.statement.year")},
		{Head: p.T("application.statement.amount"), Number: true}}}
	for _, paid := range r.Employers {
		t.Rows = append(t.Rows, []string{paid.Employer, paid.Year, paid.Amount})
	}
	if r.Total != "" {
		t.Total = []string{p.T("application.statement.total"), "", r.Total}
	}
	d.Table(t)
}
