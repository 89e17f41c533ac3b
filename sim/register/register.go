// Package register is a simulator of state registers: an HTTP server in the shape of the X-Road message protocol for REST, as
// docs/wires/register.md describes it. One server hosts any number of registers, which share one population and have each its own
// mode: honest, slow, lying and so on.
//
// It imports nothing of the product, so that a misread protocol is not copied into both ends. It holds no people of its own: the
// caller gives them. It never runs beside real residents: it keeps, and shows on its control page, everything that it was asked.
package register

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"okno/sim/control"
)

// A Mode is how a register behaves. docs/wires/register.md section 5 says what each does.
type Mode string

// The modes. Honest is where every register begins.
const (
	Honest    Mode = "honest"
	Match     Mode = "match"
	Mismatch  Mode = "mismatch"
	Review    Mode = "review"
	Slow      Mode = "slow"
	Hang      Mode = "hang"
	RefuseAll Mode = "refuse"
	Garble    Mode = "garble"
	Duplicate Mode = "duplicate"
	Lie       Mode = "lie"
)

func newSwitch() *control.Switch[Mode] {
	return control.NewSwitch(Honest, Match, Mismatch, Review, Slow, Hang, RefuseAll, Garble, Duplicate, Lie)
}

// Config says which registers there are. The zero value of everything but Registers is usable.
type Config struct {
	Addr      string           // where the wire listens; "127.0.0.1:0" when empty
	Registers []Register       // at least one
	People    []Person         // who is known from the start
	Clients   []string         // X-Road-Client identifiers that may ask; empty: all
	SlowDelay time.Duration    // how slow "slow" is when no delay is set; 5 s when zero
	Now       func() time.Time // the clock of checked_at and the ledger; time.Now when nil
}

// A Register is one register of the simulator.
type Register struct {
	Name       string   // how the control API calls it: "pension"
	Title      string   // how the control page calls it; Name when empty
	Provider   string   // INSTANCE/CLASS/MEMBER/SUBSYSTEM, already percent-encoded
	Compares   []string // the fields that its service "checks" compares; empty: it has no such service
	Statements []string // the fields by which its service "statements" finds an account; empty: it has no such service
}

// A Server is running registers. Its methods may be called from many goroutines.
type Server struct {
	listener  *control.Listener
	now       func() time.Time
	slowDelay time.Duration
	clients   []string
	registers []*register          // in the order of the configuration
	services  map[string]*register // by service id

	mu     sync.Mutex // guards people and every register's ledger
	people []Person
}

// register is a Register at work.
type register struct {
	Register
	mode    *control.Switch[Mode]
	entries map[entryKey]*Entry
	order   []*Entry // as they came
	looked  int      // how many questions were looked up; the last reference
	garbled int      // how many answers were garbled, to take turns
}

// Start begins to listen. The error says what is wrong with the configuration.
func Start(c Config) (*Server, error) {
	s := &Server{now: c.Now, slowDelay: c.SlowDelay, clients: slices.Clone(c.Clients), services: map[string]*register{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.slowDelay == 0 {
		s.slowDelay = 5 * time.Second
	}
	if len(c.Registers) == 0 {
		return nil, errors.New("no register is configured")
	}
	for _, r := range c.Registers {
		if err := s.host(r); err != nil {
			return nil, err
		}
	}
	for i, p := range c.People {
		if err := s.AddPerson(p); err != nil {
			return nil, fmt.Errorf("person %d: %w", i, err)
		}
	}
	addr := c.Addr
	if addr == "" {
		addr = "127.0.0.1:0"
	}
	var err error
	s.listener, err = control.Listen(addr, http.HandlerFunc(s.serveWire))
	return s, err
}

// host takes one register in.
func (s *Server) host(r Register) error {
	if !plainName.MatchString(r.Name) || r.Name == "people" {
		return fmt.Errorf("register %q: a name has letters a-z, digits, - and _, and is not \"people\"", r.Name)
	}
	if s.find(r.Name) != nil {
		return fmt.Errorf("register %q is there twice", r.Name)
	}
	if strings.Count(r.Provider, "/") != 3 || !isMember(r.Provider) {
		return fmt.Errorf("register %q: provider %q is not INSTANCE/CLASS/MEMBER/SUBSYSTEM", r.Name, r.Provider)
	}
	hosted := &register{Register: r, mode: newSwitch(), entries: map[entryKey]*Entry{}}
	if hosted.Title == "" {
		hosted.Title = r.Name
	}
	services := hosted.services()
	if len(services) == 0 {
		return fmt.Errorf("register %q has no service: neither Compares nor Statements is given", r.Name)
	}
	for _, id := range services {
		if s.services[id] != nil {
			return fmt.Errorf("register %q: service %s belongs to register %q already", r.Name, id, s.services[id].Name)
		}
		s.services[id] = hosted
	}
	s.registers = append(s.registers, hosted)
	return nil
}

// services are the ids of what a register offers.
func (r *register) services() []string {
	var ids []string
	if len(r.Compares) > 0 {
		ids = append(ids, r.Provider+"/"+checksService)
	}
	if len(r.Statements) > 0 {
		ids = append(ids, r.Provider+"/"+statementsService)
	}
	return ids
}

func (s *Server) find(name string) *register {
	for _, r := range s.registers {
		if r.Name == name {
			return r
		}
	}
	return nil
}

// Addr is where the wire listens, host:port.
func (s *Server) Addr() string { return s.listener.Addr() }

// URL is the address that service ids are added to: URL + "/r1/" + provider + "/checks".
func (s *Server) URL() string { return "http://" + s.Addr() }

// SetMode switches the register of that name. The delay holds back every answer; Slow without one takes Config.SlowDelay.
func (s *Server) SetMode(name string, mode Mode, delay time.Duration) error {
	r := s.find(name)
	if r == nil {
		return fmt.Errorf("there is no register %q", name)
	}
	return r.mode.Set(mode, delay)
}

// Close cuts every connection, ends every hanging answer and returns when all is quiet.
func (s *Server) Close() error { return s.listener.Close() }

// newID makes a random identifier in the form of a UUID.
func newID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}
