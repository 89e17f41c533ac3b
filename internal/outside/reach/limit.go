package reach

import (
	"context"
	"errors"
)

// ErrBusy says that as many calls are under way as the partner may have.
var ErrBusy = errors.New("too many calls to this partner are under way")

// Limit is the bulkhead: at most so many calls to one partner at a time.
type Limit chan struct{}

// NewLimit makes a limit of n calls, at least one.
func NewLimit(n int) Limit { return make(Limit, max(n, 1)) }

// Enter waits for a place until ctx ends, then says ErrBusy. Who has entered must Leave.
func (l Limit) Enter(ctx context.Context) error {
	select {
	case l <- struct{}{}:
		return nil
	default:
	}
	select {
	case l <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errors.Join(ErrBusy, ctx.Err())
	}
}

// Leave gives the place back.
func (l Limit) Leave() { <-l }
