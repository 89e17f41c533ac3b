package partner_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/partner"
	"okno/internal/visit/visittest"
)

// told writes down who was told what.
type told struct {
	mu   sync.Mutex
	keys []string
}

func (n *told) Send(_ *db.Tx, one notify.Notice) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.keys = append(n.keys, one.Key)
	return nil
}

type house struct {
	*visittest.World
	s    *partner.Service
	told *told
	ctx  context.Context
}

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) house {
	w := visittest.New(t, d, now, "ru")
	h := house{World: w, told: &told{}, ctx: context.Background()}
	h.s = &partner.Service{DB: d, Accounts: w.Accounts, Officers: w.Officers, Clients: client.New(d), Notices: h.told, Law: w.Law, Log: slog.New(slog.DiscardHandler)}
	return h
}

func names(text string) jurisdiction.Words {
	return jurisdiction.Words{"en": text, "ru": "Библиотека " + text, "fa": "کتابخانه " + text}
}

func (h house) organisation(who account.ID, number string) string {
	id, err := h.s.RegisterOrganisation(h.ctx, who, partner.Organisation{Name: names("Library " + number), Number: number, Contact: "team@library.example", Purpose: "To lend books"})
	h.must(err)
	return id
}

func (h house) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}

func keySet(kid string) string {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: kid, Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

// site brings a site into the sandbox, ready for production.
func (h house) site(who account.ID, organisation string, id client.ID) {
	h.T.Helper()
	h.must(h.s.Begin(h.ctx, who, organisation, id, names("Site "+string(id))))
	for _, change := range []func(*client.Client){
		func(c *client.Client) { c.Purpose, c.Contact = names("To lend books"), "team@library.example" },
		func(c *client.Client) {
			c.Redirects, c.LogoutURI = []string{"https://library.example/back"}, "https://library.example/out"
		},
		func(c *client.Client) {
			c.Required, c.Optional, c.Reason = []client.Attribute{client.Name}, []client.Attribute{client.Email}, "The card bears the name"
		},
	} {
		_, err := h.s.Edit(h.ctx, who, id, nil, change)
		h.must(err)
	}
	_, err := h.s.AddKeys(h.ctx, who, id, keySet("k1"))
	h.must(err)
	h.must(h.s.Complete(h.ctx, who, id))
}

func (h house) registrar(login string, account account.ID) officer.Officer {
	id := h.Officer(officer.Officer{Login: login, Name: "Name of " + login, Roles: []officer.Role{officer.Registrar}, Account: string(account)})
	var o officer.Officer
	h.Write(func(tx *db.Tx) (err error) { o, err = h.Officers.Get(tx, id); return err })
	return o
}

func (h house) live(id client.ID) client.Client {
	h.T.Helper()
	h.s.Clients.Forget(id)
	c, err := h.s.Clients.Find(h.ctx, id)
	h.must(err)
	return c
}

func (h house) request() string {
	h.T.Helper()
	var list []partner.Request
	h.Write(func(tx *db.Tx) (err error) { list, err = h.s.Requests(tx); return err })
	if len(list) != 1 {
		h.T.Fatalf("%d requests wait", len(list))
	}
	return list[0].ID
}

func (h house) mayEnter(id client.ID, who account.ID) (may bool) {
	c := h.live(id)
	h.Write(func(tx *db.Tx) (err error) { may, err = h.s.MayEnter(tx, c, who); return err })
	return may
}

func TestOrganisations(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one, two := h.Account(account.Standard, "Anna One", "+79000000001"), h.Account(account.Standard, "Boris Two", "+79000000002")
		mine, other := h.organisation(one, "1027700000001"), h.organisation(two, "1027700000002")
		h.site(one, mine, "library")

		t.Run("AUTHZ-2 nobody of another organisation sees or changes anything", func(t *testing.T) {
			for name, act := range map[string]func() error{
				"read":   func() error { _, _, err := h.s.Organisation(h.ctx, two, mine); return err },
				"sites":  func() error { _, err := h.s.Sites(h.ctx, two, mine); return err },
				"site":   func() error { _, err := h.s.Site(h.ctx, two, "library"); return err },
				"invite": func() error { return h.s.Invite(h.ctx, two, mine, account.Phone, "+79000000002") },
				"begin":  func() error { return h.s.Begin(h.ctx, two, mine, "library-two", names("Other")) },
				"edit": func() error {
					_, err := h.s.Edit(h.ctx, two, "library", nil, func(c *client.Client) { c.Redirects = []string{"https://evil.example/"} })
					return err
				},
				"keys":        func() error { _, err := h.s.AddKeys(h.ctx, two, "library", keySet("evil")); return err },
				"certificate": func() error { _, err := h.s.AddCertificate(h.ctx, two, "library", fmt.Sprintf("%064x", 1)); return err },
				"native":      func() error { _, err := h.s.GoNative(h.ctx, two, "library"); return err },
				"secret":      func() error { _, err := h.s.NewSecret(h.ctx, two, "library"); return err },
				"remove key":  func() error { return h.s.RemoveProof(h.ctx, two, "library", "k1") },
				"pause":       func() error { return h.s.Pause(h.ctx, two, "library", true) },
				"delete":      func() error { return h.s.Delete(h.ctx, two, "library") },
				"ask":         func() error { return h.s.Ask(h.ctx, two, "library") },
				"withdraw":    func() error { return h.s.Withdraw(h.ctx, two, "library") },
				"complete":    func() error { return h.s.Complete(h.ctx, two, "library") },
				"drop":        func() error { return h.s.DropDraft(h.ctx, two, "library") },
				"troubles":    func() error { _, err := h.s.Troubles(h.ctx, two, "library"); return err },
				"try": func() error {
					_, err := h.s.BeginTry(h.ctx, two, "library", "https://okno.example/partners/try")
					return err
				},
				"reason": func() error { _, err := h.s.LastReason(h.ctx, two, "library"); return err },
				"answer": func() error { return h.s.Answer(h.ctx, two, mine, true) },
			} {
				before := h.live("library")
				if err := act(); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s: %v", name, err)
				}
				if after := h.live("library"); len(partner.Fields(before, after)) > 0 || after.Paused {
					t.Errorf("%s changed the site", name)
				}
			}
		})
		t.Run("T-42 only members enter a site of the sandbox", func(t *testing.T) {
			if !h.mayEnter("library", one) || h.mayEnter("library", two) {
				t.Error("a stranger enters, or a member does not")
			}
		})
		t.Run("AUTH-7 an invitation answers the same for contacts that nobody has", func(t *testing.T) {
			h.must(h.s.Invite(h.ctx, one, mine, account.Phone, "+79009999999"))
			h.must(h.s.Invite(h.ctx, one, mine, account.Phone, "+79000000002"))
			_, members, err := h.s.Organisation(h.ctx, one, mine)
			h.must(err)
			if len(members) != 2 || members[1].Name != "" || members[1].In {
				t.Errorf("%+v", members)
			}
			if h.mayEnter("library", two) {
				t.Error("whoever is only invited enters")
			}
			h.must(h.s.Answer(h.ctx, two, mine, true))
			if !h.mayEnter("library", two) {
				t.Error("a member does not enter")
			}
		})
		t.Run("A-56 members leave, and the last one stays", func(t *testing.T) {
			_, members, err := h.s.Organisation(h.ctx, one, mine)
			h.must(err)
			h.must(h.s.Remove(h.ctx, two, mine, members[1].ID))
			if h.mayEnter("library", two) {
				t.Error("who left still enters")
			}
			if err := h.s.Remove(h.ctx, one, mine, members[0].ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
		})
		t.Run("AUTHZ-5 an officer confirms one organisation for a number, never his own", func(t *testing.T) {
			o, own := h.registrar("registrar", ""), h.registrar("member", one)
			operator := h.Officer(officer.Officer{Login: "operator", Name: "Operator", Roles: []officer.Role{officer.Operator}})
			if err := h.s.Decide(h.ctx, officer.Officer{ID: operator}, mine, true, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("an operator: %v", err)
			}
			if err := h.s.Decide(h.ctx, own, mine, true, ""); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a member: %v", err)
			}
			double := h.organisation(two, "1027700000001")
			h.must(h.s.Decide(h.ctx, o, mine, true, ""))
			if err := h.s.Decide(h.ctx, o, double, true, ""); !fault.Is(err, fault.Conflict) {
				t.Errorf("a second organisation with the number: %v", err)
			}
			if err := h.s.Decide(h.ctx, o, other, false, " "); !fault.Is(err, fault.Invalid) {
				t.Errorf("without a reason: %v", err)
			}
			h.must(h.s.Decide(h.ctx, o, other, false, "No such number"))
			if err := h.s.Begin(h.ctx, two, other, "other-site", names("Other")); !fault.Is(err, fault.Conflict) {
				t.Errorf("a refused organisation adds a site: %v", err)
			}
		})
	})
}

func TestProduction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		mine := h.organisation(one, "1027700000001")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		h.site(one, mine, "library")

		t.Run("A-56 an organisation that nobody has confirmed gets no production", func(t *testing.T) {
			if err := h.s.Ask(h.ctx, one, "library"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
			h.must(h.s.Decide(h.ctx, first, mine, true, ""))
		})
		t.Run("OIDC-6 a site with a secret gets no production", func(t *testing.T) {
			secret, err := h.s.NewSecret(h.ctx, one, "library")
			h.must(err)
			if h.live("library").Secret == "" || secret == h.live("library").Secret {
				t.Error("the secret is kept in clear, or not at all")
			}
			if err := h.s.Ask(h.ctx, one, "library"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%v", err)
			}
			_, err = h.s.AddKeys(h.ctx, one, "library", keySet("k1"))
			h.must(err)
		})
		t.Run("AUTHZ-5 two different officers grant production, once, of 64 who press at once", func(t *testing.T) {
			h.must(h.s.Ask(h.ctx, one, "library"))
			if h.live("library").Stage != client.Asked {
				t.Error("the site does not wait")
			}
			id := h.request()
			if err := h.s.Grant(h.ctx, second, id); !fault.Is(err, fault.Conflict) {
				t.Errorf("nobody proposed: %v", err)
			}
			h.must(h.s.Propose(h.ctx, first, id))
			if err := h.s.Grant(h.ctx, first, id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("the same officer: %v", err)
			}
			var granted atomic.Int32
			var all sync.WaitGroup
			for i := range 64 {
				all.Go(func() {
					by := second
					if i%2 == 0 {
						by = first
					}
					if err := h.s.Grant(h.ctx, by, id); err == nil {
						granted.Add(1)
					} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Forbidden) {
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			if granted.Load() != 1 || h.live("library").Stage != client.Production {
				t.Errorf("granted %d times, %s", granted.Load(), h.live("library").Stage)
			}
			if n := len(h.told.keys); n == 0 || h.told.keys[n-1] != "partner.notice.granted" {
				t.Errorf("told %v", h.told.keys)
			}
		})
		t.Run("A-56 keys and pausing change at once, new addresses and attributes wait for two officers", func(t *testing.T) {
			now, err := h.s.AddKeys(h.ctx, one, "library", keySet("k2"))
			h.must(err)
			if c := h.live("library"); !now || len(c.Keys.Keys) != 2 {
				t.Errorf("two keys side by side: %v %d", now, len(c.Keys.Keys))
			}
			h.must(h.s.RemoveProof(h.ctx, one, "library", "k1"))
			h.must(h.s.Pause(h.ctx, one, "library", true))
			h.must(h.s.Pause(h.ctx, one, "library", false))
			now, err = h.s.Edit(h.ctx, one, "library", []string{"redirects"}, func(c *client.Client) {
				c.Redirects = []string{"https://library.example/back", "https://library.example/new"}
			})
			h.must(err)
			if now || len(h.live("library").Redirects) != 1 {
				t.Error("a new address is in force without officers")
			}
			h.must(h.s.Ask(h.ctx, one, "library"))
			if c := h.live("library"); c.Stage != client.Production || len(c.Redirects) != 1 {
				t.Error("the version that officers know does not keep running")
			}
			if _, err := h.s.Edit(h.ctx, one, "library", nil, func(c *client.Client) { c.Required = nil }); !fault.Is(err, fault.Conflict) {
				t.Errorf("a change while officers look: %v", err)
			}
			_, err = h.s.AddKeys(h.ctx, one, "library", keySet("k3"))
			h.must(err)
			id := h.request()
			h.must(h.s.Propose(h.ctx, second, id))
			h.must(h.s.Grant(h.ctx, first, id))
			if c := h.live("library"); len(c.Redirects) != 2 || len(c.Keys.Keys) != 2 || c.Keys.Keys[1].KeyID != "k3" {
				t.Errorf("%v %v", c.Redirects, c.Keys)
			}
		})
		t.Run("A-56 of many changes at once none is lost", func(t *testing.T) {
			h.site(one, mine, "busy")
			var all sync.WaitGroup
			for i := range 8 {
				all.Go(func() {
					_, err := h.s.AddKeys(h.ctx, one, "busy", keySet(fmt.Sprintf("busy-%d", i)))
					if err != nil {
						t.Errorf("%v", err)
					}
				})
			}
			all.Wait()
			if n := len(h.live("busy").Keys.Keys); n != 9 {
				t.Errorf("%d keys", n)
			}
		})
		t.Run("A-56 an address that goes is gone at once", func(t *testing.T) {
			now, err := h.s.Edit(h.ctx, one, "library", []string{"redirects"}, func(c *client.Client) { c.Redirects = []string{"https://library.example/new"} })
			h.must(err)
			if !now || len(h.live("library").Redirects) != 1 {
				t.Error("it waits")
			}
		})
		t.Run("A-56 what officers refuse stays a draft, with their reason", func(t *testing.T) {
			_, err := h.s.Edit(h.ctx, one, "library", nil, func(c *client.Client) { c.Optional = []client.Attribute{client.Email, client.Phone} })
			h.must(err)
			h.must(h.s.Ask(h.ctx, one, "library"))
			h.must(h.s.Refuse(h.ctx, first, h.request(), "No phone for a library"))
			site, err := h.s.Site(h.ctx, one, "library")
			h.must(err)
			reason, err := h.s.LastReason(h.ctx, one, "library")
			h.must(err)
			if site.Draft == nil || site.Request != nil || reason != "No phone for a library" || h.live("library").May(client.Phone) {
				t.Errorf("%+v %q", site, reason)
			}
		})
		t.Run("A-56 a site in production cannot be deleted, one of the sandbox is closed for good", func(t *testing.T) {
			if err := h.s.Delete(h.ctx, one, "library"); !fault.Is(err, fault.Conflict) {
				t.Errorf("%v", err)
			}
			h.site(one, mine, "second-site")
			_, err := h.s.BeginTry(h.ctx, one, "second-site", "https://okno.example/partners/try")
			h.must(err)
			h.must(h.s.Delete(h.ctx, one, "second-site"))
			if !h.live("second-site").Paused || !h.live("try-second-site").Paused {
				t.Error("it is open")
			}
			if err := h.s.Begin(h.ctx, one, mine, "second-site", names("Again")); !fault.Is(err, fault.Invalid) {
				t.Errorf("its identifier was given out again: %v", err)
			}
		})
		t.Run("OIDC-6 troubles are counted by the hour, without what was sent, for sites that exist", func(t *testing.T) {
			for range 300 {
				h.s.Hear("library", "/id/oauth/token", "invalid_grant", "oidc.why.code")
				h.s.Hear("nobody-knows", "/id/oauth/token", "invalid_grant", "oidc.why.code")
			}
			h.s.Settle()
			list, err := h.s.Troubles(h.ctx, one, "library")
			h.must(err)
			if len(list) != 1 || list[0].Times != 300 || list[0].Why != "oidc.why.code" {
				t.Errorf("%+v", list)
			}
			h.Now.Advance(partner.TroublesKept + 2*3600*1e9)
			if list, err = h.s.Troubles(h.ctx, one, "library"); err != nil || len(list) != 0 {
				t.Errorf("%v %v", list, err)
			}
		})
	})
}

func TestProof(t *testing.T) {
	t.Run("T-43 a private key is refused", func(t *testing.T) {
		key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		text, _ := json.Marshal(jose.JSONWebKey{Key: key, KeyID: "k1"})
		_, err := partner.ReadKeys(string(text))
		var f *fault.Fault
		if !errors.As(err, &f) || f.Fields[0].Key != "partner.keys_private" {
			t.Errorf("%v", err)
		}
	})
	t.Run("OIDC-6 public keys are read as openssl writes them, and named by their thumbprints", func(t *testing.T) {
		one, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		two, _, _ := ed25519.GenerateKey(rand.Reader)
		set, err := partner.ReadKeys("\n" + publicPEM(t, one.Public()) + publicPEM(t, two))
		if err != nil || len(set.Keys) != 2 || len(set.Keys[0].KeyID) != 43 || set.Keys[0].KeyID == set.Keys[1].KeyID || !one.PublicKey.Equal(set.Keys[0].Key) || !two.Equal(set.Keys[1].Key) {
			t.Fatalf("%+v %v", set, err)
		}
		private, _ := x509.MarshalPKCS8PrivateKey(one)
		for pasted, key := range map[string]string{
			publicPEM(t, two) + string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})): "partner.keys_private",
			string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: []byte("x")})):              "partner.keys_private",
			string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")})):                 "client.keys.form",
			string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: []byte("x")})):                  "client.keys.form",
			strings.Repeat(publicPEM(t, two), 11):                                                           "client.keys.form",
		} {
			set, err := partner.ReadKeys(pasted)
			var f *fault.Fault
			if !errors.As(err, &f) || f.Fields[0].Key != key || len(set.Keys) != 0 {
				t.Errorf("%.40q: %+v %v", pasted, set, err)
			}
		}
	})
	t.Run("OIDC-6 a thumbprint is read as hex, with colons, or base64url", func(t *testing.T) {
		want, err := partner.ReadCertificate("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE")
		if err != nil {
			t.Fatal(err)
		}
		for _, typed := range []string{fmt.Sprintf("%064x", 1), fmt.Sprintf("%062x:01", 0)} {
			if got, err := partner.ReadCertificate(typed); err != nil || got != want {
				t.Errorf("%s: %s %v", typed, got, err)
			}
		}
	})
}

// publicPEM is a public key as "openssl pkey -pubout" writes it.
func publicPEM(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func FuzzReadKeys(f *testing.F) {
	f.Add(keySet("k1"))
	seed, _, _ := ed25519.GenerateKey(rand.Reader)
	f.Add(publicPEM(f, seed))
	f.Add(`{"keys":[{"kty":"oct","k":"AA"}]}`)
	f.Add("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----")
	f.Fuzz(func(t *testing.T, pasted string) {
		if set, err := partner.ReadKeys(pasted); err == nil {
			for _, key := range set.Keys {
				if !key.IsPublic() || key.CertificatesURL != nil {
					t.Errorf("%+v", key)
				}
			}
		}
		if print, err := partner.ReadCertificate(pasted); err == nil && len(print) != 43 {
			t.Errorf("%q", print)
		}
	})
}
