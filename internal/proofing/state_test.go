package proofing

import "testing"

// TestMoves holds the table of moves itself: nothing but these two paths leads to Confirmed.
func TestMoves(t *testing.T) {
	t.Run("T-24 only a proved visit or an envelope leads to a confirmation", func(t *testing.T) {
		for from, all := range moves {
			for m, to := range all {
				if to == Confirmed && (m != confirm || from != Proved && from != Enveloped) {
					t.Errorf("%s by %s", from, m)
				}
				if to == Proved && (from != CodeSent || m != prove) {
					t.Errorf("%s by %s is proved", from, m)
				}
				if from == Opened && (to == CodeSent || to == Enveloped) {
					t.Errorf("%s leads to %s before the document was compared", from, to)
				}
			}
		}
	})
	t.Run("every visit that goes on can be refused, left and expire", func(t *testing.T) {
		for _, s := range []State{Opened, Asked, Cleared, CodeSent, Proved} {
			for _, m := range []move{refuse, leave, expire} {
				if next, ok := s.after(m); !ok || next.Live() {
					t.Errorf("%s cannot %s", s, m)
				}
			}
			if !s.Live() {
				t.Error(s)
			}
		}
	})
}
