package xroad_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/fault"
	"okno/internal/outside/reach"
	"okno/internal/outside/register"
	"okno/internal/outside/register/xroad"
)

// answering starts a register that does as f says, and a client of it.
func answering(t *testing.T, f http.HandlerFunc) *xroad.Client {
	s := httptest.NewServer(f)
	t.Cleanup(s.Close)
	return dial(t, at(s.URL), clock.NewFake(clock.Noon))
}

// echo sets the headers of an honest answer.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	hash := sha512.Sum512(body)
	w.Header().Set("X-Road-Id", r.Header.Get("X-Road-Id"))
	w.Header().Set("X-Road-Request-Hash", base64.StdEncoding.EncodeToString(hash[:]))
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
}

const honest = `{"key": "k", "result": "match", "reference": "R-1", "checked_at": "2026-03-02T12:00:00Z"}`

func check(t *testing.T, c *xroad.Client) (register.Answer, error) {
	return c.Check(t.Context(), "pension", register.Request{Key: "k", Fields: anna})
}

func TestRequest(t *testing.T) {
	ids := map[string]bool{}
	client := answering(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method+r.URL.Path != "POST/r1/RU/GOV/10000001/PENSION/checks" || r.Header.Get("X-Road-Client") != me ||
			r.Header.Get("Content-Type") != "application/json; charset=utf-8" || r.Header.Get("X-Road-Id") == "" {
			t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
		}
		ids[r.Header.Get("X-Road-Id")] = true
		echo(w, r)
		io.WriteString(w, honest)
	})
	for range 2 {
		if _, err := check(t, client); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) != 2 {
		t.Errorf("a message id was used again: %v", ids)
	}
}

func TestBelief(t *testing.T) {
	body := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { echo(w, r); io.WriteString(w, text) }
	}
	header := func(name, value string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			echo(w, r)
			w.Header().Set(name, value)
			io.WriteString(w, honest)
		}
	}
	fine := map[string]string{
		"plain":                   honest,
		"unknown members":         strings.Replace(honest, "{", `{"new": {"a": [1, null]}, `, 1),
		"key in another case too": strings.Replace(honest, "{", `{"KEY": "other", `, 1),
	}
	for name, text := range fine {
		t.Run("believed: "+name, func(t *testing.T) {
			a, err := check(t, answering(t, body(text)))
			if err != nil || a.Result != register.Match || !a.CheckedAt.Equal(clock.Noon) {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	bad := map[string]http.HandlerFunc{
		"another id":        header("X-Road-Id", "other"),
		"no id":             header("X-Road-Id", ""),
		"another hash":      header("X-Road-Request-Hash", "AAAA"),
		"HTML by type":      header("Content-Type", "text/html"),
		"no type":           header("Content-Type", ""),
		"another key":       body(strings.Replace(honest, `"k"`, `"l"`, 1)),
		"a key twice":       body(strings.Replace(honest, "{", `{"key": "k", `, 1)),
		"a result twice":    body(strings.Replace(honest, "{", `{"result": "mismatch", `, 1)),
		"a nested twin":     body(strings.Replace(honest, "{", `{"x": [{"a": 1, "a": 2}], `, 1)),
		"only another case": body(strings.Replace(honest, `"result"`, `"Result"`, 1)),
		"unknown result":    body(strings.Replace(honest, "match", "maybe", 1)),
		"no time":           body(strings.Replace(honest, "2026-03-02T12:00:00Z", "today", 1)),
		"broken":            body(honest[:40]),
		"more behind":       body(honest + "{}"),
		"a list":            body("[" + honest + "]"),
		"nothing":           body(""),
		"not UTF-8":         body(strings.Replace(honest, "R-1", "\xff", 1)),
		"too deep":          body(strings.Replace(honest, "{", `{"x": `+strings.Repeat("[", 1000)+strings.Repeat("]", 1000)+`, `, 1)),
		"too long":          body(strings.Replace(honest, "{", `{"x": "`+strings.Repeat("x", 65<<10)+`", `, 1)),
		"endless": func(w http.ResponseWriter, r *http.Request) {
			echo(w, r)
			for r.Context().Err() == nil {
				if _, err := io.WriteString(w, strings.Repeat(" ", 4096)); err != nil {
					return
				}
			}
		},
		"an unknown key to a check": func(w http.ResponseWriter, r *http.Request) {
			echo(w, r)
			w.Header().Set("X-Road-Error", "Client.UnknownKey")
			w.WriteHeader(404)
			io.WriteString(w, `{"type": "Client.UnknownKey"}`)
		},
		"somebody else's page of 404": func(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) },
	}
	for name, f := range bad {
		t.Run("INP-7 not believed: "+name, func(t *testing.T) {
			a, err := check(t, answering(t, f))
			if !fault.Is(err, fault.Unavailable) || !errors.Is(err, register.ErrNotBelieved) || a != (register.Answer{}) {
				t.Errorf("%+v, %v", a, err)
			}
		})
	}
	t.Run("INP-7 a redirect is not followed", func(t *testing.T) {
		var followed atomic.Int32
		client := answering(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				followed.Add(1)
			}
			http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
		})
		if _, err := check(t, client); !errors.Is(err, register.ErrNotBelieved) || followed.Load() != 0 {
			t.Errorf("%v, followed %d times", err, followed.Load())
		}
	})
}

func TestRefusals(t *testing.T) {
	answer := func(status int, kind string, more ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			echo(w, r)
			w.Header().Set("X-Road-Error", kind)
			for i := 0; i < len(more); i += 2 {
				w.Header().Set(more[i], more[i+1])
			}
			w.WriteHeader(status)
			fmt.Fprintf(w, `{"type": %q, "message": "Соколова", "detail": "1"}`, kind)
		}
	}
	tests := []struct {
		name  string
		f     http.HandlerFunc
		kind  fault.Kind
		retry time.Duration
	}{
		{"a bad request is a defect", answer(400, "Client.BadRequest"), fault.Internal, 0},
		{"a key used again is a defect", answer(409, "Client.KeyReused"), fault.Internal, 0},
		{"too large is a defect", answer(413, "Client.TooLarge"), fault.Internal, 0},
		{"an unknown service is tried later", answer(500, "Server.ServerProxy.UnknownService"), fault.Unavailable, 0},
		{"access denied is tried later", answer(500, "Server.ServerProxy.AccessDenied"), fault.Unavailable, 0},
		{"away, and says for how long", answer(503, "Server.ServerProxy.ServiceFailed", "Retry-After", "120"), fault.Unavailable, 2 * time.Minute},
		{"away for a week is asked in an hour", answer(503, "Server.ServerProxy.ServiceFailed", "Retry-After", "604800"), fault.Unavailable, time.Hour},
		{"too many questions", answer(429, ""), fault.Unavailable, 0},
		{"two types of error", answer(400, "Client.BadRequest", "X-Road-Error", "Other"), fault.Unavailable, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := check(t, answering(t, test.f))
			if !fault.Is(err, test.kind) || fault.Of(err).Retry != test.retry || strings.Contains(err.Error(), "Соколова") {
				t.Errorf("%v, retry %v", err, fault.Of(err).Retry)
			}
		})
	}
	t.Run("a key of a wrong form is not sent", func(t *testing.T) {
		client := answering(t, func(http.ResponseWriter, *http.Request) { t.Error("sent") })
		for _, key := range []string{"", "a/b", "../x", "ключ", strings.Repeat("k", 129)} {
			if _, err := client.Ask(t.Context(), "pension", key); !fault.HasKey(err, register.KeyDefect) {
				t.Errorf("%q: %v", key, err)
			}
		}
	})
}

func TestStatementSum(t *testing.T) {
	text := func(amount, total string) string {
		return `{"key": "k", "as_of": "2026-03-01", "currency": "RUB", "points": "1.5", "experience_months": 3,
			"employers": [{"name": "X", "contributions": [{"year": 2025, "amount": ` + amount + `}, {"year": 2024, "amount": 1}]}], "total": ` + total + `}`
	}
	believed := map[string]bool{
		text("2", "3"): true, text("2", "4"): false, text("2.5", "3.5"): false, text("-2", "-1"): false, text("2e0", "3"): false,
		text("9223372036854775807", "-9223372036854775808"): false, text(`"2"`, "3"): false,
		strings.Replace(text("2", "3"), `"employers": [`, `"employers": null, "other": [`, 1): false,
		strings.Replace(text("2", "3"), "2026-03-01", "2026-02-30", 1):                        false,
		strings.Replace(text("2", "3"), `"1.5"`, `1.5`, 1):                                    false,
	}
	for body, want := range believed {
		client := answering(t, func(w http.ResponseWriter, r *http.Request) { echo(w, r); io.WriteString(w, body) })
		_, err := client.Statement(t.Context(), "accounts", register.Request{Key: "k", Fields: map[string]string{"snils": "1"}})
		if (err == nil) != want || err != nil && !errors.Is(err, register.ErrNotBelieved) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestOneSlowRegisterHoldsUpNoOther(t *testing.T) {
	release := make(chan struct{})
	var slow, fast atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "ACCOUNTS") {
			slow.Add(1)
			<-release
			return
		}
		fast.Add(1)
		echo(w, r)
		io.WriteString(w, honest)
	}))
	defer server.Close()
	defer close(release)
	cfg := at(server.URL)
	held := cfg.Registers["accounts"]
	held.Parallel, held.Timeout = 2, time.Minute
	cfg.Registers["accounts"] = held
	client := dial(t, cfg, clock.NewFake(clock.Noon))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 16)
	for range 16 {
		go func() {
			_, err := client.Check(ctx, "accounts", register.Request{Key: "k", Fields: anna})
			ended <- err
		}()
	}
	t.Run("LOAD-4 a register that hangs takes its own places and nobody else's", func(t *testing.T) {
		for range 20 {
			if _, err := check(t, client); err != nil {
				t.Fatal(err)
			}
		}
		if n := slow.Load(); n > 2 {
			t.Errorf("%d questions at once, the limit is 2", n)
		}
	})
	cancel()
	for range 16 {
		if err := <-ended; !fault.Is(err, fault.Unavailable) {
			t.Error(err)
		}
	}
	t.Run("LOAD-4 questions that were given up do not open the breaker", func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer stop()
		before := slow.Load()
		client.Check(ctx, "accounts", register.Request{Key: "k", Fields: anna})
		if slow.Load() == before {
			t.Error("not asked")
		}
	})
}

func TestBreaker(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= 3 {
			w.WriteHeader(503)
			return
		}
		echo(w, r)
		io.WriteString(w, honest)
	}))
	defer server.Close()
	cfg := at(server.URL)
	r := cfg.Registers["pension"]
	r.Failures, r.Rest = 3, time.Minute
	cfg.Registers["pension"] = r
	c := clock.NewFake(clock.Noon)
	client := dial(t, cfg, c)
	t.Run("LOAD-4 a register that fails is left alone, then tried", func(t *testing.T) {
		for range 10 {
			if _, err := check(t, client); !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
		}
		if asked.Load() != 3 {
			t.Errorf("asked %d times", asked.Load())
		}
		if _, err := check(t, client); fault.Of(err).Retry != time.Minute {
			t.Errorf("it does not say for how long: %v", err)
		}
		c.Advance(time.Minute)
		if _, err := check(t, client); err != nil {
			t.Error(err)
		}
	})
}

func TestNetworks(t *testing.T) {
	t.Run("INP-7 a register on this machine is not dialled unless configured", func(t *testing.T) {
		server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("dialled") }))
		defer server.Close()
		cfg := at(server.URL)
		r := cfg.Registers["pension"]
		r.Network = reach.Private
		cfg.Registers = map[string]xroad.Register{"pension": r}
		if _, err := check(t, dial(t, cfg, clock.System{})); !errors.Is(err, reach.ErrForbiddenAddress) || !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
	t.Run("CRYPTO-6 a certificate of the configured root is taken", func(t *testing.T) {
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { echo(w, r); io.WriteString(w, honest) }))
		defer server.Close()
		root := filepath.Join(t.TempDir(), "root.pem")
		if err := os.WriteFile(root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg := at(server.URL)
		r := cfg.Registers["pension"]
		r.RootFile, r.Timeout = root, 5*time.Second
		cfg.Registers["pension"] = r
		if _, err := check(t, dial(t, cfg, clock.System{})); err != nil {
			t.Error(err)
		}
	})
	t.Run("CRYPTO-6 a certificate that nobody vouches for is refused", func(t *testing.T) {
		server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("asked") }))
		server.Config.ErrorLog = log.New(io.Discard, "", 0)
		server.StartTLS()
		defer server.Close()
		if _, err := check(t, dial(t, at(server.URL), clock.System{})); !fault.Is(err, fault.Unavailable) {
			t.Errorf("%v", err)
		}
	})
}

func TestValidate(t *testing.T) {
	good := at("http://127.0.0.1:1")
	if problems := good.Validate(); len(problems) != 0 {
		t.Fatal(problems)
	}
	bad := map[string]func(*xroad.Register){
		"CRYPTO-6 http beyond this machine": func(r *xroad.Register) { r.Network = reach.Private },
		"a path":                            func(r *xroad.Register) { r.Address += "/x" },
		"a password in the address":         func(r *xroad.Register) { r.Address = "https://u:p@host" },
		"another scheme":                    func(r *xroad.Register) { r.Address = "file:///etc" },
		"three parts":                       func(r *xroad.Register) { r.Provider = "RU/GOV/1" },
		"an empty part":                     func(r *xroad.Register) { r.Provider = "RU//1/2" },
		"a key without a file":              func(r *xroad.Register) { r.KeyFile = "/nonexistent" },
		"an unknown network":                func(r *xroad.Register) { r.Address, r.Network = "https://h", "home" },
	}
	for name, spoil := range bad {
		t.Run(name, func(t *testing.T) {
			r := good.Registers["pension"]
			spoil(&r)
			cfg := xroad.Config{Client: me, Registers: map[string]xroad.Register{"pension": r}}
			if problems := cfg.Validate(); len(problems) != 1 {
				t.Errorf("%v", problems)
			}
		})
	}
}
