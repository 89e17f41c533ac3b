package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"okno/internal/db"
	"okno/internal/oidc"
	"okno/internal/portal"
)

// operation is something that a site or its person asks of a provider.
type operation struct {
	name   string
	do     func(*site) error
	budget float64 // milliseconds of server and database, 0: none
	share  string  // of the ceiling's rate that must be reached, "" for none
	office bool    // asked by sites of production
}

// operations are what sites ask for (issue 3, Measured). The sites are of the kind
// that the figures of other providers were taken with: a secret, and the request in
// the address. Beside them stand those of production: they prove themselves with a key
// at each call, and push their request because it asks for a number. The issue names
// no goal for them.
func operations() []operation {
	code := func(s *site) error { _, err := s.signIn(); return err }
	return []operation{
		{name: "code", do: code, budget: 0.8},
		{name: "code-production", do: code, office: true},
		{name: "refresh", do: (*site).renew, budget: 0.5},
		{name: "refresh-production", do: (*site).renew, office: true},
		{name: "machine", do: (*site).machine, budget: 0.12},
		{name: "introspect", do: (*site).introspect, budget: 0.1},
		{name: "userinfo", do: (*site).userInfo, budget: 0.1},
		{name: "discovery", do: func(s *site) error { return s.fetch(discoveryPath, "", `"token_endpoint"`) }, share: ">=0.80"},
		{name: "jwks", do: func(s *site) error { return s.fetch(oidc.PathJWKS, "", `"ES256"`) }, share: ">=0.80"},
	}
}

// oidcFigures measure each operation by 16 sites at once over HTTP, on both
// databases with synced commits, beside a bare provider in memory on the same library.
func oidcFigures() (list []figure) {
	for _, o := range operations() {
		list = append(list, figure{"oidc-" + o.name, o.measure})
	}
	return append(list, figure{"oidc-memory", oidcMemory}, figure{"oidc-rotation", rotation}, figure{"oidc-once", onceOnly})
}

func (o operation) measure(ctx context.Context, w *workshop) error {
	for _, engine := range w.measured() {
		h, err := w.provider(ctx, engine)
		if err != nil {
			return err
		}
		if err := o.on(ctx, w, h); err != nil {
			return fmt.Errorf("%s: %w", engine, err)
		}
	}
	return nil
}

// measured are the databases that the provider is measured on.
func (w *workshop) measured() []string {
	if w.engine != "" {
		return []string{w.engine}
	}
	return engines[:]
}

// on measures ours and the ceiling in turns and prints what there is to say.
func (o operation) on(ctx context.Context, w *workshop, h *providerHouse) error {
	ours, err := openSites(ctx, h.house.address, h.cookies, o.office)
	if err != nil {
		return err
	}
	defer ours.close()
	ceiling, err := openSites(ctx, h.bare.address, h.cookies, o.office)
	if err != nil {
		return err
	}
	defer ceiling.close()
	var server, database, bare []float64
	p, err := inTurns(5, func() (float64, error) {
		r, err := ours.round(ctx, o, func() (time.Duration, time.Duration, error) { return h.cpu(w) })
		server, database = append(server, r.server), append(database, r.database)
		return r.rate, err
	}, func() (float64, error) {
		r, err := ceiling.round(ctx, o, func() (time.Duration, time.Duration, error) { d, err := h.bare.cpu(); return d, 0, err })
		bare = append(bare, r.server)
		return r.rate, err
	})
	if err != nil {
		return err
	}
	o.print(h, p, median(server[1:]), median(database[1:]), median(bare[1:]))
	return nil
}

func (o operation) print(h *providerHouse, p pair, server, database, bare float64) {
	name := "oidc-" + o.name + "-" + h.engine
	if o.budget > 0 {
		say(name+"-cpu", against(server+database, o.budget), "ms", 3, "<=1.00")
		if h.engine == "postgres" {
			say(name+"-cpu-server", against(server, o.budget), "ms", 3, "-")
			say(name+"-cpu-database", against(database, o.budget), "ms", 3, "-")
		}
	}
	goal := "-"
	if o.share != "" {
		goal = o.share
	}
	say(name+"-cpu-beside-ceiling", against(server+database, bare), "ms", 3, "-")
	say(name, p, "/s", 0, goal)
	if o.name == "machine" {
		fmt.Printf("%s-writes ours=%d limit=0 ratio=- goal=0\n", name, h.writes)
	}
}

// sites are all sites of a provider.
type sites []*site

func openSites(ctx context.Context, address string, cookies []string, office bool) (all sites, err error) {
	for n, cookie := range cookies {
		one, err := openSite(ctx, address, n, cookie)
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
		all = append(all, one)
		if office {
			err = one.inProduction(n)
		}
		if err == nil {
			_, err = one.signIn()
		}
		if err != nil {
			return nil, errors.Join(err, all.close())
		}
	}
	return all, nil
}

func (all sites) close() error {
	var errs []error
	for _, s := range all {
		errs = append(errs, s.wire.conn.Close())
	}
	return errors.Join(errs...)
}

// spent is what one round cost.
type spent struct{ rate, server, database float64 } // a second, milliseconds, milliseconds

// roundTime is how long one turn takes.
const roundTime = 1200 * time.Millisecond

func (all sites) round(ctx context.Context, o operation, cpu func() (server, database time.Duration, err error)) (spent, error) {
	server, database, err := cpu()
	if err != nil {
		return spent{}, err
	}
	var done atomic.Int64
	r, err := rate(ctx, len(all), roundTime, func(_ context.Context, n int) error {
		err := o.do(all[n])
		if err == nil {
			done.Add(1)
		}
		return err
	})
	if err != nil {
		return spent{}, err
	}
	serverAfter, databaseAfter, err := cpu()
	each := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) / float64(done.Load()) }
	return spent{r, each(serverAfter - server), each(databaseAfter - database)}, err
}

// oidcMemory tells the most that each house was resident under all the load before,
// in millions of bytes, as the issue does.
func oidcMemory(ctx context.Context, w *workshop) error {
	for _, engine := range w.measured() {
		h, err := w.provider(ctx, engine)
		if err != nil {
			return err
		}
		peak, err := memory(strconv.Itoa(h.house.pid), "VmHWM")
		if err != nil {
			return err
		}
		say("oidc-memory-"+engine, against(peak*(1<<20)/1e6, 80), "MB", 0, "<=1.00")
	}
	return nil
}

// countWrites lets a machine get tokens and counts what is sent to the database in
// transactions that write.
func countWrites(p *portal.Portal) (int, error) {
	var seen atomic.Int64
	p.DB.Watch(func(*db.Tx, db.Statement) { seen.Add(1) })
	defer p.DB.Watch(nil)
	h := p.Handler()
	for range writeTrials {
		r := httptest.NewRequest("POST", p.Config.Origin+oidc.PathToken, strings.NewReader("grant_type=client_credentials&scope=reports"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(siteName(0), siteSecret)
		answer := httptest.NewRecorder()
		if h.ServeHTTP(answer, r); answer.Code != http.StatusOK {
			return 0, fmt.Errorf("no token for a machine: status %d", answer.Code)
		}
	}
	return int(seen.Load()), nil
}
