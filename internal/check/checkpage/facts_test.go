package checkpage_test

import (
	"testing"

	"okno/internal/db/dbtest"
	"okno/internal/text"
)

func TestDurations(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	w.registers.away["migration"] = true
	w.start()
	for lang, words := range map[string]string{
		"en": "Usually it takes 2 to 15 minutes, at most 5 working days.",
		"ru": "Обычно от 2 до 15 минут, самое большее 5 рабочих дней.",
		"fa": "معمولاً ۲ تا ۱۵ دقیقه و حداکثر ۵ روز کاری طول می‌کشد.",
	} {
		t.Run("CHK-13 of all quoted durations the page says the settled one, in "+lang, func(t *testing.T) {
			w.SignedIn(w.id).For(t).Open("/id/check").Press(text.NameOf(lang)).Must(words)
		})
	}
}
