package oidc_test

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

// many runs f on 64 goroutines.
func many(f func(i int)) {
	var wait sync.WaitGroup
	for i := range 64 {
		wait.Go(func() { f(i) })
	}
	wait.Wait()
}

func TestRaces(t *testing.T) {
	ctx := context.Background()
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		w := oidctest.New(t, d, now, "ru")
		irina := w.Account(account.Verified, "Ирина Соколова", "+79120000001")
		site, v := w.Site("site", nil), w.Visitor(irina)
		nodes := []*oidc.Provider{w.Provider, w.Restarted()}
		holder := w.Holder()
		t.Run("OTP-2 of 64 parallel polls of one device exactly one succeeds", func(t *testing.T) {
			start := deviceOf(t, w, site, v)
			var i atomic.Int32
			once(t, func() error {
				_, err := nodes[i.Add(1)%2].Token(ctx, site.Call("grant_type", string(client.Device), "device_code", start.Code))
				return err
			})
		})
		t.Run("OTP-2 of 64 parallel uses of one DPoP proof exactly one succeeds", func(t *testing.T) {
			proof := holder.Proof("POST", oidc.PathToken, "", nil)
			var good, refused atomic.Int32
			many(func(i int) {
				call := site.Call("grant_type", "client_credentials")
				call.Proof = proof
				_, err := nodes[i%2].Token(ctx, call)
				switch code(err) {
				case "":
					good.Add(1)
				case oidc.InvalidProof:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
			if good.Load() != 1 || refused.Load() != 63 {
				t.Fatal(good.Load(), refused.Load())
			}
		})
		t.Run("OTP-2 of 64 parallel uses of one signed request exactly one succeeds", func(t *testing.T) {
			ask := site.Ask("request", site.Request(nil))
			var good, refused atomic.Int32
			many(func(i int) {
				_, err := nodes[i%2].Authorize(ctx, ask, v)
				switch code(err) {
				case "":
					good.Add(1)
				case oidc.InvalidRequestObject:
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
			if good.Load() != 1 || refused.Load() != 63 {
				t.Fatal(good.Load(), refused.Load())
			}
		})
		t.Run("OIDC-12 of 64 parallel agreements one stands, and each flow ends once", func(t *testing.T) {
			fresh := w.Site("fresh", nil)
			next, err := w.Provider.Authorize(ctx, fresh.Ask(), v)
			if err != nil || next.Step != oidc.Consent {
				t.Fatal(err, next.Step)
			}
			var ends atomic.Int32
			many(func(i int) {
				done, err := nodes[i%2].Agree(ctx, next.Flow, v, next.Asked("en"), nil, "en")
				if err == nil && done.Step == oidc.Done && done.Answer.Params.Get("code") != "" {
					ends.Add(1)
				}
			})
			if ends.Load() != 1 || standing(t, w, irina, "fresh") != 1 {
				t.Fatal(ends.Load(), standing(t, w, irina, "fresh"))
			}
		})
		t.Run("OIDC-12 of 64 parallel first agreements in as many windows one stands", func(t *testing.T) {
			fresh := w.Site("windows", nil)
			var flows [64]oidc.Next
			for i := range flows {
				var err error
				if flows[i], err = w.Provider.Authorize(ctx, fresh.Ask(), v); err != nil {
					t.Fatal(err)
				}
			}
			many(func(i int) {
				if _, err := nodes[i%2].Agree(ctx, flows[i].Flow, v, flows[i].Asked("en"), nil, "en"); err != nil {
					t.Error(err)
				}
			})
			if n := standing(t, w, irina, "windows"); n != 1 {
				t.Fatal(n)
			}
		})
		t.Run("OIDC-9 what was spent stays spent after a restart", func(t *testing.T) { replays(t, w, site, v) })
		t.Run("OIDC-13 of 16 nodes that move the keys on at once one makes a successor", func(t *testing.T) {
			before := len(published(t, w.Provider).Keys)
			var wait sync.WaitGroup
			for i := range 16 {
				wait.Go(func() {
					move := nodes[i%2].MoveKeys
					if i%4 == 0 {
						move = nodes[i%2].RotateKeys
					}
					if err := move(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			now.Advance(time.Minute)
			if n := len(published(t, w.Provider).Keys); n != before+2 {
				t.Fatalf("%d keys before, %d after", before, n)
			}
		})
		t.Run("OIDC-13 keys move on in the middle of a load of sign-ins, and none fails", func(t *testing.T) { underLoad(t, w, site, nodes) })
	})
}

// deviceOf starts a device and agrees to it.
func deviceOf(t *testing.T, w *oidctest.World, site *oidctest.Site, v oidc.Visitor) oidc.DeviceStart {
	t.Helper()
	ctx := context.Background()
	start, err := w.Provider.StartDevice(ctx, site.Call("scope", "openid profile"))
	if err != nil {
		t.Fatal(err)
	}
	next, err := w.Provider.Device(ctx, start.Word, v)
	if err != nil {
		t.Fatal(err)
	}
	if next, err = w.Provider.Agree(ctx, next.Flow, v, next.Asked("en"), nil, "en"); err != nil || next.Step != oidc.Done {
		t.Fatal(err, next.Step)
	}
	return start
}

func standing(t *testing.T, w *oidctest.World, who account.ID, site client.ID) (n int) {
	t.Helper()
	w.Write(func(tx *db.Tx) error {
		list, err := consent.Of(tx, who)
		for _, c := range list {
			if c.Client == site && c.InForce(tx.Now()) {
				n++
			}
		}
		return err
	})
	return n
}

// replays shows one-time values again to a process that remembers nothing.
func replays(t *testing.T, w *oidctest.World, site *oidctest.Site, v oidc.Visitor) {
	ctx, holder := context.Background(), w.Holder()
	code1 := site.Code(v)
	bound := site.Call("grant_type", "client_credentials")
	bound.Proof = holder.Proof("POST", oidc.PathToken, "", nil)
	request := site.Ask("request", site.Request(nil))
	pushed, err := w.Provider.Push(ctx, site.Pushing())
	if err != nil {
		t.Fatal(err)
	}
	named := map[string][]string{"client_id": {"site"}, "request_uri": {pushed.URI}}
	device := deviceOf(t, w, site, v)
	next, err := w.Provider.Authorize(ctx, site.Ask("prompt", "consent"), v)
	if err != nil {
		t.Fatal(err)
	}
	for what, use := range map[string]func(p *oidc.Provider) error{
		"a code":    func(p *oidc.Provider) error { _, err := p.Token(ctx, site.Redemption(code1)); return err },
		"a request": func(p *oidc.Provider) error { _, err := p.Authorize(ctx, request, v); return err },
		"a pushed request": func(p *oidc.Provider) error {
			_, err := p.Authorize(ctx, named, v)
			return err
		},
		"a device code": func(p *oidc.Provider) error {
			_, err := p.Token(ctx, site.Call("grant_type", string(client.Device), "device_code", device.Code))
			return err
		},
		"an assertion and its proof": func(p *oidc.Provider) error { _, err := p.Token(ctx, bound); return err },
		"a flow": func(p *oidc.Provider) error {
			_, err := p.Agree(ctx, next.Flow, v, next.Asked("en"), nil, "en")
			return err
		},
	} {
		if err := use(w.Provider); err != nil {
			t.Fatal(what, err)
		}
		if err := use(w.Restarted()); err == nil {
			t.Fatal(what, "serves again after a restart")
		}
	}
	call := site.Call("grant_type", "client_credentials")
	call.Proof = bound.Proof
	if _, err := w.Restarted().Token(ctx, call); code(err) != oidc.InvalidProof {
		t.Fatal(err)
	}
}

func published(t *testing.T, p *oidc.Provider) jose.JSONWebKeySet {
	t.Helper()
	text, err := p.JWKS(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	return set
}

// underLoad signs in on two nodes while the keys move on, and checks each ID token
// with a set that was fetched an hour before, as a site does that keeps it.
func underLoad(t *testing.T, w *oidctest.World, site *oidctest.Site, nodes []*oidc.Provider) {
	ctx := context.Background()
	irina := w.Account(account.Verified, "Ирина Соколова", "+79120000009")
	var done atomic.Bool
	var signins, failed atomic.Int32
	kids := sync.Map{}
	v := w.Visitor(irina)
	site.Code(v)
	kept := published(t, w.Provider)
	var step sync.RWMutex
	var wait sync.WaitGroup
	for i := range 4 {
		wait.Go(func() {
			for n := 0; !done.Load() && n < 400; n++ {
				step.RLock()
				p := nodes[(i+n)%2]
				next, err := p.Authorize(ctx, site.Ask(), v)
				var tokens oidc.Tokens
				if err == nil {
					tokens, err = p.Token(ctx, site.Redemption(next.Answer.Params.Get("code")))
				}
				if err == nil {
					err = verified(kept, tokens.ID, &kids)
				}
				step.RUnlock()
				signins.Add(1)
				if err != nil {
					failed.Add(1)
					t.Error(err)
				}
			}
		})
	}
	for hour := range 30 { // a day and a bit: the successor begins to sign in the middle
		step.Lock()
		w.Now.Advance(time.Hour)
		v = w.Visitor(irina)
		kept = published(t, w.Restarted())
		step.Unlock()
		if err := nodes[hour%2].MoveKeys(ctx); err != nil {
			t.Error(err)
		}
	}
	done.Store(true)
	wait.Wait()
	n := 0
	kids.Range(func(any, any) bool { n++; return true })
	if failed.Load() > 0 || n != 2 || signins.Load() < 30 {
		t.Fatalf("%d sign-ins, %d failed, %d keys", signins.Load(), failed.Load(), n)
	}
}

func verified(set jose.JSONWebKeySet, token string, kids *sync.Map) error {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	_, err = parsed.Verify(set)
	kids.Store(parsed.Signatures[0].Protected.KeyID, true)
	return err
}
