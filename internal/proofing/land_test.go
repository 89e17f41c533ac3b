package proofing_test

import (
	"bytes"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingtest"
	"okno/internal/text/texttest"
)

// TestInventedLand plays a visit where names are one word, the document has one
// number with a letter in it and nobody has a surname.
func TestInventedLand(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := proofingtest.New(t, d, now, "xs")
		law := w.World.Law
		number, _ := law.Identifier("national_number")
		own := law.Phone.Countries[0]
		phone := "+" + own.Calling + own.Example
		id := w.Account(account.Standard, "مهرنوش", phone)
		for field, value := range map[string]string{"name": "مهرنوش", "birth_date": "1990-03-21", "citizenship": law.Citizenship.Own,
			"national_number": number.Example, "identity_document": "star_card", "star_card.number": "K1234567", "star_card.issued_on": "2020-01-02"} {
			w.Profiles.Set(id, field, value)
		}
		w.Speak(id, "fa")
		mahan := w.Operator("mahan", "مهرنوش", "mahrokh_house")
		t.Run("D-24 a visit goes its way in a land that differs in everything", func(t *testing.T) {
			visit := w.Open(mahan, own.Example)
			v, err := w.Look(ctx, mahan, visit)
			if err != nil || v.Document.Code != "star_card" || strings.Contains(v.Values["national_number"], number.Example[:4]) || v.Values["star_card.number"] == "K1234567" {
				t.Fatal(v.Values, err)
			}
			if r, err := w.Compare(ctx, mahan, visit, map[string]string{"number": "k-۱۲۳۴۵۶۷"}, proofing.Features); err != nil || !r.Matched || r.Risk != "" {
				t.Fatal(r, err)
			}
			if r, err := w.EnterOwn(ctx, id, w.Code(mahan, visit)); err != nil || !r.Right {
				t.Fatal(r, err)
			}
			if err := w.Confirm(ctx, mahan, visit); err != nil || w.Level(id) != account.Verified {
				t.Fatal(err)
			}
		})
		t.Run("OPR-10 the form is set from right to left with the land's own fields", func(t *testing.T) {
			form, err := w.FormOf(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			var file bytes.Buffer
			print := proofing.Print{Words: texttest.Load(t).For("fa"), Fonts: proofingtest.Fonts(t, "../..").Prefer("Vazirmatn")}
			if _, err := w.Draw(form, print).WriteTo(&file); err != nil {
				t.Fatal(err)
			}
			copied := proofingtest.TextOf(t, file.String())
			if strings.Count(copied, "K-1234567") != law.Rules.Desk.Copies {
				t.Fatal(copied)
			}
		})
	})
}
