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
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"okno/internal/outside/site"
)

// Config is how sites are reached.
type Config struct {
	// Private allows addresses of private networks and of this machine, for
	// installations whose sites stand beside them.
	Private bool `yaml:"private"`
}

// patience is how long a site may take to answer.
const patience = 5 * time.Second

// Client posts logout tokens. It is safe for concurrent use.
type Client struct{ http *http.Client }

// New makes a client. transport is nil but for tests and for the demo's throw-away authority.
func New(c Config, transport *http.Transport) *Client {
	if transport == nil {
		transport = &http.Transport{}
	}
	dialer := &net.Dialer{Timeout: patience}
	if !c.Private {
		dialer.Control = outsideOnly
	}
	transport.DialContext = dialer.DialContext
	transport.Proxy = nil
	transport.MaxIdleConnsPerHost = 2
	return &Client{&http.Client{Transport: transport, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

var errInside = errors.New("backchannel: the address is inside the house")

// outsideOnly looks at the address after the name was resolved, so that a name
// cannot lead inside.
func outsideOnly(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := at.Addr().Unmap()
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return errInside
	}
	return nil
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
