package smtp

import (
	"context"
	"crypto/tls"
	"net"
	"sync"

	gomail "github.com/wneessen/go-mail"

	"okno/internal/outside/reach"
)

// connection dials for one letter and keeps the socket, because go-mail leaves
// it open when the greeting, TLS or the sign-in fails.
type connection struct {
	cfg Config
	tls *tls.Config

	mu     sync.Mutex // the letter's context may end while we dial
	conn   net.Conn
	closed bool
}

func (o *connection) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := reach.Dialer{Network: o.cfg.Network, Timeout: o.cfg.Timeout}.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	o.keep(conn)
	if !o.cfg.ImplicitTLS {
		return conn, nil
	}
	secure := tls.Client(conn, o.tls)
	return secure, secure.HandshakeContext(ctx)
}

func (o *connection) keep(conn net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.conn = conn
	if o.closed {
		conn.Close()
	}
}

func (o *connection) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	if o.conn != nil {
		o.conn.Close()
	}
}

// dialer makes go-mail's client for one letter.
func (c *Client) dialer() (*gomail.Client, *connection, error) {
	tlsConfig := &tls.Config{ServerName: c.cfg.Host, RootCAs: c.roots, MinVersion: tls.VersionTLS12}
	one := &connection{cfg: c.cfg, tls: tlsConfig}
	policy := gomail.TLSMandatory
	switch {
	case c.cfg.Insecure:
		policy = gomail.NoTLS
	case c.cfg.ImplicitTLS:
		policy = gomail.TLSOpportunistic // the connection is under TLS already; this lets go-mail see it
	}
	options := []gomail.Option{
		gomail.WithPort(c.cfg.Port), gomail.WithTimeout(c.cfg.Timeout), gomail.WithHELO(c.cfg.Hello),
		gomail.WithTLSPolicy(policy), gomail.WithTLSConfig(tlsConfig), gomail.WithDialContextFunc(one.dial), gomail.WithoutNoop(),
	}
	if c.cfg.Username != "" {
		password, err := c.cfg.password()
		if err != nil {
			return nil, nil, err
		}
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.cfg.Username), gomail.WithPassword(password))
	}
	client, err := gomail.NewClient(c.cfg.Host, options...)
	return client, one, err
}
