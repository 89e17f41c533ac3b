package reach_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/clock"
	"okno/internal/outside/reach"
)

func TestBreakerProperties(t *testing.T) {
	t.Run("LOAD-4 it is open exactly for the rest after so many failures in a row", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			failures := rapid.IntRange(1, 4).Draw(t, "failures")
			c := clock.NewFake(clock.Noon)
			b := &reach.Breaker{Failures: failures, Rest: time.Minute, Clock: c}
			inARow, openUntil := 0, c.Now()
			t.Repeat(map[string]func(*rapid.T){
				"allow": func(t *rapid.T) {
					allowed, wait := b.Allow()
					resting := inARow >= failures && c.Now().Before(openUntil)
					want := !resting
					if allowed != want {
						t.Fatalf("allowed %v, want %v", allowed, want)
					}
					if resting && wait != openUntil.Sub(c.Now()) {
						t.Fatalf("wait %v", wait)
					}
					if !allowed && wait <= 0 {
						t.Fatal("it does not say when to ask again")
					}
					if !allowed {
						return
					}
					switch o := rapid.SampledFrom([]reach.Outcome{reach.Answered, reach.Failed, reach.GivenUp}).Draw(t, "outcome"); o {
					case reach.Answered:
						inARow = 0
						b.Done(o)
					case reach.Failed:
						inARow++
						if inARow >= failures {
							openUntil = c.Now().Add(time.Minute)
						}
						b.Done(o)
					default:
						b.Done(o)
					}
				},
				"advance": func(t *rapid.T) { c.Advance(time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds")) * time.Second) },
			})
		})
	})
}
