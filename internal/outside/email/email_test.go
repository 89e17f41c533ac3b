package email_test

import (
	"strings"
	"testing"

	"okno/internal/fault"
	"okno/internal/outside/email"
)

var good = email.Message{Key: "k", To: "anna@example.org", Subject: "Заявление принято", Text: "Здравствуйте", Lang: "ru"}

func TestCheck(t *testing.T) {
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	fine := map[string]func(*email.Message){
		"a Cyrillic name":             func(m *email.Message) { m.To = `"Анна Соколова" <anna@example.org>` },
		"a Persian subject with ZWNJ": func(m *email.Message) { m.Subject = "درخواست شما پذیرفته می\u200cشود" },
		"a Cyrillic file name": func(m *email.Message) {
			m.Attachments = []email.Attachment{{Name: "выписка.pdf", Type: "application/pdf", Content: []byte("x")}}
		},
	}
	for name, change := range fine {
		m := good
		change(&m)
		if err := m.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	bad := map[string]func(*email.Message){
		"a subject of two lines":         func(m *email.Message) { m.Subject = "x\r\nBcc: all@example.org" },
		"a bare line feed in it":         func(m *email.Message) { m.Subject = "x\nBcc: all@example.org" },
		"a null in it":                   func(m *email.Message) { m.Subject = "x\x00" },
		"a next line of Latin-1":         func(m *email.Message) { m.Subject = "x\u0085y" },
		"a line separator":               func(m *email.Message) { m.Subject = "x\u2028y" },
		"an override of direction":       func(m *email.Message) { m.Subject = "x\u202ey" },
		"no subject":                     func(m *email.Message) { m.Subject = "" },
		"an address of two lines":        func(m *email.Message) { m.To = "a@example.org\r\nBcc: b@example.org" },
		"a name that hides a line":       func(m *email.Message) { m.To = "=?utf-8?q?a=0D=0ABcc:_b@example.org?= <a@example.org>" },
		"two addresses":                  func(m *email.Message) { m.To = "a@example.org, b@example.org" },
		"no address":                     func(m *email.Message) { m.To = "anna" },
		"a quoted local part with CRLF":  func(m *email.Message) { m.To = "\"a\r\n b\"@example.org" },
		"a quoted local part with space": func(m *email.Message) { m.To = `"a b"@example.org` },
		"no plain text":                  func(m *email.Message) { m.Text, m.HTML = " ", "<p>x</p>" },
		"a language of two lines":        func(m *email.Message) { m.Lang = "ru\r\nX: y" },
		"no key":                         func(m *email.Message) { m.Key = "" },
		"a file name of two lines": func(m *email.Message) {
			m.Attachments = []email.Attachment{{Name: "a\r\nb.pdf", Type: "application/pdf"}}
		},
		"a file type with parameters": func(m *email.Message) {
			m.Attachments = []email.Attachment{{Name: "a.pdf", Type: "application/pdf\r\nX: y"}}
		},
		"too large": func(m *email.Message) { m.Text = strings.Repeat("x", email.MaxSize+1) },
	}
	for name, spoil := range bad {
		t.Run("INP-6 refused: "+name, func(t *testing.T) {
			m := good
			spoil(&m)
			if err := m.Check(); !fault.Is(err, fault.Invalid) {
				t.Errorf("taken: %v", err)
			}
		})
	}
}

func TestMessageID(t *testing.T) {
	again, other := good, good
	again.Text, other.Key = "another text", "l"
	id := good.MessageID("okno.example")
	t.Run("MSG-2 the same key has the same Message-ID, another key another", func(t *testing.T) {
		if again.MessageID("okno.example") != id || other.MessageID("okno.example") == id {
			t.Error(id)
		}
	})
	if strings.ContainsAny(id, "\r\n <>") || !strings.HasSuffix(id, "@okno.example") {
		t.Error(id)
	}
}

func FuzzAddress(f *testing.F) {
	for _, seed := range []string{"a@b.c", `"Анна" <a@b.c>`, "=?utf-8?q?=0A?= <a@b.c>", "a@b.c\r\nX: y", `"\"@"@b.c`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, to string) {
		m := good
		m.To = to
		address, err := m.Address()
		if err != nil {
			return
		}
		if strings.ContainsAny(address.Address+address.Name, "\r\n\x00") || !strings.Contains(address.Address, "@") {
			t.Fatalf("%q gave %q", to, address)
		}
	})
}
