package cataloguepage

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"okno/internal/visit"
)

// The home page of somebody who has not signed in is the same for everybody with
// the same choices: it holds no name and no form key. It is made and compressed
// once for each combination and then only copied out.
const (
	keptPages = 160              // about 100 KB each at most: 16 MB
	keptFor   = 10 * time.Minute // a page says nothing that changes sooner
)

// choice is what the page depends on.
type choice struct {
	host     string
	language string
	city     string
	audience string
	large    bool
}

// choiceOf is false for an address with a query: the selectors lead back to it.
func choiceOf(r *visit.Request) (choice, bool) {
	c := r.Choices
	return choice{r.Host, r.Lang(), c.City, c.Audience, c.Large}, r.URL.RawQuery == ""
}

// finished is a page ready to be sent.
type finished struct {
	plain, gzip, brotli []byte
	made                time.Time
}

// kept remembers a bounded number of finished pages.
type kept struct {
	mu    sync.RWMutex
	pages map[choice]*finished
	order []choice // oldest first
	limit int
}

func newKept(limit int) *kept { return &kept{pages: map[choice]*finished{}, limit: limit} }

// get gives a page that is fresh at an instant. A page from the future is not
// fresh: the clock of a demo may be moved.
func (k *kept) get(c choice, now time.Time) (*finished, bool) {
	k.mu.RLock()
	page, ok := k.pages[c]
	k.mu.RUnlock()
	if !ok {
		return nil, false
	}
	age := now.Sub(page.made)
	return page, age >= 0 && age < keptFor
}

// put keeps a page and forgets the oldest when there are too many.
func (k *kept) put(c choice, page *finished) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.pages[c]; !known {
		if len(k.order) >= k.limit {
			delete(k.pages, k.order[0])
			k.order = append(k.order[:0], k.order[1:]...)
		}
		k.order = append(k.order, c)
	}
	k.pages[c] = page
}

// finish renders a page by its handler and compresses it as well as can be. It
// is false when the handler answered with anything but a page.
func finish(h visit.Handler, r *visit.Request) (*finished, bool, error) {
	bare := *r
	bare.Request = r.Clone(r.Context())
	bare.Method = http.MethodGet
	bare.Header.Del("Accept-Encoding") // WriteHTML then writes it as it is
	sheet := &sheet{header: http.Header{}, status: http.StatusOK}
	if err := h(sheet, &bare); err != nil {
		return nil, false, err
	}
	page := &finished{plain: sheet.body.Bytes(), made: r.Now}
	var zipped, broed bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	z.Write(page.plain)
	z.Close()
	b := brotli.NewWriterLevel(&broed, 9)
	b.Write(page.plain)
	b.Close()
	page.gzip, page.brotli = zipped.Bytes(), broed.Bytes()
	return page, sheet.status == http.StatusOK, nil
}

// write sends the page in the encoding that the browser takes.
func (p *finished) write(w http.ResponseWriter, r *visit.Request) {
	h, body, accepts := w.Header(), p.plain, r.Header.Get("Accept-Encoding")
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, Cookie, Accept-Language")
	switch {
	case strings.Contains(accepts, "br"):
		h.Set("Content-Encoding", "br")
		body = p.brotli
	case strings.Contains(accepts, "gzip"):
		h.Set("Content-Encoding", "gzip")
		body = p.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(http.StatusOK)
	w.Write(body)
}

// sheet is a response that is only kept.
type sheet struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (s *sheet) Header() http.Header            { return s.header }
func (s *sheet) WriteHeader(status int)         { s.status = status }
func (s *sheet) Write(part []byte) (int, error) { return s.body.Write(part) }
