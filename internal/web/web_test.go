package web_test

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"okno/internal/web"
)

func guard() *web.Guard {
	return &web.Guard{Origins: []string{"https://okno.example"}, Log: slog.New(slog.DiscardHandler),
		Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
		Fail:    func(w http.ResponseWriter, r *http.Request, status int, id string) { w.WriteHeader(status) }}
}

func ask(g *web.Guard, h http.HandlerFunc, change func(*http.Request)) *http.Response {
	r := httptest.NewRequest("POST", "https://okno.example/x", strings.NewReader("a=b"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	change(r)
	w := httptest.NewRecorder()
	g.Wrap(h).ServeHTTP(w, r)
	return w.Result()
}

func TestGuard(t *testing.T) {
	fine := func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RemoteAddr) }
	t.Run("WEB-8 an unknown host is misdirected", func(t *testing.T) {
		for _, host := range []string{"evil.example", "okno.example.evil.example", "okno.example:8443", ""} {
			if got := ask(guard(), fine, func(r *http.Request) { r.Host = host }); got.StatusCode != 421 {
				t.Errorf("%q: %d", host, got.StatusCode)
			}
		}
	})
	t.Run("WEB-1 a post from another site is refused", func(t *testing.T) {
		for name, change := range map[string]func(*http.Request){
			"origin":     func(r *http.Request) { r.Header.Set("Origin", "https://evil.example") },
			"null":       func(r *http.Request) { r.Header.Set("Origin", "null") },
			"fetch site": func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
			"same site":  func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		} {
			if got := ask(guard(), fine, change); got.StatusCode != 403 {
				t.Errorf("%s: %d", name, got.StatusCode)
			}
		}
		if got := ask(guard(), fine, func(r *http.Request) { r.Header.Set("Origin", "https://okno.example") }); got.StatusCode != 200 {
			t.Error("our own origin was refused")
		}
	})
	t.Run("WEB-3 every answer carries the headers, errors too", func(t *testing.T) {
		for _, got := range []*http.Response{ask(guard(), fine, func(*http.Request) {}),
			ask(guard(), fine, func(r *http.Request) { r.Host = "evil" }), ask(guard(), func(http.ResponseWriter, *http.Request) { panic("x") }, func(*http.Request) {})} {
			for _, h := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Strict-Transport-Security", "Cross-Origin-Opener-Policy", "Permissions-Policy"} {
				if got.Header.Get(h) == "" {
					t.Errorf("%d: no %s", got.StatusCode, h)
				}
			}
		}
	})
	t.Run("WEB-2 the policy allows nothing by default and no framing", func(t *testing.T) {
		policy := ask(guard(), fine, func(*http.Request) {}).Header.Get("Content-Security-Policy")
		for _, part := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "object-src 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, part) {
				t.Errorf("no %s in %s", part, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Error(policy)
		}
	})
	t.Run("LOG-2 a panic gives a page with status 500", func(t *testing.T) {
		if got := ask(guard(), func(http.ResponseWriter, *http.Request) { panic("boom") }, func(*http.Request) {}); got.StatusCode != 500 {
			t.Error(got.StatusCode)
		}
	})
	t.Run("WEB-5 a path with a semicolon does not exist", func(t *testing.T) {
		if got := ask(guard(), fine, func(r *http.Request) { r.URL.Path = "/account;x.css" }); got.StatusCode != 404 {
			t.Error(got.StatusCode)
		}
	})
	t.Run("WEB-9 the client's address is believed only from a listed proxy", func(t *testing.T) {
		for _, c := range []struct{ from, forwarded, want string }{
			{"203.0.113.5:1", "198.51.100.1", "203.0.113.5"},
			{"10.1.2.3:1", "198.51.100.1", "198.51.100.1"},
			{"10.1.2.3:1", "1.1.1.1, 198.51.100.1, 10.9.9.9", "198.51.100.1"},
			{"10.1.2.3:1", "", "10.1.2.3"},
			{"10.1.2.3:1", "nonsense", "10.1.2.3"},
		} {
			got := ask(guard(), fine, func(r *http.Request) { r.RemoteAddr = c.from; r.Header.Set("X-Forwarded-For", c.forwarded) })
			if body, _ := io.ReadAll(got.Body); string(body) != c.want {
				t.Errorf("%+v: %s", c, body)
			}
		}
	})
}

func TestReadForm(t *testing.T) {
	read := func(kind, body string) (web.Form, error) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		return web.ReadForm(httptest.NewRecorder(), r)
	}
	const urlencoded = "application/x-www-form-urlencoded"
	t.Run("INP-1 of a field sent twice the first counts", func(t *testing.T) {
		f, err := read(urlencoded, "a=1&a=2")
		if err != nil || f.Text("a") != "1" {
			t.Fatal(f, err)
		}
	})
	t.Run("a body over the limit is refused", func(t *testing.T) {
		if _, err := read(urlencoded, "a="+strings.Repeat("x", web.MaxForm)); err == nil {
			t.Fatal("read")
		}
		if _, err := read(urlencoded, strings.Repeat("a=&", 600)); err == nil {
			t.Fatal("600 fields were read")
		}
	})
	t.Run("INP-3 odd characters are taken out and reported", func(t *testing.T) {
		f, err := read(urlencoded, "a=x%E2%80%AEy&b=%00z&c=fine")
		if err != nil || !f.Odd("a") || !f.Odd("b") || f.Odd("c") {
			t.Fatalf("%+v %v", f, err)
		}
	})
	t.Run("a code is read from any spelling", func(t *testing.T) {
		for _, typed := range []string{"123456", "123 456", "123-456", "۱۲۳۴۵۶", "١٢٣٤٥٦", " 123456\n"} {
			if f := web.NewForm(map[string][]string{"code": {typed}}); f.Digits("code") != "123456" {
				t.Errorf("%q: %q", typed, f.Digits("code"))
			}
		}
	})
}

func TestSafePath(t *testing.T) {
	t.Run("WEB-7 only a path of this site is followed", func(t *testing.T) {
		for _, bad := range []string{"", "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "/\t/evil", "/\r\nSet-Cookie:x", "http:/evil", "/%00", "///evil"} {
			if got := web.SafePath(bad, "/"); got != "/" && got != "/%00" {
				t.Errorf("%q: %q", bad, got)
			}
		}
		for _, good := range []string{"/services", "/services/x?a=b&c=%2F", "/id/profile/user"} {
			if got := web.SafePath(good, "/"); got != good {
				t.Errorf("%q: %q", good, got)
			}
		}
	})
}
