package search_test

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"okno/internal/search"
	"okno/internal/search/searchtest"
)

func tenThousand(b *testing.B) *search.Index {
	b.Helper()
	x, err := search.New(searchtest.Generate(10_000))
	if err != nil {
		b.Fatal(err)
	}
	return x
}

// BenchmarkSearch10000 prints, besides the mean, the 99th percentile of a mix of
// all kinds of queries, sent by as many goroutines as there are cores.
func BenchmarkSearch10000(b *testing.B) {
	x := tenThousand(b)
	queries := searchtest.Queries(600)
	var mu sync.Mutex
	var all []time.Duration
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var mine []time.Duration
		for i := 0; pb.Next(); i++ {
			q := queries[i%len(queries)]
			start := time.Now()
			if _, err := x.Search(context.Background(), q[0], q[1], 20); err != nil {
				b.Error(err)
			}
			mine = append(mine, time.Since(start))
		}
		mu.Lock()
		all = append(all, mine...)
		mu.Unlock()
	})
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds()), "p99-µs")
}

// BenchmarkNew10000 prints the live bytes that the index keeps for a document.
func BenchmarkNew10000(b *testing.B) {
	docs := searchtest.Generate(10_000)
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		x, err := search.New(docs)
		if err != nil {
			b.Fatal(err)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		runtime.KeepAlive(x)
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/10_000, "B/doc")
}
