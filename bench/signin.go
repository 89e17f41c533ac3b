package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"golang.org/x/crypto/argon2"

	"okno/internal/db"
	"okno/internal/portal"
	"okno/internal/signin"
)

// atOnce is how many people sign in at once: two for each core, so that a core
// hashes for one while the other waits for the disk. Bare hashes wait for nothing and
// are fastest with one for each core.
func atOnce() int { return 2 * runtime.GOMAXPROCS(0) }

// signIn measures complete password sign-ins by returning browsers against bare
// argon2id hashes with the same parameters (security.md 1).
func signIn(ctx context.Context, w *workshop) error {
	for _, engine := range engines {
		c, err := w.entrance(ctx, engine, atOnce())
		if err != nil {
			return err
		}
		ours := func() (float64, error) { return rate(ctx, atOnce(), time.Second, c.signIn) }
		limit := func() (float64, error) { return rate(ctx, runtime.GOMAXPROCS(0), time.Second, hash) }
		p, err := inTurns(15, ours, limit)
		if err := errors.Join(err, c.portal.Close()); err != nil {
			return err
		}
		say("signin-"+engine, p, "/s", 1, ">=0.85")
	}
	return nil
}

// hash is the limit: nothing but the hash, with the parameters of secret.Hasher.
func hash(_ context.Context, client int) error {
	salt := fmt.Appendf(nil, "%016d", client)
	argon2.IDKey([]byte(password), salt, 2, 19*1024, 1, 32)
	return nil
}

// entrance is a house into which residents sign in again and again.
type entrance struct {
	portal    *portal.Portal
	residents []resident
}

func (w *workshop) entrance(ctx context.Context, engine string, residents int) (*entrance, error) {
	database, err := w.database(ctx, engine)
	if err != nil {
		return nil, err
	}
	return w.entranceOn(ctx, "", database, residents)
}

func (w *workshop) entranceOn(ctx context.Context, origin string, database db.Config, residents int) (*entrance, error) {
	p, err := w.open(ctx, origin, database)
	if err != nil {
		return nil, err
	}
	e := &entrance{portal: p}
	hash, err := p.Ring.Hasher().Hash(ctx, password)
	if err == nil {
		e.residents, err = settle(ctx, p, 0, residents, hash)
	}
	if err == nil {
		err = e.visitOnce(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return e, nil
}

// visitOnce makes each resident's browser a known one, as it is on most days.
func (e *entrance) visitOnce(ctx context.Context) error {
	return e.portal.DB.Write(ctx, func(tx *db.Tx) error {
		for client, r := range e.residents {
			_, err := e.portal.Sessions.Begin(tx, signin.Opening{Account: r.id, Way: "password", Browser: browserOf(client)})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func browserOf(client int) string { return fmt.Sprintf("browser-%d", client) }

func (e *entrance) signIn(ctx context.Context, client int) error {
	_, err := e.enter(ctx, client)
	return err
}

// enter signs a resident in with the browser that he always uses.
func (e *entrance) enter(ctx context.Context, client int) (token string, err error) {
	result, err := e.portal.SignIn.SignIn(ctx, signin.Attempt{Login: e.residents[client].phone, Password: password,
		Browser: browserOf(client), Address: fmt.Sprintf("192.0.2.%d", client), Device: "Firefox, Linux"})
	if err == nil && result.Refused() {
		err = errors.New("a right password was refused")
	}
	return result.Token, err
}
