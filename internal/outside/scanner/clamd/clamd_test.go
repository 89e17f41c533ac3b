package clamd_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"okno/internal/fault"
	"okno/internal/outside/scanner/clamd"
)

// server speaks clamd's side of INSTREAM and gives what it was sent.
func server(t *testing.T, answer func(content []byte) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(conn, answer)
		}
	}()
	return l.Addr().String()
}

func serve(conn net.Conn, answer func([]byte) string) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	if command, err := r.ReadString(0); err != nil || command != "zINSTREAM\x00" {
		return
	}
	var content []byte
	for {
		var n uint32
		if binary.Read(r, binary.BigEndian, &n) != nil {
			return
		}
		if n == 0 {
			break
		}
		piece := make([]byte, n)
		if _, err := io.ReadFull(r, piece); err != nil {
			return
		}
		content = append(content, piece...)
	}
	io.WriteString(conn, answer(content))
}

func TestScan(t *testing.T) {
	ctx := context.Background()
	content := bytes.Repeat([]byte("photo"), 50_000) // more than one piece
	for _, c := range []struct {
		name, says    string
		infected, bad bool
	}{
		{"clean", "stream: OK\x00", false, false},
		{"infected", "stream: Eicar-Test-Signature FOUND\x00", true, false},
		{"too large for it", "INSTREAM size limit exceeded. ERROR\x00", false, true},
		{"garbage", "HTTP/1.1 200 OK\r\n\r\n\x00", false, true},
		{"cut off", "stream: O", false, true},
		{"silence", "", false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var seen []byte
			address := server(t, func(b []byte) string { seen = b; return c.says })
			infected, err := (&clamd.Client{Network: "tcp", Address: address, Timeout: 5 * time.Second}).Scan(ctx, content)
			if infected != c.infected || (err != nil) != c.bad {
				t.Fatalf("%v %v", infected, err)
			}
			if c.bad && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
			if !c.bad && !bytes.Equal(seen, content) {
				t.Fatal("the scanner saw something else")
			}
		})
	}
	t.Run("FILE-4 nobody listens: nothing is known", func(t *testing.T) {
		if _, err := (&clamd.Client{Network: "tcp", Address: "127.0.0.1:1"}).Scan(ctx, content); !fault.Is(err, fault.Unavailable) {
			t.Fatal(err)
		}
	})
}
