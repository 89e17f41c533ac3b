package smtp_test

import (
	"context"
	"encoding/pem"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/outside/email"
	"okno/internal/outside/email/emailtest"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/reach"
	"okno/sim/mail"
)

// TestSimulator runs the contract against the product's own simulator, once
// under STARTTLS with a sign-in and once as `okno demo` uses it.
func TestSimulator(t *testing.T) {
	t.Run("STARTTLS", func(t *testing.T) {
		emailtest.Run(t, func(t *testing.T) emailtest.Server {
			s := &simulated{config: mail.Config{TLS: true, Username: "okno", Password: "right"}}
			s.start(t)
			cfg := s.client(t)
			cfg.Username, cfg.PasswordFile = "okno", password(t, "right")
			return s.server(t, cfg)
		})
	})
	t.Run("plain on this machine", func(t *testing.T) {
		emailtest.Run(t, func(t *testing.T) emailtest.Server {
			s := &simulated{}
			s.start(t)
			cfg := s.client(t)
			cfg.Insecure = true
			return s.server(t, cfg)
		})
	})
}

type simulated struct {
	*mail.Server
	config mail.Config
	away   bool
}

func (s *simulated) start(t *testing.T) {
	var err error
	if s.Server, err = mail.Start(s.config); err != nil {
		t.Fatal(err)
	}
	s.config.Addr = s.Addr()
}

func (s *simulated) client(t *testing.T) smtp.Config {
	host, port, _ := net.SplitHostPort(s.Addr())
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return smtp.Config{
		Host: host, Port: number, RootFile: s.root(t), Network: reach.Loopback, From: "no-reply@okno.example",
		FromName: map[string]string{"": "Okno"}, Timeout: 2 * time.Second, Parallel: 16,
	}
}

func (s *simulated) root(t *testing.T) string {
	if s.Certificate() == nil {
		return ""
	}
	file := filepath.Join(t.TempDir(), "root.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func (s *simulated) server(t *testing.T, cfg smtp.Config) emailtest.Server {
	t.Cleanup(func() { s.Close() })
	return emailtest.Server{
		Sender: &reopened{cfg: cfg, s: s, t: t},
		Behave: s.behave,
		Received: func(*testing.T) []emailtest.Received {
			var all []emailtest.Received
			for _, m := range s.Messages("") {
				all = append(all, emailtest.Received{To: m.To[0], Raw: m.Raw})
			}
			return all
		},
	}
}

// reopened reads the configuration anew for each letter, because a simulator
// that comes back has another certificate.
type reopened struct {
	cfg smtp.Config
	s   *simulated
	t   *testing.T
}

func (r *reopened) Send(ctx context.Context, m email.Message) error {
	cfg := r.cfg
	cfg.RootFile = r.s.root(r.t)
	return client(r.t, cfg, clock.NewFake(clock.Noon)).Send(ctx, m)
}

func (s *simulated) behave(t *testing.T, b emailtest.Behaviour) {
	if s.away {
		s.start(t)
		s.away = false
	}
	mode := map[emailtest.Behaviour]mail.Mode{
		emailtest.Honest: mail.Accept, emailtest.PutOff: mail.TempFail, emailtest.RefuseAddress: mail.RefuseAll, emailtest.Silent: mail.Hang,
	}[b]
	if b == emailtest.Away {
		s.away = true
		s.Close()
		return
	}
	if err := s.SetMode(mode, 0); err != nil {
		t.Fatal(err)
	}
}
