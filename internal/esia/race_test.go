package esia_test

import (
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/visit/visittest"
)

// once holds that of 64 parallel calls exactly one succeeds and the others are refused.
func once(t *testing.T, call func() reply) {
	t.Helper()
	var good, strange atomic.Int32
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			switch got := call(); {
			case got.status == 200:
				good.Add(1)
			case got.status < 400 || got.status >= 500 || got.json["error"] == nil:
				strange.Add(1)
			}
		})
	}
	wait.Wait()
	if good.Load() != 1 || strange.Load() != 0 {
		t.Fatalf("%d succeeded, %d were no refusals", good.Load(), strange.Load())
	}
}

func TestRaces(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		c := open(t, d, now)
		b := c.browser(t, c.irina(t))
		s := c.system(t, "TEST01", nil)
		te := func(form url.Values) reply { return c.post("/aas/oauth2/te", form) }
		t.Run("OTP-2 of 64 parallel redemptions of one code, each with its own signature, exactly one succeeds", func(t *testing.T) {
			code := s.code(b)
			once(t, func() reply { return te(s.first(s.redemption(code))) })
		})
		t.Run("OTP-2 of 64 parallel uses of one refresh token exactly one succeeds", func(t *testing.T) {
			token := s.tokens(b)["refresh_token"].(string)
			once(t, func() reply {
				return te(s.first(s.redemption("", "grant_type", "refresh_token", "refresh_token", token)))
			})
		})
		t.Run("OTP-2 of 64 browsers that open one signed request at once exactly one leads to a code", func(t *testing.T) {
			s.code(b) // so that nothing is asked any more
			address := "/aas/oauth2/ac?" + s.first(s.ask()).Encode()
			cookies := b.Cookies()
			var codes, refused atomic.Int32
			var wait sync.WaitGroup
			for range 64 {
				wait.Go(func() {
					r := httptest.NewRequest("GET", visittest.Origin+address, nil)
					for _, cookie := range cookies {
						r.AddCookie(cookie)
					}
					to, err := url.Parse(c.do(r).header.Get("Location"))
					switch {
					case err != nil || to.Host != "test01.example":
					case to.Query().Get("code") != "":
						codes.Add(1)
					case strings.HasPrefix(to.Query().Get("error_description"), "ESIA-007053"):
						refused.Add(1)
					}
				})
			}
			wait.Wait()
			if codes.Load() != 1 || refused.Load() != 63 {
				t.Fatalf("%d codes, %d refusals", codes.Load(), refused.Load())
			}
		})
		t.Run("OTP-2 of 64 parallel uses of one signature exactly one succeeds", func(t *testing.T) {
			form := s.first(s.redemption("", "grant_type", "client_credentials", "scope", "prm_chg?oid=1"))
			once(t, func() reply { return te(form) })
		})
	})
}
