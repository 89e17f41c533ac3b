package visit

import (
	"net/http"
	"sync"
	"time"

	"okno/internal/web"
)

// A shelf keeps finished pages for a short time: those that are the same for
// everybody who is not signed in and made the same choices (Page.Keep). It never
// holds a page of a signed-in person, of a form with a key, or of an address
// with a query, and never more than shelfSize pages.
type shelf struct {
	mu    sync.RWMutex
	pages map[shelfKey]shelved
}

type shelfKey struct {
	host, path, encoding string
	choices              Choices
}

type shelved struct {
	body  []byte // compressed
	until time.Time
}

// shelfSize is a few pages in every combination of language, city and category; about 8 MB.
const shelfSize = 1000

func (r *Request) shelfKey() shelfKey {
	return shelfKey{r.Host, r.URL.Path, web.Encoding(r.Request), r.Choices}
}

// mayShelve says whether the answer to this request can be one of the shelf.
func (r *Request) mayShelve() bool {
	return r.Method == http.MethodGet && r.URL.RawQuery == "" && !r.Session.Anyone() && !r.kept
}

// showShelved answers with a page of the shelf, if there is a fresh one.
func (r *Request) showShelved(w http.ResponseWriter) bool {
	if !r.mayShelve() {
		return false
	}
	s, key := &r.site.shelf, r.shelfKey()
	s.mu.RLock()
	page, ok := s.pages[key]
	s.mu.RUnlock()
	if !ok || !r.Now.Before(page.until) {
		return false
	}
	web.WriteEncoded(w, r.Request, http.StatusOK, key.encoding, page.body)
	return true
}

// shelve keeps a page and answers with it.
func (r *Request) shelve(w http.ResponseWriter, keep time.Duration, page []byte) {
	s, key := &r.site.shelf, r.shelfKey()
	kept := shelved{web.Compress(key.encoding, page), r.Now.Add(keep)}
	s.mu.Lock()
	if s.pages == nil || len(s.pages) >= shelfSize {
		s.pages = map[shelfKey]shelved{}
	}
	s.pages[key] = kept
	s.mu.Unlock()
	web.WriteEncoded(w, r.Request, http.StatusOK, key.encoding, kept.body)
}
