package reach_test

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/outside/reach"
)

func TestNetwork(t *testing.T) {
	addresses := map[string][]reach.Network{ // address: the networks that hold it
		"93.184.216.34":          {reach.Public, reach.Private},
		"2606:2800:220:1::1":     {reach.Public, reach.Private},
		"10.1.2.3":               {reach.Private},
		"192.168.0.1":            {reach.Private},
		"::ffff:172.16.0.1":      {reach.Private},
		"100.64.0.1":             {reach.Private},
		"fd00::1":                {reach.Private},
		"127.0.0.1":              {reach.Loopback},
		"::1":                    {reach.Loopback},
		"::ffff:127.0.0.1":       {reach.Loopback},
		"169.254.169.254":        nil,
		"fe80::1":                nil,
		"0.0.0.0":                nil,
		"::":                     nil,
		"224.0.0.1":              nil,
		"255.255.255.255":        nil,
		"64:ff9b::a9fe:a9fe":     nil,
		"2002:7f00:1::1":         nil,
		"::127.0.0.1":            nil,
		"240.0.0.1":              nil,
		"0.1.2.3":                nil,
		"::ffff:169.254.169.254": nil,
	}
	for text, holders := range addresses {
		t.Run("INP-7 "+text, func(t *testing.T) {
			for _, n := range []reach.Network{reach.Public, reach.Private, reach.Loopback} {
				want := false
				for _, h := range holders {
					want = want || h == n
				}
				if got := n.Holds(netip.MustParseAddr(text)); got != want {
					t.Errorf("%s in %s: %v, want %v", text, n, got, want)
				}
			}
		})
	}
}

func TestDialer(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())

	t.Run("INP-7 a name that resolves to this machine is refused at dial", func(t *testing.T) {
		for _, n := range []reach.Network{"", reach.Public, reach.Private} {
			_, err := reach.Dialer{Network: n, Timeout: time.Second}.DialContext(t.Context(), "tcp", "localhost:"+port)
			if !errors.Is(err, reach.ErrForbiddenAddress) {
				t.Errorf("network %q: %v", n, err)
			}
		}
	})
	t.Run("INP-7 loopback is dialled when it is configured", func(t *testing.T) {
		conn, err := reach.Dialer{Network: reach.Loopback, Timeout: time.Second}.DialContext(t.Context(), "tcp", "localhost:"+port)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	})
}

func TestBreaker(t *testing.T) {
	start := func() (*clock.Fake, *reach.Breaker) {
		c := clock.NewFake(clock.Noon)
		return c, &reach.Breaker{Failures: 3, Rest: time.Minute, Clock: c}
	}
	fail := func(t *testing.T, b *reach.Breaker, n int) {
		for range n {
			if ok, _ := b.Allow(); !ok {
				t.Fatal("open too early")
			}
			b.Done(reach.Failed)
		}
	}
	t.Run("LOAD-4 three failures in a row open it for its rest", func(t *testing.T) {
		c, b := start()
		fail(t, b, 3)
		if ok, wait := b.Allow(); ok || wait != time.Minute {
			t.Fatalf("ok %v, wait %v", ok, wait)
		}
		c.Advance(time.Minute - time.Microsecond)
		if ok, _ := b.Allow(); ok {
			t.Fatal("closed too early")
		}
	})
	t.Run("LOAD-4 an answer between failures forgives them", func(t *testing.T) {
		_, b := start()
		fail(t, b, 2)
		b.Allow()
		b.Done(reach.Answered)
		fail(t, b, 2)
		if ok, _ := b.Allow(); !ok {
			t.Fatal("two failures after an answer opened it")
		}
	})
	t.Run("LOAD-4 after the rest exactly one call tries", func(t *testing.T) {
		c, b := start()
		fail(t, b, 3)
		c.Advance(time.Minute)
		var allowed atomic.Int32
		var group sync.WaitGroup
		for range 64 {
			group.Go(func() {
				if ok, _ := b.Allow(); ok {
					allowed.Add(1)
				}
			})
		}
		group.Wait()
		if allowed.Load() != 1 {
			t.Fatalf("%d calls tried at once", allowed.Load())
		}
		b.Done(reach.Failed)
		if ok, wait := b.Allow(); ok || wait != time.Minute {
			t.Fatalf("a failed try must open it again: %v %v", ok, wait)
		}
		c.Advance(time.Minute)
		b.Allow()
		b.Done(reach.Answered)
		fail(t, b, 2)
	})
	t.Run("LOAD-4 a try that was given up lets the next one try", func(t *testing.T) {
		c, b := start()
		fail(t, b, 3)
		c.Advance(time.Minute)
		b.Allow()
		b.Done(reach.GivenUp)
		if ok, _ := b.Allow(); !ok {
			t.Fatal("nobody may ever try again")
		}
	})
}

func TestLimit(t *testing.T) {
	t.Run("LOAD-4 never more calls at once than the limit", func(t *testing.T) {
		limit := reach.NewLimit(4)
		var now, most atomic.Int32
		var group sync.WaitGroup
		for range 64 {
			group.Go(func() {
				if err := limit.Enter(context.Background()); err != nil {
					t.Error(err)
					return
				}
				n := now.Add(1)
				for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
				}
				now.Add(-1)
				limit.Leave()
			})
		}
		group.Wait()
		if most.Load() > 4 {
			t.Fatalf("%d at once", most.Load())
		}
	})
	t.Run("LOAD-4 who waits in vain is told busy", func(t *testing.T) {
		limit := reach.NewLimit(1)
		if err := limit.Enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := limit.Enter(ctx); !errors.Is(err, reach.ErrBusy) {
			t.Fatal(err)
		}
	})
}
