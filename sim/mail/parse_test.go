package mail

import (
	"fmt"
	"testing"
	"unicode/utf8"
)

func TestLinksAreFoundAsAReaderSeesThem(t *testing.T) {
	for name, c := range map[string]struct{ text, page, want string }{
		"a full stop ends a sentence":    {"See https://a.example/x.", "", "[https://a.example/x]"},
		"brackets stand around":          {"(https://a.example/x), <https://b.example>", "", "[https://a.example/x https://b.example]"},
		"the same link twice":            {"https://a.example", `<A HREF="https://a.example">`, "[https://a.example]"},
		"the page has entities":          {"", `<a href="https://a.example/?x=1&amp;y=2">`, "[https://a.example/?x=1&y=2]"},
		"a picture is no link":           {"", `<img src="https://a.example/x.png">`, "[]"},
		"another protocol is no link":    {"ftp://a.example", `<a href="javascript:alert(1)">`, "[]"},
		"a page that ends in the middle": {"", `<a href="https://a.exa`, "[]"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := fmt.Sprint(links(c.text, c.page)); got != c.want {
				t.Errorf("got %s", got)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("Subject: =?utf-8?q?=D0=9F?=\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\nContent-Type: text/html\r\n\r\n<a href=http://x>\r\n--a--\r\n"))
	f.Add([]byte("Content-Type: text/plain; charset=windows-1251\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=CF=F0\r\n"))
	f.Add([]byte("Content-Disposition: attachment; filename*=utf-8''%d0%9f\r\n\r\nx"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		m := parse(raw)
		if string(m.Raw) != string(raw) {
			t.Fatal("the raw mail changed")
		}
		for _, text := range []string{m.Subject, m.Text, m.HTML} {
			if !utf8.ValidString(text) {
				t.Fatalf("not text: %q", text)
			}
		}
	})
}
