package control

import (
	"context"
	"sync"
)

// A Bell wakes whoever waits for something to have happened. The zero value is ready.
type Bell struct {
	mu   sync.Mutex
	next chan struct{}
}

// Ring wakes all who wait.
func (b *Bell) Ring() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next != nil {
		close(b.next)
		b.next = nil
	}
}

// Wait returns when happened says true, asked at once and after every ring, or with the error of ctx.
func (b *Bell) Wait(ctx context.Context, happened func() bool) error {
	for {
		b.mu.Lock()
		if b.next == nil {
			b.next = make(chan struct{})
		}
		next := b.next
		b.mu.Unlock()
		if happened() {
			return nil
		}
		select {
		case <-next:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
