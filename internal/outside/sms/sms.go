// Package sms is the door to the SMS gateway: what a short message is, and the
// one thing that can be asked of a gateway, to send it.
//
// It never decides who is told what (package notify does), never retries (jobs
// do) and knows no protocol: adapters such as sms/smpp speak those.
package sms

import (
	"context"
	"errors"
	"regexp"
	"unicode/utf8"

	"okno/internal/fault"
)

// Message is one notice to one phone.
type Message struct {
	// Key names the message for ever: the id of the job or of the outbox row.
	// An adapter hands it to gateways that know such keys; SMPP does not, so
	// over SMPP a message that is sent twice arrives twice (MSG-2).
	Key string
	// To is the number in E.164 with the plus: +79161234567.
	To string
	// Text is what the phone shows. How many parts it takes: Segments.
	Text string
	// Sensitive marks a one-time code: it is not kept by the gateway longer
	// than the code lives.
	Sensitive bool
}

// Receipt says that the gateway took the whole message. It does not say that
// a phone has it: that is a Delivery.
type Receipt struct {
	IDs []string // the gateway's id of each part, in order; a Delivery names one of them
}

// State is what the gateway last knew of a part.
type State string

// The states of a part.
const (
	Delivered   State = "delivered"   // a phone has it
	Waiting     State = "waiting"     // still on its way
	Undelivered State = "undelivered" // expired, deleted, rejected or undeliverable: it will not come
)

// Delivery is a gateway's later word about one part. The same word may come
// twice, words may come in any order, and about parts that nobody knows: who
// keeps them must not mind (MSG-3). It never proves that somebody holds the number.
type Delivery struct {
	ID    string // as in Receipt.IDs
	State State
	Code  string // the gateway's own error code, empty when there is none
}

// Sender is a gateway. Send gives one of four outcomes:
//
//   - a receipt: the gateway took every part;
//   - a fault of kind Unavailable: it surely took nothing, try later with the same key;
//   - a fault of kind Invalid: it will never take this message (wrong number, text too long);
//   - an error that wraps ErrUnknown: it may have taken the message or a part
//     of it. This is not a fault of kind Unavailable, on purpose: it must not be
//     sent again by itself (OTP-7). For a code, the resident presses again.
type Sender interface {
	Send(ctx context.Context, m Message) (Receipt, error)
}

// ErrUnknown says that the message went out and no answer came back.
var ErrUnknown = errors.New("sms: the gateway may have taken the message")

// MaxParts is the longest message, in parts. Notices fit into one; the limit
// keeps a defect from costing money.
const MaxParts = 8

// Text keys of the door's refusals.
const (
	KeyAway       = "sms.away"        // Unavailable
	KeyBadNumber  = "sms.bad_number"  // Invalid
	KeyBadMessage = "sms.bad_message" // Invalid: empty, too long, not text
	KeyRefused    = "sms.refused"     // Invalid: the gateway takes no such message
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// Check refuses a message that no gateway could send: adapters call it first.
func (m Message) Check() error {
	if !e164.MatchString(m.To) {
		return fault.New(fault.Invalid, KeyBadNumber)
	}
	if m.Key == "" || m.Text == "" || !utf8.ValidString(m.Text) {
		return fault.New(fault.Invalid, KeyBadMessage)
	}
	if _, parts := Segments(m.Text); parts > MaxParts {
		return fault.New(fault.Invalid, KeyBadMessage)
	}
	return nil
}
