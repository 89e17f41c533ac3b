package pdf

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/bidi"
	"pgregory.net/rapid"
)

func TestLevels(t *testing.T) {
	for _, c := range []struct {
		name, text, levels string
		base               uint8
	}{
		{"Latin alone", "abc", "000", 0},
		{"Hebrew in Latin", "a אב b", "001100", 0},
		{"Latin in Persian", "سلام ab", "1111122", 1},
		{"a number in Persian", "در ۱۲ ماه", "111221111", 1},
		{"a number after Hebrew in Latin", "אב 12", "11122", 0},
		{"a date keeps its parts together", "ا ۱۴۰۳/۰۲", "112222222", 1},
		{"a currency sign belongs to its number", "א 5%", "1122", 1},
		{"brackets around Persian in Latin", "a (ب) b", "0001000", 0},
		{"brackets round Latin in Persian take the page's side", "ب (a) ب", "1112111", 1},
		{"an isolate keeps its number off", "א \u20661 2\u2069 א", "111222111", 1},
		{"an isolate that never ends", "a \u2067אב", "00011", 0},
		{"first strong isolate", "a \u2068אב 1\u2069 b", "000111200" + "0", 0},
		{"a mark follows its letter", "ب\u064Ea", "112", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got strings.Builder
			for _, l := range levelsOf([]rune(c.text), c.base) {
				got.WriteByte('0' + l)
			}
			if got.String() != c.levels {
				t.Errorf("levels of %q: %s, want %s", c.text, got.String(), c.levels)
			}
		})
	}
}

// TestLevelsAgreeWithXText compares directions, the only thing that x/text tells.
// There are no brackets among the signs: x/text compares an opening bracket with
// a closing one as they are, so it never finds a pair.
func TestLevelsAgreeWithXText(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := []rune("א" + string(rapid.SliceOfN(rapid.SampledFrom([]rune("abאבسم12۳٤ @.,:/+%!\u064E\u0301-«»")), 1, 30).Draw(t, "text")))
		var p bidi.Paragraph
		if _, err := p.SetString(string(text), bidi.DefaultDirection(bidi.RightToLeft)); err != nil {
			t.Fatal(err)
		}
		order, err := p.Order()
		if err != nil {
			t.Fatal(err)
		}
		levels := levelsOf(text, 1)
		for n := range order.NumRuns() {
			run := order.Run(n)
			from, to := run.Pos()
			for i := from; i <= to; i++ {
				if right := levels[i]%2 == 1; right != (run.Direction() == bidi.RightToLeft) {
					t.Fatalf("rune %d of %q has level %d, x/text says %v", i, string(text), levels[i], run.Direction())
				}
			}
		}
	})
}

func TestFlowByContent(t *testing.T) {
	for text, want := range map[string]uint8{"45 08 123456": 0, "رضا 12": 1, "Okno رضا": 0, "12 رضا": 1, "۷۷۰-۰۲۱، ۱۴۰۳/۰۲/۲۵": 1, "۷۷۰-۰۲۱": 0, "": 0} {
		if got := byContent.level([]rune(text)); got != want {
			t.Errorf("main level of %q: %d, want %d", text, got, want)
		}
	}
}

func TestNestedIsolatesEnd(t *testing.T) {
	text := []rune(strings.Repeat("\u2067", 4000) + "א" + strings.Repeat("\u2069", 4000))
	for i, l := range levelsOf(text, 0) {
		if l > deepestLevel+2 {
			t.Fatalf("rune %d has level %d", i, l)
		}
	}
}
