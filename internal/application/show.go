package application

import (
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// Shown is an answer as it is read: codes as their labels, dates and numbers in
// the reader's way, the parts of a document or an address joined.
func Shown(p *text.Printer, law *jurisdiction.Jurisdiction, f jurisdiction.FormField, a Answer) string {
	switch f.Type {
	case jurisdiction.FieldDate:
		return p.ShortDate(parseDay(a.Text))
	case jurisdiction.FieldChoice:
		option, _ := f.Option(a.Text)
		return option.Label.In(p.Lang())
	case jurisdiction.FieldConsent:
		if a.Text == "true" {
			return p.T("application.yes")
		}
		return ""
	case jurisdiction.FieldOffice:
		if c, ok := law.Centre(a.Text); ok {
			return c.Name.In(p.Lang()) + ", " + c.Address.In(p.Lang())
		}
		return ""
	case jurisdiction.FieldFile:
		if a.Brings {
			return p.T("application.file.brings")
		}
		if a.Text != "" {
			return p.T("application.file.sent")
		}
		return ""
	case jurisdiction.FieldDocument:
		return shownDocument(p, law, f.Document, a.Parts)
	case jurisdiction.FieldAddress:
		return joinParts(p, law.Address, a.Parts, func(part jurisdiction.AddressPart) string { return part.Code })
	case jurisdiction.FieldPerson:
		name := law.Names.Full(a.Parts)
		if born := parseDay(a.Parts[BirthPart]); !born.IsZero() {
			name = p.Row(name, p.ShortDate(born))
		}
		return name
	}
	return a.Text
}

func shownDocument(p *text.Printer, law *jurisdiction.Jurisdiction, kind string, parts map[string]string) string {
	document, _ := law.Document(kind)
	var words []string
	for _, f := range document.Fields {
		value := parts[f.Code]
		if value == "" {
			continue
		}
		if f.Kind == jurisdiction.KindDate {
			value = p.ShortDate(parseDay(value))
		} else {
			value = f.Show(value)
		}
		words = append(words, value)
	}
	return p.Row(words...)
}

func joinParts[T any](p *text.Printer, all []T, parts map[string]string, code func(T) string) string {
	var words []string
	for _, one := range all {
		if value := parts[code(one)]; value != "" {
			words = append(words, value)
		}
	}
	return p.Row(words...)
}

// shownFact is a profile value as it is read.
func shownFact(p *text.Printer, law *jurisdiction.Jurisdiction, f Fact) string {
	if id, ok := law.Identifier(f.Field); ok {
		return id.Show(f.Value)
	}
	if day := parseDay(f.Value); !day.IsZero() {
		return p.ShortDate(day)
	}
	return f.Value
}
