package search_test

import (
	"context"
	"testing"
)

func FuzzSearch(f *testing.F) {
	x := catalogue(f)
	for _, q := range []string{"passport", "загранпаспорт", "گذرنامه‌ها", "gfcgjhn [;'", "\xff", "a:b^2 ~*"} {
		f.Add(q, "en", 5)
	}
	f.Fuzz(func(t *testing.T, query, lang string, limit int) {
		hits, err := x.Search(context.Background(), query, lang, limit)
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i, h := range hits {
			if seen[h.ID] || !(h.Score > 0) || i > 0 && h.Score > hits[i-1].Score || len(hits) > limit {
				t.Fatalf("%q: %v", query, hits)
			}
			seen[h.ID] = true
		}
		x.Suggest(query, lang)
	})
}
