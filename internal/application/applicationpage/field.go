package applicationpage

import (
	"fmt"
	"strings"

	"github.com/a-h/templ"

	"okno/internal/application"
	"okno/internal/blob"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// filling is everything that the fields of a page need.
type filling struct {
	r       *visit.Request
	form    application.Form
	typed   web.Form // what was typed, when isTyped
	isTyped bool
	errs    visit.Errors
	files   map[string]blob.File
	id      application.ID
}

// read takes what was typed in the fields of a page.
func read(r *visit.Request, page application.Page) application.Typed {
	typed := application.Typed{}
	for name := range r.Form.Values() {
		typed[name] = r.Form.Lines(name)
	}
	for _, q := range page.Questions {
		switch q.Type {
		case jurisdiction.FieldDate:
			readDate(r, typed, q.Code)
		case jurisdiction.FieldPerson:
			readDate(r, typed, q.Code+"-"+application.BirthPart)
		case jurisdiction.FieldDocument:
			document, _ := r.Law().Document(q.Document)
			for _, f := range document.Fields {
				if f.Kind == jurisdiction.KindDate {
					readDate(r, typed, q.Code+"-"+f.Code)
				}
			}
		}
	}
	return typed
}

// readDate puts one day in the place of its three parts and its calendar, which
// would else look like an answer where nothing was typed.
func readDate(r *visit.Request, typed application.Typed, name string) {
	for _, part := range []string{"-day", "-month", "-year", "-calendar"} {
		delete(typed, name+part)
	}
	typed[name] = dateOf(r.Printer, r.Form, name)
}

// value is what stands in a field of one line.
func (f filling) value(name, kept string) string {
	if f.isTyped {
		return f.typed.Lines(name)
	}
	return kept
}

func words(w jurisdiction.Words, lang string) string {
	if len(w) == 0 {
		return ""
	}
	return w.In(lang)
}

// hint joins the hint with why it is asked.
func (f filling) hint(q application.Question) string {
	hint, why := words(q.Hint, f.r.Lang()), words(q.Why, f.r.Lang())
	if hint != "" && why != "" && !strings.HasSuffix(hint, ".") {
		hint += "."
	}
	return strings.TrimSpace(strings.Join([]string{hint, why}, " "))
}

// label is what a field or a line of a group is called, "" for an unknown one.
func (f filling) label(field string) string {
	for _, page := range f.form.Pages() {
		for _, q := range page.Questions {
			if q.Code == field {
				return q.Label.In(f.r.Lang())
			}
			for _, p := range f.parts(q) {
				if p.name == field {
					return p.label
				}
			}
		}
	}
	return ""
}

// input is the field of a question.
func (f filling) input(q application.Question) templ.Component {
	lang := f.r.Lang()
	label, problem := q.Label.In(lang), f.errs.For(q.Code)
	switch q.Type {
	case jurisdiction.FieldChoice:
		return ui.Radios{W: f.r, Name: q.Code, Legend: label, Hint: f.hint(q), Error: problem, Value: f.value(q.Code, q.Answer.Text), Choices: f.options(q)}
	case jurisdiction.FieldConsent:
		return f.consent(q, label, problem)
	case jurisdiction.FieldDate:
		return date(f.r, q.Code, f.optional(label, q.Optional), f.hint(q), problem, f.typed, f.isTyped, q.Answer.Text)
	case jurisdiction.FieldOffice:
		return ui.Select{W: f.r, Name: q.Code, Label: label, Hint: f.hint(q), Error: problem, Value: f.value(q.Code, q.Answer.Text),
			Choices: f.offices(q), Empty: f.r.T("application.fill.choose"), Optional: q.Optional}
	case jurisdiction.FieldFile:
		if len(q.Bring) > 0 {
			return f.sendOrBring(q, f.upload(q, label, problem))
		}
		return f.upload(q, label, problem)
	case jurisdiction.FieldDocument, jurisdiction.FieldAddress, jurisdiction.FieldPerson:
		return f.group(q)
	}
	if q.Lines > 1 {
		return ui.Textarea{W: f.r, Name: q.Code, Label: label, Hint: f.hint(q), Error: problem, Value: f.value(q.Code, q.Answer.Text), Rows: q.Lines, Optional: q.Optional}
	}
	return ui.Field{W: f.r, Name: q.Code, Label: label, Hint: f.hint(q), Error: problem, Value: f.value(q.Code, q.Answer.Text), Kind: kindOf(q.FormField), Optional: q.Optional}
}

func kindOf(q jurisdiction.FormField) ui.Kind {
	switch {
	case q.Type == jurisdiction.FieldNumber:
		return ui.WholeNumber
	case q.Autocomplete == "tel":
		return ui.Mobile
	case q.Autocomplete == "email":
		return ui.Email
	case q.InputMode == "numeric":
		return ui.Digits
	}
	return ui.Plain
}

// optional marks a group that may be left empty; single fields mark themselves.
func (f filling) optional(label string, is bool) string {
	if is {
		return label + " " + f.r.T("ui.optional")
	}
	return label
}

func (f filling) options(q application.Question) []ui.Choice {
	var all []ui.Choice
	for _, o := range q.Options {
		all = append(all, ui.Choice{Value: o.Code, Label: o.Label.In(f.r.Lang()), Hint: words(o.Hint, f.r.Lang())})
	}
	return all
}

func (f filling) consent(q application.Question, label, problem string) ui.Checkboxes {
	boxes := ui.Checkboxes{W: f.r, Name: q.Code, Hint: f.hint(q), Error: problem, Choices: []ui.Choice{{Value: "true", Label: label}}}
	if f.value(q.Code, q.Answer.Text) == "true" {
		boxes.Values = []string{"true"}
	}
	return boxes
}

func (f filling) offices(q application.Question) []ui.Choice {
	var all []ui.Choice
	for _, c := range f.form.Offices(q.FormField) {
		all = append(all, ui.Choice{Value: c.Code, Label: f.r.Row(c.Name.In(f.r.Lang()), c.Address.In(f.r.Lang()))})
	}
	return all
}

func (f filling) upload(q application.Question, label, problem string) ui.Upload {
	u := ui.Upload{W: f.r, Name: q.Code, Label: f.optional(label, q.Optional), Hint: f.hint(q), Error: problem, Accept: strings.Join(q.File.Kinds, ",")}
	if file, ok := f.files[q.Code]; ok {
		u.Files = []ui.File{shownFile(f.r, f.id, label, file)}
	}
	return u
}

// bring is the other way: not to send it here.
func (f filling) bring(q application.Question) ui.Checkboxes {
	name := application.BringName(q.Code)
	boxes := ui.Checkboxes{W: f.r, Name: name, Choices: []ui.Choice{{Value: "true", Label: f.r.T("application.file.bring"), Hint: words(q.Bring, f.r.Lang())}}}
	if kept := map[bool]string{true: "true"}[q.Answer.Brings]; f.value(name, kept) == "true" {
		boxes.Values = []string{"true"}
	}
	return boxes
}

// shownFile is one file as it stands: readable is said only after it was opened.
func shownFile(r *visit.Request, id application.ID, label string, file blob.File) ui.File {
	shown := ui.File{Name: label, Size: size(r.Printer, file.Size), State: ui.FileReady}
	switch file.State {
	case blob.Quarantine:
		shown.State = ui.FileWaiting
	case blob.Refused:
		shown.State, shown.Reason = ui.FileRefused, r.T("blob.infected")
	default:
		shown.Href = pathTo(id, "/files/"+string(file.ID))
	}
	return shown
}

func size(p *text.Printer, bytes int64) string {
	if bytes < 1<<20 {
		return p.T("application.size.kb", "n", (bytes+1023)>>10)
	}
	return p.T("application.size.mb", "size", p.Decimal(fmt.Sprintf("%.1f", float64(bytes)/(1<<20))))
}

// part is one line of a group.
type part struct {
	name, label, hint, kept string
	kind                    ui.Kind
	optional, date          bool
}

// parts are the lines of a document, an address or a person.
func (f filling) parts(q application.Question) []part {
	lang, law := f.r.Lang(), f.r.Law()
	var all []part
	add := func(code string, label, hint jurisdiction.Words, kind ui.Kind, optional, date bool) {
		all = append(all, part{q.Code + "-" + code, label.In(lang), words(hint, lang), q.Answer.Parts[code], kind, optional, date})
	}
	switch q.Type {
	case jurisdiction.FieldDocument:
		document, _ := law.Document(q.Document)
		for _, d := range document.Fields {
			add(d.Code, d.Label, d.Hint, documentKind(d), d.Optional, d.Kind == jurisdiction.KindDate)
		}
	case jurisdiction.FieldAddress:
		for _, a := range law.Address {
			add(a.Code, a.Label, nil, addressKind(a.Autocomplete), a.Optional, false)
		}
	case jurisdiction.FieldPerson:
		for _, n := range law.Names.Parts {
			add(n.Code, n.Label, n.Hint, ui.Plain, n.Optional, false)
		}
		all = append(all, part{name: q.Code + "-" + application.BirthPart, label: f.r.T("application.fill.birth"), kept: q.Answer.Parts[application.BirthPart], date: true})
	}
	return all
}

func documentKind(d jurisdiction.DocumentField) ui.Kind {
	switch {
	case d.InputMode == "numeric":
		return ui.Digits
	case d.Compact:
		return ui.Document
	}
	return ui.Plain
}

func addressKind(token string) ui.Kind {
	switch token {
	case "postal-code":
		return ui.Postcode
	case "address-level2":
		return ui.City
	case "street-address":
		return ui.StreetAddress
	}
	return ui.Plain
}

func (f filling) partInput(p part) templ.Component {
	if p.date {
		return date(f.r, p.name, f.optional(p.label, p.optional), p.hint, f.errs.For(p.name), f.typed, f.isTyped, p.kept)
	}
	return ui.Field{W: f.r, Name: p.name, Label: p.label, Hint: p.hint, Error: f.errs.For(p.name), Value: f.value(p.name, p.kept), Kind: p.kind, Optional: p.optional}
}

// known lists the questions of a page that are answered by the profile and locked,
// with their source (S25: "We already know this").
func (f filling) known(page application.Page) ui.SummaryList {
	list := ui.SummaryList{W: f.r, Title: f.r.T("application.fill.known")}
	for _, q := range page.Questions {
		if q.Locked {
			list.Rows = append(list.Rows, answered(f.r, q))
		}
	}
	return list
}

// sourceOf says where an answer is from.
func sourceOf(r *visit.Request, a application.Answer) string {
	if code, ok := strings.CutPrefix(a.Source, "register/"); ok {
		if register, found := r.Law().Register(code); found {
			return r.T("application.source.register", "register", register.Name.In(r.Lang()))
		}
	}
	if code, ok := strings.CutPrefix(a.Source, "desk/"); ok {
		if centre, found := r.Law().Centre(code); found {
			return r.T("application.source.desk", "centre", centre.Name.In(r.Lang()))
		}
	}
	if a.Source == "" || a.IsEmpty() {
		return ""
	}
	return r.T("application.source.holder")
}
