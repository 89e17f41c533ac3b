package smpp_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/pem"
	"errors"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okno/internal/fault"
	"okno/internal/outside/reach"
	"okno/internal/outside/sms"
	"okno/internal/outside/sms/smpp"
	"okno/internal/outside/sms/smstest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func config(t *testing.T, address string) smpp.Config {
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("secret1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return smpp.Config{
		Address: address, SystemID: "okno", PasswordFile: password, Source: "OKNO",
		Network: reach.Loopback, Insecure: true, SubmitTimeout: 300 * time.Millisecond, WaitForSession: 2 * time.Second,
		ReconnectFirst: 5 * time.Millisecond, ReconnectMost: 50 * time.Millisecond,
	}
}

func dial(t *testing.T, cfg smpp.Config, options ...smpp.Option) *smpp.Client {
	client, err := smpp.New(cfg, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	return client
}

func TestContract(t *testing.T) {
	smstest.Run(t, func(t *testing.T) smstest.Gateway {
		s := startServer(t)
		cfg := config(t, s.address)
		cfg.WaitForSession = time.Second
		return smstest.Gateway{Sender: dial(t, cfg), Behave: s.Behave, Received: s.Received}
	})
}

var hello = sms.Message{Key: "k", To: "+79161234567", Text: "hello"}

func TestUnit(t *testing.T) {
	s := startServer(t)
	client := dial(t, config(t, s.address), smpp.OnReceipt(func(context.Context, sms.Delivery) error { return nil }))
	if _, err := client.Send(t.Context(), sms.Message{Key: "c", To: "+79161234567", Text: "123456", Sensitive: true}); err != nil {
		t.Fatal(err)
	}
	m := s.taken[0]
	if m.validity != "000000001500000R" || m.registered != 1 || m.source != "OKNO" || m.sourceTON != 5 {
		t.Errorf("%+v", m)
	}
	if want := "okno\x00secret1\x00"; !strings.HasPrefix(s.binds[0], want) {
		t.Errorf("bound with %q", s.binds[0])
	}
}

func TestSecondPartFails(t *testing.T) {
	s := startServer(t)
	s.script = func(c *conn, m submit) {
		if m.part == 2 {
			c.send(0x80000004, 0x58, m.sequence, nil)
			return
		}
		c.send(0x80000004, 0, m.sequence, []byte("a\x00"))
	}
	client := dial(t, config(t, s.address))
	t.Run("OTP-7 a message of which a part is out is not tried again", func(t *testing.T) {
		_, err := client.Send(t.Context(), sms.Message{Key: "k", To: "+79161234567", Text: strings.Repeat("ж", 100)})
		if !errors.Is(err, sms.ErrUnknown) || fault.Is(err, fault.Unavailable) {
			t.Fatalf("%v", err)
		}
	})
}

func TestAnswersOutOfOrder(t *testing.T) {
	s := startServer(t)
	var mu sync.Mutex
	var held []submit
	s.script = func(c *conn, m submit) { // answers in pairs, the later first, each with its own text as id
		mu.Lock()
		defer mu.Unlock()
		held = append(held, m)
		if len(held) == 2 {
			for _, h := range []submit{held[1], held[0]} {
				c.send(0x80000004, 0, h.sequence, []byte(h.text+"\x00"))
			}
			held = nil
		}
	}
	client := dial(t, config(t, s.address))
	var group sync.WaitGroup
	for _, text := range []string{"one", "two"} {
		group.Go(func() {
			receipt, err := client.Send(t.Context(), sms.Message{Key: text, To: "+79161234567", Text: text})
			if err != nil || receipt.IDs[0] != text {
				t.Errorf("%s got the answer of %v: %v", text, receipt, err)
			}
		})
	}
	group.Wait()
}

func TestNonsense(t *testing.T) {
	answers := map[string]func(c *conn, m submit){
		"an accepted message without an id":  func(c *conn, m submit) { c.send(0x80000004, 0, m.sequence, nil) },
		"another kind of answer":             func(c *conn, m submit) { c.send(0x80000021, 0, m.sequence, []byte("x\x00")) },
		"a length that is no length":         func(c *conn, m submit) { c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) },
		"the answer to another message":      func(c *conn, m submit) { c.send(0x80000004, 0, m.sequence+9, []byte("x\x00")) },
		"an id that never ends":              func(c *conn, m submit) { c.send(0x80000004, 0, m.sequence, bytes.Repeat([]byte("x"), 100)) },
		"half an answer and then a cut line": func(c *conn, m submit) { c.Write([]byte{0, 0, 0, 20, 0x80, 0}); c.Close() },
	}
	for name, answer := range answers {
		t.Run("OTP-7 "+name+" is an unknown outcome", func(t *testing.T) {
			s := startServer(t)
			s.script = answer
			if _, err := dial(t, config(t, s.address)).Send(t.Context(), hello); !errors.Is(err, sms.ErrUnknown) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("a generic_nack is a refusal for now", func(t *testing.T) {
		s := startServer(t)
		s.script = func(c *conn, m submit) { c.send(0x80000000, 0x03, m.sequence, nil) }
		if _, err := dial(t, config(t, s.address)).Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
}

func TestStatuses(t *testing.T) {
	kinds := map[uint32]fault.Kind{
		0x0B: fault.Invalid, 0x50: fault.Invalid, 0x51: fault.Invalid, 0x01: fault.Invalid, 0x65: fault.Invalid, 0x66: fault.Invalid,
		0x08: fault.Unavailable, 0x14: fault.Unavailable, 0x58: fault.Unavailable, 0x64: fault.Unavailable, 0x45: fault.Unavailable, 0x400: fault.Unavailable,
	}
	s := startServer(t)
	var status uint32
	s.script = func(c *conn, m submit) { c.send(0x80000004, status, m.sequence, nil) }
	client := dial(t, config(t, s.address))
	for code, kind := range kinds {
		s.mu.Lock()
		status = code
		s.mu.Unlock()
		if _, err := client.Send(t.Context(), hello); !fault.Is(err, kind) {
			t.Errorf("0x%x: %v", code, err)
		}
	}
}

func TestRefusedBind(t *testing.T) {
	s := startServer(t)
	s.refuse = 0x0E
	var log lockedBuffer
	cfg := config(t, s.address)
	cfg.WaitForSession = 100 * time.Millisecond
	client := dial(t, cfg, smpp.Logger(slog.New(slog.NewTextHandler(&log, nil))))
	if _, err := client.Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("%v", err)
	}
	eventually(t, "the log tells the gateway's status", func() bool { return strings.Contains(log.String(), "0x0000000e") })
	if strings.Contains(log.String(), "secret1") {
		t.Error("the log tells the password")
	}
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

func TestDeadPeer(t *testing.T) {
	s := startServer(t)
	s.deaf = true
	cfg := config(t, s.address)
	cfg.EnquireEvery, cfg.SubmitTimeout = 20*time.Millisecond, 20*time.Millisecond
	dial(t, cfg)
	eventually(t, "a gateway that does not answer enquire_link is left and bound anew", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.binds) >= 3
	})
}

func TestWindow(t *testing.T) {
	s := startServer(t)
	s.script = func(*conn, submit) {} // never answers
	cfg := config(t, s.address)
	cfg.Window, cfg.WaitForSession, cfg.SubmitTimeout = 1, 50*time.Millisecond, 2*time.Second
	client := dial(t, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error, 1)
	var got sync.Once
	started := make(chan struct{})
	s.mu.Lock()
	s.script = func(*conn, submit) { got.Do(func() { close(started) }) }
	s.mu.Unlock()
	go func() {
		_, err := client.Send(ctx, hello)
		first <- err
	}()
	<-started
	t.Run("LOAD-4 who finds the window full is told try later", func(t *testing.T) {
		if _, err := client.Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
	cancel()
	if err := <-first; !errors.Is(err, sms.ErrUnknown) {
		t.Errorf("given up after it was written: %v", err)
	}
}

func TestReceipts(t *testing.T) {
	s := startServer(t)
	got := make(chan sms.Delivery, 10)
	var fail bool
	client := dial(t, config(t, s.address), smpp.OnReceipt(func(_ context.Context, d sms.Delivery) error {
		got <- d
		if fail {
			return errors.New("the database is away")
		}
		return nil
	}))
	if _, err := client.Send(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	text := "id:id-1 sub:001 dlvrd:001 submit date:2603021200 done date:2603021201 stat:DELIVRD err:000 text:stat:UNDELIV"
	t.Run("MSG-3 a receipt that comes twice is handed on twice and answered", func(t *testing.T) {
		for range 2 {
			s.deliver(0x04, text)
			if d := <-got; d != (sms.Delivery{ID: "id-1", State: sms.Delivered}) {
				t.Errorf("%+v", d)
			}
			if status := <-s.responses; status != 0 {
				t.Errorf("answered 0x%x", status)
			}
		}
	})
	t.Run("MSG-3 a receipt that could not be kept is asked for again", func(t *testing.T) {
		fail = true
		s.deliver(0x04, "id:9 stat:UNDELIV err:04F")
		if d := <-got; d != (sms.Delivery{ID: "9", State: sms.Undelivered, Code: "04F"}) {
			t.Errorf("%+v", d)
		}
		if status := <-s.responses; status != 0x64 {
			t.Errorf("answered 0x%x", status)
		}
	})
	t.Run("a message from a phone is no receipt, a broken one is refused, an unknown command too", func(t *testing.T) {
		s.deliver(0x00, text)
		if status := <-s.responses; status != 0 {
			t.Errorf("answered 0x%x", status)
		}
		s.raw(0x00000005, []byte("broken"))
		if status := <-s.responses; status != 0x02 {
			t.Errorf("answered 0x%x", status)
		}
		s.raw(0x00000777, nil)
		if status := <-s.responses; status != 0x03 {
			t.Errorf("answered 0x%x", status)
		}
		if len(got) != 0 {
			t.Error("a receipt was made up")
		}
		if _, err := client.Send(t.Context(), hello); err != nil {
			t.Errorf("the session did not survive: %v", err)
		}
	})
}

func TestCloseWhileSending(t *testing.T) {
	s := startServer(t)
	client := dial(t, config(t, s.address))
	if _, err := client.Send(t.Context(), hello); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			_, err := client.Send(t.Context(), hello)
			if err != nil && !errors.Is(err, sms.ErrUnknown) && !fault.Is(err, fault.Unavailable) {
				t.Error(err)
			}
		})
	}
	client.Close()
	group.Wait()
	if _, err := client.Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
		t.Errorf("after Close: %v", err)
	}
	client.Close()
}

func TestValidate(t *testing.T) {
	good := config(t, "127.0.0.1:2775")
	if problems := good.Validate(); len(problems) != 0 {
		t.Fatal(problems)
	}
	t.Run("CRYPTO-6 without TLS only on this machine", func(t *testing.T) {
		for _, network := range []reach.Network{"", reach.Public, reach.Private} {
			c := good
			c.Network = network
			if len(c.Validate()) != 1 {
				t.Errorf("network %q: %v", network, c.Validate())
			}
		}
	})
	bad := good
	bad.Address, bad.SystemID, bad.Source, bad.PasswordFile, bad.Window = "gateway", "", "Госуслуги", "/nonexistent", -1
	if problems := bad.Validate(); len(problems) != 5 {
		t.Errorf("%d problems: %v", len(problems), problems)
	}
}

func TestTLS(t *testing.T) {
	t.Run("CRYPTO-6 a gateway with a certificate of the configured root is spoken to, another is not", func(t *testing.T) {
		web := httptest.NewTLSServer(nil) // for its certificate
		web.Close()
		s := startServerTLS(t, &tls.Config{Certificates: web.TLS.Certificates})
		cfg := config(t, s.address)
		cfg.Insecure, cfg.RootFile, cfg.SubmitTimeout = false, filepath.Join(t.TempDir(), "root.pem"), 2*time.Second
		if err := os.WriteFile(cfg.RootFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: web.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := dial(t, cfg).Send(t.Context(), hello); err != nil {
			t.Error(err)
		}
		cfg.RootFile, cfg.WaitForSession = "", 200*time.Millisecond
		if _, err := dial(t, cfg).Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
	s := startServer(t) // speaks no TLS
	cfg := config(t, s.address)
	cfg.Insecure, cfg.WaitForSession, cfg.DialTimeout = false, 200*time.Millisecond, 100*time.Millisecond
	t.Run("CRYPTO-6 a gateway without TLS is not spoken to", func(t *testing.T) {
		if _, err := dial(t, cfg).Send(t.Context(), hello); !fault.Is(err, fault.Unavailable) {
			t.Fatalf("%v", err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if len(s.binds) != 0 {
			t.Error("the password went out in the clear")
		}
	})
}
