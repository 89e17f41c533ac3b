package client_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/client/clienttest"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/jurisdictions"
)

func TestGoodAddress(t *testing.T) {
	for _, a := range clienttest.Addresses(t) {
		t.Run("OIDC-2 registration: "+a.Why, func(t *testing.T) {
			if got := client.GoodAddress(a.Address, false); got != (a.Who == "good") {
				t.Errorf("in production %v: %q", got, a.Address)
			}
			if got := client.GoodAddress(a.Address, true); got != (a.Who != "none") {
				t.Errorf("of a native client %v: %q", got, a.Address)
			}
			for _, field := range []string{"redirects", "post_logout", "logout_uri", "resources"} {
				c := good(t)
				switch field {
				case "redirects":
					c.Redirects = []string{a.Address}
				case "post_logout":
					c.PostLogout = []string{a.Address}
				case "logout_uri":
					c.LogoutURI = a.Address
				case "resources":
					c.Resources = []string{a.Address}
				}
				if field == "logout_uri" && a.Address == "" {
					continue // it has none
				}
				if refused := slices.Contains(refusals(c), field); refused == (a.Who == "good") {
					t.Errorf("%s refused %v: %q", field, refused, a.Address)
				}
			}
		})
	}
}

var key = sync.OnceValue(func() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	return key
})

func jwks(keys ...any) jose.JSONWebKeySet {
	set := jose.JSONWebKeySet{}
	for i, k := range keys {
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: k, KeyID: string(rune('a' + i))})
	}
	return set
}

// good is a client that may be registered.
func good(t testing.TB) client.Client {
	t.Helper()
	c := client.Client{ID: "site", Stage: client.Production, Name: jurisdiction.Words{"en": "Site"}, Purpose: jurisdiction.Words{"en": "To try"},
		Redirects: []string{"https://site.example/cb"}, Method: client.PrivateKeyJWT, Keys: jwks(key().Public()), Grants: []client.Grant{client.Code}}
	if err := c.Check(); err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	return c
}

func refusals(c client.Client) (fields []string) {
	err := c.Check()
	if err == nil {
		return nil
	}
	for _, f := range fault.Of(err).Fields {
		fields = append(fields, f.Name)
	}
	return fields
}

func TestCheck(t *testing.T) {
	weak, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	p384, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	print := strings.Repeat("a", 43)
	name := func(s string) func(*client.Client) {
		return func(c *client.Client) { c.Name = jurisdiction.Words{"en": s} }
	}
	keys := func(set jose.JSONWebKeySet) func(*client.Client) {
		return func(c *client.Client) { c.Keys = set }
	}
	cases := []struct {
		name, field string // "" when it may be registered
		change      func(*client.Client)
	}{
		{"OIDC-2 a client without an address to come back to", "redirects", func(c *client.Client) { c.Redirects = nil }},
		{"OIDC-2 a machine needs no address", "", func(c *client.Client) { c.Redirects, c.Grants = nil, []client.Grant{client.Machine} }},
		{"OIDC-2 more than twenty addresses", "redirects", func(c *client.Client) { c.Redirects = slices.Repeat(c.Redirects, 21) }},
		{"OIDC-2 a native client may use this machine", "", func(c *client.Client) { c.Native, c.Redirects = true, []string{"http://127.0.0.1:1234/cb"} }},
		{"OIDC-6 no key", "keys", keys(jose.JSONWebKeySet{})},
		{"OIDC-6 a weak RSA key", "keys", keys(jwks(weak.Public()))},
		{"OIDC-6 a curve that we do not take", "keys", keys(jwks(p384.Public()))},
		{"OIDC-6 a private key", "keys", keys(jwks(key()))},
		{"OIDC-6 a shared secret as a key", "keys", keys(jwks([]byte("secret")))},
		{"OIDC-6 two keys of one name", "keys", func(c *client.Client) { c.Keys.Keys = append(c.Keys.Keys, c.Keys.Keys[0]) }},
		{"OIDC-6 a key without a name", "keys", func(c *client.Client) { c.Keys = jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key().Public()}}} }},
		{"OIDC-6 a method that nobody knows", "method", func(c *client.Client) { c.Method = "client_secret_post" }},
		{"OIDC-6 a secret in production", "method", func(c *client.Client) { c.Method, c.Secret = client.SecretBasic, "x" }},
		{"OIDC-6 a secret in the sandbox", "", func(c *client.Client) { c.Stage, c.Method, c.Secret = client.Sandbox, client.SecretBasic, "x" }},
		{"OIDC-6 no method at a site", "method", func(c *client.Client) { c.Method = client.NoMethod }},
		{"OIDC-6 no method in a native application", "", func(c *client.Client) { c.Native, c.Method = true, client.NoMethod }},
		{"OIDC-6 no method at a machine", "method", func(c *client.Client) {
			c.Native, c.Method, c.Grants = true, client.NoMethod, []client.Grant{client.Code, client.Machine}
		}},
		{"OIDC-6 a certificate by its thumbprint", "", func(c *client.Client) { c.Method, c.Thumbprints = client.SelfSignedTLS, []string{print} }},
		{"OIDC-6 no certificate", "certificates", func(c *client.Client) { c.Method = client.SelfSignedTLS }},
		{"OIDC-6 an empty thumbprint", "certificates", func(c *client.Client) { c.Method, c.Thumbprints = client.SelfSignedTLS, []string{""} }},
		{"OIDC-1 a grant that nobody knows", "grants", func(c *client.Client) { c.Grants = []client.Grant{"password"} }},
		{"OIDC-1 no grant", "grants", func(c *client.Client) { c.Grants = nil }},
		{"T-43 a name with a mark", "name", name("<b>Bank</b>")},
		{"T-43 a name that turns its direction", "name", name("Bank \u202egnp")},
		{"T-43 a name of two alphabets in one word", "name", name("Оkno")},
		{"T-43 a name of two alphabets in two words", "", name("Okno Окно")},
		{"T-43 a name with nothing to see", "name", name("  ")},
		{"T-43 no name", "name", func(c *client.Client) { c.Name = nil }},
		{"T-43 a name that is too long", "name", name(strings.Repeat("a", 61))},
		{"T-43 a Persian name with its joiner", "", func(c *client.Client) { c.Name = jurisdiction.Words{"fa": "خانه\u200cها"} }},
		{"T-43 a purpose with a mark", "purpose", func(c *client.Client) { c.Purpose = jurisdiction.Words{"en": "<script>"} }},
		{"T-43 a contact that is no address", "contact", func(c *client.Client) { c.Contact = "x" }},
		{"OIDC-12 a sector that is no word", "sector", func(c *client.Client) { c.Sector = "a b" }},
		{"INP-2 an id with a quote", "id", func(c *client.Client) { c.ID = "a'b" }},
		{"INP-2 an id that is too short", "id", func(c *client.Client) { c.ID = "ab" }},
	}
	for _, try := range cases {
		t.Run(try.name, func(t *testing.T) {
			c := good(t)
			try.change(&c)
			got := refusals(c)
			if try.field == "" && got != nil || try.field != "" && !slices.Contains(got, try.field) {
				t.Fatal(got)
			}
		})
	}
}

func TestClients(t *testing.T) {
	ctx := context.Background()
	by := audit.BySystem("test")
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		here, there := client.New(d), client.New(d)
		write := func(f func(tx *db.Tx) error) error { return d.Write(ctx, f) }
		c := good(t)
		if err := write(func(tx *db.Tx) error { return here.Add(tx, c, by) }); err != nil {
			t.Fatal(err)
		}
		t.Run("OIDC-6 a client is read as it was registered, keys and all", func(t *testing.T) {
			got, err := here.Find(ctx, "site")
			if err != nil || got.Name["en"] != "Site" || len(got.Keys.Keys) != 1 || !got.Keys.Keys[0].Valid() || !got.RedirectsTo("https://site.example/cb") {
				t.Fatalf("%+v %v", got, err)
			}
		})
		t.Run("INP-2 a client that there is not, by any name", func(t *testing.T) {
			for _, id := range []client.ID{"", "none", "a\x00b", "\xff\xfe\xfd", "SITE", "site ", "' OR 1=1 --", client.ID(strings.Repeat("x", 70))} {
				if _, err := here.Find(ctx, id); !fault.Is(err, fault.NotFound) {
					t.Fatalf("%q: %v", id, err)
				}
			}
		})
		t.Run("OIDC-6 an id is given once, also to 64 at once", func(t *testing.T) {
			var good64, taken atomic.Int32
			var wait sync.WaitGroup
			for range 64 {
				wait.Go(func() {
					fresh := c
					fresh.ID = "fresh"
					err := write(func(tx *db.Tx) error { return here.Add(tx, fresh, by) })
					switch {
					case err == nil:
						good64.Add(1)
					case fault.Is(err, fault.Conflict):
						taken.Add(1)
					default:
						t.Error(err)
					}
				})
			}
			wait.Wait()
			if good64.Load() != 1 || taken.Load() != 63 {
				t.Fatal(good64.Load(), taken.Load())
			}
		})
		t.Run("AUTHZ-2 nobody changes the client of another owner, and nobody becomes one", func(t *testing.T) {
			stolen := c
			stolen.Owner = "partner"
			if err := write(func(tx *db.Tx) error { return here.Change(tx, stolen, by) }); err == nil {
				t.Fatal("changed")
			}
		})
		t.Run("OIDC-2 a change is checked like a registration", func(t *testing.T) {
			bad := c
			bad.Redirects = []string{"http://evil.example/"}
			if err := write(func(tx *db.Tx) error { return here.Change(tx, bad, by) }); fault.Of(err).Kind != fault.Invalid {
				t.Fatal(err)
			}
		})
		t.Run("SESS-5 a change is in force at once here and within two seconds elsewhere", func(t *testing.T) {
			if _, err := there.Find(ctx, "site"); err != nil {
				t.Fatal(err)
			}
			paused := c
			paused.Paused = true
			if err := write(func(tx *db.Tx) error { return here.Change(tx, paused, by) }); err != nil {
				t.Fatal(err)
			}
			here.Forget("site")
			if got, err := here.Find(ctx, "site"); err != nil || got.Live() {
				t.Fatal(err, got.Live())
			}
			now.Advance(2 * time.Second)
			if got, err := there.Find(ctx, "site"); err != nil || got.Live() {
				t.Fatal(err, got.Live())
			}
		})
		t.Run("AUTHZ-2 an owner sees his own clients", func(t *testing.T) {
			mine := c
			mine.ID, mine.Owner = "mine", "partner"
			err := write(func(tx *db.Tx) error {
				if err := here.Add(tx, mine, by); err != nil {
					return err
				}
				own, err := here.All(tx, "partner", false)
				if len(own) != 1 || own[0].ID != "mine" {
					t.Fatal(own)
				}
				if err != nil {
					return err
				}
				all, err := here.All(tx, "", true)
				if len(all) != 3 {
					t.Fatal(len(all))
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		})
	})
}

func TestRules(t *testing.T) {
	t.Run("OIDC-12 a consent lasts a year at most", func(t *testing.T) {
		for lasts, want := range map[time.Duration]time.Duration{0: client.Year, -1: client.Year, time.Hour: time.Hour, 2 * client.Year: client.Year} {
			if got := (client.Client{Lasts: lasts}).Life(); got != want {
				t.Fatal(lasts, got)
			}
		}
	})
	t.Run("OIDC-7 a site in production that may ask for a number or an identity document must push, and no other", func(t *testing.T) {
		for _, country := range jurisdictions.Codes() {
			pack, err := jurisdictions.Pack(country)
			if err != nil {
				t.Fatal(err)
			}
			law, err := jurisdiction.Load(pack)
			if err != nil {
				t.Fatal(err)
			}
			risky := []client.Attribute{client.Identity}
			for _, n := range law.Identifiers {
				risky = append(risky, client.AttributesOf(n.Code, []string{n.Code})...)
			}
			if len(risky) < 2 {
				t.Fatalf("%s has no numbers", country)
			}
			for _, a := range risky {
				for stage, must := range map[client.Stage]bool{client.Sandbox: false, client.Asked: false, client.Production: true} {
					required, optional := client.Client{Stage: stage, Required: []client.Attribute{client.Name, a}}, client.Client{Stage: stage, Optional: []client.Attribute{client.Name, a}}
					if required.MustPush() != must || optional.MustPush() != must {
						t.Errorf("%s in %s: %v, %v", a, stage, required.MustPush(), optional.MustPush())
					}
				}
			}
		}
		mild := []client.Attribute{client.Name, client.BirthDate, client.BirthPlace, client.Sex, client.Citizenship, client.Phone, client.Email, client.Address}
		if (client.Client{Stage: client.Production, Required: mild, Optional: mild}).MustPush() {
			t.Error("a site that asks for nothing of high risk must push")
		}
	})
	t.Run("OIDC-7 a site that wishes so must push at every stage", func(t *testing.T) {
		for _, stage := range []client.Stage{client.Sandbox, client.Asked, client.Production} {
			if !(client.Client{Stage: stage, PAR: true}).MustPush() {
				t.Error(stage)
			}
		}
	})
	t.Run("T-41 sectors of different owners, and sectors and ids, never meet", func(t *testing.T) {
		seen := map[string]bool{}
		for _, c := range []client.Client{{ID: "a"}, {ID: "b"}, {ID: "a", Sector: "a"}, {ID: "a", Owner: "p", Sector: "a"}, {ID: "a", Owner: "q", Sector: "a"}, {ID: "a", Sector: "p"}} {
			if seen[c.SectorID()] {
				t.Fatal(c.SectorID())
			}
			seen[c.SectorID()] = true
		}
	})
}

// FuzzGoodAddress holds what every address that may be registered has in common.
func TestWrongAddressesSayHowToMendThem(t *testing.T) {
	for address, want := range map[string]string{
		"library.example/back": "client.address.scheme", "http://library.example/back": "client.address.scheme", "https://library.example": "client.address.path",
		"https://192.168.1.7/back": "client.address.inner", "https://Library.example/back": "client.address.form", "https://library.example/back#top": "client.address.form",
	} {
		c := good(t)
		c.Redirects = []string{"https://library.example/good", address}
		var f *fault.Fault
		if err := c.Check(); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Name != "redirects" || f.Fields[0].Key != want {
			t.Errorf("%s is refused with %v, want %s", address, err, want)
		}
	}
	c := good(t)
	c.PostLogout = make([]string, 21)
	for i := range c.PostLogout {
		c.PostLogout[i] = fmt.Sprintf("https://library.example/%d", i)
	}
	var f *fault.Fault
	if err := c.Check(); !errors.As(err, &f) || len(f.Fields) != 1 || f.Fields[0].Key != "client.address.many" {
		t.Errorf("21 addresses: %v", err)
	}
}

func FuzzGoodAddress(f *testing.F) {
	for _, a := range clienttest.Addresses(f) {
		f.Add(a.Address)
	}
	f.Fuzz(func(t *testing.T, address string) {
		if !client.GoodAddress(address, false) {
			return
		}
		if !client.GoodAddress(address, true) {
			t.Fatal("good in production and bad in the sandbox")
		}
		if !strings.HasPrefix(address, "https://") || strings.ContainsAny(address, "#\\@ \t\r\n\x00*") || strings.Contains(strings.ToLower(address), "%2e") && !strings.Contains(address, "?") || len(address) > 500 {
			t.Fatalf("%q", address)
		}
	})
}
