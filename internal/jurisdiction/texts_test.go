package jurisdiction_test

import (
	"os"
	"slices"
	"testing"

	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// TestRefusalsHaveTexts: every rule of a password has advice in every language,
// with exactly the variables that it is given.
func TestRefusalsHaveTexts(t *testing.T) {
	texts, err := text.Load(os.DirFS("../../locale"))
	if err != nil {
		t.Fatal(err)
	}
	p := load(t, "ru").Passwords
	long := make([]byte, 200)
	for i := range long {
		long[i] = byte('a' + i%20)
	}
	rules := p.Rules(string(long), nil)
	t.Run("PWD-13 every condition of the panel has its text in en, ru and fa", func(t *testing.T) {
		if len(rules) < 9 {
			t.Fatalf("there are only %d rules", len(rules))
		}
		for _, lang := range []string{"en", "ru", "fa"} {
			for _, rule := range rules {
				checkText(t, texts, lang, rule)
			}
		}
	})
}

func checkText(t *testing.T, texts *text.Catalogue, lang string, rule jurisdiction.Rule) {
	t.Helper()
	found, ok := texts.Text(lang, rule.Key)
	if !ok {
		t.Errorf("%s: %s is missing", lang, rule.Key)
	}
	var given []string
	for name := range rule.Vars {
		given = append(given, name)
	}
	if !slices.Equal(found.Variables, given) && len(found.Variables)+len(given) > 0 {
		t.Errorf("%s: %s wants %v, is given %v", lang, rule.Key, found.Variables, given)
	}
}
