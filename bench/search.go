package main

import (
	"context"
	"slices"
	"time"

	"okno/internal/search"
	"okno/internal/search/searchtest"
)

// searching measures the 99th percentile of a search over 10,000 services in
// three languages, asked by two readers at once; the limit is what may be.
func searching(ctx context.Context, _ *workshop) error {
	index, err := search.New(searchtest.Generate(10_000))
	if err != nil {
		return err
	}
	queries := searchtest.Queries(3000)
	var slowest []float64
	for range 5 {
		times := make([][]float64, 2)
		next := make([]int, 2)
		_, err := rate(ctx, 2, 2*time.Second, func(ctx context.Context, client int) error {
			q := queries[(next[client]*2+client)%len(queries)]
			next[client]++
			begun := time.Now()
			_, err := index.Search(ctx, q[0], q[1], 20)
			times[client] = append(times[client], time.Since(begun).Seconds()*1000)
			return err
		})
		if err != nil {
			return err
		}
		all := slices.Concat(times...)
		slices.Sort(all)
		slowest = append(slowest, all[len(all)*99/100])
	}
	say("search-p99", against(median(slowest), 10), "ms", 2, "<=1.00")
	return nil
}
