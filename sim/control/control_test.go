package control_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"okno/sim/control"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type mode string

func TestSwitchChangesWhollyOrNotAtAll(t *testing.T) {
	for name, c := range map[string]struct {
		mode        mode
		delay, want string
		fails       bool
	}{
		"a mode ends the old delay":     {"loud", "", "loud 0s", false},
		"a delay keeps the mode":        {"", "2s", "quiet 2s", false},
		"both":                          {"loud", "1m", "loud 1m0s", false},
		"a good mode with a bad delay":  {"loud", "soon", "quiet 5s", true},
		"a bad mode with a good delay":  {"shrill", "1s", "quiet 5s", true},
		"a delay below zero":            {"loud", "-1ns", "quiet 5s", true},
		"a delay over the limit":        {"loud", "1h1s", "quiet 5s", true},
		"neither":                       {"", "", "quiet 5s", true},
		"the longest delay":             {"", "1h", "quiet 1h0m0s", false},
		"the mode that it is in anyway": {"quiet", "5s", "quiet 5s", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := control.NewSwitch[mode]("quiet", "loud")
			if err := s.Set("quiet", 5*time.Second); err != nil {
				t.Fatal(err)
			}
			if err := s.Change(c.mode, c.delay); (err != nil) != c.fails {
				t.Errorf("error is %v", err)
			}
			if state := s.State(); string(state.Mode)+" "+state.Delay != c.want {
				t.Errorf("it stands at %+v", state)
			}
		})
	}
}

func TestListenerCutsWhatHangs(t *testing.T) {
	entered := make(chan struct{})
	l, err := control.Listen("127.0.0.1:0", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", l.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-entered
	for range 2 {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := net.Dial("tcp", l.Addr()); err == nil {
		t.Error("it still listens")
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
		t.Errorf("it answered %q", line)
	}
}

func TestBellWakesAllWhoWait(t *testing.T) {
	var bell control.Bell
	var mu sync.Mutex
	count := 0
	reached := func() bool {
		mu.Lock()
		defer mu.Unlock()
		return count >= 100
	}
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			if err := bell.Wait(t.Context(), reached); err != nil {
				t.Error(err)
			}
		})
	}
	for range 100 {
		mu.Lock()
		count++
		mu.Unlock()
		bell.Ring()
	}
	all.Wait()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := bell.Wait(ctx, func() bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestReadIsStrict(t *testing.T) {
	for body, good := range map[string]bool{
		`{"name": "x"}`: true, `{"name": "x"} `: true, `{"nome": "x"}`: false, `{"name": 1}`: false, `{"name": "x"}{}`: false, ``: false,
		`{"name": "` + strings.Repeat("x", control.BodyLimit) + `"}`: false,
	} {
		rec := httptest.NewRecorder()
		var v struct {
			Name string `json:"name"`
		}
		got := control.Read(rec, httptest.NewRequest("POST", "/", strings.NewReader(body)), &v)
		if got != good || (!good && rec.Code != 422) {
			t.Errorf("%.40q: %v, %d", body, got, rec.Code)
		}
	}
}

func TestGuardRefusesOtherSites(t *testing.T) {
	h := control.Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for site, want := range map[string]int{"cross-site": 403, "same-site": 403, "same-origin": 200, "none": 200, "": 200} {
		r := httptest.NewRequest("POST", "/mode", nil)
		if site != "" {
			r.Header.Set("Sec-Fetch-Site", site)
		}
		rec := httptest.NewRecorder()
		if h.ServeHTTP(rec, r); rec.Code != want || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%q: got %d", site, rec.Code)
		}
	}
}
