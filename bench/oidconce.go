package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"okno/internal/oidc"
)

// crowdOfSites is how many ask for the same one-time value at once (OIDC-5, OIDC-9).
const crowdOfSites = 64

// oneTime is a value that may be used once: how it is got, and the request that
// uses it with what a success looks like.
type oneTime struct {
	name string
	get  func(*site, string) (value string, err error) // the string is the person's cookies
	use  func(s *site, value, cookie string) (answer, error)
	good func(answer) bool
}

func oneTimes() []oneTime {
	gives := func(a answer) bool { return a.status == 200 && strings.Contains(string(a.body), `"access_token"`) }
	return []oneTime{
		{"code", func(s *site, _ string) (string, error) { return s.code() },
			func(s *site, code, _ string) (answer, error) { return s.post(oidc.PathToken, s.redemption(code)) }, gives},
		{"refresh", func(s *site, _ string) (string, error) { t, err := s.signIn(); return t.Refresh, err },
			func(s *site, token, _ string) (answer, error) {
				return s.post(oidc.PathToken, "grant_type=refresh_token&refresh_token="+token)
			}, gives},
		{"par", func(s *site, _ string) (string, error) { return s.push() },
			func(s *site, uri, cookie string) (answer, error) {
				return s.send(s.named(uri, cookie))
			}, func(a answer) bool { _, err := codeOf(a); return err == nil }},
	}
}

func (s *site) push() (string, error) {
	a, err := s.post(oidc.PathPush, s.ask().Encode())
	if err != nil {
		return "", err
	}
	_, rest, ok := strings.Cut(string(a.body), `"request_uri":"`)
	if a.status != 201 || !ok {
		return "", fmt.Errorf("not pushed: status %d", a.status)
	}
	uri, _, _ := strings.Cut(rest, `"`)
	return uri, nil
}

// onceOnly lets 64 connections use one value at once: before and after the server
// is killed (kill -9) exactly one may succeed, and what was used before the kill
// stays used.
func onceOnly(ctx context.Context, w *workshop) error {
	for _, engine := range w.measured() {
		h := &providerHouse{engine: engine}
		if err := h.settle(ctx, w); err != nil {
			return err
		}
		for _, o := range oneTimes() {
			if err := o.on(ctx, h); err != nil {
				return fmt.Errorf("%s %s: %w", engine, o.name, err)
			}
		}
	}
	return nil
}

func (o oneTime) on(ctx context.Context, h *providerHouse) error {
	if err := h.start(ctx); err != nil {
		return err
	}
	used, kept, err := o.two(ctx, h)
	if err != nil {
		return errors.Join(err, h.house.kill())
	}
	before, err := o.race(ctx, h, used)
	if err := errors.Join(err, h.house.kill(), h.start(ctx)); err != nil {
		return err
	}
	again, err := o.race(ctx, h, used)
	if err != nil {
		return errors.Join(err, h.house.kill())
	}
	after, err := o.race(ctx, h, kept)
	if err := errors.Join(err, h.house.stop()); err != nil {
		return err
	}
	name := "oidc-once-" + o.name + "-" + h.engine
	fmt.Printf("%s ours=%d limit=1 ratio=- goal=1\n", name, before)
	fmt.Printf("%s-killed ours=%d limit=1 ratio=- goal=1\n", name, after)
	fmt.Printf("%s-spent ours=%d limit=0 ratio=- goal=0\n", name, again)
	return nil
}

// two gets two values.
func (o oneTime) two(ctx context.Context, h *providerHouse) (first, second string, err error) {
	s, err := openSite(ctx, h.house.address, 0, h.cookies[0])
	if err != nil {
		return "", "", err
	}
	defer s.wire.conn.Close()
	if first, err = o.get(s, h.cookies[0]); err == nil {
		second, err = o.get(s, h.cookies[0])
	}
	return first, second, err
}

// race uses a value by all at once and counts the successes. A connection that
// breaks is an error.
func (o oneTime) race(ctx context.Context, h *providerHouse, value string) (int64, error) {
	all := make([]*site, crowdOfSites)
	for i := range all {
		var err error
		if all[i], err = openSite(ctx, h.house.address, 0, h.cookies[0]); err != nil {
			return 0, err
		}
		defer all[i].wire.conn.Close()
	}
	var good atomic.Int64
	errs := make([]error, crowdOfSites)
	begin := make(chan struct{})
	var running sync.WaitGroup
	for i, s := range all {
		running.Go(func() {
			<-begin
			a, err := o.use(s, value, h.cookies[0])
			if errs[i] = err; err == nil && o.good(a) {
				good.Add(1)
			}
		})
	}
	close(begin)
	running.Wait()
	return good.Load(), errors.Join(errs...)
}
