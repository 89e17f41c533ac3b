package mail_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"
	"go.uber.org/goleak"

	"okno/sim/mail"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

const anna = "anna@example.org"

func start(t *testing.T, change ...func(*mail.Config)) *mail.Server {
	t.Helper()
	c := mail.Config{Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&c)
	}
	s, err := mail.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func letter(t *testing.T) *gomail.Msg {
	t.Helper()
	m := gomail.NewMsg()
	if err := errors.Join(m.FromFormat("Окно", "okno@example.org"), m.To(anna)); err != nil {
		t.Fatal(err)
	}
	m.Subject("Ваше заявление принято — درخواست شما")
	m.SetBodyString(gomail.TypeTextPlain, "Откройте https://okno.example/cases/7?x=1. Спасибо!\n")
	m.AddAlternativeString(gomail.TypeTextHTML, `<p><a href="https://okno.example/cases/7?x=1">Дело</a> <a href="https://okno.example/help&amp;y">?</a> <a href="mailto:x@y">m</a></p>`)
	if err := m.AttachReader("Справка № 1.pdf", strings.NewReader("%PDF-1.7\x00\xff")); err != nil {
		t.Fatal(err)
	}
	return m
}

func send(ctx context.Context, s *mail.Server, m *gomail.Msg, options ...gomail.Option) error {
	host, port, _ := net.SplitHostPort(s.Addr())
	n, _ := strconv.Atoi(port)
	all := append([]gomail.Option{gomail.WithPort(n), gomail.WithTLSPolicy(gomail.NoTLS), gomail.WithTimeout(5 * time.Second)}, options...)
	c, err := gomail.NewClient(host, all...)
	if err != nil {
		return err
	}
	return c.DialAndSendWithContext(ctx, m)
}

func mustSend(t *testing.T, s *mail.Server, m *gomail.Msg, options ...gomail.Option) {
	t.Helper()
	if err := send(t.Context(), s, m, options...); err != nil {
		t.Fatal(err)
	}
}

func TestMailIsTakenApart(t *testing.T) {
	s := start(t)
	mustSend(t, s, letter(t))
	got, err := s.Await(t.Context(), "ANNA@example.org", 1)
	if err != nil {
		t.Fatal(err)
	}
	m := got[0]
	if m.From != "okno@example.org" || fmt.Sprint(m.To) != "["+anna+"]" || !m.ReceivedAt.Equal(noon) || m.Problem != "" {
		t.Errorf("envelope: %+v", m)
	}
	if m.Subject != "Ваше заявление принято — درخواست شما" || !strings.Contains(m.Text, "Спасибо!") || !strings.Contains(m.HTML, ">Дело</a>") {
		t.Errorf("texts: %q, %q, %q", m.Subject, m.Text, m.HTML)
	}
	if fmt.Sprint(m.Links) != "[https://okno.example/cases/7?x=1 https://okno.example/help&y]" {
		t.Errorf("links: %v", m.Links)
	}
	if len(m.Attachments) != 1 || m.Attachments[0].Name != "Справка № 1.pdf" || m.Attachments[0].Type != "application/pdf" ||
		string(m.Attachments[0].Content) != "%PDF-1.7\x00\xff" || m.Attachments[0].Size != 10 {
		t.Errorf("attachments: %+v", m.Attachments)
	}
	if h := m.Headers["From"]; len(h) != 1 || !strings.Contains(h[0], "Окно") {
		t.Errorf("headers: %v", m.Headers)
	}
	if others := s.Messages("boris@example.org"); len(others) != 0 {
		t.Errorf("somebody else has %+v", others)
	}
}

func TestStartTLSAndSignIn(t *testing.T) {
	s := start(t, func(c *mail.Config) { c.TLS, c.Username, c.Password = true, "okno", "secret" })
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	secure := func(password string) []gomail.Option {
		return []gomail.Option{
			gomail.WithTLSPolicy(gomail.TLSMandatory), gomail.WithTLSConfig(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}),
			gomail.WithSMTPAuth(gomail.SMTPAuthPlain), gomail.WithUsername("okno"), gomail.WithPassword(password),
		}
	}
	if err := send(t.Context(), s, letter(t)); err == nil {
		t.Error("a stranger could send")
	}
	if err := send(t.Context(), s, letter(t), secure("guess")...); err == nil || !strings.Contains(err.Error(), "535") {
		t.Errorf("a wrong password: %v", err)
	}
	if err := send(t.Context(), s, letter(t), append(secure("secret"), gomail.WithTLSPolicy(gomail.NoTLS))...); err == nil {
		t.Error("a password was taken without TLS")
	}
	mustSend(t, s, letter(t), secure("secret")...)
	if got := s.Messages(anna); len(got) != 1 {
		t.Errorf("kept %d", len(got))
	}
}

func TestModesThatKeepNothing(t *testing.T) {
	for mode, want := range map[mail.Mode]string{mail.RefuseAll: "550", mail.TempFail: "451", mail.Drop: "", mail.Hang: ""} {
		t.Run(string(mode), func(t *testing.T) {
			s := start(t)
			if err := s.SetMode(mode, 0); err != nil {
				t.Fatal(err)
			}
			err := send(t.Context(), s, letter(t), gomail.WithTimeout(150*time.Millisecond))
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("got %v", err)
			}
			if got := s.Messages(""); len(got) != 0 {
				t.Errorf("kept %+v", got)
			}
			_ = s.SetMode(mail.Accept, 0)
			mustSend(t, s, letter(t))
		})
	}
}

func TestSlowServerKeepsBeforeItAnswers(t *testing.T) {
	s := start(t)
	_ = s.SetMode(mail.Slow, 60*time.Millisecond)
	began := time.Now()
	mustSend(t, s, letter(t))
	if time.Since(began) < 60*time.Millisecond {
		t.Error("the delay was not kept")
	}
	_ = s.SetMode(mail.Slow, time.Hour)
	if err := send(t.Context(), s, letter(t), gomail.WithTimeout(100*time.Millisecond)); err == nil {
		t.Error("it answered at once")
	}
	if got := s.Messages(anna); len(got) != 2 {
		t.Errorf("kept %d", len(got))
	}
}

func TestDuplicatingServerKeepsTwo(t *testing.T) {
	s := start(t)
	_ = s.SetMode(mail.Duplicate, 0)
	mustSend(t, s, letter(t))
	if got := s.Messages(anna); len(got) != 2 || got[0].ID == got[1].ID || got[0].Headers["Message-Id"][0] != got[1].Headers["Message-Id"][0] {
		t.Errorf("kept %+v", got)
	}
}

func TestManySendersAtOnceLoseNothing(t *testing.T) {
	s := start(t, func(c *mail.Config) { c.Keep = 20 })
	var all sync.WaitGroup
	for range 30 {
		m := letter(t)
		all.Go(func() {
			if err := send(t.Context(), s, m); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	got := s.Messages(anna)
	if len(got) != 20 || got[0].ID != "30" || got[19].ID != "11" {
		t.Errorf("kept %d, from %s to %s", len(got), got[0].ID, got[len(got)-1].ID)
	}
}

// TestMalformedMailIsKeptRaw speaks SMTP by hand, since no client writes such mail.
func TestMalformedMailIsKeptRaw(t *testing.T) {
	s := start(t)
	for name, raw := range map[string]string{
		"no header at all":     "just words\r\n",
		"a broken boundary":    "Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n--b\r\nwhat\r\n",
		"broken base64":        "Subject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n####\r\n",
		"an unknown charset":   "Subject: =?nope?q?=41?=\r\nContent-Type: text/plain; charset=nope\r\n\r\nwords \xff\r\n",
		"nothing":              "",
		"an unknown transfer":  "Content-Transfer-Encoding: pigeon\r\n\r\nwords\r\n",
		"octets without sense": "\x00\x01\xfe: \xff\r\n\r\n\xff\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			byHand(t, s, raw)
			m := s.Messages(anna)[0]
			if string(m.Raw) != raw {
				t.Errorf("raw is %q", m.Raw)
			}
			if m.Problem == "" && name != "nothing" {
				t.Errorf("no problem was seen in %+v", m)
			}
		})
	}
}

func byHand(t *testing.T, s *mail.Server, raw string) {
	t.Helper()
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	in := bufio.NewReader(conn)
	for _, step := range []struct{ say, want string }{
		{"", "220"},
		{"HELO me\r\n", "250"},
		{"MAIL FROM:<x@example.org>\r\n", "250"},
		{"RCPT TO:<" + anna + ">\r\n", "250"},
		{"DATA\r\n", "354"},
		{raw + ".\r\n", "250"},
		{"QUIT\r\n", "221"},
	} {
		_, _ = conn.Write([]byte(step.say))
		if line, err := in.ReadString('\n'); err != nil || !strings.HasPrefix(line, step.want) {
			t.Fatalf("after %q: %q, %v", step.say, line, err)
		}
	}
}
