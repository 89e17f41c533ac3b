package smpp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"okno/internal/clock"
	"okno/internal/outside/reach"
)

// session is one bound connection. When it ends every unanswered message ends
// as unknown; the next session is another object.
type session struct {
	cfg     Config
	conn    net.Conn
	reader  *bufio.Reader
	receive Receive
	log     *slog.Logger
	window  reach.Limit
	inbox   chan *pdu.DeliverSM // receipts that wait for the callback

	writing sync.Mutex // one unit at a time on the wire

	mu       sync.Mutex
	sequence int32
	waiting  map[int32]chan frame
	ended    chan struct{}
	reason   error
}

// bind connects and binds as a transceiver.
func bind(ctx context.Context, cfg Config, receive Receive, log *slog.Logger) (*session, error) {
	ctx, cancel := context.WithTimeout(ctx, cfg.DialTimeout)
	defer cancel()
	conn, err := cfg.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("dial: %w", err)
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	s := &session{
		cfg: cfg, conn: conn, reader: bufio.NewReader(conn), receive: receive, log: log,
		window: reach.NewLimit(cfg.Window), inbox: make(chan *pdu.DeliverSM, 64),
		sequence: 1, waiting: map[int32]chan frame{}, ended: make(chan struct{}),
	}
	err = s.bind()
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("bind: %w", err)
	}
	return s, nil
}

func (s *session) bind() error {
	password, err := s.cfg.password()
	if err != nil {
		return err
	}
	request := pdu.NewBindRequest(pdu.Transceiver)
	request.SystemID, request.Password, request.SystemType = s.cfg.SystemID, password, s.cfg.SystemType
	if _, err := s.write(encode(request, 1)); err != nil {
		return err
	}
	s.deadline(s.conn.SetReadDeadline, s.cfg.DialTimeout)
	answer, err := readFrame(s.reader)
	if err != nil {
		return err
	}
	if answer.id != data.BIND_TRANSCEIVER_RESP && answer.id != data.GENERIC_NACK {
		return errFrame
	}
	if answer.id == data.GENERIC_NACK || answer.status != data.ESME_ROK {
		return fmt.Errorf("the gateway answered 0x%08x", uint32(answer.status))
	}
	return nil
}

// run serves the session until it ends, and leaves nothing running.
func (s *session) run(ctx context.Context) error {
	living, stop := context.WithCancel(ctx)
	defer stop()
	var group sync.WaitGroup
	group.Go(func() { s.end(s.read()) })
	group.Go(func() { s.enquire() })
	group.Go(func() { s.handReceipts(living) })
	select {
	case <-ctx.Done():
		s.unbind()
		s.end(ctx.Err())
	case <-s.ended:
	}
	stop()
	group.Wait()
	return s.reason
}

func (s *session) lives() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// end closes the session once, for the first reason.
func (s *session) end(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lives() {
		return
	}
	s.reason = reason
	close(s.ended)
	s.conn.Close()
}

// unbind says goodbye and gives the gateway a moment to answer.
func (s *session) unbind() {
	answer, sequence, err := s.expect()
	if err != nil {
		return
	}
	defer s.forget(sequence)
	if _, err := s.write(head(data.UNBIND, 0, sequence)); err != nil {
		return
	}
	timer := time.NewTimer(min(s.cfg.SubmitTimeout, time.Second))
	defer timer.Stop()
	select {
	case <-answer:
	case <-timer.C:
	case <-s.ended:
	}
}

var errEnded = errors.New("the session has ended")

// expect makes a sequence number and a place for its answer.
func (s *session) expect() (chan frame, int32, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.lives() {
		return nil, 0, errEnded
	}
	if s.sequence++; s.sequence <= 0 { // after 2,147,483,647 comes 1
		s.sequence = 1
	}
	answer := make(chan frame, 1)
	s.waiting[s.sequence] = answer
	return answer, s.sequence, nil
}

func (s *session) forget(sequence int32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, sequence)
}

// write puts one unit on the wire. After an error it says whether the unit may
// have left whole: half a unit is nothing to the gateway. Under TLS what left
// is not known so exactly.
func (s *session) write(octets []byte) (whole bool, err error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	s.deadline(s.conn.SetWriteDeadline, s.cfg.SubmitTimeout)
	n, err := s.conn.Write(octets)
	return n == len(octets) || !s.cfg.Insecure, err
}

// deadline sets a socket's deadline. Sockets live by the machine's clock, not by the demo's.
func (s *session) deadline(set func(time.Time) error, d time.Duration) {
	_ = set(clock.System{}.Now().Add(d)) // fails only on a closed connection, which the next call finds
}

// enquire asks the gateway again and again whether it lives.
func (s *session) enquire() {
	ticker := time.NewTicker(s.cfg.EnquireEvery)
	defer ticker.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-ticker.C:
		}
		answer, sequence, err := s.expect()
		if err == nil {
			_, err = s.write(head(data.ENQUIRE_LINK, 0, sequence))
		}
		if err != nil {
			s.end(err)
			return
		}
		timer := time.NewTimer(s.cfg.SubmitTimeout)
		select {
		case <-answer:
		case <-s.ended:
		case <-timer.C:
			s.end(errors.New("the gateway does not answer enquire_link"))
		}
		timer.Stop()
		s.forget(sequence)
	}
}
