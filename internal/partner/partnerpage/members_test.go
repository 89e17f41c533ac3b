package partnerpage_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/web/webtest"
)

func TestMembers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		boris := h.SignedIn(h.Account(account.Standard, "Boris Two", "+79000000002"))
		org := organised(anna).Path
		invite := func(t *testing.T, contact string) *webtest.Page {
			return anna.For(t).Open(org).Fill("Colleague's phone number or e-mail", contact).Press("Invite")
		}
		const told = "If an account has this contact, its holder has an invitation now."

		t.Run("A-56 the only person of an organisation is not offered to leave it", func(t *testing.T) {
			anna.For(t).Open(org).Must("Anna One").MustNot("Remove")
		})
		t.Run("A-56 a contact that is none is refused in words, and an unknown one is answered like a known one", func(t *testing.T) {
			invite(t, "Boris").MustBe(422, org).Must("Enter a phone number or an e-mail address")
			invite(t, "+7 900 000 00 99").MustBe(200, org).Must(told).MustNot("Invited")
		})
		t.Run("A-56 an invitation is taken back, or declined, and nobody is in", func(t *testing.T) {
			invite(t, "+7 900 000 00 02").Must(told, "Invited").Press("Take the invitation back").MustBe(200, org).MustNot("Invited")
			boris.For(t).Open("/partners/mine").MustNot("City library")
			invite(t, "+7 900 000 00 02")
			boris.For(t).Open("/partners/mine").Must("You are invited to: City library").Press("Decline").MustBe(200, "/partners/mine").MustNot("City library")
			boris.For(t).Open(org).MustBe(404, org)
		})
		t.Run("A-56 who joins sees the sites, and whoever is removed sees them no more", func(t *testing.T) {
			invite(t, "+7 900 000 00 02")
			boris.For(t).Open("/partners/mine").Press("Join").MustBe(200, org).Must("Anna One", "Boris Two", "Add a site")
			anna.For(t).Open(org).Press("Remove Boris Two").MustBe(200, org).MustNot("Boris Two")
			boris.For(t).Open(org).MustBe(404, org)
		})
		t.Run("A-56 a site of the sandbox is deleted after a question, and is gone", func(t *testing.T) {
			inSandbox(t, anna.For(t).Open(org))
			const site = "/partners/sites/city-library"
			p := anna.For(t).Open(site).Follow("Delete the site").Must("Delete City library?")
			p.Follow("Keep it").MustBe(200, site)
			p.Press("Delete the site").MustBe(200, org).Must("The site is deleted.", "No site yet.")
			anna.For(t).Open(site).MustBe(404, site)
		})
	})
}

func TestProofWithoutScripts(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		inSandbox(t, organised(anna))
		const site = "/partners/sites/city-library"

		t.Run("A-56 two keys stand side by side, and the old one is taken away", func(t *testing.T) {
			proof := func() *webtest.Page { return anna.For(t).Open(site + "/proof") }
			proof().Press("Continue").Follow("Back to the ways of proof").Choose("By a key of its own").Press("Continue").
				Fill("Public keys", keySet(t, "first")).Press("Add the keys").MustBe(200, site).Must("A key of its own (first)")
			proof().Choose("By a key of its own").Press("Continue").Fill("Public keys", keySet(t, "second")).Press("Add the keys").Must("first, second")
			proof().Must("What it has now", "first", "second").Press("Remove first").MustBe(200, site+"/proof").Must("second").MustNot("first")
			proof().Press("Remove second").Must("second", "Error")
		})
		t.Run("A-56 the page says how to make a key, and takes what the command prints", func(t *testing.T) {
			p := anna.For(t).Open(site+"/proof").Choose("By a key of its own").Press("Continue").Must("How to make a key", "openssl pkey -in private.pem -pubout")
			key, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
			der, err := x509.MarshalPKIXPublicKey(key.Public())
			if err != nil {
				t.Fatal(err)
			}
			private, err := x509.MarshalPKCS8PrivateKey(key)
			if err != nil {
				t.Fatal(err)
			}
			p = p.Fill("Public keys", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}))).Press("Add the keys").Must("This holds a private key")
			p.Fill("Public keys", string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))).Press("Add the keys").MustBe(200, site).Must("A key of its own (")
			anna.For(t).Open(site+"/proof").Choose("By a certificate").Press("Continue").Must("How to make a certificate", "openssl req -x509")
		})
		t.Run("A-56 an application on people's own devices keeps no key", func(t *testing.T) {
			anna.For(t).Open(site + "/proof").Choose("Without a key").Press("Continue").Must("PKCE").Press("Use no key")
			anna.For(t).Open(site).Must("No key: an application on people's own devices").MustNot("second")
		})
	})
}
