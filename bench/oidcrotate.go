package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/oidc"
	"okno/internal/portal"
)

// rotations is how often the keys move on under load.
const rotations = 3

// age makes the signing keys older, as if days had passed for them alone: sessions
// and codes would not live so long.
const age db.SQL = `UPDATE oidc_key SET published_at = published_at - $1, signs_at = signs_at - $1, retired_at = retired_at - $1`

// rotation signs people in all the time while the keys move on, with sites that
// keep the key set and ask for it anew only when they meet an unknown key. No
// sign-in may fail.
func rotation(ctx context.Context, w *workshop) error {
	for _, engine := range w.measured() {
		if err := rotationOn(ctx, w, engine); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

func rotationOn(ctx context.Context, w *workshop, engine string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	database, err := w.database(ctx, engine)
	if err != nil {
		return err
	}
	c, err := w.config("http://"+l.Addr().String(), w.dir, database)
	if err != nil {
		return err
	}
	now := &clock.Moved{Base: clock.System{}}
	p, err := portal.Open(ctx, c, portal.Options{Clock: now, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer p.Close()
	p.Partners.UsePeople(nil)
	cookies, err := settleSites(ctx, p, oidcClients)
	if err != nil {
		return err
	}
	house := begin(ctx, l, func(ctx context.Context, l net.Listener) { serveHouse(ctx, p, l) })
	defer house.end()
	return rotateUnder(ctx, p, now, engine, house.address, cookies)
}

// reader is a site that checks its ID tokens with a key set that it keeps.
type reader struct {
	*site
	keys jose.JSONWebKeySet
	read int // how often the set was read
}

func rotateUnder(ctx context.Context, p *portal.Portal, now *clock.Moved, engine, address string, cookies []string) error {
	readers := make([]*reader, len(cookies))
	for n, cookie := range cookies {
		s, err := openSite(ctx, address, n, cookie)
		if err != nil {
			return err
		}
		defer s.wire.conn.Close()
		readers[n] = &reader{site: s}
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	var done, failed atomic.Int64
	for _, r := range readers {
		running.Go(func() {
			for ctx.Err() == nil {
				if err := r.enterAndCheck(); err != nil {
					failed.Add(1)
				}
				done.Add(1)
			}
		})
	}
	signers, err := moveKeys(ctx, p, now)
	stop()
	running.Wait()
	if err != nil {
		return err
	}
	read := 0
	for _, r := range readers {
		read += r.read
	}
	name := "oidc-rotation-" + engine
	fmt.Printf("%s-failed ours=%d limit=0 ratio=- goal=0\n", name, failed.Load())
	fmt.Printf("%s-signins ours=%d limit=- ratio=- goal=-\n", name, done.Load())
	fmt.Printf("%s-signers ours=%d limit=%d ratio=- goal=%d\n", name, signers, rotations+1, rotations+1)
	fmt.Printf("%s-key-sets-read ours=%d limit=- ratio=- goal=-\n", name, read)
	return nil
}

// moveKeys moves the keys on and gives how many have signed. The clock moves in
// steps that no code is too old for, and past the time for which keys are kept in memory.
func moveKeys(ctx context.Context, p *portal.Portal, now *clock.Moved) (signers int, err error) {
	seen := map[string]bool{}
	for range rotations {
		for _, step := range []func() error{
			func() error { return p.Provider.RotateKeys(ctx) },
			func() error { return older(ctx, p, 24*time.Hour) }, // the successor signs now
			func() error { return p.Provider.MoveKeys(ctx) },    // the one before is retired
			func() error { return older(ctx, p, 26*time.Hour) }, // and shown no more
		} {
			if err := step(); err != nil {
				return 0, err
			}
			now.Advance(21 * time.Second)
			time.Sleep(400 * time.Millisecond)
			if err := addSigner(ctx, p, now.Now(), seen); err != nil {
				return 0, err
			}
		}
	}
	return len(seen), nil
}

func older(ctx context.Context, p *portal.Portal, by time.Duration) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error { _, err := tx.Exec(age, by.Microseconds()); return err })
}

const selectSigner db.SQL = `SELECT id FROM oidc_key WHERE algorithm = 'ES256' AND signs_at <= $1 ORDER BY signs_at DESC LIMIT 1`

func addSigner(ctx context.Context, p *portal.Portal, now time.Time, seen map[string]bool) error {
	return p.DB.Read(ctx, func(tx *db.Tx) error {
		id, err := db.One(tx, db.Scalar[string], selectSigner, db.At(now))
		seen[id] = true
		return err
	})
}

// enterAndCheck is a sign-in of which the site checks everything.
func (r *reader) enterAndCheck() error {
	t, err := r.signIn()
	if err != nil {
		return err
	}
	parsed, err := jose.ParseSignedCompact(t.ID, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		return err
	}
	keys := r.keys.Key(parsed.Signatures[0].Header.KeyID)
	if len(keys) == 0 {
		if err := r.readKeys(); err != nil {
			return err
		}
		keys = r.keys.Key(parsed.Signatures[0].Header.KeyID)
	}
	if len(keys) != 1 {
		return errors.New("a token with a key that is not shown")
	}
	payload, err := parsed.Verify(keys[0])
	var claims struct {
		Audience string `json:"aud"`
		Nonce    string `json:"nonce"`
	}
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err == nil && (claims.Audience != r.id || claims.Nonce != r.ask().Get("nonce")) {
		err = errors.New("a token for somebody else")
	}
	return err
}

func (r *reader) readKeys() error {
	a, err := r.send(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", oidc.PathJWKS, r.host))
	if err != nil {
		return err
	}
	r.read++
	r.keys = jose.JSONWebKeySet{}
	return json.Unmarshal(a.body, &r.keys)
}
