// Package control is what the control servers of the simulators have in common: a switch between ways to behave, JSON in and out,
// a plain page without scripts, and a listener that closes without leaving a goroutine behind.
//
// It knows no protocol and holds no messages, and it never runs in production: only simulators and the demo import it.
package control

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"sync"
	"time"
)

// BodyLimit is the most a control request may carry, in bytes.
const BodyLimit = 1 << 20

// Answer writes v as JSON with the status.
func Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	_ = enc.Encode(v) // the asker has gone away; there is nobody to tell
}

// Refuse writes {"error": message} with the status.
func Refuse(w http.ResponseWriter, status int, format string, args ...any) {
	Answer(w, status, map[string]string{"error": fmt.Sprintf(format, args...)})
}

// Read decodes one JSON object strictly into v. When it cannot, it has already answered 422 and returns false.
func Read(w http.ResponseWriter, r *http.Request, v any) bool {
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, BodyLimit))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		Refuse(w, http.StatusUnprocessableEntity, "the body is not the JSON that is expected here: %v", err)
		return false
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		Refuse(w, http.StatusUnprocessableEntity, "there is something after the JSON object")
		return false
	}
	return true
}

// IsForm tells whether a browser's form was sent (and not JSON), so that the answer must be a page.
func IsForm(r *http.Request) bool {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return err == nil && (kind == "application/x-www-form-urlencoded" || kind == "multipart/form-data")
}

// SeeOther sends the browser to a relative address, which keeps right under any prefix that a control server is mounted at.
func SeeOther(w http.ResponseWriter, relative string) {
	w.Header().Set("Location", relative)
	w.WriteHeader(http.StatusSeeOther)
}

// Guard refuses requests that another site's page makes a browser send, and adds the headers that every control page has.
func Guard(next http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		guarded.ServeHTTP(w, r)
	})
}

// Wait waits for d of real time, or returns false when ctx ends first.
func Wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// A Listener is an HTTP server on its own socket.
type Listener struct {
	addr   net.Addr
	server *http.Server
	cancel context.CancelFunc
	served chan struct{}
	conns  sync.WaitGroup
	once   sync.Once
}

// Listen serves h at addr ("127.0.0.1:0" takes any free port). The context of every request ends when the listener is closed.
func Listen(addr string, h http.Handler) (*Listener, error) {
	socket, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen at %s: %w", addr, err)
	}
	return Serve(socket, h), nil
}

// Serve is Listen on a socket that the caller opened, such as one that speaks TLS. The listener closes it.
func Serve(socket net.Listener, h http.Handler) *Listener {
	ctx, cancel := context.WithCancel(context.Background())
	l := &Listener{addr: socket.Addr(), cancel: cancel, served: make(chan struct{})}
	l.server = &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       time.Minute,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ConnState:         l.count,
	}
	go func() {
		defer close(l.served)
		_ = l.server.Serve(socket) // always ends with ErrServerClosed
	}()
	return l
}

func (l *Listener) count(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		l.conns.Add(1)
	case http.StateClosed, http.StateHijacked:
		l.conns.Done()
	}
}

// Addr is the address that is really listened at, host:port.
func (l *Listener) Addr() string { return l.addr.String() }

// Close cuts every connection and returns when the last request has ended. It may be called again.
func (l *Listener) Close() error {
	l.once.Do(func() {
		_ = l.server.Close() // closing sockets; an error leaves nothing to do. First, so that what hangs is cut and not answered
		l.cancel()
		<-l.served
		l.conns.Wait()
	})
	return nil
}
