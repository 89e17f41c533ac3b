package main

import (
	"context"
	"errors"
	"runtime"
	"runtime/debug"
	"time"

	"okno/internal/portal"
)

// crowd measures what 64 people do who sign in at the same moment: the rate must
// not fall below that of a few (atOnce), and resident memory may grow by a hash for each
// core and 64 MiB.
func crowd(ctx context.Context, w *workshop) error {
	for _, engine := range engines {
		if err := crowdOn(ctx, w, engine); err != nil {
			return err
		}
	}
	return nil
}

const crowdSize = 64

func crowdOn(ctx context.Context, w *workshop, engine string) error {
	c, err := w.entrance(ctx, engine, crowdSize)
	if err != nil {
		return err
	}
	defer c.portal.Close()
	portal.BoundMemory()
	debug.FreeOSMemory()
	before, err := memory("self", "VmRSS")
	if err != nil {
		return err
	}
	if err := forgetPeak(); err != nil {
		return err
	}
	many := func() (float64, error) { return all(ctx, crowdSize, crowdSize, c.signIn) }
	few := func() (float64, error) { return rate(ctx, atOnce(), time.Second, c.signIn) }
	p, err := inTurns(9, many, few)
	peak, failed := memory("self", "VmHWM")
	if err := errors.Join(err, failed); err != nil {
		return err
	}
	say("crowd-"+engine+"-rate", p, "/s", 1, ">=0.95")
	say("crowd-"+engine+"-memory", against(peak-before, float64(runtime.GOMAXPROCS(0))*19+64), "MiB", 0, "<=1.00")
	return nil
}
