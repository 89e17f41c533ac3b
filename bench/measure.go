package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// pair is a figure beside its limit.
type pair struct{ ours, limit, ratio float64 }

// against is a figure beside a limit that is given, not measured.
func against(ours, limit float64) pair { return pair{ours, limit, ours / limit} }

// say prints a figure. digits is how many stand behind the point of ours and the limit.
func say(name string, p pair, unit string, digits int, goal string) {
	fmt.Printf("%s ours=%.*f%s limit=%.*f%s ratio=%.2f goal=%s\n", name, digits, p.ours, unit, digits, p.limit, unit, p.ratio, goal)
}

// act is one repetition by one of several clients.
type act func(ctx context.Context, client int) error

// rate repeats an act by so many clients at once for a while, and gives how often
// it was done in a second.
func rate(ctx context.Context, clients int, while time.Duration, do act) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var all sync.WaitGroup
	var done atomic.Int64
	begun := time.Now()
	for client := range clients {
		all.Go(func() {
			for time.Since(begun) < while && ctx.Err() == nil {
				if err := do(ctx, client); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
			}
		})
	}
	all.Wait()
	if ctx.Err() != nil {
		return 0, context.Cause(ctx)
	}
	return float64(done.Load()) / time.Since(begun).Seconds(), nil
}

// inTurns measures ours and the limit one after the other, so many rounds, and
// gives the medians. The ratio is the median of the rounds' own ratios, so that a
// neighbour who takes the cores for some rounds does not count. The first round
// warms up.
func inTurns(rounds int, ours, limit func() (float64, error)) (pair, error) {
	var a, b, ratios []float64
	for round := range rounds + 1 {
		x, err := ours()
		if err != nil {
			return pair{}, err
		}
		y, err := limit()
		if err != nil {
			return pair{}, err
		}
		if round > 0 {
			a, b, ratios = append(a, x), append(b, y), append(ratios, x/y)
		}
	}
	return pair{median(a), median(b), median(ratios)}, nil
}

func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
