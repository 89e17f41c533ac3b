// Package webtest is a browser without scripts for tests: it finds fields by
// their labels and buttons by their text, as a person does, and holds every page
// that it is shown to the rules that all pages keep. It never reads what a person
// could not see.
package webtest

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Browser keeps cookies and follows redirects, like a browser without scripts.
type Browser struct {
	t       testing.TB
	handler http.Handler
	origin  string
	jar     http.CookieJar
	lang    string
	client  *http.Client // for a running server; nil: the handler is called
	wanders bool         // goes to other sites where it is led
}

// New makes a browser in front of a handler. Origin is how the site calls itself.
func New(t testing.TB, handler http.Handler, origin string) *Browser {
	jar, _ := cookiejar.New(nil)
	return &Browser{t: t, handler: handler, origin: origin, jar: jar, lang: "en"}
}

// Dial makes a browser for a server that listens at origin.
func Dial(t testing.TB, origin string) *Browser {
	b := New(t, nil, origin)
	b.client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return b
}

// Speak sets the language that the browser asks for.
func (b *Browser) Speak(lang string) *Browser { b.lang = lang; return b }

// Wander lets a dialled browser follow redirects, links, forms and pages that move
// on by themselves to other sites, as people are led between a site and us. Pages
// then belong to the site that answered (Page.Origin).
func (b *Browser) Wander() *Browser { b.wanders = true; return b }

// For is the same browser with its cookies for a subtest.
func (b *Browser) For(t testing.TB) *Browser {
	c := *b
	c.t = t
	return &c
}

// Cookies are those that the browser would send to the site.
func (b *Browser) Cookies() []*http.Cookie {
	u, _ := url.Parse(b.origin)
	return b.jar.Cookies(u)
}

// Forget drops all cookies, as a browser that was never here.
func (b *Browser) Forget() { b.jar, _ = cookiejar.New(nil) }

// Open goes to a path, or to an address of the same site as in a message; one
// that wanders goes to any address.
func (b *Browser) Open(path string) *Page {
	b.t.Helper()
	return b.send("GET", strings.TrimPrefix(path, b.origin), "", nil)
}

// at is the browser in front of the site of an address, and the path there.
func (b *Browser) at(address string) (*Browser, string) {
	u, err := url.Parse(address)
	if !b.wanders || err != nil || u.Host == "" {
		return b, address
	}
	c := *b
	c.origin = u.Scheme + "://" + u.Host
	return &c, u.RequestURI()
}

// Send posts raw values, for tests of what no page would send.
func (b *Browser) Send(path string, values url.Values) *Page {
	b.t.Helper()
	return b.send("POST", path, "application/x-www-form-urlencoded", []byte(values.Encode()))
}

// maxRedirects is where a loop is suspected.
const maxRedirects = 10

func (b *Browser) send(method, path, kind string, body []byte) *Page {
	b.t.Helper()
	from := b.origin
	for range maxRedirects {
		b, path = b.at(path)
		answer := b.ask(method, path, kind, from, body)
		location := answer.Header.Get("Location")
		if answer.StatusCode < 300 || answer.StatusCode >= 400 || location == "" {
			p := b.read(path, answer)
			if to := p.moves(); to != "" && b.wanders {
				method, path, kind, body = "GET", b.resolve(path, to), "", nil
				continue
			}
			return p
		}
		answer.Body.Close()
		path = b.resolve(path, location)
		if answer.StatusCode != http.StatusTemporaryRedirect && answer.StatusCode != http.StatusPermanentRedirect {
			method, kind, body = "GET", "", nil
		}
	}
	b.t.Fatalf("more than %d redirects, last to %s", maxRedirects, path)
	return nil
}

func (b *Browser) resolve(path, location string) string {
	base, err := url.Parse(b.origin + path)
	if err != nil {
		b.t.Fatal(err)
	}
	to, err := base.Parse(location)
	if err != nil {
		b.t.Fatal(err)
	}
	if to.Scheme+"://"+to.Host != b.origin {
		if b.wanders {
			return to.String()
		}
		b.t.Fatalf("led away to %s", to)
	}
	return to.RequestURI()
}

func (b *Browser) ask(method, path, kind, from string, body []byte) *http.Response {
	b.t.Helper()
	r, err := http.NewRequest(method, b.origin+path, bytes.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Accept-Language", b.lang)
	if kind != "" {
		r.Header.Set("Content-Type", kind)
		r.Header.Set("Origin", from)
	}
	for _, c := range b.jar.Cookies(r.URL) {
		r.AddCookie(c)
	}
	answer, err := b.do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	b.jar.SetCookies(r.URL, answer.Cookies())
	return answer
}

func (b *Browser) do(r *http.Request) (*http.Response, error) {
	if b.client != nil {
		return b.client.Do(r)
	}
	r.RequestURI, r.RemoteAddr = r.URL.RequestURI(), "192.0.2.1:1234"
	w := httptest.NewRecorder()
	b.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func (b *Browser) read(path string, answer *http.Response) *Page {
	b.t.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	p := &Page{b: b, Path: path, Status: answer.StatusCode, Header: answer.Header, Body: string(body), chosen: map[*html.Node]string{}}
	if strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
		if p.doc, err = html.Parse(bytes.NewReader(body)); err != nil {
			b.t.Fatal(err)
		}
		for _, broken := range Rules(p.doc) {
			b.t.Errorf("%s: %s", path, broken)
		}
	}
	return p
}

// file is what Attach chose for a file field.
type file struct {
	name    string
	kind    string
	content []byte
}

func multipartBody(values [][2]string, files map[string]file) (string, []byte) {
	var body bytes.Buffer
	m := multipart.NewWriter(&body)
	for _, v := range values {
		m.WriteField(v[0], v[1])
	}
	for field, f := range files {
		h := textproto.MIMEHeader{}
		h.Set("Content-Disposition", `form-data; name="`+field+`"; filename="`+f.name+`"`)
		h.Set("Content-Type", f.kind)
		part, _ := m.CreatePart(h)
		part.Write(f.content)
	}
	m.Close()
	return m.FormDataContentType(), body.Bytes()
}

// SetCookie gives the browser a cookie of the site, as after a sign-in.
func (b *Browser) SetCookie(name, value string) {
	u, _ := url.Parse(b.origin)
	b.jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}
