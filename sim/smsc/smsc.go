// Package smsc is a simulator of an SMS centre: a TCP server that speaks SMPP 3.4, puts long messages together, sends delivery
// receipts, keeps every message for reading, and can be switched to lose, delay, refuse or garble.
//
// It imports nothing of the product and shares no SMPP code with the product's client, so that a misread protocol is not copied
// into both ends. It never sends anything to a telephone, and never runs beside real residents: whoever reaches its control
// page reads their codes.
package smsc

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"okno/sim/control"
)

// A Mode is how the centre behaves.
type Mode string

// The modes. What was not taken is not in the ledger: refuse, error, hang, garble and disconnect take nothing, so that a client
// that tries again later makes no second message.
const (
	Deliver    Mode = "deliver"    // taken, answered, delivered, with a receipt if one was asked for
	Lose       Mode = "lose"       // taken and answered, never delivered, no receipt
	Delay      Mode = "delay"      // taken and answered at once, delivered after the delay (30 s when none is given)
	RefuseAll  Mode = "refuse"     // ESME_RTHROTTLED
	Error      Mode = "error"      // ESME_RSYSERR
	Hang       Mode = "hang"       // reads everything, answers nothing: no bind, no link enquiry, no message
	Garble     Mode = "garble"     // answers a message with a broken PDU: a cut one, an impossible length, an unknown command, in turn
	Duplicate  Mode = "duplicate"  // delivered twice: two entries in the ledger, two receipts
	Disconnect Mode = "disconnect" // cuts the connection when a message comes
)

// Config says who may bind. The zero value listens at a free port of this machine and lets everybody in.
type Config struct {
	Addr     string           // "127.0.0.1:0" when empty
	SystemID string           // who may bind; empty: anybody
	Password string           // of SystemID
	Idle     time.Duration    // a silent connection is closed after this; 5 minutes when zero
	Delay    time.Duration    // how long Delay delays when the switch has no delay; 30 s when zero
	Keep     int              // how many messages are kept, the oldest go first; 10,000 when zero
	Now      func() time.Time // the clock of the ledger and of receipts; time.Now when nil
}

// A Message is one text that the centre took, put together from its parts.
type Message struct {
	ID          string    `json:"id"` // of the last part that came, as submit_sm_resp told it
	From        string    `json:"from"`
	To          string    `json:"to"` // as the client wrote it
	Text        string    `json:"text"`
	Encoding    string    `json:"encoding"` // gsm, ascii, latin1, ucs2, binary
	Parts       int       `json:"parts"`
	Reference   string    `json:"reference,omitempty"` // user_message_reference, decimal
	ReceivedAt  time.Time `json:"received_at"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"` // zero: not delivered (yet)
}

// A Server is a running SMS centre. Its methods may be called from many goroutines.
type Server struct {
	config Config
	socket net.Listener
	mode   *control.Switch[Mode]
	bell   control.Bell
	ctx    context.Context // ends when the server closes
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	sessions map[*session]bool
	messages []*Message // as they came
	partial  map[partKey]*assembly
	receipts []receipt // for which nobody was bound
	lastID   uint32
	garbled  int
}

// Start begins to listen.
func Start(c Config) (*Server, error) {
	if c.Addr == "" {
		c.Addr = "127.0.0.1:0"
	}
	if c.Idle == 0 {
		c.Idle = 5 * time.Minute
	}
	if c.Delay == 0 {
		c.Delay = 30 * time.Second
	}
	if c.Keep == 0 {
		c.Keep = 10_000
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	socket, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for SMPP at %s: %w", c.Addr, err)
	}
	s := &Server{
		config: c, socket: socket, sessions: map[*session]bool{}, partial: map[partKey]*assembly{},
		mode: control.NewSwitch(Deliver, Lose, Delay, RefuseAll, Error, Hang, Garble, Duplicate, Disconnect),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.work.Go(s.accept)
	return s, nil
}

func (s *Server) accept() {
	for {
		conn, err := s.socket.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			if !control.Wait(s.ctx, 10*time.Millisecond) { // too many open files: it passes
				return
			}
			continue
		}
		s.welcome(conn)
	}
}

// welcome begins a session, unless the server is closing.
func (s *Server) welcome(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		_ = conn.Close()
		return
	}
	one := &session{server: s, conn: conn}
	s.sessions[one] = true
	s.work.Go(one.run)
}

// after calls f when d of real time has passed, unless the server closes first.
func (s *Server) after(d time.Duration, f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	s.work.Go(func() {
		if control.Wait(s.ctx, d) {
			f()
		}
	})
}

// Addr is where SMPP listens, host:port.
func (s *Server) Addr() string { return s.socket.Addr().String() }

// SetMode switches the centre. A delay holds back delivery in every mode that delivers.
func (s *Server) SetMode(mode Mode, delay time.Duration) error { return s.mode.Set(mode, delay) }

// Messages are those to a number, newest first; all when to is empty. Numbers are compared by their digits.
func (s *Server) Messages(to string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []Message{}
	for _, m := range slices.Backward(s.messages) {
		if to == "" || digits(m.To) == digits(to) {
			found = append(found, *m)
		}
	}
	return found
}

// Await waits until at least n messages to the number are delivered, and returns these, newest first.
func (s *Server) Await(ctx context.Context, to string, n int) ([]Message, error) {
	var delivered []Message
	err := s.bell.Wait(ctx, func() bool {
		delivered = slices.DeleteFunc(s.Messages(to), func(m Message) bool { return m.DeliveredAt.IsZero() })
		return len(delivered) >= n
	})
	if err != nil {
		return delivered, fmt.Errorf("wait for %d messages, %d came: %w", n, len(delivered), err)
	}
	return delivered, nil
}

// Close cuts every connection, drops what is not yet delivered and returns when all is quiet. It may be called again.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for one := range s.sessions {
		_ = one.conn.Close()
	}
	s.mu.Unlock()
	s.cancel()
	err := s.socket.Close()
	s.work.Wait()
	if errors.Is(err, net.ErrClosed) || err == nil {
		return nil
	}
	return fmt.Errorf("close the SMS centre: %w", err)
}

func digits(number string) string {
	only := make([]byte, 0, len(number))
	for i := range len(number) {
		if number[i] >= '0' && number[i] <= '9' {
			only = append(only, number[i])
		}
	}
	return string(only)
}

// Control is the control API and page: GET /sms?to=, GET and POST /mode, GET /. The caller mounts it or listens with it.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showPage)
	mux.HandleFunc("GET /sms", func(w http.ResponseWriter, r *http.Request) {
		control.Answer(w, http.StatusOK, s.Messages(r.URL.Query().Get("to")))
	})
	s.mode.Mount(mux, "/mode", "./")
	return control.Guard(mux)
}

var page = control.NewPage(`{{define "title"}}SMS{{end}}
{{define "main"}}<h1>SMS</h1><form method="post" action="mode">{{template "switch" .}}</form>
<form method="get" action="./"><label>Number<input name="to" value="{{.To}}" inputmode="tel"></label><button>Show</button></form>
<div class="wide"><table><thead><tr><th>Received</th><th>From</th><th>To</th><th>Text</th><th>Parts</th><th>Delivered</th></tr></thead><tbody>
{{range .Messages}}<tr><td>{{.ReceivedAt.Format "2006-01-02 15:04:05"}}</td><td>{{.From}}</td><td>{{.To}}</td><td dir="auto">{{.Text}}</td><td>{{.Parts}}</td>
<td>{{if .DeliveredAt.IsZero}}no{{else}}{{.DeliveredAt.Format "15:04:05"}}{{end}}</td></tr>
{{else}}<tr><td colspan="6">No message yet.</td></tr>{{end}}</tbody></table></div>{{end}}`)

func (s *Server) showPage(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	messages := s.Messages(to)
	page.Show(w, map[string]any{
		"Modes": s.mode.Modes(), "State": s.mode.State(), "To": to, "Messages": messages[:min(200, len(messages))],
	})
}
