package main

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/goccy/go-yaml"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/consent"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/portal"
	"okno/internal/secret"
	"okno/internal/signin"
)

// oidcClients is how many sites sign people in at once.
const oidcClients = 16

// What the sites know: the ceiling knows the same.
const (
	siteSecret    = "a-secret-of-the-sandbox-with-enough-bits-in-it"
	siteVerifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	siteScope     = "openid profile snils"
	discoveryPath = "/id/.well-known/openid-configuration"
)

func siteName(n int) string { return fmt.Sprintf("site-%02d", n) }

func siteRedirect(id string) string { return "https://" + id + ".example/callback" }

func siteChallenge() string {
	sum := sha256.Sum256([]byte(siteVerifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// providerHouse is a house in a process of its own, to which residents come who
// are signed in and have agreed to what their site wants; the ceiling stands beside it.
type providerHouse struct {
	engine  string
	config  portal.Config
	file    string
	cookies []string // of each site's person
	house   *process
	bare    *process
	writes  int // statements of write transactions in writeTrials machine tokens
}

// writeTrials is how many tokens for machines are watched for writes.
const writeTrials = 200

// provider opens the house of an engine, once.
func (w *workshop) provider(ctx context.Context, engine string) (*providerHouse, error) {
	if h := w.providers[engine]; h != nil {
		return h, nil
	}
	h := &providerHouse{engine: engine}
	if err := h.settle(ctx, w); err != nil {
		return nil, err
	}
	var words []string
	if w.serverProfile != "" {
		words = append(words, "-profile", w.serverProfile+"-"+engine)
	}
	if w.serverHeap != "" {
		words = append(words, "-heap", w.serverHeap+"-"+engine)
	}
	if err := h.start(ctx, words...); err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err == nil {
		h.bare, err = launch(ctx, address, "-bare", address)
	}
	if err != nil {
		return nil, errors.Join(err, h.close())
	}
	if w.providers == nil {
		w.providers = map[string]*providerHouse{}
	}
	w.providers[engine] = h
	return h, nil
}

// start serves the house in a process of its own.
func (h *providerHouse) start(ctx context.Context, words ...string) (err error) {
	h.house, err = launch(ctx, h.config.Listen, append([]string{"-config", h.file}, words...)...)
	return err
}

func (h *providerHouse) close() error {
	var all []error
	for _, p := range []*process{h.house, h.bare} {
		if p != nil {
			all = append(all, p.stop())
		}
	}
	return errors.Join(all...)
}

// settle makes the house, its residents and its sites, and closes it again.
func (h *providerHouse) settle(ctx context.Context, w *workshop) error {
	address, err := freeAddress()
	if err != nil {
		return err
	}
	database, err := w.database(ctx, h.engine)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(w.dir, "provider-")
	if err != nil {
		return err
	}
	if h.config, err = w.config("http://"+address, dir, database); err != nil {
		return err
	}
	h.config.Listen = address
	text, err := yaml.Marshal(h.config)
	if err != nil {
		return err
	}
	h.file = filepath.Join(dir, "okno.yaml")
	if err := os.WriteFile(h.file, text, 0o600); err != nil {
		return err
	}
	p, err := w.openIn(ctx, h.config.Origin, dir, database)
	if err != nil {
		return err
	}
	h.cookies, err = settleSites(ctx, p, oidcClients)
	if err == nil {
		h.writes, err = countWrites(p)
	}
	return errors.Join(err, p.Close())
}

// settleSites makes so many sites of the sandbox, as many of production, and for each
// two a person who is signed in and has agreed; it gives the cookies of their browsers.
func settleSites(ctx context.Context, p *portal.Portal, n int) (cookies []string, err error) {
	hash, err := p.Ring.Hasher().Hash(ctx, password)
	if err != nil {
		return nil, err
	}
	people, err := settle(ctx, p, 0, n, hash)
	if err != nil {
		return nil, err
	}
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		cookies = nil
		for i, who := range people {
			office, err := newOffice(officeName(i))
			if err != nil {
				return err
			}
			for _, c := range []client.Client{newSite(siteName(i)), office} {
				if err := p.Clients.Add(tx, c, audit.BySystem("bench")); err != nil {
					return err
				}
				asked := consent.Question{Required: c.Required}
				if _, err := consent.Give(tx, who.id, c, asked, nil, "To measure"); err != nil {
					return err
				}
			}
			browser := secret.Token()
			token, err := p.Sessions.Begin(tx, signin.Opening{Account: who.id, Way: "password", Browser: secret.Hash(browser), Device: "Firefox, Linux"})
			if err != nil {
				return err
			}
			cookies = append(cookies, "okno="+token+"; okno_browser="+browser+"; okno_choices=l%3Den")
		}
		return nil
	})
	return cookies, err
}

func newSite(id string) client.Client {
	words := func(text string) jurisdiction.Words { return jurisdiction.Words{"en": text, "ru": text} }
	return client.Client{ID: client.ID(id), Stage: client.Sandbox, Name: words("Tax office"), Purpose: words("To measure"), Redirects: []string{siteRedirect(id)},
		Method: client.SecretBasic, Secret: secret.Hash(siteSecret), Grants: []client.Grant{client.Code, client.Refresh, client.Machine},
		Required: []client.Attribute{client.Name, client.BirthDate, client.Number("snils")}, Scopes: []string{"reports"}}
}

// cpu is what the server and its database have used so far.
func (h *providerHouse) cpu(w *workshop) (server, database time.Duration, err error) {
	if server, err = h.house.cpu(); err != nil || h.engine != "postgres" {
		return server, 0, err
	}
	database, err = postgresCPU(w.cluster)
	return server, database, err
}
