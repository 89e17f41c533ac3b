package db_test

import (
	"fmt"
	"testing"

	"okno/internal/db"
)

func TestHints(t *testing.T) {
	var h db.Hints[int]
	if h.Of("nobody") != 0 {
		t.Fatal("something is remembered of nobody")
	}
	for n := range 100_000 {
		h.Keep(fmt.Sprint(n), n)
		if h.Of("0") != 0 || n > 0 && h.Of(fmt.Sprint(n)) != n {
			t.Fatal("the last one is forgotten", n)
		}
	}
	t.Run("old ones are forgotten, what is asked for stays", func(t *testing.T) {
		h.Keep("asked", 7)
		for n := range 100_000 {
			h.Keep(fmt.Sprint(n), n)
			if h.Of("asked") != 7 {
				t.Fatal("forgotten though it was asked for", n)
			}
		}
		if h.Of("5") != 0 {
			t.Fatal("everything is kept for ever")
		}
	})
	t.Run("what was taken is gone, new or old", func(t *testing.T) {
		h.Keep("new", 3)
		if h.Take("new") != 3 || h.Take("new") != 0 || h.Of("new") != 0 {
			t.Fatal("taken twice")
		}
		h.Keep("old", 4)
		for n := range 2100 {
			h.Keep(fmt.Sprint(n), n)
		}
		if h.Take("old") != 4 || h.Of("old") != 0 {
			t.Fatal("taken twice")
		}
	})
}
