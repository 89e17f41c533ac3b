// Package clamd speaks clamd's INSTREAM over TCP or a Unix socket. It translates
// and sets a time limit; it never retries and never logs a content.
package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"time"

	"okno/internal/fault"
	"okno/internal/outside/scanner"
)

// Client asks one clamd. It is safe for concurrent use: each question has its own
// connection.
type Client struct {
	Network string        // "tcp" or "unix"
	Address string        // "127.0.0.1:3310" or "/run/clamav/clamd.ctl"
	Timeout time.Duration // of a whole question; 0 is 30 s
}

// chunk is below clamd's own limit for one piece of a stream.
const chunk = 64 << 10

// Scan implements scanner.Scanner.
func (c *Client) Scan(ctx context.Context, content []byte) (infected bool, err error) {
	limit := c.Timeout
	if limit == 0 {
		limit = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	answer, err := c.ask(ctx, content)
	switch {
	case err != nil:
	case answer == "stream: OK":
		return false, nil
	case strings.HasPrefix(answer, "stream: ") && strings.HasSuffix(answer, " FOUND"):
		return true, nil
	default:
		err = fmt.Errorf("clamd: an answer that is none")
	}
	return false, fault.Wrap(fault.Unavailable, scanner.KeyAway, err)
}

func (c *Client) ask(ctx context.Context, content []byte) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, c.Network, c.Address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	deadline, _ := ctx.Deadline()
	if err := conn.SetDeadline(deadline); err != nil {
		return "", err
	}
	w := bufio.NewWriterSize(conn, chunk)
	w.WriteString("zINSTREAM\x00")
	for len(content) > 0 {
		n := min(len(content), chunk)
		binary.Write(w, binary.BigEndian, uint32(n))
		w.Write(content[:n])
		content = content[n:]
	}
	binary.Write(w, binary.BigEndian, uint32(0))
	if err := w.Flush(); err != nil {
		return "", err
	}
	answer, err := bufio.NewReaderSize(conn, 4096).ReadSlice(0)
	return strings.TrimRight(string(answer), "\x00"), err
}

var _ scanner.Scanner = (*Client)(nil)
