package backchannel

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"okno/internal/outside/reach"
)

// newSite is a site that counts who comes and answers with whatever it likes.
func newSite(t *testing.T, answer http.HandlerFunc) (address string, came *atomic.Int32) {
	came = &atomic.Int32{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		came.Add(1)
		answer(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, came
}

func TestWhereTo(t *testing.T) {
	t.Run("INP-7 no way of writing an address leads to this machine", func(t *testing.T) {
		address, came := newSite(t, func(http.ResponseWriter, *http.Request) {})
		_, port, err := net.SplitHostPort(strings.TrimPrefix(address, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		c := New(Config{}, nil)
		for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]", "[::127.0.0.1]", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1"} {
			if c.SayGoodbye(t.Context(), "http://"+host+":"+port+"/", "token") == nil {
				t.Errorf("%s confirms", host)
			}
		}
		if n := came.Load(); n > 0 {
			t.Errorf("it was reached %d times", n)
		}
	})
	t.Run("INP-7 no address of an inner network is dialled, nor one that hides such an address", func(t *testing.T) {
		dial := New(Config{}, nil).http.Transport.(*http.Transport).DialContext
		for _, inner := range []string{"10.0.0.1", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.100.100.200", "192.0.0.192", "0.1.2.3", "240.0.0.1", "198.18.0.1",
			"fd00:ec2::254", "fe80::1", "64:ff9b::a00:1", "64:ff9b::a9fe:a9fe", "2002:a00:1::1", "::ffff:10.0.0.1", "::10.0.0.1", "ff02::1"} {
			if _, err := dial(t.Context(), "tcp", net.JoinHostPort(inner, "80")); !errors.Is(err, reach.ErrForbiddenAddress) {
				t.Errorf("%s: %v", inner, err)
			}
		}
	})
}

func TestAnswers(t *testing.T) {
	say := func(t *testing.T, answer http.HandlerFunc) error {
		address, came := newSite(t, answer)
		err := New(Config{Private: true}, nil).SayGoodbye(t.Context(), address+"/out", "the-token")
		if came.Load() != 1 {
			t.Errorf("it was told %d times", came.Load())
		}
		return err
	}
	t.Run("SESS-4 a site is told by a form, and 200 and 204 alone confirm", func(t *testing.T) {
		for status, confirmed := range map[int]bool{200: true, 204: true, 201: false, 202: false, 400: false, 404: false, 500: false, 503: false} {
			err := say(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Method != "POST" || r.FormValue("logout_token") != "the-token" || r.URL.Path != "/out" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
					t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
				}
				w.WriteHeader(status)
			})
			if (err == nil) != confirmed {
				t.Errorf("%d: %v", status, err)
			}
		}
	})
	t.Run("INP-7 a redirect is not followed", func(t *testing.T) {
		inside, came := newSite(t, func(http.ResponseWriter, *http.Request) {})
		for _, status := range []int{301, 302, 303, 307, 308} {
			if say(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside, status) }) == nil {
				t.Errorf("%d confirms", status)
			}
		}
		if came.Load() > 0 {
			t.Error("it was followed")
		}
	})
	t.Run("INP-7 a head without end is no answer, and a body without end is not read", func(t *testing.T) {
		long := strings.Repeat("x", 1024)
		if say(t, func(w http.ResponseWriter, _ *http.Request) {
			for range 64 {
				w.Header().Add("X-Long", long)
			}
		}) == nil {
			t.Error("a head of 64 KiB was read")
		}
		ended := make(chan bool, 1)
		if err := say(t, func(w http.ResponseWriter, r *http.Request) {
			defer func() { ended <- true }()
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(long)); err != nil {
					return
				}
			}
		}); err != nil {
			t.Error(err)
		}
		<-ended // the site cannot write on: nobody listens
	})
}
