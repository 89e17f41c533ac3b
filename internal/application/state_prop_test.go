package application

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/jurisdictions"
)

func calendar(t *testing.T, code string) jurisdiction.Calendar {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	law, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return law.Calendar
}

func TestStateTable(t *testing.T) {
	t.Run("Q-59 every state is in the table and every move leads to one", func(t *testing.T) {
		if len(moves) != len(States()) {
			t.Fatalf("%d states in the table, %d in the list", len(moves), len(States()))
		}
		for state, next := range moves {
			if !slices.Contains(States(), state) {
				t.Error(state)
			}
			for _, n := range next {
				if _, known := moves[n]; !known || n == Draft || n == state {
					t.Errorf("%s leads to %s", state, n)
				}
			}
		}
	})
	t.Run("Q-59 no path leads out of an end, back to the draft, or for ever", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			state, ended := Draft, false
			for step := 0; ; step++ {
				if step > len(States()) {
					t.Fatal("a case walks for ever")
				}
				next := rapid.SampledFrom(States()).Draw(t, "next")
				if ended && state.CanBecome(next) {
					t.Fatalf("%s has ended and becomes %s", state, next)
				}
				if ended {
					return
				}
				if !state.CanBecome(next) {
					if len(moves[state]) > 0 {
						next = rapid.SampledFrom(moves[state]).Draw(t, "allowed")
					} else {
						next = state
					}
				}
				if next == Draft && state != Draft {
					t.Fatal("a case has become a draft again")
				}
				state, ended = next, next.IsFinal()
			}
		})
	})
	t.Run("Q-59 whatever is decided cannot be taken back", func(t *testing.T) {
		for _, end := range []State{ResultReady, Refused, Withdrawn, InWork} {
			if end.CanBecome(Withdrawn) {
				t.Error(end)
			}
		}
	})
}

func TestPause(t *testing.T) {
	for _, code := range []string{"ru", "xs"} {
		c := calendar(t, code)
		rapid.Check(t, func(t *rapid.T) {
			filed := text.Day{Year: 2026, Month: 1, Day: 12}.AddDays(rapid.IntRange(0, 400).Draw(t, "filed"))
			term := rapid.IntRange(1, 60).Draw(t, "term")
			due := dueAfter(c, filed, term)
			asked := filed.AddDays(rapid.IntRange(0, 20).Draw(t, "asked"))
			answered := asked.AddDays(rapid.IntRange(0, 40).Draw(t, "answered"))
			moved := afterPause(c, due, asked, answered)
			if moved.Before(due) {
				t.Fatal("a pause has made the term shorter")
			}
			if asked == answered && moved != due {
				t.Fatal("an answer on the same day has moved the term")
			}
			if c.WorkingDaysBetween(due, moved) != c.WorkingDaysBetween(asked, answered) {
				t.Fatal("the term has moved by another number of working days than the pause had")
			}
			if !c.IsWorkingDay(due) {
				t.Fatal("a term ends on a free day")
			}
		})
	}
}

func TestNumber(t *testing.T) {
	t.Run("a case's number is twelve digits in groups of four", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			n := NewNumber()
			if len(n) != 14 || n[4] != '-' || n[9] != '-' {
				t.Fatal(n)
			}
		})
	})
}

func FuzzNormalCode(f *testing.F) {
	f.Add("abcd-efgh-jkmn-pqrs")
	f.Add("۱۲۳۴ ۵۶۷۸ ۱۲۳۴ ۵۶۷۸")
	f.Fuzz(func(t *testing.T, typed string) {
		code := NormalCode(typed)
		if code != "" && (len(code) != codeLetters || NormalCode(code) != code) {
			t.Fatalf("%q becomes %q", typed, code)
		}
	})
}
