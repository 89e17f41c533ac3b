package partner

import (
	"context"
	"strconv"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/secret"
)

// TryLife is how long a try may take.
const TryLife = time.Hour

// Try is one try of a site: its twin, a client of the sandbox that asks for the
// same and comes back to a page of ours, and what a client keeps for one request.
type Try struct {
	Twin                   client.Client
	Secret                 string // of the twin
	State, Nonce, Verifier string
}

// TwinOf is the site that a twin stands for; false for what is no twin.
func TwinOf(id client.ID) (client.ID, bool) {
	of, twin := strings.CutPrefix(string(id), tryPrefix)
	return client.ID(of), twin
}

// BeginTry brings the twin of a site up to date and makes what one try needs; not of
// a site that an officer stopped. redirect is our page to which it comes back.
func (s *Service) BeginTry(ctx context.Context, who account.ID, id client.ID, redirect string) (t Try, err error) {
	twin := client.ID(tryPrefix + string(id))
	err = s.change(ctx, twin, func(tx *db.Tx) error {
		site, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		if err := site.Organisation.hold(tx); err != nil {
			return err
		}
		if !site.Registered() {
			return fault.New(fault.Conflict, "partner.decided")
		}
		if err := site.Running(); err != nil {
			return err
		}
		now := tx.Now()
		t = s.try(site.Edited(), redirect, secret.Token()[:22]+"."+strconv.FormatInt(now.Add(TryLife).Unix(), 10), who)
		_, err = s.Clients.Read(tx, twin)
		if fault.Is(err, fault.NotFound) {
			return s.Clients.Add(tx, t.Twin, account.ByHolder(who))
		}
		if err != nil {
			return err
		}
		return s.Clients.Change(tx, t.Twin, account.ByHolder(who))
	})
	return t, err
}

// closeTwin closes the twin of a site that goes, if it was ever tried.
func (s *Service) closeTwin(tx *db.Tx, who account.ID, id client.ID) error {
	twin, err := s.Clients.Read(tx, client.ID(tryPrefix+string(id)))
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	twin.Paused = true
	return s.Clients.Change(tx, twin, account.ByHolder(who))
}

// try computes all from the state, so that nothing has to be kept between the two
// ends of a try. The state is bound to whoever tries.
func (s *Service) try(c client.Client, redirect, head string, who account.ID) Try {
	t := Try{Twin: c}
	t.Twin.ID = client.ID(tryPrefix + string(c.ID))
	t.Secret = s.mac("secret", string(t.Twin.ID), "")
	t.State = string(c.ID) + "." + head + "." + s.mac("state", string(who), string(c.ID)+"."+head)
	t.Nonce = s.mac("nonce", t.State, "")
	t.Verifier = s.mac("verifier", t.State, "") + s.mac("verifier", t.State, "more")
	t.Twin.Stage, t.Twin.Paused, t.Twin.Native, t.Twin.PAR, t.Twin.DPoP = client.Sandbox, c.Paused, false, false, false
	t.Twin.Method, t.Twin.Secret, t.Twin.Keys.Keys, t.Twin.Thumbprints = client.SecretBasic, secret.Hash(t.Secret), nil, nil
	t.Twin.Certificates, t.Twin.Stopped = nil, nil
	t.Twin.Redirects, t.Twin.PostLogout, t.Twin.LogoutURI = []string{redirect}, nil, ""
	t.Twin.Grants, t.Twin.Scopes, t.Twin.Resources, t.Twin.Law, t.Twin.Registered = []client.Grant{client.Code}, nil, nil, nil, false
	return t
}

func (s *Service) mac(what, row, rest string) string {
	return s.Accounts.Vault().Ring().CodeMAC("partner.try."+what, row, rest)
}

// Tried finds the try of a state that came back, for whoever began it. Another's,
// or one that took too long, is Expired; of a site stopped meanwhile a Conflict.
func (s *Service) Tried(ctx context.Context, who account.ID, state, redirect string) (t Try, err error) {
	over := fault.New(fault.Expired, "partner.try_over")
	cut := strings.LastIndexByte(state, '.')
	if len(state) > 300 || cut < 0 {
		return t, over
	}
	body := state[:cut]
	parts := strings.Split(body, ".")
	if len(parts) < 3 {
		return t, over
	}
	id := client.ID(strings.Join(parts[:len(parts)-2], "."))
	ends, err := strconv.ParseInt(parts[len(parts)-1], 10, 64)
	if err != nil || s.DB.Clock().Now().Unix() >= ends {
		return t, over
	}
	site, err := s.Site(ctx, who, id)
	if err != nil {
		return t, err
	}
	if err := site.Running(); err != nil {
		return t, err
	}
	t = s.try(site.Edited(), redirect, strings.Join(parts[len(parts)-2:], "."), who)
	if !secret.Equal(t.State, state) {
		return Try{}, over
	}
	return t, nil
}
