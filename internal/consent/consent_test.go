package consent_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

// list reads attributes from words.
func list(words string) (all []client.Attribute) {
	for _, w := range strings.Fields(words) {
		all = append(all, client.Attribute(w))
	}
	return all
}

func TestAsk(t *testing.T) {
	site := client.Client{ID: "site", Required: list("name snils"), Optional: list("email phone")}
	law := site
	law.Law = jurisdiction.Words{"en": "Law 1"}
	cases := []struct {
		name                        string
		site                        client.Client
		wanted, holds, declined     string
		again                       bool
		required, optional, already string
	}{
		{"S23 at first everything is asked", site, "name email", "", "", false, "name", "email", ""},
		{"S23 what was agreed to is not asked again", site, "name email", "name email", "", false, "", "", "name email"},
		{"S23 only the difference is asked", site, "name snils email phone", "name email", "", false, "snils", "phone", "name email"},
		{"S23 an optional one that was declined is not asked again", site, "name email", "name", "email", false, "", "", "name"},
		{"OIDC-11 prompt=consent asks for it again", site, "name email", "name", "email", true, "", "email", "name"},
		{"S23 what was optional and declined is asked when the site cannot do without it any more", client.Client{Required: list("email")}, "email", "", "email", false, "email", "", ""},
		{"OIDC-12 what is not registered is never asked", site, "address", "", "", false, "", "", ""},
		{"S23 the law asks nobody", law, "name snils email", "", "", false, "", "", ""},
		{"S23 the law asks nobody, also with prompt=consent", law, "name", "", "", true, "", "", ""},
	}
	for _, try := range cases {
		t.Run(try.name, func(t *testing.T) {
			holds := consent.Consent{ID: "x", Attributes: list(try.holds), Declined: list(try.declined)}
			q := consent.Ask(try.site, list(try.wanted), holds, try.again)
			if !slices.Equal(q.Required, list(try.required)) || !slices.Equal(q.Optional, list(try.optional)) || !slices.Equal(q.Already, list(try.already)) {
				t.Fatalf("%+v", q)
			}
			if q.Open() != (try.required+try.optional != "") {
				t.Fatal(q.Open())
			}
		})
	}
}

const anna account.ID = "anna"

// given is what Give made, in a transaction of its own.
func given(t testing.TB, d *db.DB, c client.Client, wanted string, ticked string) consent.Consent {
	t.Helper()
	var got consent.Consent
	write(t, d, func(tx *db.Tx) error {
		holds, err := consent.Find(tx, anna, c.ID)
		if err != nil {
			return err
		}
		got, err = consent.Give(tx, anna, c, consent.Ask(c, list(wanted), holds, false), list(ticked), "To try")
		return err
	})
	return got
}

func write(t testing.TB, d *db.DB, f func(tx *db.Tx) error) {
	t.Helper()
	if err := d.Write(context.Background(), f); err != nil {
		t.Fatal(err)
	}
}

func find(t testing.TB, d *db.DB, who account.ID, site client.ID) (found consent.Consent) {
	t.Helper()
	write(t, d, func(tx *db.Tx) (err error) { found, err = consent.Find(tx, who, site); return err })
	return found
}

func TestConsent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		site := client.Client{ID: "site", Required: list("name"), Optional: list("email phone")}
		t.Run("OIDC-12 an agreement is kept as it was shown, until when it was shown", func(t *testing.T) {
			got := given(t, d, site, "name email phone", "email")
			kept := find(t, d, anna, "site")
			if kept.ID != got.ID || !slices.Equal(kept.Attributes, list("email name")) || !slices.Equal(kept.Declined, list("phone")) || kept.Purpose != "To try" ||
				kept.Ends.Sub(kept.Given) != client.Year || !kept.InForce(now.Now()) {
				t.Fatalf("%+v", kept)
			}
		})
		t.Run("S23 an agreement adds to the one before, which becomes history", func(t *testing.T) {
			more := site
			more.Required = list("name snils")
			got := given(t, d, more, "name snils email", "")
			if !slices.Equal(got.Attributes, list("email name snils")) {
				t.Fatal(got.Attributes)
			}
			if !slices.Equal(got.Declined, list("phone")) {
				t.Fatalf("the no of before is forgotten: %v", got.Declined)
			}
			write(t, d, func(tx *db.Tx) error {
				all, err := consent.Of(tx, anna)
				if len(all) != 2 || all[0].ID != got.ID && all[1].ID != got.ID {
					t.Fatal(len(all))
				}
				for _, c := range all {
					if c.ID != got.ID && (c.InForce(tx.Now()) || c.Why != "replaced") {
						t.Fatalf("%+v", c)
					}
				}
				return err
			})
		})
		t.Run("S23 what is ticked but was not asked is not kept", func(t *testing.T) {
			got := given(t, d, client.Client{ID: "shy", Required: list("name"), Optional: list("email")}, "name", "email phone address")
			if !slices.Equal(got.Attributes, list("name")) {
				t.Fatal(got.Attributes)
			}
		})
		t.Run("S23 the list says how often the site was given data, and when last", func(t *testing.T) {
			uses := func(c consent.Consent) (n int64, last time.Time) {
				write(t, d, func(tx *db.Tx) (err error) { n, last, err = consent.Uses(tx, c); return err })
				return n, last
			}
			read := func(who account.ID, site string) {
				write(t, d, func(tx *db.Tx) error {
					return audit.Record(tx, audit.Entry{Actor: audit.Actor{Kind: audit.Client, ID: site}, Act: "oidc.token", Read: true, Subject: string(who)})
				})
			}
			reader := client.Client{ID: "reader", Required: list("name")}
			given(t, d, reader, "name", "")
			read(anna, "other")
			read("boris", "reader")
			if n, last := uses(find(t, d, anna, "reader")); n != 0 || !last.IsZero() {
				t.Fatal("what others read, or of others, is counted", n, last)
			}
			now.Advance(time.Hour)
			read(anna, "reader")
			now.Advance(time.Hour)
			read(anna, "reader")
			again := given(t, d, reader, "name", "") // one that follows goes on counting
			if n, last := uses(again); n != 2 || !last.Equal(now.Now()) {
				t.Fatal(n, last)
			}
			write(t, d, func(tx *db.Tx) error { _, err := consent.Stop(tx, anna, again.ID, "holder"); return err })
			now.Advance(time.Hour)
			if n, _ := uses(given(t, d, reader, "name", "")); n != 0 {
				t.Fatal("what was given before the stop is counted after it", n)
			}
		})
		t.Run("OIDC-12 one person's agreement is nobody else's, and one site's no other's", func(t *testing.T) {
			if find(t, d, "boris", "site").ID != "" || find(t, d, anna, "other").ID != "" {
				t.Fatal("found")
			}
			write(t, d, func(tx *db.Tx) error {
				if _, err := consent.Stop(tx, "boris", mustFind(tx, anna, "site").ID, "holder"); !fault.Is(err, fault.NotFound) {
					t.Fatal(err)
				}
				return nil
			})
		})
		t.Run("OIDC-12 a consent that is taken back holds no more, and is taken back once", func(t *testing.T) {
			write(t, d, func(tx *db.Tx) error {
				id := mustFind(tx, anna, "site").ID
				if which, err := consent.Stop(tx, anna, id, "holder"); err != nil || which != "site" {
					t.Fatal(which, err)
				}
				if at, err := consent.StoppedAt(tx, id); err != nil || !at.Equal(tx.Now()) {
					t.Fatal(at, err)
				}
				if _, err := consent.Stop(tx, anna, id, "holder"); !fault.Is(err, fault.NotFound) {
					t.Fatal(err)
				}
				return nil
			})
			if find(t, d, anna, "site").ID != "" {
				t.Fatal("it holds on")
			}
			if got := given(t, d, site, "name", ""); !slices.Equal(got.Attributes, list("name")) {
				t.Fatalf("the new one takes over what was taken back: %v", got.Attributes)
			}
		})
		t.Run("OIDC-12 a consent ends after a year, or sooner where the site says so", func(t *testing.T) {
			short := site
			short.ID, short.Lasts = "short", 24*time.Hour
			given(t, d, short, "name email", "email")
			now.Advance(24 * time.Hour)
			if find(t, d, anna, "short").ID != "" || find(t, d, anna, "site").ID == "" {
				t.Fatal("it holds on, or the other one does not")
			}
			if got := given(t, d, short, "name", ""); !slices.Equal(got.Attributes, list("name")) {
				t.Fatalf("the new one takes over what had ended: %v", got.Attributes)
			}
			now.Advance(client.Year)
			if find(t, d, anna, "site").ID != "" {
				t.Fatal("it holds on")
			}
		})
		t.Run("OIDC-12 of 64 agreements at once one stands", func(t *testing.T) {
			var wait sync.WaitGroup
			for range 64 {
				wait.Go(func() {
					err := d.Write(context.Background(), func(tx *db.Tx) error {
						_, err := consent.Give(tx, "crowd", site, consent.Question{Required: list("name")}, nil, "x")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			wait.Wait()
			n := 0
			write(t, d, func(tx *db.Tx) error {
				all, err := consent.Of(tx, "crowd")
				for _, c := range all {
					if c.InForce(tx.Now()) {
						n++
					}
				}
				return err
			})
			if n != 1 {
				t.Fatal(n)
			}
		})
	})
}

func mustFind(tx *db.Tx, who account.ID, site client.ID) consent.Consent {
	found, err := consent.Find(tx, who, site)
	if err != nil || found.ID == "" {
		panic("no consent")
	}
	return found
}

// TestNeverMore lets a person and a site do what they like, and holds that the
// consent never has what was not both asked for and agreed to since it was last
// taken back (OIDC-12).
func TestNeverMore(t *testing.T) {
	every := list("name snils email phone address birth_date")
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		n := 0
		rapid.Check(t, func(r *rapid.T) {
			n++
			site := client.ID("site" + strings.Repeat("x", n))
			some := rapid.SliceOfDistinct(rapid.SampledFrom(every), rapid.ID[client.Attribute])
			agreed, asked := map[client.Attribute]bool{}, map[client.Attribute]bool{}
			for range rapid.IntRange(1, 6).Draw(r, "acts") {
				switch rapid.SampledFrom([]string{"give", "give", "give", "stop", "wait"}).Draw(r, "act") {
				case "stop":
					write(t, d, func(tx *db.Tx) error {
						holds, err := consent.Find(tx, anna, site)
						if err != nil || holds.ID == "" {
							return err
						}
						clear(agreed)
						_, err = consent.Stop(tx, anna, holds.ID, "holder")
						return err
					})
				case "wait":
					now.Advance(client.Year)
					clear(agreed)
				case "give":
					c := client.Client{ID: site, Required: some.Draw(r, "required"), Optional: some.Draw(r, "optional")}
					wanted, ticked := some.Draw(r, "wanted"), some.Draw(r, "ticked")
					write(t, d, func(tx *db.Tx) error {
						holds, err := consent.Find(tx, anna, site)
						if err != nil {
							return err
						}
						q := consent.Ask(c, wanted, holds, rapid.Bool().Draw(r, "again"))
						for _, a := range slices.Concat(q.Required, q.Optional) {
							if !slices.Contains(wanted, a) || !c.May(a) || holds.Has(a) {
								r.Fatalf("%s was asked", a)
							}
							asked[a] = true
						}
						for _, a := range q.Required {
							agreed[a] = true
						}
						for _, a := range q.Optional {
							if slices.Contains(ticked, a) {
								agreed[a] = true
							}
						}
						_, err = consent.Give(tx, anna, c, q, ticked, "x")
						return err
					})
				}
				holds := find(t, d, anna, site)
				for _, a := range every {
					if holds.Has(a) != agreed[a] || holds.Has(a) && !asked[a] || holds.Has(a) && slices.Contains(holds.Declined, a) {
						r.Fatalf("%s: holds %v, agreed %v, asked %v; %+v", a, holds.Has(a), agreed[a], asked[a], holds)
					}
				}
			}
		})
	})
}
