package smpp_test

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/linxGnu/gosmpp/data"

	"okno/internal/outside/sms/smstest"
)

// server is a small scripted gateway, written from the specification and not
// from the adapter: it reads the octets by itself.
type server struct {
	t         *testing.T
	tls       *tls.Config // nil: plain
	address   string
	script    func(c *conn, submit submit) // nil: take and answer
	mu        sync.Mutex
	behaviour smstest.Behaviour
	listener  net.Listener
	conns     map[*conn]bool
	taken     []submit
	binds     []string
	refuse    uint32 // status of the bind answer
	deaf      bool   // does not answer enquire_link
	next      int
	responses chan uint32 // statuses of deliver_sm_resp
	group     sync.WaitGroup
}

type conn struct {
	net.Conn
	mu sync.Mutex
}

type submit struct {
	sequence               uint32
	source, to, validity   string
	sourceTON, esm, coding byte
	registered             byte
	ref, total, part       byte
	text                   string
}

func startServer(t *testing.T) *server {
	return startServerTLS(t, nil)
}

func startServerTLS(t *testing.T, config *tls.Config) *server {
	s := &server{t: t, tls: config, conns: map[*conn]bool{}, responses: make(chan uint32, 100)}
	s.listen("127.0.0.1:0")
	t.Cleanup(func() {
		s.stop()
		s.group.Wait()
	})
	return s
}

func (s *server) listen(address string) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		s.t.Fatal(err)
	}
	if s.tls != nil {
		listener = tls.NewListener(listener, s.tls)
	}
	s.mu.Lock()
	s.listener, s.address = listener, listener.Addr().String()
	s.mu.Unlock()
	s.group.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			mine := &conn{Conn: c}
			s.mu.Lock()
			s.conns[mine] = true
			s.mu.Unlock()
			s.group.Go(func() { s.serve(mine) })
		}
	})
}

func (s *server) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listener.Close()
	for c := range s.conns {
		c.Close()
	}
	s.conns = map[*conn]bool{}
}

func (s *server) Behave(t *testing.T, b smstest.Behaviour) {
	s.mu.Lock()
	before := s.behaviour
	s.behaviour = b
	s.mu.Unlock()
	if b == smstest.Away {
		s.stop()
	} else if before == smstest.Away {
		s.listen(s.address)
	}
}

func (s *server) Received(*testing.T) []smstest.Received {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []smstest.Received
	joined := map[string]int{}
	for _, m := range s.taken {
		if m.total < 2 {
			out = append(out, smstest.Received{To: "+" + m.to, Text: m.text, Parts: 1})
			continue
		}
		key := fmt.Sprint(m.to, m.ref)
		if i, ok := joined[key]; ok {
			out[i].Text += m.text
			out[i].Parts++
			continue
		}
		joined[key] = len(out)
		out = append(out, smstest.Received{To: "+" + m.to, Text: m.text, Parts: 1})
	}
	return out
}

func (c *conn) send(id, status, sequence uint32, body []byte) {
	head := make([]byte, 16)
	binary.BigEndian.PutUint32(head, uint32(16+len(body)))
	binary.BigEndian.PutUint32(head[4:], id)
	binary.BigEndian.PutUint32(head[8:], status)
	binary.BigEndian.PutUint32(head[12:], sequence)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Write(append(head, body...))
}

func (s *server) serve(c *conn) {
	defer c.Close()
	reader := bufio.NewReader(c)
	for {
		head := make([]byte, 16)
		if _, err := io.ReadFull(reader, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head)-16)
		if _, err := io.ReadFull(reader, body); err != nil {
			return
		}
		id, status, sequence := binary.BigEndian.Uint32(head[4:]), binary.BigEndian.Uint32(head[8:]), binary.BigEndian.Uint32(head[12:])
		s.mu.Lock()
		refuse, deaf := s.refuse, s.deaf
		if id == 0x00000009 {
			s.binds = append(s.binds, string(body))
		}
		s.mu.Unlock()
		switch id {
		case 0x00000009: // bind_transceiver; a refusal without a body, as many gateways send it
			if refuse != 0 {
				c.send(0x80000009, refuse, sequence, nil)
				return
			}
			c.send(0x80000009, 0, sequence, []byte("test\x00"))
		case 0x00000015: // enquire_link
			if !deaf {
				c.send(0x80000015, 0, sequence, nil)
			}
		case 0x00000006: // unbind
			c.send(0x80000006, 0, sequence, nil)
			return
		case 0x00000004:
			s.submit(c, parseSubmit(sequence, body))
		case 0x80000005, 0x80000000:
			s.responses <- status
		}
	}
}

func (s *server) submit(c *conn, m submit) {
	s.mu.Lock()
	script, b := s.script, s.behaviour
	s.next++
	id := fmt.Sprintf("id-%d", s.next)
	if script == nil && b != smstest.Busy && b != smstest.RefuseNumber {
		s.taken = append(s.taken, m)
	}
	s.mu.Unlock()
	if script != nil {
		script(c, m)
		return
	}
	switch b {
	case smstest.Honest:
		c.send(0x80000004, 0, m.sequence, []byte(id+"\x00"))
	case smstest.Busy:
		c.send(0x80000004, 0x58, m.sequence, nil)
	case smstest.RefuseNumber:
		c.send(0x80000004, 0x0B, m.sequence, nil)
	case smstest.Break:
		c.Close()
	}
}

func parseSubmit(sequence uint32, body []byte) submit {
	m := submit{sequence: sequence}
	b := bytes.NewBuffer(body)
	text := func() string { s, _ := b.ReadString(0); return s[:max(len(s)-1, 0)] }
	octet := func() byte { o, _ := b.ReadByte(); return o }
	text() // service type
	m.sourceTON, _ = octet(), octet()
	m.source = text()
	octet()
	octet()
	m.to = text()
	m.esm = octet()
	octet()
	octet()
	text()
	m.validity = text()
	m.registered = octet()
	octet()
	m.coding = octet()
	octet()
	payload := b.Next(int(octet()))
	if m.esm&0x40 != 0 {
		m.ref, m.total, m.part = payload[3], payload[4], payload[5]
		payload = payload[1+payload[0]:]
	}
	if m.coding == 8 {
		units := make([]uint16, len(payload)/2)
		for i := range units {
			units[i] = binary.BigEndian.Uint16(payload[2*i:])
		}
		m.text = string(utf16.Decode(units))
	} else {
		m.text, _ = data.GSM7BIT.Decode(payload)
	}
	return m
}

// deliver sends a deliver_sm with a receipt to every open session.
func (s *server) deliver(esm byte, text string) {
	body := []byte{0, 1, 1}
	body = append(body, "79160000000\x00"...)
	body = append(body, 5, 0)
	body = append(body, "OKNO\x00"...)
	body = append(body, esm, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(text)))
	s.raw(0x00000005, append(body, text...))
}

func (s *server) raw(id uint32, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.send(id, 0, 7, body)
	}
}

// eventually waits until a fact is true; it gives up after a long time.
func eventually(t *testing.T, what string, fact func() bool) {
	t.Helper()
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for range 5000 {
		if fact() {
			return
		}
		<-ticker.C
	}
	t.Fatalf("never: %s", what)
}
