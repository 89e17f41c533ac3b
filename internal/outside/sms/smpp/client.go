package smpp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"okno/internal/fault"
	"okno/internal/outside/sms"
)

// Receive takes a delivery receipt.
type Receive func(ctx context.Context, d sms.Delivery) error

// Client is an sms.Sender. It is safe for concurrent use; Close it at the end.
type Client struct {
	cfg     Config
	receive Receive
	log     *slog.Logger
	ref     atomic.Uint32 // joins the parts of one message

	cancel context.CancelFunc
	kept   chan struct{} // closed when keep has ended

	mu      sync.Mutex
	session *session      // nil while there is none
	changed chan struct{} // closed when session changes
	closed  bool
}

var _ sms.Sender = (*Client)(nil)

// New checks the configuration and begins to bind; it does not wait for it.
func New(cfg Config, options ...Option) (*Client, error) {
	if problems := cfg.Validate(); len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &Client{
		cfg: cfg.withDefaults(), log: slog.New(slog.DiscardHandler),
		cancel: cancel, kept: make(chan struct{}), changed: make(chan struct{}),
	}
	c.ref.Store(rand.Uint32())
	for _, option := range options {
		option(c)
	}
	go c.keep(ctx)
	return c, nil
}

// Close unbinds and waits until nothing of the client runs any more. Messages
// that are unanswered end as sms.ErrUnknown.
func (c *Client) Close() error {
	c.cancel()
	<-c.kept
	return nil
}

// keep holds a session until ctx ends.
func (c *Client) keep(ctx context.Context) {
	defer close(c.kept)
	defer func() {
		c.mu.Lock()
		c.closed = true
		close(c.changed)
		c.mu.Unlock()
	}()
	pause := c.cfg.ReconnectFirst
	for ctx.Err() == nil {
		s, err := bind(ctx, c.cfg, c.receive, c.log)
		if err == nil {
			c.log.Info("sms gateway: bound")
			c.publish(s)
			pause = c.cfg.ReconnectFirst
			err = s.run(ctx)
			c.publish(nil)
		}
		if ctx.Err() != nil {
			return
		}
		c.log.Warn("sms gateway: no session", "reason", err)
		if !rest(ctx, pause/2+rand.N(pause/2+1)) {
			return
		}
		pause = min(2*pause, c.cfg.ReconnectMost)
	}
}

// rest waits d, and says false when ctx ended first.
func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *Client) publish(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.session = s
	close(c.changed)
	c.changed = make(chan struct{})
}

var errNoSession = errors.New("no session with the gateway")

// bound waits for a session until ctx ends.
func (c *Client) bound(ctx context.Context) (*session, error) {
	for {
		c.mu.Lock()
		s, changed, closed := c.session, c.changed, c.closed
		c.mu.Unlock()
		if s != nil && s.lives() {
			return s, nil
		}
		if closed {
			return nil, errNoSession
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, errNoSession
		}
	}
}

// Send sends the message, in as many parts as it needs, and waits for the
// gateway's answer to the last of them.
func (c *Client) Send(ctx context.Context, m sms.Message) (sms.Receipt, error) {
	if err := m.Check(); err != nil {
		return sms.Receipt{}, err
	}
	waiting, stop := context.WithTimeout(ctx, c.cfg.WaitForSession)
	defer stop()
	s, err := c.bound(waiting)
	if err != nil {
		return sms.Receipt{}, fault.Wrap(fault.Unavailable, sms.KeyAway, err)
	}
	var receipt sms.Receipt
	for i, unit := range c.units(m) {
		id, err := s.submit(ctx, unit)
		if err != nil && i > 0 && !errors.Is(err, sms.ErrUnknown) {
			// Parts of it are out: sending all of it again would double them.
			err = fmt.Errorf("%w: part %d failed after others were taken: %v", sms.ErrUnknown, i+1, err)
		}
		if err != nil {
			return sms.Receipt{}, err
		}
		receipt.IDs = append(receipt.IDs, id)
	}
	return receipt, nil
}
