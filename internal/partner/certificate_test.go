package partner_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"log/slog"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/partner"
)

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// made is a self-signed certificate, DER.
func made(t testing.TB, name string, key any, public any, from, until time.Time) []byte {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: name}, NotBefore: from, NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func asPEM(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func reasonOf(err error) string {
	if err == nil || !fault.Is(err, fault.Invalid) || len(fault.Of(err).Fields) == 0 {
		return ""
	}
	return fault.Of(err).Fields[0].Key
}

func TestCertificates(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		first, second := h.registrar("first", ""), h.registrar("second", "")
		mine := h.organisation(one, "1027700000001")
		h.site(one, mine, "STATE01")
		key, day := rsaKey(), now.Now()
		good := made(t, "Mnemonic 01", key, key.Public(), day.Add(-time.Hour), day.AddDate(1, 0, 0))
		next := made(t, "Mnemonic 02\u202e<b>", key, key.Public(), day.AddDate(0, 1, 0), day.AddDate(2, 0, 0))
		short, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		h.must(err)
		private, err := x509.MarshalPKCS8PrivateKey(short)
		h.must(err)
		request, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "x"}}, short)
		h.must(err)

		t.Run("A-02 what is no certificate of use is refused, each with what to do", func(t *testing.T) {
			for given, key := range map[string]string{
				"":                                    "partner.certificate.missing",
				"  \n ":                               "partner.certificate.missing",
				"hello":                               "partner.certificate.unreadable",
				strings.Repeat("x", 70<<10):           "partner.certificate.unreadable",
				asPEM("CERTIFICATE", good[:50]):       "partner.certificate.unreadable",
				asPEM("PKCS7", good):                  "partner.certificate.unreadable",
				asPEM("CERTIFICATE REQUEST", request): "partner.certificate.request",
				asPEM("PRIVATE KEY", private):         "partner.keys_private",
				asPEM("CERTIFICATE", good) + asPEM("RSA PRIVATE KEY", private): "partner.keys_private",
				string(private): "partner.keys_private",
				"-----BEGIN ENCRYPTED PRIVATE KEY-----\nbroken":                                                                 "partner.keys_private",
				asPEM("CERTIFICATE", made(t, "old", rsaKey(), rsaKey().Public(), day.AddDate(-2, 0, 0), day.AddDate(-1, 0, 0))): "partner.certificate.over",
				asPEM("CERTIFICATE", made(t, "curve", short, short.Public(), day.Add(-time.Hour), day.AddDate(1, 0, 0))):        "partner.certificate.kind",
			} {
				_, err := h.s.AddCertificates(h.ctx, one, "STATE01", []byte(given))
				if got := reasonOf(err); got != key {
					t.Errorf("%.40q: %q, want %q (%v)", given, got, key, err)
				}
			}
			if len(h.live("STATE01").Certificates) > 0 {
				t.Error("something was kept")
			}
		})
		t.Run("A-02 a key that the house cannot verify with is refused, though it may be registered", func(t *testing.T) {
			h.s.Verifies = func(*x509.Certificate) bool { return false }
			_, err := h.s.AddCertificates(h.ctx, one, "STATE01", good)
			if reasonOf(err) != "partner.certificate.kind" {
				t.Errorf("%v", err)
			}
			h.s.Verifies = nil
		})
		t.Run("A-02 certificates come as PEM, DER or bare base64, once each, and are shown as they are", func(t *testing.T) {
			for _, given := range [][]byte{good, []byte(base64.StdEncoding.EncodeToString(good)), []byte("Bag Attributes\n" + asPEM("CERTIFICATE", good) + asPEM("CERTIFICATE", next))} {
				now, err := h.s.AddCertificates(h.ctx, one, "STATE01", given)
				h.must(err)
				if !now {
					t.Error("it waits")
				}
			}
			list := partner.Certificates(h.live("STATE01"))
			if len(list) != 2 || list[0].Subject != "Mnemonic 01" || list[0].Bits != 2048 || list[0].At(day) != partner.Good || list[1].Subject != "Mnemonic 02b" || list[1].At(day) != partner.NotYet {
				t.Errorf("%+v", list)
			}
		})
		t.Run("A-02 the end of the last certificate is warned about a month before", func(t *testing.T) {
			c := h.live("STATE01")
			if _, warn := partner.Ending(c, day.AddDate(0, 23, 25)); warn {
				t.Error("a site that does not speak the dialect is warned")
			}
			c.Registered = true
			for after, want := range map[time.Duration]bool{0: false, 700 * 24 * time.Hour: false, 705 * 24 * time.Hour: true, 800 * 24 * time.Hour: true} {
				if last, warn := partner.Ending(c, day.Add(after)); warn != want || last.Subject != "Mnemonic 02b" {
					t.Errorf("after %s: %v %+v", after, warn, last)
				}
			}
		})
		t.Run("D-04 to be a state system waits for two officers in production, certificates never wait", func(t *testing.T) {
			set := func(fields []string, change func(*client.Client)) bool {
				now, err := h.s.Edit(h.ctx, one, "STATE01", fields, change)
				h.must(err)
				return now
			}
			grant := func() {
				h.must(h.s.Ask(h.ctx, one, "STATE01"))
				id := h.request()
				h.must(h.s.Propose(h.ctx, first, id))
				h.must(h.s.DropCertificate(h.ctx, one, "STATE01", partner.Certificates(h.live("STATE01"))[0].Print)) // while officers look
				h.must(h.s.Grant(h.ctx, second, id))
			}
			h.must(h.s.Decide(h.ctx, first, mine, true, ""))
			grant()
			if c := h.live("STATE01"); c.Stage != client.Production || len(c.Certificates) != 1 {
				t.Fatalf("%s %d", c.Stage, len(c.Certificates))
			}
			if set([]string{"state"}, func(c *client.Client) { c.Registered = true }) || h.live("STATE01").Registered {
				t.Error("it is in force without officers")
			}
			if now, err := h.s.AddCertificates(h.ctx, one, "STATE01", good); err != nil || !now || len(h.live("STATE01").Certificates) != 2 {
				t.Errorf("%v %v", now, err)
			}
			grant()
			if c := h.live("STATE01"); !c.OfESIA() || len(c.Certificates) != 1 {
				t.Errorf("%v %d", c.Registered, len(c.Certificates))
			}
		})
		t.Run("A-56 what holds a site to more is in force at once, what lets go waits", func(t *testing.T) {
			h.site(one, mine, "strict")
			h.must(h.s.Ask(h.ctx, one, "strict"))
			id := h.request()
			h.must(h.s.Propose(h.ctx, first, id))
			h.must(h.s.Grant(h.ctx, second, id))
			for word, set := range map[string]func(*client.Client, bool){"par": func(c *client.Client, on bool) { c.PAR = on }, "dpop": func(c *client.Client, on bool) { c.DPoP = on }} {
				for _, on := range []bool{true, false} {
					now, err := h.s.Edit(h.ctx, one, "strict", []string{word}, func(c *client.Client) { set(c, on) })
					h.must(err)
					if now != on {
						t.Errorf("%s %v: at once %v", word, on, now)
					}
				}
				h.must(h.s.DropDraft(h.ctx, one, "strict"))
			}
			for word, change := range map[string]func(*client.Client){"sector": func(c *client.Client) { c.Sector = "group" }, "signature": func(c *client.Client) { c.RS256 = true }} {
				now, err := h.s.Edit(h.ctx, one, "strict", []string{word}, change)
				h.must(err)
				if now {
					t.Errorf("%s is in force at once", word)
				}
			}
		})
		t.Run("A-02 the organisation is told a month and a week before its certificate ends, and when it has ended", func(t *testing.T) {
			h.site(one, mine, "TOLD01")
			_, err := h.s.Edit(h.ctx, one, "TOLD01", []string{"state"}, func(c *client.Client) { c.Registered = true })
			h.must(err)
			begin := h.Now.Now()
			short := made(t, "Short", key, key.Public(), begin.Add(-time.Hour), begin.AddDate(0, 0, 60))
			_, err = h.s.AddCertificates(h.ctx, one, "TOLD01", short)
			h.must(err)
			queue := jobs.New(d, slog.New(slog.DiscardHandler))
			h.s.Register(queue)
			told := func(days int) (n int) {
				h.Now.Advance(begin.AddDate(0, 0, days).Add(time.Minute).Sub(h.Now.Now()))
				before := len(h.told.keys)
				if err := queue.RunDue(h.ctx); err != nil {
					t.Fatal(err)
				}
				for _, k := range h.told.keys[before:] {
					if strings.HasPrefix(k, "partner.notice.certificate_") {
						n++
					}
				}
				return n
			}
			for _, step := range []struct{ day, want int }{{1, 0}, {29, 0}, {30, 1}, {31, 0}, {53, 1}, {60, 1}, {70, 0}} {
				if n := told(step.day); n != step.want {
					t.Errorf("day %d: told %d times, want %d", step.day, n, step.want)
				}
			}
		})
		t.Run("A-02 the dialect goes with neither pushed requests nor bound tokens, whichever comes first", func(t *testing.T) {
			h.site(one, mine, "clash")
			add := func(fields []string, change func(*client.Client)) error {
				_, err := h.s.Edit(h.ctx, one, "clash", fields, change)
				return err
			}
			h.must(add([]string{"par"}, func(c *client.Client) { c.PAR = true }))
			h.must(add([]string{"state"}, func(c *client.Client) { c.Registered = true }))
			if _, err := h.s.AddCertificates(h.ctx, one, "clash", good); reasonOf(err) != "partner.esia_clash" {
				t.Errorf("%v", err)
			}
			h.must(add([]string{"par"}, func(c *client.Client) { c.PAR = false }))
			_, err := h.s.AddCertificates(h.ctx, one, "clash", good)
			h.must(err)
			if err := add([]string{"dpop"}, func(c *client.Client) { c.DPoP = true }); reasonOf(err) != "partner.esia_clash" {
				t.Errorf("%v", err)
			}
		})
		t.Run("A-02 a system that was built for ESIA needs no key besides its certificates", func(t *testing.T) {
			h.must(h.s.Begin(h.ctx, one, mine, "ONLY01", names("Old system")))
			for _, change := range []func(*client.Client){
				func(c *client.Client) { c.Redirects = []string{"https://library.example/back"} },
				func(c *client.Client) { c.Purpose, c.Contact = names("To lend books"), "team@library.example" },
				func(c *client.Client) { c.Registered = true },
			} {
				_, err := h.s.Edit(h.ctx, one, "ONLY01", nil, change)
				h.must(err)
			}
			if err := h.s.Complete(h.ctx, one, "ONLY01"); reasonOf(err) != "client.keys.form" {
				t.Errorf("without certificates: %v", err)
			}
			_, err := h.s.AddCertificates(h.ctx, one, "ONLY01", good)
			h.must(err)
			h.must(h.s.Complete(h.ctx, one, "ONLY01"))
			site, err := h.s.Site(h.ctx, one, "ONLY01")
			h.must(err)
			if missing := h.s.Missing(site); len(missing) > 0 {
				t.Errorf("%v", missing)
			}
		})
	})
}

func FuzzReadCertificates(f *testing.F) {
	key := rsaKey()
	der := made(f, "Mnemonic", key, key.Public(), time.Unix(0, 0), time.Unix(4e9, 0))
	f.Add(der)
	f.Add([]byte(asPEM("CERTIFICATE", der)))
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"))
	d, _ := dbtest.SQLite(f)
	s := &partner.Service{DB: d}
	f.Fuzz(func(t *testing.T, given []byte) {
		list, err := s.ReadCertificates(given)
		if err != nil && reasonOf(err) == "" {
			t.Errorf("%v", err)
		}
		for _, text := range list {
			if !client.GoodCertificate(text) {
				t.Errorf("%q", text)
			}
		}
	})
}
