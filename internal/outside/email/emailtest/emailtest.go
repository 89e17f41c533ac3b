// Package emailtest is the contract of the e-mail door: what every adapter must
// do with every mail server. An adapter's test gives it a client and a server
// that can be told how to behave, mostly a simulator on a real socket.
package emailtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	_ "github.com/emersion/go-message/charset" // letters may come in any character set
	"github.com/emersion/go-message/mail"

	"okno/internal/fault"
	"okno/internal/outside/email"
)

// Behaviour is what the suite asks of the server.
type Behaviour int

// The behaviours.
const (
	Honest        Behaviour = iota // takes every letter
	PutOff                         // 4xx: greylisted
	RefuseAddress                  // 5xx to RCPT TO
	Silent                         // accepts the connection and says nothing
	Away                           // no connection works
)

// Received is a letter that the server took.
type Received struct {
	To  string // of the envelope
	Raw []byte // with headers
}

// Server is the other end of the sender under test.
type Server struct {
	Sender   email.Sender
	Behave   func(t *testing.T, b Behaviour)
	Received func(t *testing.T) []Received // in any order
}

// Run runs the contract; setup makes a fresh server and sender for each test
// and cleans up with t.Cleanup.
func Run(t *testing.T, setup func(t *testing.T) Server) {
	t.Run("a letter in each language arrives as it was written", func(t *testing.T) { languages(t, setup(t)) })
	t.Run("a notice has a plain part, tells no robot to answer and carries no file", func(t *testing.T) { notice(t, setup(t)) })
	t.Run("a file that was given arrives", func(t *testing.T) { file(t, setup(t)) })
	t.Run("INP-6 headers cannot be split and nothing goes out", func(t *testing.T) { split(t, setup(t)) })
	t.Run("MSG-2 a repeated letter has the same Message-ID", func(t *testing.T) { repeated(t, setup(t)) })
	t.Run("4xx means try later, and later works", func(t *testing.T) { later(t, setup(t), PutOff) })
	t.Run("a server that is away means try later, and its return is noticed", func(t *testing.T) { later(t, setup(t), Away) })
	t.Run("LOAD-4 a server that says nothing means try later, within the time-out", func(t *testing.T) { later(t, setup(t), Silent) })
	t.Run("5xx to the recipient is final, and the error tells no address", func(t *testing.T) { refused(t, setup(t)) })
	t.Run("32 senders at once: each letter arrives once", func(t *testing.T) { many(t, setup(t)) })
}

func letter(key string) email.Message {
	return email.Message{Key: key, To: "anna@example.org", Subject: "Your passport is ready", Text: "Come by 5 March.\n", Lang: "en"}
}

func send(t *testing.T, s Server, m email.Message) *mail.Reader {
	t.Helper()
	before := len(s.Received(t))
	if err := s.Sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := s.Received(t)
	if len(got) != before+1 {
		t.Fatalf("%d letters arrived", len(got)-before)
	}
	for _, r := range got {
		reader, err := mail.CreateReader(bytes.NewReader(r.Raw))
		if err != nil {
			t.Fatalf("not a letter: %v", err)
		}
		if subject, _ := reader.Header.Subject(); subject == m.Subject {
			return reader
		}
	}
	t.Fatalf("no letter with the subject %q", m.Subject)
	return nil
}

func languages(t *testing.T, s Server) {
	for _, m := range []email.Message{
		{Lang: "ru", Subject: "Заявление принято — Загранпаспорт", Text: "Здравствуйте, Анна!\nПриходите до 5 марта.\n", To: `"Анна Соколова" <anna@example.org>`},
		{Lang: "fa", Subject: "درخواست شما پذیرفته شد؛ می\u200cتوانید آن را بخوانید", Text: "سلام!\nتا ۵ مارس بیایید.\n", To: `"آنا سوکولووا" <anna@example.org>`},
		{Lang: "en", Subject: strings.Repeat("A long subject that must be folded, ", 6) + "right", Text: "A dot alone:\n.\nand =20 and a line of " + strings.Repeat("x", 1200) + "\n", To: "anna@example.org"},
	} {
		m.Key = m.Lang
		reader := send(t, s, m)
		want, _ := m.Address()
		to, err := reader.Header.AddressList("To")
		if err != nil || len(to) != 1 || to[0].Name != want.Name || to[0].Address != want.Address {
			t.Errorf("%s: to %v, %v", m.Lang, to, err)
		}
		if got := reader.Header.Get("Content-Language"); got != m.Lang {
			t.Errorf("%s: Content-Language %q", m.Lang, got)
		}
		if texts, _ := parts(t, reader); texts["text/plain"] != m.Text {
			t.Errorf("%s: text %q, want %q", m.Lang, texts["text/plain"], m.Text)
		}
	}
}

// parts reads a letter: the inline parts by type and the files by name.
func parts(t *testing.T, reader *mail.Reader) (map[string]string, map[string]string) {
	texts, files := map[string]string{}, map[string]string{}
	for {
		part, err := reader.NextPart()
		if err == io.EOF {
			return texts, files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(part.Body)
		if err != nil {
			t.Fatal(err)
		}
		switch header := part.Header.(type) {
		case *mail.InlineHeader:
			kind, _, _ := header.ContentType()
			texts[kind] = strings.ReplaceAll(string(content), "\r\n", "\n")
		case *mail.AttachmentHeader:
			name, _ := header.Filename()
			files[name] = string(content)
		}
	}
}

func notice(t *testing.T, s Server) {
	m := letter("notice")
	m.HTML = "<p>Come by 5 March.</p>"
	reader := send(t, s, m)
	if got := reader.Header.Get("Auto-Submitted"); got != "auto-generated" {
		t.Errorf("Auto-Submitted: %q", got)
	}
	if date, err := reader.Header.Date(); err != nil || date.IsZero() {
		t.Errorf("Date: %v %v", date, err)
	}
	texts, files := parts(t, reader)
	if texts["text/plain"] != m.Text || texts["text/html"] != m.HTML || len(files) != 0 {
		t.Errorf("%q %q", texts, files)
	}
}

func file(t *testing.T, s Server) {
	m := letter("file")
	m.Attachments = []email.Attachment{{Name: "выписка.pdf", Type: "application/pdf", Content: []byte("%PDF-1.7\r\n\x00\xff")}}
	texts, files := parts(t, send(t, s, m))
	if texts["text/plain"] != m.Text || files["выписка.pdf"] != "%PDF-1.7\r\n\x00\xff" {
		t.Errorf("%q %q", texts, files)
	}
}

func split(t *testing.T, s Server) {
	for name, spoil := range map[string]func(*email.Message){
		"subject":  func(m *email.Message) { m.Subject = "x\r\nBcc: all@example.org" },
		"address":  func(m *email.Message) { m.To = "anna@example.org\r\nBcc: all@example.org" },
		"language": func(m *email.Message) { m.Lang = "en\r\nBcc: all@example.org" },
	} {
		m := letter(name)
		spoil(&m)
		if err := s.Sender.Send(t.Context(), m); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := s.Received(t); len(got) != 0 {
		t.Errorf("%d letters went out", len(got))
	}
}

func repeated(t *testing.T, s Server) {
	m := letter("once")
	for range 2 {
		if err := s.Sender.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	ids := map[string]bool{}
	for _, r := range s.Received(t) {
		reader, err := mail.CreateReader(bytes.NewReader(r.Raw))
		if err != nil {
			t.Fatal(err)
		}
		id, err := reader.Header.MessageID()
		if err != nil || id == "" {
			t.Fatalf("Message-ID %q, %v", id, err)
		}
		ids[id] = true
	}
	if len(ids) != 1 {
		t.Errorf("%v", ids)
	}
}

func later(t *testing.T, s Server, b Behaviour) {
	s.Behave(t, b)
	m := letter("later")
	if err := s.Sender.Send(t.Context(), m); !fault.Is(err, fault.Unavailable) || !fault.HasKey(err, email.KeyAway) {
		t.Fatalf("%v", err)
	}
	s.Behave(t, Honest)
	if err := s.Sender.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, s Server) {
	s.Behave(t, RefuseAddress)
	err := s.Sender.Send(t.Context(), letter("refused"))
	if !fault.Is(err, fault.Invalid) || !fault.HasKey(err, email.KeyBadAddress) {
		t.Fatalf("%v", err)
	}
	if strings.Contains(err.Error(), "anna") {
		t.Errorf("the error text tells the address: %v", err)
	}
}

func many(t *testing.T, s Server) {
	const senders = 32
	var group sync.WaitGroup
	for i := range senders {
		group.Go(func() {
			m := letter(fmt.Sprint("many-", i))
			m.To = fmt.Sprintf("resident%d@example.org", i)
			if err := s.Sender.Send(context.WithoutCancel(t.Context()), m); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	count := map[string]int{}
	for _, r := range s.Received(t) {
		count[r.To]++
		if !bytes.Contains(r.Raw, []byte(r.To)) {
			t.Errorf("the letter to %s is somebody else's", r.To)
		}
	}
	for to, n := range count {
		if n != 1 {
			t.Errorf("%s: %d", to, n)
		}
	}
	if len(count) != senders {
		t.Errorf("%d letters", len(count))
	}
}
