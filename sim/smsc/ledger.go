package smsc

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"
)

// partialLimit is how many unfinished long messages are kept; the oldest goes first.
const partialLimit = 1000

// partKey tells long messages apart.
type partKey struct {
	systemID, from, to string
	reference          uint16
	wide               bool
	total              int
}

// assembly is a long message whose parts are coming, or a whole one.
type assembly struct {
	began    time.Time
	parts    map[int]submission
	receipts []receipt
	message  *Message
}

// receipt is a notice that a part was delivered.
type receipt struct {
	systemID, id string
	submission   submission
	took, done   time.Time
}

// take keeps one submission and gives it its id. When a message is whole it is in the ledger and returned for delivery.
func (s *Server) take(systemID string, sub submission) (id string, whole *assembly) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	id = fmt.Sprintf("%08X", s.lastID)
	now, p := s.config.Now(), sub.concatenate
	key := partKey{systemID, sub.from, sub.to, p.reference, p.wide, p.total}
	a := s.partial[key]
	if a == nil || p.total == 1 {
		a = &assembly{began: now, parts: map[int]submission{}}
	}
	a.parts[p.number] = sub
	a.receipts = append(a.receipts, receipt{systemID: systemID, id: id, submission: sub, took: now})
	if len(a.parts) < p.total {
		s.keepPartial(key, a)
		return id, nil
	}
	delete(s.partial, key)
	text, encoding := a.text()
	a.message = &Message{
		ID: id, From: sub.from, To: sub.to, Text: text, Encoding: encoding, Parts: p.total,
		Reference: a.parts[1].reference, ReceivedAt: now,
	}
	s.enter(a.message)
	return id, a
}

func (s *Server) keepPartial(key partKey, a *assembly) {
	s.partial[key] = a
	if len(s.partial) <= partialLimit {
		return
	}
	oldest, first := key, a.began
	for k, other := range s.partial {
		if other.began.Before(first) {
			oldest, first = k, other.began
		}
	}
	delete(s.partial, oldest)
}

// enter writes a message into the ledger. The caller holds s.mu.
func (s *Server) enter(m *Message) {
	s.messages = append(s.messages, m)
	if over := len(s.messages) - s.config.Keep; over > 0 {
		s.messages = slices.Delete(s.messages, 0, over)
	}
}

// text joins the octets before it decodes them, since a letter may be cut in two at the border of two parts.
func (a *assembly) text() (text, encoding string) {
	var joined []byte
	var mixed strings.Builder
	same := true
	for number := 1; number <= len(a.parts); number++ {
		p := a.parts[number]
		joined = append(joined, p.text...)
		mixed.WriteString(decode(p.coding, p.text))
		same = same && p.coding == a.parts[1].coding
	}
	encoding = encodingOf(a.parts[1].coding)
	if !same {
		return mixed.String(), encoding
	}
	return decode(a.parts[1].coding, joined), encoding
}

// dispatch delivers a whole message as the mode has it.
func (s *Server) dispatch(a *assembly, mode Mode, delay time.Duration) {
	if mode == Lose {
		return
	}
	if mode == Delay && delay == 0 {
		delay = s.config.Delay
	}
	if delay > 0 {
		s.after(delay, func() { s.reach(a, mode) })
		return
	}
	s.reach(a, mode)
}

// reach lets the message arrive at the telephone, twice in Duplicate.
func (s *Server) reach(a *assembly, mode Mode) {
	s.mu.Lock()
	now := s.config.Now()
	a.message.DeliveredAt = now
	if mode == Duplicate {
		again := *a.message
		s.enter(&again)
	}
	s.mu.Unlock()
	s.bell.Ring()
	for _, r := range a.receipts {
		r.done = now
		if r.submission.receipt != 1 {
			continue
		}
		s.report(r)
		if mode == Duplicate {
			s.report(r)
		}
	}
}

// report sends a receipt to a session of the same client that listens, or keeps it until one comes.
func (s *Server) report(r receipt) {
	s.mu.Lock()
	var to *session
	for c := range s.sessions {
		if c.listens && c.systemID == r.systemID {
			to = c
			break
		}
	}
	if to == nil && len(s.receipts) < s.config.Keep {
		s.receipts = append(s.receipts, r)
	}
	s.mu.Unlock()
	if to != nil {
		to.deliver(r.body())
	}
}

// listen lets a session get receipts, first those that waited for it.
func (s *Server) listen(c *session) {
	s.mu.Lock()
	c.listens = true
	var waited, others []receipt
	for _, r := range s.receipts {
		if r.systemID == c.systemID {
			waited = append(waited, r)
		} else {
			others = append(others, r)
		}
	}
	s.receipts = others
	s.mu.Unlock()
	for _, r := range waited {
		c.deliver(r.body())
	}
}

// body is the receipt as deliver_sm (SMPP 3.4, appendix B): the text that most centres write, and the two optional parameters.
func (r receipt) body() []byte {
	const minute = "0601021504"
	text := fmt.Sprintf("id:%s sub:001 dlvrd:001 submit date:%s done date:%s stat:DELIVRD err:000 text:",
		r.id, r.took.UTC().Format(minute), r.done.UTC().Format(minute))
	b := cString("") // service_type
	b = append(b, r.submission.toKind[:]...)
	b = append(b, cString(r.submission.to)...)
	b = append(b, r.submission.fromKind[:]...)
	b = append(b, cString(r.submission.from)...)
	b = append(b, esmReceipt, 0, 0) // esm_class, protocol_id, priority_flag
	b = append(b, 0, 0, 0, 0, 0, 0) // no times, no receipt of the receipt, no replacing, default alphabet, no stored text
	b = append(b, byte(len(text)))  // sm_length
	b = append(b, text...)          // short_message
	b = append(b, param(tagReceiptedID, cString(r.id))...)
	b = append(b, param(tagMessageState, []byte{2})...) // DELIVERED
	if ref := r.submission.reference; ref != "" {
		var n uint16
		_, _ = fmt.Sscan(ref, &n) // it was made from a uint16
		b = append(b, param(tagUserReference, binary.BigEndian.AppendUint16(nil, n))...)
	}
	return b
}
