package search_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"okno/internal/search"
	"okno/internal/search/searchtest"
)

func catalogue(t testing.TB) *search.Index {
	t.Helper()
	var rows map[string]struct {
		En, Ru, Fa string
		Codes      []string
	}
	readYAML(t, "testdata/catalogue.yaml", &rows)
	var docs []search.Document
	for _, id := range slices.Sorted(maps.Keys(rows)) {
		r := rows[id]
		docs = append(docs, search.Document{ID: id, Codes: r.Codes, Text: map[string]search.Text{
			"en": textOf(t, r.En), "ru": textOf(t, r.Ru), "fa": textOf(t, r.Fa),
		}})
	}
	x, err := search.New(docs)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func textOf(t testing.TB, row string) search.Text {
	t.Helper()
	parts := strings.Split(row, " | ")
	if len(parts) != 3 {
		t.Fatalf("a row of the catalogue has %d parts: %s", len(parts), row)
	}
	return search.Text{Title: parts[0], Description: parts[1], Synonyms: strings.Split(parts[2], "; ")}
}

func readYAML(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func ids(t testing.TB, x *search.Index, query, lang string, limit int) []string {
	t.Helper()
	hits, err := x.Search(context.Background(), query, lang, limit)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return out
}

func TestPhrases(t *testing.T) {
	x := catalogue(t)
	var phrases map[string]map[string][]string
	readYAML(t, "testdata/phrases.yaml", &phrases)
	for lang, wanted := range phrases {
		t.Run("NAV-11 95 of 100 phrases find their document among the first three, "+lang, func(t *testing.T) {
			all, missed := 0, 0
			for id, list := range wanted {
				for _, phrase := range list {
					all++
					if got := ids(t, x, phrase, lang, 3); !slices.Contains(got, id) {
						missed++
						t.Logf("%q wants %s, got %v", phrase, id, got)
					}
				}
			}
			if all < 60 || missed*20 > all {
				t.Errorf("%d of %d phrases missed", missed, all)
			}
		})
	}
}

func TestRanking(t *testing.T) {
	x := catalogue(t)
	t.Run("NAV-12 the more exact the query, the more exact the answer", func(t *testing.T) {
		broad, narrow := ids(t, x, "passport", "en", 50), ids(t, x, "report a lost passport", "en", 50)
		if len(narrow) >= len(broad) || narrow[0] != "passport-lost" {
			t.Errorf("broad %v, narrow %v", broad, narrow)
		}
	})
	for query, lang := range map[string]string{
		"register": "en", "sign up": "en", "enrol": "en", "create an account": "en", "open an account": "en", "create a personal cabinet": "en",
		"зарегистрироваться": "ru", "عضویت": "fa",
	} {
		t.Run("NAV-13 joining is found by "+query, func(t *testing.T) {
			if got := ids(t, x, query, lang, 3); !slices.Contains(got, "account") {
				t.Errorf("got %v", got)
			}
		})
	}
	t.Run("a query in any language finds, the reader's language ranks first", func(t *testing.T) {
		docs := []search.Document{
			{ID: "polish", Text: map[string]search.Text{"pl": {Title: "paszport"}}},
			{ID: "swahili", Text: map[string]search.Text{"sw": {Title: "paszport"}}},
		}
		x, err := search.New(docs)
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, x, "paszport", "sw", 5); len(got) != 2 || got[0] != "swahili" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a code finds its document however it is written", func(t *testing.T) {
		for _, query := range []string{"сзи6", "СЗИ 6", "форма СЗИ-6"} {
			if got := ids(t, x, query, "ru", 1); len(got) != 1 || got[0] != "pension-statement" {
				t.Errorf("%q got %v", query, got)
			}
		}
	})
	t.Run("boost lifts one of two equal documents", func(t *testing.T) {
		same := map[string]search.Text{"en": {Title: "bicycle"}}
		x, err := search.New([]search.Document{{ID: "plain", Text: same}, {ID: "popular", Text: same, Boost: 1.2}})
		if err != nil {
			t.Fatal(err)
		}
		if got := ids(t, x, "bicycle", "en", 2); got[0] != "popular" {
			t.Errorf("got %v", got)
		}
	})
}

func TestOddQueries(t *testing.T) {
	x := catalogue(t)
	for _, query := range []string{"", " \t\n", "!!! --- \"\"", "\u200c\u200c", "\xff\xfe"} {
		t.Run("nothing to look for finds nothing", func(t *testing.T) {
			if got := ids(t, x, query, "en", 10); len(got) != 0 {
				t.Errorf("%q got %v", query, got)
			}
		})
	}
	t.Run("signs of query languages mean nothing", func(t *testing.T) {
		want := ids(t, x, "lost passport", "en", 1)[0]
		for _, query := range []string{`+lost -passport`, `title:lost^5 passport~2`, `(lost AND passport*`, `"lost" && /passport/`} {
			if got := ids(t, x, query, "en", 3); !slices.Contains(got, want) {
				t.Errorf("%q got %v", query, got)
			}
		}
	})
	t.Run("a huge query is cut", func(t *testing.T) {
		if got := ids(t, x, "passport "+strings.Repeat("паспортъ ", 100_000), "en", 3); len(got) == 0 {
			t.Error("found nothing")
		}
		far := strings.Repeat("zzzz ", search.MaxQueryWords) + "passport"
		if got := ids(t, x, far, "en", 3); len(got) != 0 {
			t.Errorf("the thirteenth word counted: %v", got)
		}
	})
	t.Run("an ended context ends the search", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := x.Search(ctx, "passport", "en", 3); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSuggest(t *testing.T) {
	x := catalogue(t)
	for _, c := range []struct{ query, lang, want string }{
		{"foreign pasport", "en", "foreign passport"},
		{"gfcgjhn", "ru", "паспорт"},
		{"загранпаспрот", "ru", "загранпаспорт"},
		{"passport", "en", ""},
		{"اظهارنمه", "fa", "اظهارنامه"},
		{"qqqqzzzz", "en", ""},
		{"", "en", ""},
	} {
		t.Run("did you mean: "+c.query, func(t *testing.T) {
			if got := x.Suggest(c.query, c.lang); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, docs := range map[string][]search.Document{
		"no ID": {{}}, "the same ID twice": {{ID: "a"}, {ID: "a"}}, "a negative boost": {{ID: "a", Boost: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := search.New(docs); !errors.Is(err, search.ErrDocument) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestParallelSearchesAgree(t *testing.T) {
	x, err := search.New(searchtest.Generate(300))
	if err != nil {
		t.Fatal(err)
	}
	queries := searchtest.Queries(60)
	want := make([]string, len(queries))
	for i, q := range queries {
		want[i] = strings.Join(ids(t, x, q[0], q[1], 10), " ")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for i, q := range queries {
				if got := strings.Join(ids(t, x, q[0], q[1], 10), " "); got != want[i] {
					t.Errorf("%q: %s, alone %s", q[0], got, want[i])
				}
			}
		})
	}
	all.Wait()
}
