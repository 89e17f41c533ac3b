package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// Compression is worth it from this size on.
const compressFrom = 1200

var (
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterLevel(io.Discard, 4) }}
	gzips   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(io.Discard, 5); return w }}
)

// WriteHTML answers with a finished page, compressed when the browser takes it.
func WriteHTML(w http.ResponseWriter, r *http.Request, status int, page []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, Cookie, Accept-Language")
	accepts := r.Header.Get("Accept-Encoding")
	if r.Method == http.MethodHead || len(page) < compressFrom {
		accepts = ""
	}
	switch {
	case strings.Contains(accepts, "br"):
		c := brotlis.Get().(*brotli.Writer)
		defer brotlis.Put(c)
		c.Reset(w)
		h.Set("Content-Encoding", "br")
		w.WriteHeader(status)
		c.Write(page)
		c.Close()
	case strings.Contains(accepts, "gzip"):
		c := gzips.Get().(*gzip.Writer)
		defer gzips.Put(c)
		c.Reset(w)
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		c.Write(page)
		c.Close()
	default:
		h.Set("Content-Length", strconv.Itoa(len(page)))
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			w.Write(page)
		}
	}
}
