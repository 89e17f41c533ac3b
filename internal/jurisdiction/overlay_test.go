package jurisdiction_test

import (
	"os"
	"testing"

	"okno/internal/text"
	"okno/jurisdictions"
)

func TestWordsOfThePacks(t *testing.T) {
	texts, err := text.Load(os.DirFS("../../locale"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range jurisdictions.Codes() {
		j := load(t, code)
		t.Run("D-24 the words of "+code+" lie over the common texts", func(t *testing.T) {
			if j.Texts() == nil {
				t.Fatal("the pack has no words")
			}
			over, err := texts.WithCurrency(j.Currency.Code, j.Currency.MinorUnits).Overlay(j.Texts())
			if err != nil {
				t.Fatal(err)
			}
			for _, lang := range j.Languages {
				if _, ok := over.Text(lang, "currency."+j.Currency.Code); !ok {
					t.Errorf("the currency has no word in %s", lang)
				}
			}
		})
	}
}
