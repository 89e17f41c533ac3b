package signin_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

// BenchmarkSignIn is a whole password sign-in: the read, the hash, the write with
// session, event and audit line. Beside BenchmarkHash it says what signing in
// costs above the physical limit; the goal is at least 0.85 of it.
func BenchmarkSignIn(b *testing.B) {
	eachEngine(b, func(b *testing.B, w *world) {
		hash, err := w.ring.Hasher().Hash(context.Background(), password)
		if err != nil {
			b.Fatal(err)
		}
		for i := range 64 {
			w.account("Anna", fmt.Sprintf("+7916100%04d", i), "", "", hash)
		}
		w.try(signin.Attempt{Login: "+79161000000", Password: password})
		b.SetParallelism(2)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				a := signin.Attempt{Login: fmt.Sprintf("+7916100%04d", i%64), Password: password, Browser: "home", Device: "Firefox, Linux"}
				if r, err := w.service.SignIn(context.Background(), a); err != nil || r.Refused() {
					b.Error(r, err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "signins/s")
	})
}

// BenchmarkHash is the physical limit: password hashes alone.
func BenchmarkHash(b *testing.B) {
	eachEngine(b, func(b *testing.B, w *world) {
		hasher := w.ring.Hasher()
		hash, err := hasher.Hash(context.Background(), password)
		if err != nil {
			b.Fatal(err)
		}
		b.SetParallelism(2)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				if ok, _, err := hasher.Verify(context.Background(), password, hash); err != nil || !ok {
					b.Error(ok, err)
				}
			}
		})
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "hashes/s")
	})
}

// BenchmarkEnumeration tells how well somebody with a stopwatch can tell a login
// that exists from one that does not: the area under the curve, 0.5 is not at all
// (AUTH-7 asks for 0.45 to 0.55 over 1,000 samples a side, -benchtime 1000x).
func BenchmarkEnumeration(b *testing.B) {
	eachEngine(b, func(b *testing.B, w *world) {
		hash, err := w.ring.Hasher().Hash(context.Background(), password)
		if err != nil {
			b.Fatal(err)
		}
		var known, unknown []time.Duration
		try := func(login string) time.Duration {
			began := time.Now()
			if r, err := w.service.SignIn(context.Background(), signin.Attempt{Work: worked, Login: login, Password: "wrong"}); err != nil || r.Waiting {
				b.Fatal(r, err)
			}
			return time.Since(began)
		}
		const people = 500
		for i := range people {
			w.account("Anna", fmt.Sprintf("+7916400%04d", i), "", "", hash)
		}
		for i := range b.N {
			if i%people == 0 {
				w.now.Advance(25 * time.Hour) // the lanes forget
			}
			sides := []func(){
				func() { known = append(known, try(fmt.Sprintf("+7916400%04d", i%people))) },
				func() { unknown = append(unknown, try(fmt.Sprintf("+7916500%04d", i%people))) },
			}
			first := rand.IntN(2)
			sides[first]()
			sides[1-first]()
		}
		b.ReportMetric(area(known, unknown), "AUC")
	})
}

// area is the chance that one of a is greater than one of b.
func area(a, b []time.Duration) float64 {
	sum := 0.0
	for _, x := range a {
		for _, y := range b {
			switch {
			case x > y:
				sum++
			case x == y:
				sum += 0.5
			}
		}
	}
	return sum / float64(len(a)*len(b))
}

// eachEngine runs a benchmark on both databases.
func eachEngine(b *testing.B, f func(b *testing.B, w *world)) {
	for name, open := range map[string]func(testing.TB) (*db.DB, *clock.Fake){"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			d, now := open(b)
			f(b, newWorld(b, d, now))
		})
	}
}
