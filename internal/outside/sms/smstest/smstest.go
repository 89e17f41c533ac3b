// Package smstest is the contract of the SMS door: what every adapter must do
// with every gateway. An adapter's test gives it a client and a gateway that
// can be told how to behave, mostly a simulator on a real socket.
package smstest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"okno/internal/fault"
	"okno/internal/outside/sms"
)

// Behaviour is what the suite asks of the gateway.
type Behaviour int

// The behaviours.
const (
	Honest       Behaviour = iota // takes every message and answers
	Busy                          // refuses for now: throttled, queue full
	RefuseNumber                  // refuses the number for good
	Silent                        // takes every message and never answers
	Break                         // takes a message and cuts the line instead of answering
	Away                          // is not there: no new connection works, open ones are cut
)

// Received is one message as a phone would show it, its parts joined.
type Received struct {
	To, Text string
	Parts    int
}

// Gateway is the other end of the sender under test.
type Gateway struct {
	Sender   sms.Sender
	Behave   func(t *testing.T, b Behaviour)
	Received func(t *testing.T) []Received // whole messages that the gateway took, in any order
}

// Run runs the contract; setup makes a fresh gateway and sender for each test
// and cleans up with t.Cleanup. What a gateway cannot be told to do stands in
// lacks, and its tests are left out.
func Run(t *testing.T, setup func(t *testing.T) Gateway, lacks ...Behaviour) {
	t.Run("a text in each language arrives as it was written", func(t *testing.T) { texts(t, setup(t)) })
	t.Run("a bad number is refused before it goes out", func(t *testing.T) { badNumber(t, setup(t)) })
	t.Run("a busy gateway means try later, and later works", func(t *testing.T) { busy(t, setup(t)) })
	if !slices.Contains(lacks, RefuseNumber) {
		t.Run("a number that the gateway refuses is refused for good", func(t *testing.T) { refused(t, setup(t)) })
	}
	t.Run("OTP-7 no answer is an unknown outcome, sent once and no fault of try later", func(t *testing.T) {
		unknown(t, setup(t), Silent)
	})
	t.Run("OTP-7 a line that breaks before the answer is an unknown outcome", func(t *testing.T) {
		unknown(t, setup(t), Break)
	})
	t.Run("a gateway that is away means try later, and its return is noticed", func(t *testing.T) { away(t, setup(t)) })
	t.Run("64 senders at once: each message arrives once and has a receipt of its own", func(t *testing.T) { many(t, setup(t)) })
}

func texts(t *testing.T, g Gateway) {
	cases := []string{
		"Your application is accepted. Open the portal yourself to read it. {}[]~|€^\\",
		"Ваше заявление принято. Откройте портал сами.",
		"درخواست شما پذیرفته شد. می\u200cتوانید آن را بخوانید.",
		strings.Repeat("Съешь же ещё этих мягких французских булок. ", 5),
		strings.Repeat("0123456789", 16),
		strings.Repeat("0123456789", 16) + "!",
		strings.Repeat("{braces}", 30),
		"Окно 🪟 " + strings.Repeat("🪟", 60),
		"@ line\nline 2 ΔΩ à",
	}
	for i, text := range cases {
		to := fmt.Sprintf("+7916000%04d", i)
		receipt, err := g.Sender.Send(t.Context(), sms.Message{Key: fmt.Sprint("text-", i), To: to, Text: text})
		if err != nil {
			t.Fatalf("text %d: %v", i, err)
		}
		_, parts := sms.Segments(text)
		got := received(t, g, to)
		if len(got) != 1 || got[0].Text != text || got[0].Parts != parts || len(receipt.IDs) != parts {
			t.Errorf("text %d: %d ids, arrived %+v; want %q in %d", i, len(receipt.IDs), got, text, parts)
		}
	}
}

func badNumber(t *testing.T, g Gateway) {
	_, err := g.Sender.Send(t.Context(), sms.Message{Key: "bad", To: "89161234567", Text: "x"})
	if !fault.Is(err, fault.Invalid) || !fault.HasKey(err, sms.KeyBadNumber) {
		t.Errorf("%v", err)
	}
	if got := g.Received(t); len(got) != 0 {
		t.Errorf("it went out: %v", got)
	}
}

func busy(t *testing.T, g Gateway) {
	g.Behave(t, Busy)
	m := sms.Message{Key: "busy", To: "+79160000001", Text: "later"}
	if _, err := g.Sender.Send(t.Context(), m); !fault.Is(err, fault.Unavailable) || errors.Is(err, sms.ErrUnknown) {
		t.Fatalf("%v", err)
	}
	g.Behave(t, Honest)
	if _, err := g.Sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if got := received(t, g, m.To); len(got) != 1 {
		t.Errorf("arrived %d times", len(got))
	}
}

func refused(t *testing.T, g Gateway) {
	g.Behave(t, RefuseNumber)
	m := sms.Message{Key: "refused", To: "+79160000002", Text: "never"}
	if _, err := g.Sender.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
		t.Errorf("%v", err)
	}
	noLeak(t, g, m)
}

// noLeak checks that no error text carries the number or the text.
func noLeak(t *testing.T, g Gateway, m sms.Message) {
	if _, err := g.Sender.Send(t.Context(), m); err != nil {
		if strings.Contains(err.Error(), m.To[1:]) || strings.Contains(err.Error(), m.Text) {
			t.Errorf("the error text tells of the message: %v", err)
		}
	}
}

func unknown(t *testing.T, g Gateway, b Behaviour) {
	// The session must stand before the gateway misbehaves.
	if _, err := g.Sender.Send(t.Context(), sms.Message{Key: "first", To: "+79160000003", Text: "hello"}); err != nil {
		t.Fatal(err)
	}
	g.Behave(t, b)
	m := sms.Message{Key: "unknown", To: "+79160000004", Text: "123456 is your code", Sensitive: true}
	_, err := g.Sender.Send(t.Context(), m)
	if !errors.Is(err, sms.ErrUnknown) || fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
	if err != nil && strings.Contains(err.Error(), "123456") {
		t.Errorf("the error text tells the code: %v", err)
	}
	g.Behave(t, Honest)
	if _, err := g.Sender.Send(t.Context(), sms.Message{Key: "after", To: "+79160000005", Text: "hello"}); err != nil {
		t.Fatalf("the sender did not recover: %v", err)
	}
	if got := received(t, g, m.To); len(got) > 1 {
		t.Errorf("it was sent %d times", len(got))
	}
}

func away(t *testing.T, g Gateway) {
	g.Behave(t, Away)
	m := sms.Message{Key: "away", To: "+79160000006", Text: "hello"}
	if _, err := g.Sender.Send(t.Context(), m); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("%v", err)
	}
	g.Behave(t, Honest)
	var err error
	for range 20 { // each Send waits for the session by itself
		if _, err = g.Sender.Send(t.Context(), m); !fault.Is(err, fault.Unavailable) {
			break
		}
	}
	if err != nil {
		t.Fatalf("its return was not noticed: %v", err)
	}
}

func many(t *testing.T, g Gateway) {
	const senders, each = 64, 4
	ids := make(chan string, senders*each)
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			for j := range each {
				m := sms.Message{Key: fmt.Sprintf("m-%d-%d", i, j), To: fmt.Sprintf("+7916%03d%04d", j, i), Text: fmt.Sprint("message ", i, " ", j)}
				receipt, err := g.Sender.Send(context.WithoutCancel(t.Context()), m)
				if err != nil || len(receipt.IDs) != 1 {
					t.Errorf("%s: %v %v", m.Key, receipt, err)
					return
				}
				ids <- receipt.IDs[0]
			}
		})
	}
	group.Wait()
	close(ids)
	seen := map[string]bool{}
	for id := range ids {
		if seen[id] {
			t.Errorf("the receipt %s was given twice", id)
		}
		seen[id] = true
	}
	count := map[string]int{}
	for _, m := range g.Received(t) {
		count[m.To+m.Text]++
	}
	for key, n := range count {
		if n != 1 {
			t.Errorf("%s arrived %d times", key, n)
		}
	}
	if len(count) != senders*each || len(seen) != senders*each {
		t.Errorf("%d messages arrived with %d receipts, want %d", len(count), len(seen), senders*each)
	}
}

func received(t *testing.T, g Gateway, to string) []Received {
	var found []Received
	for _, m := range g.Received(t) {
		if m.To == to {
			found = append(found, m)
		}
	}
	return found
}
