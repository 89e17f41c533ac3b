package application_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/application/applicationtest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

// BenchmarkSend is the filing of an application: from the press to the stored case
// with its audit line and jobs, 16 at once. Compare with the same number of
// statements through the same driver (issue: "Measured").
func BenchmarkSend(b *testing.B) {
	for name, open := range map[string]func(testing.TB) (*db.DB, *clock.Fake){"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d, now := open(b)
			w := applicationtest.New(b, visittest.New(b, d, now, "xs"))
			drafts := make([]func() error, b.N)
			for i := range drafts {
				anna := w.Anybody(examplePhone(w, i+100_000))
				id := w.FillAny(anna, "residence_certificate")
				drafts[i] = func() error { return w.Applications.Send(ctx, anna, id) }
			}
			var next atomic.Int64
			var wait sync.WaitGroup
			b.ResetTimer()
			for range 16 {
				wait.Go(func() {
					for i := next.Add(1) - 1; int(i) < b.N; i = next.Add(1) - 1 {
						if err := drafts[i](); err != nil {
							b.Error(err)
						}
					}
				})
			}
			wait.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "cases/s")
		})
	}
}

func examplePhone(w *applicationtest.World, i int) string {
	own := w.Law.Phone.Countries[0]
	n := []byte("+" + own.Calling + own.Example)
	for at := len(n) - 1; i > 0; at-- {
		n[at] = byte('0' + i%10)
		i /= 10
	}
	return string(n)
}
