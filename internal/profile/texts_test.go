package profile_test

import (
	"testing"

	"okno/internal/outside/sms"
	"okno/internal/text/texttest"
)

func TestTexts(t *testing.T) {
	c := texttest.Load(t)
	for _, lang := range c.Languages() {
		t.Run("MSG-1 every SMS of the profile is one part in "+lang, func(t *testing.T) {
			words := c.For(lang)
			for _, message := range []string{words.T("profile.contact_code.sms", "code", "123456"), words.T("profile.contact_added.sms")} {
				if _, parts := sms.Segments(message); parts != 1 {
					t.Errorf("%d parts: %s", parts, message)
				}
			}
			for _, key := range []string{"profile.contact_code", "profile.contact_added"} {
				if !words.Has(key+".subject") || !words.Has(key+".email") || len([]rune(words.T(key+".subject"))) > 50 {
					t.Error(key)
				}
			}
		})
	}
}
