package text_test

import (
	"slices"
	"sync"
	"testing"
)

func TestOnePrinterServesManyReaders(t *testing.T) {
	p := load(t, "ru/a.yaml", `a.x: {one: "{n} день", few: "{n} дня", many: "{n} дней"}`).For("ru")
	var wait sync.WaitGroup
	for range 32 {
		wait.Go(func() {
			for range 100 {
				names := []string{"жук", "ёж", "ель"}
				p.Sort(names)
				if !slices.Equal(names, []string{"ёж", "ель", "жук"}) || p.T("a.x", "n", 3) != "3 дня" || len(p.SortKey("ёж")) == 0 {
					t.Errorf("got %q", names)
				}
			}
		})
	}
	wait.Wait()
}
