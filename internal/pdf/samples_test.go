package pdf_test

import (
	"fmt"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/pdf"
)

// sample is a document that the product prints, in one language.
type sample struct {
	name  string
	lang  string
	build func(*testing.T) *pdf.Document
}

// samples are the three kinds of documents in three languages.
func samples() []sample {
	var all []sample
	for _, w := range []wording{russian, persian, english} {
		all = append(all,
			sample{"application-form", w.lang, w.applicationForm},
			sample{"pension-statement", w.lang, w.pensionStatement},
			sample{"decision", w.lang, w.decision},
		)
	}
	return all
}

// wording is the text of the samples in one language.
type wording struct {
	lang              string
	rightToLeft       bool
	mark, authority   string
	page              string // "page {n} of {m}"
	copies            []string
	form              formWords
	statement         statementWords
	result            decisionWords
	digits            string // of the script, "" for 0 to 9
	date, sign, stamp string
}

type formWords struct {
	title, lead, person, notice string
	rows                        []pdf.Row
}

type statementWords struct {
	title, lead, table string
	rows               []pdf.Row
	columns            []string
	employers          []string
	total              string
}

type decisionWords struct {
	title, decision, reason, appeal string
	rows                            []pdf.Row
	alt, caption                    string
}

func (w wording) number(n int) string {
	text := fmt.Sprint(n)
	for i, d := range []rune(w.digits) {
		text = strings.ReplaceAll(text, fmt.Sprint(i), string(d))
	}
	return text
}

// fonts prefers the face that is made for the script.
func (w wording) fonts(t *testing.T) *pdf.Fonts {
	if w.rightToLeft {
		return fonts(t).Prefer("Vazirmatn")
	}
	return fonts(t)
}

func (w wording) open(fonts *pdf.Fonts, title string, copies []string) *pdf.Document {
	return pdf.New(pdf.Options{
		Title: title, Lang: w.lang, RightToLeft: w.rightToLeft, Fonts: fonts, Now: clock.Noon,
		Mark: w.mark, Authority: w.authority, Copies: copies,
		Footer: func(page, pages int) string {
			return strings.NewReplacer("{n}", w.number(page), "{m}", w.number(pages)).Replace(w.page)
		},
	})
}

func (w wording) applicationForm(t *testing.T) *pdf.Document {
	d := w.open(w.fonts(t), w.form.title, w.copies)
	d.Title(w.form.title)
	d.Text(w.form.lead)
	d.Heading(w.form.person)
	d.Rows(w.form.rows)
	d.Notice(w.form.notice)
	d.Signature(w.date, w.sign)
	d.Box(w.stamp, 80)
	return d
}

func (w wording) pensionStatement(t *testing.T) *pdf.Document {
	d := w.open(w.fonts(t), w.statement.title, nil)
	d.Title(w.statement.title)
	d.Text(w.statement.lead)
	d.Rows(w.statement.rows)
	d.Heading(w.statement.table)
	table := pdf.Table{}
	for i, head := range w.statement.columns {
		table.Columns = append(table.Columns, pdf.Column{Head: head, Number: i > 1})
	}
	for year := 1980; year < 2026; year++ {
		employer := w.statement.employers[year%len(w.statement.employers)]
		table.Rows = append(table.Rows, []string{w.number(year), employer, w.number(12), w.number(120000 + year)})
	}
	table.Total = []string{w.statement.total, "", w.number(46 * 12), w.number(5612145)}
	d.Table(table)
	return d
}

func (w wording) decision(t *testing.T) *pdf.Document { return w.decisionWith(w.fonts(t)) }

func (w wording) decisionWith(fonts *pdf.Fonts) *pdf.Document {
	d := w.open(fonts, w.result.title, nil)
	d.Title(w.result.title)
	d.Strong(w.result.decision)
	d.Text(w.result.reason)
	d.Rows(w.result.rows)
	d.Small(w.result.appeal)
	d.QR(pdf.QR{Payload: "https://okno.example/verify/7KQ4-M2XP-9T", Alt: w.result.alt, Caption: w.result.caption, Code: "7KQ4-M2XP-9T"})
	d.Signature(w.date, w.sign)
	return d
}
