package sms_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/linxGnu/gosmpp/data"

	"okno/internal/fault"
	"okno/internal/outside/sms"
)

func TestSegments(t *testing.T) {
	tests := map[string]struct {
		text     string
		encoding sms.Encoding
		parts    int
	}{
		"no text takes no part":                        {"", sms.GSM7, 0},
		"160 Latin letters stand alone":                {strings.Repeat("a", 160), sms.GSM7, 1},
		"161 take two":                                 {strings.Repeat("a", 161), sms.GSM7, 2},
		"306 fill two parts":                           {strings.Repeat("a", 306), sms.GSM7, 2},
		"307 take three":                               {strings.Repeat("a", 307), sms.GSM7, 3},
		"a euro sign costs two":                        {strings.Repeat("a", 159) + "€", sms.GSM7, 2},
		"80 braces stand alone":                        {strings.Repeat("{", 80), sms.GSM7, 1},
		"an escape is not cut: 76 braces in a part":    {strings.Repeat("{", 153), sms.GSM7, 3},
		"70 Cyrillic letters stand alone":              {strings.Repeat("ж", 70), sms.UCS2, 1},
		"71 take two":                                  {strings.Repeat("ж", 71), sms.UCS2, 2},
		"134 fill two":                                 {strings.Repeat("ж", 134), sms.UCS2, 2},
		"135 take three":                               {strings.Repeat("ж", 135), sms.UCS2, 3},
		"one Persian letter makes all of it UCS-2":     {strings.Repeat("a", 70) + "س", sms.UCS2, 2},
		"Polish and Albanian fall to 70":               {strings.Repeat("ą", 71), sms.UCS2, 2},
		"Norwegian letters are in the alphabet":        {strings.Repeat("æøåÆØÅ", 26), sms.GSM7, 1},
		"an emoji costs two units and is not cut":      {strings.Repeat("🪟", 67), sms.UCS2, 3},
		"35 emoji stand alone":                         {strings.Repeat("🪟", 35), sms.UCS2, 1},
		"a zero-width non-joiner is a unit of its own": {"می\u200cخواهم", sms.UCS2, 1},
		"the escape itself is no character of ours":    {"\x1b", sms.UCS2, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			encoding, parts := sms.Segments(test.text)
			if encoding != test.encoding || parts != test.parts {
				t.Errorf("%s in %d, want %s in %d", encoding, parts, test.encoding, test.parts)
			}
		})
	}
}

// The library's own table of the default alphabet is a second witness.
func TestEncodeAgreesWithTheLibrary(t *testing.T) {
	for r := rune(0); r < 0x3000; r++ {
		encoding, _ := sms.Segments(string(r))
		theirs, err := data.GSM7BIT.Encode(string(r))
		if encoding != sms.GSM7 || err != nil {
			continue
		}
		if ours := sms.Encode(sms.GSM7, string(r)); string(ours) != string(theirs) {
			t.Errorf("%q: % x, the library has % x", r, ours, theirs)
		}
	}
}

func FuzzSplit(f *testing.F) {
	for _, seed := range []string{"", "a", strings.Repeat("a{", 99), strings.Repeat("ж🪟", 70), "\xff\xfe"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		encoding, parts := sms.Split(text)
		if strings.Join(parts, "") != text {
			t.Fatal("the parts do not make the text")
		}
		for _, part := range parts {
			room := 160
			if encoding == sms.UCS2 {
				room = 140
			}
			if len(parts) > 1 && encoding == sms.GSM7 {
				room = 153
			} else if len(parts) > 1 {
				room = 134
			}
			if octets := sms.Encode(encoding, part); len(octets) > room {
				t.Fatalf("%d octets in a room of %d", len(octets), room)
			}
			if utf8.ValidString(text) && !utf8.ValidString(part) {
				t.Fatal("a character was cut")
			}
		}
	})
}

func TestCheck(t *testing.T) {
	good := sms.Message{Key: "k", To: "+79161234567", Text: "Здравствуйте"}
	if err := good.Check(); err != nil {
		t.Fatal(err)
	}
	bad := map[string]func(*sms.Message){
		"no plus":           func(m *sms.Message) { m.To = "79161234567" },
		"letters":           func(m *sms.Message) { m.To = "+7916CALLME" },
		"a second line":     func(m *sms.Message) { m.To = "+79161234567\n" },
		"too many digits":   func(m *sms.Message) { m.To = "+1234567890123456" },
		"no text":           func(m *sms.Message) { m.Text = "" },
		"no key":            func(m *sms.Message) { m.Key = "" },
		"not UTF-8":         func(m *sms.Message) { m.Text = "\xff" },
		"more than 8 parts": func(m *sms.Message) { m.Text = strings.Repeat("ж", 67*8+1) },
	}
	for name, spoil := range bad {
		t.Run(name, func(t *testing.T) {
			m := good
			spoil(&m)
			if err := m.Check(); !fault.Is(err, fault.Invalid) {
				t.Errorf("taken: %v", err)
			}
		})
	}
}
