package web

import (
	"bytes"
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

// encoder is what the compressors have in common.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
}

// Pages that are made anew for each reader are compressed by brotli's second
// writer at level 2: a fourth of the time of level 4 for a tenth more bytes
// (measured on a page of 40 KB: 0.17 ms and 8.7 KB, 0.67 ms and 8.1 KB).
var (
	brotlis = sync.Pool{New: func() any { return brotli.NewWriterV2(io.Discard, 2) }}
	gzips   = sync.Pool{New: func() any { w, _ := gzip.NewWriterLevel(io.Discard, 3); return w }}
	scratch = sync.Pool{New: func() any { return new(bytes.Buffer) }}
)

// Encoding is the compression that the browser takes: "br", "gzip" or "".
func Encoding(r *http.Request) string {
	accepts := r.Header.Get("Accept-Encoding")
	for _, encoding := range []string{"br", "gzip"} {
		if strings.Contains(accepts, encoding) {
			return encoding
		}
	}
	return ""
}

// WriteHTML answers with a finished page, compressed when the browser takes it.
func WriteHTML(w http.ResponseWriter, r *http.Request, status int, page []byte) {
	encoding := Encoding(r)
	if r.Method == http.MethodHead || len(page) < compressFrom {
		encoding = ""
	}
	if encoding == "" {
		WriteEncoded(w, r, status, "", page)
		return
	}
	out := scratch.Get().(*bytes.Buffer)
	defer scratch.Put(out)
	out.Reset()
	pool := &brotlis
	if encoding == "gzip" {
		pool = &gzips
	}
	c := pool.Get().(encoder)
	defer pool.Put(c)
	c.Reset(out)
	c.Write(page)
	c.Close()
	WriteEncoded(w, r, status, encoding, out.Bytes())
}

// WriteEncoded answers with a page that is compressed already; encoding is "" for one that is not.
func WriteEncoded(w http.ResponseWriter, r *http.Request, status int, encoding string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Add("Vary", "Accept-Encoding, Cookie, Accept-Language")
	if encoding != "" {
		h.Set("Content-Encoding", encoding)
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(body)
	}
}

// Compress packs a page that is kept for many readers as small as is sensible.
func Compress(encoding string, page []byte) []byte {
	var out bytes.Buffer
	var c encoder
	switch encoding {
	case "br":
		c = brotli.NewWriterLevel(&out, 6)
	case "gzip":
		c, _ = gzip.NewWriterLevel(&out, 6)
	default:
		return bytes.Clone(page)
	}
	c.Write(page)
	c.Close()
	return out.Bytes()
}
