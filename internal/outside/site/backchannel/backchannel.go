// Package backchannel posts logout tokens as OpenID Connect Back-Channel Logout 1.0
// says. It never follows a redirect, never reads more of an answer than its status
// and, unless told otherwise, never reaches an address inside the house (INP-7).
package backchannel

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"okno/internal/outside/reach"
	"okno/internal/outside/site"
)

// Config is how sites are reached.
type Config struct {
	// Private allows addresses of private networks and of this machine, for
	// installations whose sites stand beside them.
	Private bool `yaml:"private"`
}

// What a site may cost us, whatever it answers.
const (
	patience    = 5 * time.Second // for the whole of an answer
	longestHead = 16 << 10
	idleFor     = 30 * time.Second // a connection that nobody uses
	mostIdle    = 64
)

// Client posts logout tokens. It is safe for concurrent use.
type Client struct{ http *http.Client }

// New makes a client. transport is nil but for tests and for the demo's throw-away authority.
func New(c Config, transport *http.Transport) *Client {
	if transport == nil {
		transport = &http.Transport{}
	}
	transport.DialContext = reach.Dialer{Network: reach.Public, Timeout: patience}.DialContext // looks at what the name leads to
	if c.Private {
		transport.DialContext = (&net.Dialer{Timeout: patience}).DialContext
	}
	transport.Proxy = nil
	transport.MaxResponseHeaderBytes = longestHead
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns, transport.IdleConnTimeout = 2, mostIdle, idleFor
	return &Client{&http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// SayGoodbye implements site.Site. 200 and 204 confirm; everything else does not.
func (c *Client) SayGoodbye(ctx context.Context, address, token string) error {
	form := url.Values{"logout_token": {token}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("backchannel: the address cannot be used")
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.http.Do(r)
	if err != nil {
		return errors.New("backchannel: no answer") // the cause names the address with its query
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK && answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("backchannel: answered %d", answer.StatusCode)
	}
	return nil
}

var _ site.Site = (*Client)(nil)
