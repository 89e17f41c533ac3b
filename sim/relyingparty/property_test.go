package relyingparty_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"pgregory.net/rapid"

	"okno/sim/relyingparty"
)

// TestWhoIsInFollowsFromWhatHappened lets people sign in, sign out, be signed out by the provider and wait, in any order: who is in is
// always who signed in less than five minutes ago and was not signed out since, and no spent logout token changes that.
func TestWhoIsInFollowsFromWhatHappened(t *testing.T) {
	type visit struct {
		sub, sid string
		ends     time.Time
	}
	f := newFake(t)
	s := start(t, f, relyingparty.Diary)
	rapid.Check(t, func(rt *rapid.T) {
		f.now.Advance(time.Hour) // everybody is out
		browsers := []*browser{newBrowser(t), newBrowser(t), newBrowser(t)}
		in := map[int]visit{}
		var spent []string
		goodbye := func(change func(*jose.SignerOptions, map[string]any)) {
			token := f.logoutToken("diary", change)
			if got := post(t, s, token); got != 200 {
				rt.Fatalf("a good token is answered with %d", got)
			}
			spent = append(spent, token)
		}
		who := rapid.Custom(func(rt *rapid.T) visit {
			sub := rapid.IntRange(1, 2).Draw(rt, "person")
			return visit{sub: fmt.Sprint("p-", sub), sid: fmt.Sprint("s-", sub, "-", rapid.IntRange(1, 2).Draw(rt, "session"))}
		})
		rt.Repeat(map[string]func(*rapid.T){
			"sign in": func(rt *rapid.T) {
				b, v := rapid.IntRange(0, 2).Draw(rt, "browser"), who.Draw(rt, "who")
				f.set(func() { f.person.sub, f.person.sid = v.sub, v.sid })
				browsers[b].signIn(s)
				v.ends = f.now.Now().Add(5 * time.Minute)
				in[b] = v
			},
			"sign out": func(rt *rapid.T) {
				b := rapid.IntRange(0, 2).Draw(rt, "browser")
				browsers[b].post(s.Origin()+"/signout", nil)
				delete(in, b)
			},
			"the provider ends a session": func(rt *rapid.T) {
				v := who.Draw(rt, "who")
				goodbye(func(_ *jose.SignerOptions, c map[string]any) { c["sub"], c["sid"] = v.sub, v.sid })
				for b, one := range in {
					if one.sid == v.sid {
						delete(in, b)
					}
				}
			},
			"the provider ends a person": func(rt *rapid.T) {
				v := who.Draw(rt, "who")
				goodbye(func(_ *jose.SignerOptions, c map[string]any) { c["sub"] = v.sub; delete(c, "sid") })
				for b, one := range in {
					if one.sub == v.sub {
						delete(in, b)
					}
				}
			},
			"a token comes again": func(rt *rapid.T) {
				if len(spent) == 0 {
					return
				}
				if got := post(t, s, rapid.SampledFrom(spent).Draw(rt, "token")); got != 400 {
					rt.Fatalf("a spent token is answered with %d", got)
				}
			},
			"time passes": func(rt *rapid.T) {
				f.now.Advance(time.Duration(rapid.IntRange(1, 200).Draw(rt, "seconds")) * time.Second)
			},
			"": func(rt *rapid.T) {
				open := 0
				for b, one := range browsers {
					want := f.now.Now().Before(in[b].ends)
					if want {
						open++
					}
					if got := one.isIn(s); got != want {
						rt.Fatalf("browser %d: in is %t, not %t", b, got, want)
					}
				}
				if got := s.Sessions(); got != open {
					rt.Fatalf("%d sessions are open, not %d", got, open)
				}
			},
		})
	})
}
