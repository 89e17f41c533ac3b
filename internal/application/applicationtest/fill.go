package applicationtest

import (
	"bytes"
	"context"
	"strconv"

	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// FillAny answers every page of whatever service with values that its definition
// allows, and gives the draft.
func (w *World) FillAny(who account.ID, service string) application.ID {
	w.T.Helper()
	ctx := context.Background()
	begun, err := w.Applications.Begin(ctx, who, service)
	if err != nil || begun.ID == "" {
		w.T.Fatalf("begin %s: %v %+v", service, err, begun.Barrier)
	}
	for range 20 {
		_, form, err := w.Applications.Draft(ctx, who, begun.ID)
		if err != nil {
			w.T.Fatal(err)
		}
		page, missing := form.Unfinished()
		if !missing {
			return begun.ID
		}
		typed := application.Typed{}
		for _, q := range page.Questions {
			w.answer(who, begun.ID, form, q, typed)
		}
		if _, err := w.Applications.Save(ctx, who, begun.ID, page.Code, typed); err != nil {
			w.T.Fatalf("%s, page %s: %v %+v", service, page.Code, err, fault.Of(err).Fields)
		}
	}
	w.T.Fatalf("%s has no end", service)
	return ""
}

func (w *World) answer(who account.ID, id application.ID, form application.Form, q application.Question, typed application.Typed) {
	w.T.Helper()
	today := text.DayOf(w.Now.Now(), w.Law.Zone)
	switch q.Type {
	case jurisdiction.FieldChoice:
		typed[q.Code] = q.Options[0].Code
	case jurisdiction.FieldConsent:
		typed[q.Code] = "true"
	case jurisdiction.FieldDate:
		typed[q.Code] = today.AddDays(-400).String()
		if q.Future {
			typed[q.Code] = today.AddDays(40).String()
		}
	case jurisdiction.FieldNumber:
		typed[q.Code] = "1"
		if q.Min != nil {
			typed[q.Code] = strconv.Itoa(*q.Min)
		}
	case jurisdiction.FieldOffice:
		typed[q.Code] = form.Offices(q.FormField)[0].Code
	case jurisdiction.FieldFile:
		photo := Photo(w.T, max(q.File.MinWidth, 50), max(q.File.MinHeight, 50))
		if err := w.Applications.Attach(context.Background(), who, id, q.Code, bytes.NewReader(photo)); err != nil {
			w.T.Fatalf("%s: %v", q.Code, err)
		}
	case jurisdiction.FieldAddress:
		for _, part := range w.Law.Address {
			typed[q.Code+"-"+part.Code] = w.addressPart(part)
		}
	case jurisdiction.FieldDocument:
		document, _ := w.Law.Document(q.Document)
		for _, f := range document.Fields {
			if typed[q.Code+"-"+f.Code] = f.Example; f.Example == "" {
				typed[q.Code+"-"+f.Code] = "Office 5"
			}
			if f.Kind == jurisdiction.KindDate {
				typed[q.Code+"-"+f.Code] = "2015-03-01"
			}
		}
	default:
		typed[q.Code] = "Слово"
		if q.Example != "" {
			typed[q.Code] = q.Example
		} else if w.Law.Language() == "fa" {
			typed[q.Code] = "واژه"
		}
	}
}

// addressPart is a value that the part allows: digits where it has a pattern.
func (w *World) addressPart(part jurisdiction.AddressPart) string {
	for n := 1; n <= 12 && part.Pattern != ""; n++ {
		digits := "160000123456"[:n]
		kept, err := (&jurisdiction.Jurisdiction{Address: []jurisdiction.AddressPart{part}}).CheckAddress(map[string]string{part.Code: digits})
		if err == nil && kept[part.Code] != "" {
			return digits
		}
	}
	return "Five 5"
}

// Anybody opens a verified account with what any land's services ask: an adult
// citizen who lives in a region where everything is offered.
func (w *World) Anybody(phone string) account.ID {
	w.T.Helper()
	id := w.Account(account.Verified, "Anna Invented", phone)
	values := map[string]string{"birth_date": "1990-05-17", "sex": "female", "citizenship": w.Law.Citizenship.Own, "birth_place": "Home", "phone": phone}
	for _, part := range w.Law.Names.Parts {
		values[part.Code] = "Anna"
	}
	for _, number := range w.Law.Identifiers {
		values[number.Code] = number.Example
	}
	w.Profiles.Set(id, "register/"+w.Law.Registers[0].Code, values)
	w.Settle(id, "en")
	return id
}

// Settle gives an account a language, and a region where everything is offered.
func (w *World) Settle(id account.ID, lang string) {
	w.T.Helper()
	region := ""
	for _, s := range w.Law.Services {
		if len(s.Regions) > 0 {
			region = s.Regions[0]
		}
	}
	w.Write(func(tx *db.Tx) error { return w.Accounts.SetChoices(tx, id, lang, region, w.Law.Audiences[0].Code) })
}
