package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
)

// wire is a browser's connection, with nothing of a browser: it writes the bytes
// of a request and reads those of the answer, so that the client costs little.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	ask  []byte
}

// answer is what came back.
type answer struct {
	status  int
	headers map[string]string // names in lower case
	body    []byte            // as sent: perhaps compressed
	size    int               // with the headers and everything around the body
}

// headers that browsers send; brotli is what today's browsers take on https.
const browser = "User-Agent: Mozilla/5.0\r\nAccept: text/html\r\nAccept-Language: en\r\nAccept-Encoding: gzip, deflate, br, zstd\r\n"

func dial(ctx context.Context, address, path, cookie string) (*wire, error) {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	if cookie != "" {
		cookie = "Cookie: " + cookie + "\r\n"
	}
	ask := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n", path, address, browser, cookie)
	return &wire{conn, bufio.NewReaderSize(conn, 64<<10), []byte(ask)}, nil
}

// get asks once and reads the whole answer.
func (w *wire) get() (a answer, err error) {
	if _, err := w.conn.Write(w.ask); err != nil {
		return a, err
	}
	line, err := w.line(&a)
	if err != nil {
		return a, err
	}
	if _, rest, ok := bytes.Cut(line, []byte(" ")); ok && len(rest) >= 3 {
		a.status, _ = strconv.Atoi(string(rest[:3]))
	}
	a.headers = map[string]string{}
	for {
		if line, err = w.line(&a); err != nil || len(line) == 0 {
			break
		}
		name, value, _ := strings.Cut(string(line), ":")
		a.headers[strings.ToLower(name)] = strings.TrimSpace(value)
	}
	if err == nil {
		err = w.readBody(&a)
	}
	return a, err
}

func (w *wire) readBody(a *answer) error {
	if length, ok := a.headers["content-length"]; ok {
		n, err := strconv.Atoi(length)
		if err != nil {
			return err
		}
		return w.take(a, n)
	}
	if a.headers["transfer-encoding"] != "chunked" {
		return errors.New("an answer without a length")
	}
	for {
		line, err := w.line(a)
		if err != nil {
			return err
		}
		n, err := strconv.ParseInt(string(line), 16, 32)
		if err != nil {
			return err
		}
		if err := w.take(a, int(n)); err != nil {
			return err
		}
		if _, err := w.line(a); err != nil || n == 0 {
			return err
		}
	}
}

func (w *wire) line(a *answer) ([]byte, error) {
	line, err := w.in.ReadSlice('\n')
	a.size += len(line)
	return bytes.TrimRight(line, "\r\n"), err
}

func (w *wire) take(a *answer, n int) error {
	begin := len(a.body)
	a.body = append(a.body, make([]byte, n)...)
	a.size += n
	_, err := io.ReadFull(w.in, a.body[begin:])
	return err
}

// visitors ask an address for one page over and over, each on a connection of his own.
type visitors struct{ wires []*wire }

func visit(ctx context.Context, address, path, cookie string, n int) (*visitors, error) {
	v := &visitors{}
	for range n {
		one, err := dial(ctx, address, path, cookie)
		if err != nil {
			return v, errors.Join(err, v.close())
		}
		v.wires = append(v.wires, one)
	}
	return v, nil
}

func (v *visitors) close() error {
	var all []error
	for _, one := range v.wires {
		all = append(all, one.conn.Close())
	}
	return errors.Join(all...)
}

// look is an act: one page.
func (v *visitors) look(_ context.Context, client int) error {
	a, err := v.wires[client].get()
	if err == nil && a.status != 200 {
		err = fmt.Errorf("status %d", a.status)
	}
	return err
}

// serving is a server that ends when it is told to.
type serving struct {
	address string
	stop    context.CancelFunc
	ended   sync.WaitGroup
}

// begin serves on a listener until stop.
func begin(ctx context.Context, l net.Listener, serve func(context.Context, net.Listener)) *serving {
	ctx, stop := context.WithCancel(ctx)
	s := &serving{address: l.Addr().String(), stop: stop}
	s.ended.Go(func() { serve(ctx, l) })
	return s
}

func (s *serving) end() {
	s.stop()
	s.ended.Wait()
}
