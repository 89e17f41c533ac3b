package check_test

import (
	"strings"
	"testing"

	"okno/internal/outside/sms"
	"okno/internal/text/texttest"
)

func TestTexts(t *testing.T) {
	c := texttest.Load(t)
	for _, lang := range c.Languages() {
		for _, key := range []string{"check.passed", "check.not_matched", "check.not_passed", "check.claimed", "check.attempted"} {
			t.Run("NTF-02 "+key+" can be sent by SMS and e-mail in "+lang, func(t *testing.T) {
				words := c.For(lang)
				for _, channel := range []string{".sms", ".subject", ".email"} {
					if !words.Has(key + channel) {
						t.Error("no text", key+channel)
					}
				}
				message := words.T(key + ".sms")
				if _, parts := sms.Segments(message); parts != 1 || strings.Contains(message, "/") {
					t.Errorf("%d parts: %s", parts, message)
				}
				if n := len([]rune(words.T(key + ".subject"))); n > 50 {
					t.Errorf("the subject has %d characters", n)
				}
			})
		}
	}
}
