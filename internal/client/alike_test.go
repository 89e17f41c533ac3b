package client_test

import (
	"testing"

	"okno/internal/client"
)

func TestSkeleton(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		alike      bool
	}{
		{"T-43 names differ by case and spaces", "City Library", "CITYLIBRARY", true},
		{"T-43 names differ by an alphabet", "Аорта", "Aopta", true},
		{"T-43 names differ by what cannot be seen", "خانه\u200cها", "خانهها", true},
		{"T-43 names differ by a digit", "Bank 10", "Bank lO", true},
		{"T-43 names differ by wide letters", "Ｂａｎｋ", "Bank", true},
		{"T-43 names differ by an Arabic letter", "كتاب", "کتاب", true},
		{"T-43 names differ by a mark above a letter", "Bänk", "Bank", true},
		{"T-43 names that differ stay apart", "Tax Service", "Bank Service", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := client.Skeleton(c.a) == client.Skeleton(c.b); got != c.alike {
				t.Errorf("%q and %q: alike is %v, want %v", client.Skeleton(c.a), client.Skeleton(c.b), got, c.alike)
			}
		})
	}
}
