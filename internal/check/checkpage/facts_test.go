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
		"en": "The registers answer in 2 to 15 minutes. If somebody there has to look at the data, it takes at most 5 working days.",
		"ru": "Реестры отвечают за 2–15 минут. Если данные смотрит сотрудник реестра, это займёт не больше 5 рабочих дней.",
		"fa": "سامانه‌های ثبت در ۲ تا ۱۵ دقیقه پاسخ می‌دهند. اگر کارمندی اطلاعات را ببیند، حداکثر ۵ روز کاری طول می‌کشد.",
	} {
		t.Run("CHK-13 of all quoted durations the page says the settled one, in "+lang, func(t *testing.T) {
			w.SignedIn(w.id).For(t).Open("/id/check").Press(text.NameOf(lang)).Must(words)
		})
	}
}
