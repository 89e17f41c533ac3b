package cataloguepage

import (
	"sync"
	"testing"
	"time"
)

func TestKept(t *testing.T) {
	at := time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)
	t.Run("the oldest page goes when there are too many", func(t *testing.T) {
		k := newKept(3)
		for _, city := range []string{"a", "b", "c", "b", "d"} {
			k.put(choice{city: city}, &finished{made: at})
		}
		if _, ok := k.get(choice{city: "a"}, at); ok || len(k.pages) != 3 || len(k.order) != 3 {
			t.Fatal(len(k.pages), len(k.order))
		}
		if _, ok := k.get(choice{city: "d"}, at); !ok {
			t.Fatal("the newest is gone")
		}
	})
	t.Run("a page is fresh for ten minutes, and never before it was made", func(t *testing.T) {
		k := newKept(3)
		k.put(choice{}, &finished{made: at})
		for age, want := range map[time.Duration]bool{0: true, keptFor - 1: true, keptFor: false, -1: false} {
			if _, ok := k.get(choice{}, at.Add(age)); ok != want {
				t.Errorf("after %v: %v", age, ok)
			}
		}
	})
	t.Run("many readers and writers at once", func(t *testing.T) {
		k := newKept(4)
		var all sync.WaitGroup
		for i := range 32 {
			all.Go(func() {
				for j := range 200 {
					c := choice{city: string(rune('a' + (i+j)%9))}
					if _, ok := k.get(c, at); !ok {
						k.put(c, &finished{made: at})
					}
				}
			})
		}
		all.Wait()
		if len(k.pages) > 4 || len(k.order) != len(k.pages) {
			t.Fatal(len(k.pages), len(k.order))
		}
	})
}
