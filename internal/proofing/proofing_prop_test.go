package proofing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/db/dbtest"
	"okno/internal/proofing"
	"okno/internal/proofing/proofingtest"
)

// TestLevelNeverRisesWithoutProof plays random visits: whatever is pressed in
// whatever order, the account becomes verified only when it was standard, its own
// document had matched, a second officer had agreed if one was needed, and the
// holder had typed a code that was right.
func TestLevelNeverRisesWithoutProof(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := proofingtest.New(t, d, now, "ru")
	olga := w.Operator("olga", "Ольга Белова", "moscow_mfc")
	seconds := []string{"Нина Серова", "Зоя Котова"}
	nina, zoya := w.Operator("nina", seconds[0], "moscow_mfc"), w.Operator("zoya", seconds[1], "moscow_mfc")
	reached := 0
	t.Run("PROOF-1 a level never rises without standard level, matching document and second channel", func(t *testing.T) {
		rapid.Check(t, func(rt *rapid.T) {
			now.Advance(25 * time.Hour)
			level := rapid.SampledFrom([]account.Level{account.Simplified, account.Standard}).Draw(rt, "level")
			surname := rapid.SampledFrom([]string{"Соколова", "Белов"}).Draw(rt, "surname")
			id, phone := w.Resident(level, surname)
			found, err := w.Find(ctx, olga, w.Searched(phone))
			if err != nil {
				rt.Fatal(err)
			}
			if opened := found.Outcome == proofing.FoundStandard; opened != (level == account.Standard) {
				rt.Fatal(found)
			}
			visit, code, envelope := found.Case, "", ""
			var matched, approved, proved bool
			orderly := rapid.Bool().Draw(rt, "orderly") // half of the visits begin as they should
			for i := range rapid.IntRange(4, 14).Draw(rt, "steps") {
				confirmed := false
				step := rapid.SampledFrom([]string{"match", "match", "mismatch", "unticked", "second", "send", "send", "right", "right", "wrong", "confirm", "confirm", "envelope", "open it", "wait", "stop"}).Draw(rt, "step")
				if right := []string{"match", "send", "right", "confirm"}; orderly && i < len(right) {
					step = right[i]
				}
				switch step {
				case "match":
					r, err := w.Compare(ctx, olga, visit, w.Numbers(id), proofing.Features)
					matched = matched || err == nil && r.Matched
				case "mismatch":
					w.Compare(ctx, olga, visit, map[string]string{"series": "0000", "number": "000000"}, proofing.Features)
				case "unticked":
					if r, _ := w.Compare(ctx, olga, visit, w.Numbers(id), nil); r.Matched {
						rt.Fatal("matched without a tick")
					}
				case "second":
					for _, o := range []struct{ at string }{{"2"}, {"3"}} {
						second := nina
						if o.at == "3" {
							second = zoya
						}
						if w.TakeSecond(ctx, second, visit, "desk-"+o.at) == nil {
							now.Advance(30 * time.Second)
							approved = w.Approve(ctx, second, visit) == nil || approved
						}
					}
				case "send":
					now.Advance(time.Minute)
					if w.SendCode(ctx, olga, visit) == nil {
						w.RunDue()
						code = proofingtest.CodeShape.FindString(w.Post.SMS[len(w.Post.SMS)-1].Text)
					}
				case "right":
					r, err := w.EnterOwn(ctx, id, code)
					proved = proved || err == nil && r.Right
				case "wrong":
					if code != "111111" {
						w.EnterAtDesk(ctx, olga, visit, "111111")
					}
				case "confirm":
					confirmed = w.Confirm(ctx, olga, visit) == nil
				case "envelope":
					if e, err := w.HandOver(ctx, olga, visit); err == nil {
						envelope = e.Code
					}
				case "open it":
					r, err := w.EnterEnvelope(ctx, id, envelope, solved)
					proved = proved || err == nil && r.Right
				case "wait":
					now.Advance(time.Duration(rapid.IntRange(1, 12).Draw(rt, "minutes")) * time.Minute)
				case "stop":
					w.Stop(ctx, olga, visit, "suspicion")
				}
				allowed := level == account.Standard && matched && proved && (approved || surname != "Белов")
				got := w.Level(id)
				if got == account.Verified && !allowed {
					rt.Fatalf("verified: level %v, matched %v, approved %v, proved %v", level, matched, approved, proved)
				}
				if got == account.Verified {
					reached++
				}
				if confirmed && got != account.Verified {
					rt.Fatal("confirmed but not verified")
				}
			}
		})
		if reached == 0 {
			t.Fatal("no visit was ever confirmed: the play proves nothing")
		}
	})
}
