package relyingparty_test

import (
	"crypto/x509"
	"encoding/pem"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/sim/relyingparty"
)

// start starts a site that is registered at the provider.
func start(t *testing.T, f *fake, kind relyingparty.Kind, change ...func(*relyingparty.Config)) *relyingparty.Site {
	t.Helper()
	c := relyingparty.Config{Site: kind, Issuer: f.issuer(), Now: f.now.Now}
	if kind == relyingparty.Petersburg {
		c.Secret = "a secret: with + and % in it"
	}
	for _, one := range change {
		one(&c)
	}
	s, err := relyingparty.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	g := s.Registration()
	known := fakeClient{key: g.Key, secret: url.QueryEscape(c.Secret), redirect: g.RedirectURI, after: g.PostLogoutURI}
	if part, _ := pem.Decode([]byte(g.Certificate)); part != nil {
		if known.certificate, err = x509.ParseCertificate(part.Bytes); err != nil {
			t.Fatal(err)
		}
	}
	f.set(func() { f.clients[g.ClientID] = known })
	return s
}

// browser is one person's browser: it keeps cookies and follows redirects.
type browser struct {
	t      *testing.T
	client *http.Client
	lang   string
}

func newBrowser(t *testing.T) *browser {
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar}, lang: "en"}
}

type page struct {
	status  int
	address *url.URL
	body    string
	header  http.Header
}

// text is the page without its tags.
func (p page) text() string {
	var b strings.Builder
	for part := range strings.SplitSeq(p.body, "<") {
		_, after, _ := strings.Cut(part, ">")
		b.WriteString(after + " ")
	}
	return html.UnescapeString(strings.Join(strings.Fields(b.String()), " "))
}

func (b *browser) do(r *http.Request) page {
	b.t.Helper()
	r.Header.Set("Accept-Language", b.lang)
	answer, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{status: answer.StatusCode, address: answer.Request.URL, body: string(body), header: answer.Header}
}

func (b *browser) open(address string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, address, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(address string, form url.Values) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return b.do(r)
}

// signIn signs in at a site and must end on its account page.
func (b *browser) signIn(s *relyingparty.Site) page {
	b.t.Helper()
	p := b.open(s.Origin() + "/signin")
	if p.status != 200 || p.address.Path != "/account" {
		b.t.Fatalf("the sign-in ended at %s with %d:\n%s", p.address.Path, p.status, p.text())
	}
	return p
}

// signInAnew signs in after the provider's keys were changed. go-oidc gives the
// keys of its last fetch for a moment after that fetch has answered (its
// goroutine has yet to put them away), so the first try may still see them.
func (b *browser) signInAnew(s *relyingparty.Site) {
	b.t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if b.open(s.Origin()+"/signin").status == http.StatusOK {
			return
		}
	}
	b.signIn(s)
}

// isIn says whether the browser is signed in at the site.
func (b *browser) isIn(s *relyingparty.Site) bool {
	b.t.Helper()
	return b.open(s.Origin()+"/account").address.Path == "/account"
}

func mustShow(t *testing.T, p page, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(p.text(), w) {
			t.Errorf("%s does not say %q:\n%s", p.address.Path, w, p.text())
		}
	}
}
