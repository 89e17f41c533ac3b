package cataloguepage

import (
	"net/http"
	"net/url"
	"strings"

	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/visit"
)

// searchQuery is what is looked for. Its fields stand in the address, so that Back works.
type searchQuery struct {
	words  string
	here   []string
	levels []string
	kinds  []string
	free   bool
}

// longestQuery bounds what is looked for, in bytes; the rest is cut off.
const longestQuery = 200

func readQuery(v url.Values) searchQuery {
	words := v.Get("q")
	if len(words) > longestQuery {
		words = words[:longestQuery]
	}
	words, err := text.Clean(strings.ToValidUTF8(words, ""))
	if err != nil {
		words = "" // characters that nobody types
	}
	return searchQuery{words: words, here: v["here"], levels: v["level"], kinds: v["kind"], free: v.Get("free") != ""}
}

func (q searchQuery) filtered() bool { return len(q.here)+len(q.levels)+len(q.kinds) > 0 || q.free }

// without is the address of the same words without filters.
func (q searchQuery) without() string { return searchPath(q.words) }

func searchPath(words string) string { return "/search?q=" + url.QueryEscape(words) }

func (q searchQuery) wanted(r *visit.Request) catalogue.Wanted {
	w := catalogue.Wanted{Words: q.words, Lang: r.Lang(), Region: r.Region(), Free: q.free}
	for _, h := range q.here {
		w.Here = append(w.Here, catalogue.Here(h))
	}
	for _, k := range q.kinds {
		w.Kinds = append(w.Kinds, jurisdiction.ServiceKind(k))
	}
	for l := jurisdiction.Anonymous; l <= jurisdiction.Verified; l++ {
		for _, word := range q.levels {
			if l.String() == word {
				w.Levels = append(w.Levels, l)
			}
		}
	}
	return w
}

// showSearch shows what was found by the reader's own words (NAV-11..13, S02).
func showSearch(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		q := readQuery(r.URL.Query())
		found, err := c.Find(r.Context(), q.wanted(r))
		if err != nil {
			return err
		}
		title := r.T("catalogue.search.title")
		if q.words != "" {
			title = r.T("catalogue.search.title_for", "words", q.words)
		}
		return r.Show(w, visit.Page{Title: title, Wide: true, Section: "/search", Words: q.words, Body: searchBody(r, q, found)})
	}
}

// The choices of the filters with how many services each leaves; those that would
// leave none are not offered unless ticked.
func (q searchQuery) hereChoices(r *visit.Request, f catalogue.Found) []ui.Choice {
	var list []ui.Choice
	for _, h := range catalogue.AllHere() {
		list = offer(list, r, f, q.here, string(h), "here."+string(h), r.T("catalogue.here."+string(h)))
	}
	return list
}

func (q searchQuery) levelChoices(r *visit.Request, f catalogue.Found) []ui.Choice {
	var list []ui.Choice
	for l := jurisdiction.Anonymous; l <= jurisdiction.Verified; l++ {
		list = offer(list, r, f, q.levels, l.String(), "level."+l.String(), levelWords(r, l))
	}
	return list
}

func (q searchQuery) kindChoices(r *visit.Request, f catalogue.Found) []ui.Choice {
	var list []ui.Choice
	for _, k := range []jurisdiction.ServiceKind{jurisdiction.ObtainDocument, jurisdiction.ObtainInfo} {
		list = offer(list, r, f, q.kinds, string(k), "kind."+string(k), r.T("catalogue.kind."+string(k)))
	}
	return list
}

func (q searchQuery) freeChoices(r *visit.Request, f catalogue.Found) []ui.Choice {
	return offer(nil, r, f, q.ticked(), "1", "free", r.T("catalogue.cost.free"))
}

func (q searchQuery) ticked() []string {
	if q.free {
		return []string{"1"}
	}
	return nil
}

func offer(list []ui.Choice, r *visit.Request, f catalogue.Found, ticked []string, value, count, label string) []ui.Choice {
	n := f.Of[count]
	for _, t := range ticked {
		if t == value {
			n++
		}
	}
	if n == 0 {
		return list
	}
	return append(list, ui.Choice{Value: value, Label: r.T("catalogue.search.filter", "what", label, "count", r.Number(int64(f.Of[count])))})
}

func (q searchQuery) clear() string {
	if !q.filtered() {
		return ""
	}
	return q.without()
}
