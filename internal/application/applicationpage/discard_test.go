package applicationpage_test

import (
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestRemovedDraft(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := world(t, d, now)
		b := w.SignedIn(w.Resident("Ирина Соколова", "+79160000001"))
		check := toCheck(t, w, b)
		draft := check.Path[:len(check.Path)-len("/check")]
		t.Run("S24 a draft is removed from its page, and the page says until when it can be restored", func(t *testing.T) {
			list := b.Open(draft+"/discard").Must("Remove the draft?", "You can restore it with its files until").Press("Remove the draft")
			list.Must("Removed drafts", "Foreign passport", "Can be restored until").MustNot("Waiting for you")
		})
		t.Run("S24 its old address leads to the list", func(t *testing.T) {
			b.Open(check.Path).MustBe(200, "/applications")
			b.Open(draft).MustBe(200, "/applications")
		})
		t.Run("S24 it is restored from the list, with all answers", func(t *testing.T) {
			p := b.Open("/applications").Press("Restore the draft: Foreign passport")
			p.MustBe(200, check.Path).Must("SOKOLOVA IRINA", "File sent in")
		})
	})
}
