// Package visittest gives page tests a whole site on a fresh database: the
// reference jurisdiction, all texts, accounts at every level, officers, and a
// browser without scripts. It is for tests only.
package visittest

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text/texttest"
	"okno/internal/vault"
	"okno/internal/visit"
	"okno/internal/web"
	"okno/internal/web/webtest"
	"okno/jurisdictions"
)

// Origin is how the site of tests calls itself.
const Origin = "http://okno.test"

// World is a site and what stands behind it.
type World struct {
	T        testing.TB
	DB       *db.DB
	Now      *clock.Fake
	Ring     *secret.Ring
	Vault    *vault.Vault
	Accounts *account.Accounts
	Officers *officer.Officers
	Sessions *signin.Sessions
	Law      *jurisdiction.Jurisdiction
	Site     *visit.Site
	Jobs     *jobs.Queue
}

// New makes a world on a database, in the jurisdiction of the code ("ru").
func New(t testing.TB, d *db.DB, now *clock.Fake, code string) *World {
	t.Helper()
	ring, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	law := Law(t, code)
	w := &World{T: t, DB: d, Now: now, Ring: ring, Vault: vault.New(ring), Law: law}
	w.Accounts = account.New(w.Vault, account.RulesOf(law))
	w.Officers = officer.New(w.Vault)
	w.Sessions = signin.NewSessions(w.Accounts, w.Officers, signin.DefaultLimits)
	w.Jobs = jobs.New(d, slog.New(slog.DiscardHandler))
	w.Site = &visit.Site{DB: d, Vault: w.Vault, Accounts: w.Accounts, Officers: w.Officers, Sessions: w.Sessions,
		Texts: texttest.Load(t), Law: law, Host: strings.TrimPrefix(Origin, "http://"), Assets: noAssets{}, Log: slog.New(testLog{t})}
	w.Site.MountChoices()
	return w
}

// Law loads a pack of the repository.
func Law(t testing.TB, code string) *jurisdiction.Jurisdiction {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	law, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return law
}

// Browser is a browser without scripts in front of the site, guards and all.
func (w *World) Browser() *webtest.Browser { return webtest.New(w.T, w.Handler(), Origin) }

// Handler is the site behind its guards.
func (w *World) Handler() http.Handler {
	guard := &web.Guard{Origins: []string{Origin}, Log: slog.New(testLog{w.T}), Fail: w.Site.Fail}
	return guard.Wrap(w.Site)
}

// Write runs f in a transaction that must succeed.
func (w *World) Write(f func(tx *db.Tx) error) {
	w.T.Helper()
	if err := w.DB.Write(context.Background(), f); err != nil {
		w.T.Fatal(err)
	}
}

// Account opens an account with a confirmed phone and gives it evidence up to a level.
func (w *World) Account(level account.Level, full string, phone string) account.ID {
	w.T.Helper()
	var id account.ID
	w.Write(func(tx *db.Tx) (err error) {
		name := account.Name{Full: full, Short: strings.Fields(full)[0]}
		if id, err = w.Accounts.Create(tx, account.Opening{Name: name, Language: "en", Category: w.Law.Audiences[0].Code}); err != nil {
			return err
		}
		if err = w.Accounts.AddContact(tx, id, account.Phone, phone); err != nil {
			return err
		}
		for _, e := range evidence(w.Accounts.Rules(), level) {
			if _, _, err = w.Accounts.Add(tx, id, e, audit.BySystem("test")); err != nil {
				return err
			}
		}
		return nil
	})
	return id
}

func evidence(rules account.Rules, level account.Level) []account.Evidence {
	e := []account.Evidence{{Way: account.ByContact, Source: "phone"}}
	if level >= account.Standard {
		for _, register := range rules.StandardRegisters {
			e = append(e, account.Evidence{Way: account.ByRegister, Source: register})
		}
	}
	if level >= account.Verified {
		e = append(e, account.Evidence{Way: account.ByDesk, Source: "centre", By: "test"})
	}
	return e
}

// SignedIn is a browser in which the account's holder is signed in.
func (w *World) SignedIn(id account.ID) *webtest.Browser {
	w.T.Helper()
	return w.with("okno", signin.Opening{Account: id, Way: "test"})
}

// Key is a form's key as the page at a path would give it to the browser, for posts
// to pages that the browser cannot open. The browser must have seen a form before.
func (w *World) Key(b *webtest.Browser, path string) string { return KeyOf(w.Site, b, path) }

// KeyOf is Key for any site.
func KeyOf(site *visit.Site, b *webtest.Browser, path string) string {
	for _, c := range b.Cookies() {
		if strings.HasSuffix(c.Name, "okno_browser") {
			return site.FormKey(c.Value, path)
		}
	}
	return ""
}

// Officer adds an active officer.
func (w *World) Officer(o officer.Officer) officer.ID {
	w.T.Helper()
	var id officer.ID
	o.Active = true
	w.Write(func(tx *db.Tx) (err error) { id, err = w.Officers.Add(tx, o, audit.BySystem("test")); return err })
	return id
}

// AtDesk is a browser in which the officer is signed in.
func (w *World) AtDesk(id officer.ID) *webtest.Browser {
	w.T.Helper()
	return w.with("okno_desk", signin.Opening{Officer: id, Way: "test"})
}

func (w *World) with(cookie string, o signin.Opening) *webtest.Browser {
	w.T.Helper()
	var token string
	w.Write(func(tx *db.Tx) (err error) { token, err = w.Sessions.Begin(tx, o); return err })
	b := w.Browser()
	b.SetCookie(cookie, token)
	return b
}

// RunDue runs the jobs that are due.
func (w *World) RunDue() {
	w.T.Helper()
	if err := w.Jobs.RunDue(context.Background()); err != nil {
		w.T.Fatal(err)
	}
}

// noAssets are addresses of files that a test never fetches.
type noAssets struct{}

func (noAssets) Style(string) string { return "/assets/okno.css" }
func (noAssets) Script() string      { return "/assets/okno.js" }
func (noAssets) Icon() string        { return "/assets/okno.svg" }
func (noAssets) Logo(string) string  { return "" }

// testLog writes what the site logs into the test's own log.
type testLog struct{ t testing.TB }

func (l testLog) Enabled(context.Context, slog.Level) bool { return true }
func (l testLog) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool { line += " " + a.String(); return true })
	l.t.Log(line)
	return nil
}
func (l testLog) WithAttrs([]slog.Attr) slog.Handler { return l }
func (l testLog) WithGroup(string) slog.Handler      { return l }
