// Package mail is a simulator of a mail server: it takes mail by SMTP, with STARTTLS and AUTH PLAIN where they are wanted, takes
// it apart and keeps it for reading, and can be switched to refuse, to hang or to cut the connection.
//
// It imports nothing of the product. It never sends mail on, and never runs beside real residents: whoever reaches its control
// page reads everybody's mail.
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"okno/sim/control"
)

// A Mode is how the mail server behaves.
type Mode string

// The modes. Refuse, tempfail, hang and drop keep nothing, so that a client that tries again later makes no second mail.
const (
	Accept    Mode = "accept"    // taken and kept
	RefuseAll Mode = "refuse"    // 550 to every recipient: never try again
	TempFail  Mode = "tempfail"  // 451 to every recipient: try later
	Slow      Mode = "slow"      // taken and kept at once, answered after the delay (10 s when none is given)
	Hang      Mode = "hang"      // the whole mail is read and never answered
	Drop      Mode = "drop"      // the connection is cut in the middle of the mail
	Duplicate Mode = "duplicate" // taken once, kept twice
)

// Config says who may send. The zero value listens at a free port of this machine, without TLS, and takes mail from everybody.
type Config struct {
	Addr     string           // "127.0.0.1:0" when empty
	TLS      bool             // offer STARTTLS with a certificate made for this run; then AUTH is offered only inside TLS
	Username string           // who must sign in by AUTH PLAIN; empty: nobody needs to
	Password string           // of Username
	Delay    time.Duration    // how slow Slow is when the switch has no delay; 10 s when zero
	MaxBytes int64            // the largest mail; 25 MiB when zero
	Keep     int              // how many mails are kept, the oldest go first; 1,000 when zero
	Now      func() time.Time // the clock of received_at; time.Now when nil
}

// A Message is one mail as it was kept.
type Message struct {
	ID          string              `json:"id"`
	From        string              `json:"from"` // of the envelope
	To          []string            `json:"to"`   // of the envelope
	Subject     string              `json:"subject"`
	Text        string              `json:"text"`
	HTML        string              `json:"html"`
	Attachments []Attachment        `json:"attachments"`
	Links       []string            `json:"links"`   // http and https addresses, in order, each once
	Headers     map[string][]string `json:"headers"` // decoded; names as in "Content-Type"
	ReceivedAt  time.Time           `json:"received_at"`
	Problem     string              `json:"problem,omitempty"` // why the mail could not be taken apart (wholly)
	Raw         []byte              `json:"-"`                 // as it came
}

// An Attachment is a file in a mail.
type Attachment struct {
	Name    string `json:"name"`
	Type    string `json:"type"`
	Size    int    `json:"size"` // bytes, decoded
	Content []byte `json:"-"`
}

// A Server is a running mail server. Its methods may be called from many goroutines.
type Server struct {
	config      Config
	socket      *sockets
	smtp        *smtp.Server
	certificate *x509.Certificate
	mode        *control.Switch[Mode]
	bell        control.Bell
	ctx         context.Context // ends when the server closes
	cancel      context.CancelFunc
	served      chan struct{}
	once        sync.Once

	mu       sync.Mutex
	messages []Message // as they came
	lastID   int
}

// Start begins to listen.
func Start(c Config) (*Server, error) {
	fill(&c)
	s := &Server{
		config: c, served: make(chan struct{}),
		mode: control.NewSwitch(Accept, RefuseAll, TempFail, Slow, Hang, Drop, Duplicate),
	}
	s.smtp = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.smtp.Domain = "localhost"
	s.smtp.MaxMessageBytes, s.smtp.MaxRecipients = c.MaxBytes, 100
	s.smtp.ReadTimeout, s.smtp.WriteTimeout = 5*time.Minute, time.Minute
	s.smtp.EnableSMTPUTF8 = true
	s.smtp.AllowInsecureAuth = !c.TLS
	s.smtp.ErrorLog = log.New(io.Discard, "", 0) // cut connections are what this server is for
	if c.TLS {
		pair, err := throwAwayCertificate()
		if err != nil {
			return nil, err
		}
		s.certificate = pair.Leaf
		s.smtp.TLSConfig = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	socket, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for SMTP at %s: %w", c.Addr, err)
	}
	s.socket = &sockets{Listener: socket, open: map[net.Conn]bool{}}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	go func() {
		defer close(s.served)
		_ = s.smtp.Serve(s.socket) // ends when the socket is closed
	}()
	return s, nil
}

func fill(c *Config) {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Delay == 0 {
		c.Delay = 10 * time.Second
	}
	if c.MaxBytes == 0 {
		c.MaxBytes = 25 << 20
	}
	if c.Keep == 0 {
		c.Keep = 1000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

// Addr is where SMTP listens, host:port.
func (s *Server) Addr() string { return s.socket.Addr().String() }

// Certificate is what a client must trust for STARTTLS; nil without TLS.
func (s *Server) Certificate() *x509.Certificate { return s.certificate }

// SetMode switches the server. The delay counts in Slow only.
func (s *Server) SetMode(mode Mode, delay time.Duration) error { return s.mode.Set(mode, delay) }

// Messages are those to an address, newest first; all when to is empty. Letters' case does not matter.
func (s *Server) Messages(to string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Message{}
	for _, m := range slices.Backward(s.messages) {
		if to == "" || slices.ContainsFunc(m.To, func(one string) bool { return strings.EqualFold(one, to) }) {
			found = append(found, m)
		}
	}
	return found
}

// Await waits until at least n mails to the address are there, and returns them, newest first.
func (s *Server) Await(ctx context.Context, to string, n int) ([]Message, error) {
	var found []Message
	err := s.bell.Wait(ctx, func() bool {
		found = s.Messages(to)
		return len(found) >= n
	})
	if err != nil {
		return found, fmt.Errorf("wait for %d mails, %d came: %w", n, len(found), err)
	}
	return found, nil
}

// keep writes a mail into the ledger, so many times.
func (s *Server) keep(m Message, times int) {
	s.mu.Lock()
	for range times {
		s.lastID++
		m.ID = strconv.Itoa(s.lastID)
		s.messages = append(s.messages, m)
	}
	if over := len(s.messages) - s.config.Keep; over > 0 {
		s.messages = slices.Delete(s.messages, 0, over)
	}
	s.mu.Unlock()
	s.bell.Ring()
}

// byID finds one mail.
func (s *Server) byID(id string) (Message, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.messages, func(m Message) bool { return m.ID == id })
	if i < 0 {
		return Message{}, false
	}
	return s.messages[i], true
}

// Close cuts every connection and returns when all is quiet. It may be called again.
func (s *Server) Close() error {
	var err error
	s.once.Do(func() {
		s.cancel()
		s.socket.cut()
		patience, done := context.WithTimeout(context.Background(), 10*time.Second)
		defer done()
		err = s.smtp.Shutdown(patience)
		<-s.served
		if errors.Is(err, net.ErrClosed) {
			err = nil // the socket was closed by us
		}
	})
	return err
}

// sockets is a listener that remembers its connections, so that they can be cut.
type sockets struct {
	net.Listener
	mu     sync.Mutex
	closed bool
	open   map[net.Conn]bool
}

// Accept gives the next connection.
func (l *sockets) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		_ = conn.Close()
		return nil, net.ErrClosed
	}
	l.open[conn] = true
	return &remembered{conn, l}, nil
}

func (l *sockets) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	_ = l.Listener.Close() // also when the SMTP server has not yet begun to listen with it
	for conn := range l.open {
		_ = conn.Close()
	}
}

// remembered forgets itself when it is closed.
type remembered struct {
	net.Conn
	among *sockets
}

// Close closes the connection.
func (c *remembered) Close() error {
	c.among.mu.Lock()
	delete(c.among.open, c.Conn)
	c.among.mu.Unlock()
	return c.Conn.Close()
}
