package signin_test

import (
	"context"
	"strings"
	"testing"

	"okno/internal/db/dbtest"
	"okno/internal/signin"
)

// FuzzLogin: whatever is typed as a login, nobody gets in without the password,
// and nothing but a result comes back.
func FuzzLogin(f *testing.F) {
	for _, seed := range []string{phone, mail, snils, "", "@", "+", "\x00", "۹۱۶", "112-233-445 95\u200f", strings.Repeat("9", 100), "a@b@c"} {
		f.Add(seed)
	}
	d, now := dbtest.SQLite(f)
	w := newWorld(f, d, now)
	f.Fuzz(func(t *testing.T, login string) {
		r, err := w.service.SignIn(context.Background(), signin.Attempt{Login: login, Password: "never"})
		if err != nil || !r.Refused() {
			t.Fatalf("%q: %+v %v", login, r, err)
		}
	})
}

func FuzzDevice(f *testing.F) {
	f.Add("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	f.Fuzz(func(t *testing.T, agent string) {
		if got := signin.Device(agent); len(got) > 40 {
			t.Fatalf("%q: %q", agent, got)
		}
	})
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                                "Firefox, Linux",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36":                           "Chrome, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0":                 "Edge, Windows",
		"Mozilla/5.0 (Linux; Android 15; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 YaBrowser/25.8 Mobile Safari/537.36":            "Yandex Browser, Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604": "Safari, iPhone",
		"curl/8": "",
		"":       "",
	} {
		t.Run("SESS-6 the browser in human words: "+want, func(t *testing.T) {
			if got := signin.Device(agent); got != want {
				t.Error(got)
			}
		})
	}
}
