// Package email is the door to the mail server: what a letter by e-mail is, and
// the one thing that can be asked, to send it.
//
// It never decides who is told what (package notify does), never retries (jobs
// do) and knows no protocol: adapters such as email/smtp speak those.
package email

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"okno/internal/fault"
)

// Message is one letter to one address.
type Message struct {
	// Key names the letter for ever: the id of the job or of the outbox row.
	// The Message-ID is made from it, so a letter that is sent twice is
	// recognised as one by mail programs and by us (MSG-2).
	Key string
	// To is an address, with or without a name: anna@example.org or
	// "Анна Соколова" <anna@example.org>.
	To string
	// Subject says what happened and in which service: one line.
	Subject string
	// Text is the plain part. It is never empty: screen readers, old telephones
	// and careful people read it.
	Text string
	// HTML is the same in HTML, or empty.
	HTML string
	// Lang is the language of the letter, a BCP 47 tag: ru, fa, en.
	Lang string
	// Attachments are files that the resident asked to be sent.
	// Notices have none, and none with personal data goes out unasked (screens.md 2.0).
	Attachments []Attachment
}

// Attachment is a file in a letter.
type Attachment struct {
	Name    string // file name that the resident sees: "выписка.pdf"
	Type    string // media type: application/pdf
	Content []byte
}

// Sender is a mail server. Send gives one of three outcomes:
//
//   - nil: the server took the letter;
//   - a fault of kind Unavailable: try later with the same key. The server may
//     have taken it after all; a second copy has the same Message-ID;
//   - a fault of kind Invalid: it will never take this letter. With KeyBadAddress
//     the address is wrong and whoever keeps it may mark it.
type Sender interface {
	Send(ctx context.Context, m Message) error
}

// Text keys of the door's refusals.
const (
	KeyAway       = "email.away"        // Unavailable
	KeyBadAddress = "email.bad_address" // Invalid
	KeyBadMessage = "email.bad_message" // Invalid: what can be no letter: a broken subject, no text
	KeyRefused    = "email.refused"     // Invalid: the server takes no such letter
)

// MaxSize is the most that text, HTML and attachments may have together, in
// octets; mail servers mostly stop at 10 MB after coding by a third more.
const MaxSize = 7 << 20

var (
	langPattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	typePattern = regexp.MustCompile(`^[a-z0-9.+-]{1,40}/[a-z0-9.+-]{1,80}$`)
)

// Check refuses a letter that could not be sent or whose headers could be split
// (INP-6): adapters call it first.
func (m Message) Check() error {
	if _, err := m.Address(); err != nil {
		return err
	}
	size := len(m.Text) + len(m.HTML)
	good := m.Key != "" && oneLine(m.Subject, 250) && strings.TrimSpace(m.Text) != "" &&
		utf8.ValidString(m.Text) && utf8.ValidString(m.HTML) && langPattern.MatchString(m.Lang)
	for _, a := range m.Attachments {
		size += len(a.Content)
		good = good && oneLine(a.Name, 200) && !strings.ContainsAny(a.Name, `/\"`) && typePattern.MatchString(a.Type)
	}
	if !good || size > MaxSize {
		return fault.New(fault.Invalid, KeyBadMessage)
	}
	return nil
}

// Address reads To: exactly one address.
func (m Message) Address() (*mail.Address, error) {
	refuse := fault.New(fault.Invalid, KeyBadAddress)
	if !oneLine(m.To, 320) {
		return nil, refuse
	}
	address, err := mail.ParseAddress(m.To)
	if err != nil || len(address.Address) > 254 || strings.ContainsAny(address.Address, " \t\"<>()[]:;,") {
		return nil, refuse
	}
	if address.Name != "" && !oneLine(address.Name, 200) {
		return nil, refuse
	}
	return address, nil
}

// MessageID is the Message-ID, without the angle brackets, of the letter with
// this key: the same for ever, and nothing of the key can be read in it.
func (m Message) MessageID(domain string) string {
	sum := sha256.Sum256([]byte("okno e-mail " + m.Key))
	return strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:20])) + "@" + domain
}

// oneLine says whether a text can stand in a header: valid, not empty, at most
// so many characters, and nothing in it that ends or hides a line. The joiners
// that Persian words need are let through.
func oneLine(text string, most int) bool {
	if text == "" || !utf8.ValidString(text) || utf8.RuneCountInString(text) > most {
		return false
	}
	for _, r := range text {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' {
			return false
		}
	}
	return true
}
