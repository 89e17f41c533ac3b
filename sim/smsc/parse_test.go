package smsc

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/linxGnu/gosmpp/data"
	"pgregory.net/rapid"
)

// body writes a submit_sm body by hand.
func body(to string, class, coding byte, short []byte, optional ...byte) []byte {
	b := append([]byte{0, 5, 0}, "Okno\x00\x01\x01"...)
	b = append(append(b, to...), 0, class, 0, 0, 0, 0, 1, 0, coding, 0, byte(len(short)))
	return append(append(b, short...), optional...)
}

func TestSubmissionsAreRefusedWithTheirReason(t *testing.T) {
	long := bytes.Repeat([]byte("a"), 200)
	for name, c := range map[string]struct {
		body   []byte
		status uint32
	}{
		"whole":                                {body("79161234567", 0, 0, []byte("x")), statusOK},
		"160 letters of seven bits":            {body("79161234567", 0, 0, long[:160]), statusOK},
		"161 letters of seven bits":            {body("79161234567", 0, 0, long[:161]), badMessageLength},
		"140 octets":                           {body("79161234567", 0, 8, long[:140]), statusOK},
		"141 octets":                           {body("79161234567", 0, 8, long[:141]), badMessageLength},
		"153 letters behind a header":          {body("79161234567", 0x40, 0, append([]byte{5, 0, 3, 1, 2, 1}, long[:153]...)), statusOK},
		"154 letters behind a header":          {body("79161234567", 0x40, 0, append([]byte{5, 0, 3, 1, 2, 1}, long[:154]...)), badMessageLength},
		"no destination":                       {body("", 0, 0, []byte("x")), badDestination},
		"a name as destination":                {body("mother", 0, 0, []byte("x")), badDestination},
		"a header longer than the text":        {body("79161234567", 0x40, 0, []byte{9, 0, 3}), badESMClass},
		"a header element longer than itself":  {body("79161234567", 0x40, 0, []byte{3, 0, 9, 1}), badESMClass},
		"nothing where a header should be":     {body("79161234567", 0x40, 0, nil), badESMClass},
		"a cut body":                           {body("79161234567", 0, 0, []byte("x"))[:20], badCommandLength},
		"an optional parameter without an end": {body("79161234567", 0, 0, nil, 4, 0x24, 0, 9, 'x'), badOptionalStream},
	} {
		t.Run(name, func(t *testing.T) {
			if _, status := parseSubmit(c.body); status != c.status {
				t.Errorf("got status %#x", status)
			}
		})
	}
}

func TestHeadersOfBothWidths(t *testing.T) {
	for name, c := range map[string]struct {
		header []byte
		want   part
	}{
		"8 bits":                   {[]byte{5, 0, 3, 0x2A, 3, 2}, part{0x2A, false, 3, 2}},
		"16 bits":                  {[]byte{6, 8, 4, 1, 0x2A, 3, 2}, part{0x12A, true, 3, 2}},
		"behind another element":   {[]byte{9, 1, 2, 0, 1, 0, 3, 7, 2, 1}, part{7, false, 2, 1}},
		"number over total":        {[]byte{5, 0, 3, 1, 2, 3}, part{total: 1, number: 1}},
		"of nothing":               {[]byte{5, 0, 3, 1, 0, 0}, part{total: 1, number: 1}},
		"an element of wrong size": {[]byte{4, 0, 2, 1, 1}, part{total: 1, number: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			rest, p, ok := splitHeader(append(c.header, "text"...))
			if !ok || p != c.want || string(rest) != "text" {
				t.Errorf("got %q, %+v, %v", rest, p, ok)
			}
		})
	}
}

func TestOddTextIsShownNotRefused(t *testing.T) {
	for name, c := range map[string]struct {
		coding byte
		octets []byte
		want   string
	}{
		"a lone escape":               {0, []byte{'a', 0x1B}, "a "},
		"two escapes":                 {0, []byte{0x1B, 0x1B, 'a'}, " a"},
		"an unknown extension":        {0, []byte{0x1B, 'a'}, "a"},
		"an octet over seven bits":    {0, []byte{0xFF}, "\uFFFD"},
		"an odd octet of UCS2":        {8, []byte{4, 0x1F, 4}, "П\uFFFD"},
		"half a pair":                 {8, []byte{0xD8, 0x3D}, "\uFFFD"},
		"a pair":                      {8, []byte{0xD8, 0x3D, 0xDE, 0x00}, "😀"},
		"not ASCII":                   {1, []byte{'a', 0xE9}, "a\uFFFD"},
		"binary":                      {4, []byte{0xCA, 0xFE}, "cafe"},
		"a message class in UCS2":     {0xE0, []byte{4, 0x1F}, "П"},
		"a message class in 8 bits":   {0xF4, []byte{1}, "01"},
		"a message class, seven bits": {0xF0, []byte{0}, "@"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := decode(c.coding, c.octets); got != c.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

// TestAlphabetAgreesWithAnotherHand compares our table with one that others wrote.
func TestAlphabetAgreesWithAnotherHand(t *testing.T) {
	letters := []rune(strings.ReplaceAll(string(gsmLetters), "\x1b", "") + "\f^{}\\[~]|€")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.SampledFrom(letters)).Draw(t, "text")
		octets, err := data.GSM7BIT.Encode(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := decodeGSM(octets); got != text {
			t.Fatalf("got %q, want %q", got, text)
		}
	})
}

// TestSplitLettersAreJoined cuts a text at any octet, also inside a letter.
func TestSplitLettersAreJoined(t *testing.T) {
	for coding, octets := range map[byte][]byte{0: {'a', 0x1B, 0x65, 'b'}, 8: {0xD8, 0x3D, 0xDE, 0x00, 4, 0x1F}} {
		for cut := range octets {
			a := assembly{parts: map[int]submission{1: {coding: coding, text: octets[:cut]}, 2: {coding: coding, text: octets[cut:]}}}
			if got, _ := a.text(); got != decode(coding, octets) {
				t.Errorf("cut at %d: %q", cut, got)
			}
		}
	}
}

func FuzzPDU(f *testing.F) {
	good := pdu{submitSM, 0, 7, body("79161234567", 0x40, 8, []byte{5, 0, 3, 1, 2, 1, 4, 0x1F}, 2, 4, 0, 2, 0, 1)}.bytes()
	f.Add(good)
	f.Add(pdu{submitSM, 0, 7, body("79161234567", 0, 0, nil, 4, 0x24, 0, 2, 0x1B, 0x65)}.bytes())
	f.Add(pdu{bindTransceiver, 0, 1, []byte("okno\x00secret\x00\x00\x34\x00\x00\x00")}.bytes())
	f.Fuzz(func(t *testing.T, wire []byte) {
		p, err := readPDU(bytes.NewReader(wire))
		if err != nil {
			return
		}
		if again := p.bytes(); !bytes.Equal(again, wire[:len(again)]) {
			t.Fatalf("read and written again it is % x", again)
		}
		_, _ = parseBind(p.body)
		s, status := parseSubmit(p.body)
		if status != statusOK {
			return
		}
		if !s.concatenate.possible() || !phoneNumber.MatchString(s.to) {
			t.Fatalf("taken: %+v", s)
		}
		if text := decode(s.coding, s.text); !utf8.ValidString(text) {
			t.Fatalf("not text: %q", text)
		}
	})
}

func FuzzText(f *testing.F) {
	f.Add(byte(0), []byte{0x1B, 0x65, 0x1B})
	f.Add(byte(8), []byte{0xD8, 0, 1})
	f.Add(byte(0xF4), []byte{0xFF})
	f.Fuzz(func(t *testing.T, coding byte, octets []byte) {
		if text := decode(coding, octets); !utf8.ValidString(text) {
			t.Fatalf("not text: %q", text)
		}
		rest, p, ok := splitHeader(octets)
		if ok && (len(rest) > len(octets) || !p.possible()) {
			t.Fatalf("%+v of % x", p, octets)
		}
	})
}
