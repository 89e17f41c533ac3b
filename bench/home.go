package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"okno/internal/portal"
	"okno/internal/web"
)

// homeOut measures the signed-out home page against a bare Go handler that
// writes the same bytes.
func homeOut(ctx context.Context, w *workshop) error {
	return w.page(ctx, "home-out", "/", false, ">=0.50")
}

// homeIn measures the signed-in overview in the same way.
func homeIn(ctx context.Context, w *workshop) error {
	return w.page(ctx, "home-in", "/account", true, ">=0.15")
}

// readers is how many connections ask at once.
const readers = 4

func (w *workshop) page(ctx context.Context, name, path string, signedIn bool, goal string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	database, err := w.database(ctx, "sqlite")
	if err != nil {
		return err
	}
	e, err := w.entranceOn(ctx, "http://"+l.Addr().String(), database, 1)
	if err != nil {
		return err
	}
	defer e.portal.Close()
	portal.BoundMemory() // as serve does
	cookie := "okno_choices=l%3Den"
	if signedIn {
		token, err := e.enter(ctx, 0)
		if err != nil {
			return err
		}
		cookie += "; okno=" + token
	}
	house := begin(ctx, l, func(ctx context.Context, l net.Listener) { serveHouse(ctx, e.portal, l) })
	defer house.end()
	return compare(ctx, name, path, cookie, house.address, goal)
}

func serveHouse(ctx context.Context, p *portal.Portal, l net.Listener) { p.Serve(ctx, l, false) }

func compare(ctx context.Context, name, path, cookie, address, goal string) error {
	ours, err := visit(ctx, address, path, cookie, readers)
	if err != nil {
		return err
	}
	defer ours.close()
	page, err := ours.wires[0].get()
	if err != nil {
		return err
	}
	bare, err := serveBare(ctx, page)
	if err != nil {
		return err
	}
	defer bare.end()
	limit, err := visit(ctx, bare.address, path, cookie, readers)
	if err != nil {
		return err
	}
	defer limit.close()
	p, err := inTurns(15,
		func() (float64, error) { return rate(ctx, readers, time.Second/2, ours.look) },
		func() (float64, error) { return rate(ctx, readers, time.Second/2, limit.look) })
	if err != nil {
		return err
	}
	say(name, p, "/s", 0, goal)
	return nil
}

// serveBare serves the bytes of a page by a handler that does nothing else, on
// the same kind of server.
func serveBare(ctx context.Context, page answer) (*serving, error) {
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for _, name := range []string{"content-type", "content-encoding"} {
			if value := page.headers[name]; value != "" {
				w.Header().Set(name, value)
			}
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(page.body)))
		w.Write(page.body)
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := web.NewServer(h, slog.New(slog.NewTextHandler(io.Discard, nil)))
	return begin(ctx, l, func(ctx context.Context, l net.Listener) {
		stop := context.AfterFunc(ctx, func() { server.Close() })
		defer stop()
		if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			server.Close()
		}
	}), nil
}
