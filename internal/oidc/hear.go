package oidc

import (
	"context"
	"net"
	"net/url"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
)

// Partners are what the provider asks and tells those who look after the sites.
type Partners interface {
	// MayEnter says whether somebody may enter a site at all: a site that is still
	// being tried is not open to everybody.
	MayEnter(tx *db.Tx, c client.Client, who account.ID) (bool, error)
	// Hear is told of every refusal of what came in a site's name: never what was
	// sent. It must not wait.
	Hear(site client.ID, endpoint, code, why string)
}

// usual are refusals that are no mistake of a site: a device that waits, a person
// who says no, a quiet question that was answered.
var usual = map[string]bool{"oidc.why.device_waits": true, "oidc.why.declined": true, "oidc.why.quiet": true, "oidc.why.device_over": true}

// HearCall tells the partners that a machine's call was refused.
func (p *Provider) HearCall(call Call, endpoint string, err error) {
	id, _ := claimed(call)
	if id == "" {
		id = call.Form.Get("client_id")
	}
	p.hear(client.ID(id), endpoint, err)
}

// hear tells the partners of a refusal in the name of a site, proved or not.
func (p *Provider) hear(id client.ID, endpoint string, err error) {
	r := RefusalOf(err)
	if p.Partners == nil || r == nil || id == "" || len(id) > 64 || usual[r.Why] || r.Code == SlowDown {
		return
	}
	p.Partners.Hear(id, endpoint, r.Code, r.Why)
}

// hearStep tells the partners that somebody came to a site who may not enter it yet.
func (p *Provider) hearStep(next Next) {
	if next.Step == Sandbox {
		p.hear(next.Client.ID, PathAuthorize, refuse(AccessDenied, "sandbox"))
	}
}

// mayEnter asks the partners; without any, every site is open.
func (p *Provider) mayEnter(tx *db.Tx, c client.Client, who account.ID) (bool, error) {
	if p.Partners == nil {
		return true, nil
	}
	return p.Partners.MayEnter(tx, c, who)
}

// Strange says that an address is one that nobody has looked at: anybody registers a site
// in the sandbox within minutes, and nobody shall be led there by a link to us (RFC 9700
// 4.11). On a developer's own machine there is nothing to be led to.
func (p *Provider) Strange(c client.Client, address string) bool {
	if p.Partners == nil || c.Stage == client.Production {
		return false
	}
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback())
}

// FailingFor is after how many days without one confirmed sign-out a site counts
// as failing (OIDC-16).
const FailingFor = 30 * 24 * time.Hour

const (
	lastTold    db.SQL = `SELECT coalesce(max(created_at), 0) FROM oidc_farewell WHERE client = $1 AND state = 'told'`
	firstSilent db.SQL = `SELECT coalesce(min(created_at), 0) FROM oidc_farewell WHERE client = $1 AND state = 'silent' AND created_at > $2`
)

// Failing says since when a site has confirmed no sign-out although it was told of
// some, when that is FailingFor or longer; the zero time otherwise.
func (p *Provider) Failing(ctx context.Context, id client.ID) (since time.Time, err error) {
	err = p.DB.Read(ctx, func(tx *db.Tx) error {
		told, err := db.One(tx, db.Scalar[int64], lastTold, string(id))
		if err != nil {
			return err
		}
		silent, err := db.One(tx, db.Scalar[int64], firstSilent, string(id), told)
		if first := time.UnixMicro(silent).UTC(); err == nil && silent > 0 && tx.Now().Sub(first) >= FailingFor {
			since = first
		}
		return err
	})
	return since, err
}
