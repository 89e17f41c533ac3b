package smsc

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"net"
	"sync"
	"time"
)

// writePatience is how long a client may take to read what is sent to it.
const writePatience = 10 * time.Second

// ownName is the system_id by which the centre answers a bind.
const ownName = "sim"

// session is one connection.
type session struct {
	server *Server
	conn   net.Conn

	systemID       string // empty before the bind; read by the session's own goroutine only
	sends, listens bool   // may submit; gets receipts. listens is guarded by server.mu

	mu       sync.Mutex // guards writing and sequence
	sequence uint32
}

// run serves the connection to its end.
func (c *session) run() {
	defer func() {
		_ = c.conn.Close()
		c.server.mu.Lock()
		delete(c.server.sessions, c)
		c.server.mu.Unlock()
	}()
	in := bufio.NewReader(c.conn)
	for {
		if c.conn.SetReadDeadline(time.Now().Add(c.server.config.Idle)) != nil {
			return
		}
		p, err := readPDU(in)
		if errors.Is(err, errLength) {
			c.write(p.nack(badCommandLength)) // where the next unit begins is unknown
			return
		}
		if err != nil || !c.handle(p) {
			return
		}
	}
}

// handle answers one unit; false ends the connection.
func (c *session) handle(p pdu) bool {
	if mode, _ := c.server.mode.Now(); mode == Hang {
		return true
	}
	switch p.command {
	case bindReceiver, bindTransmitter, bindTransceiver:
		return c.bind(p)
	case enquireLink:
		return c.write(p.answer(statusOK, nil))
	case unbind:
		c.write(p.answer(statusOK, nil))
		return false
	case submitSM:
		return c.submit(p)
	}
	if p.command&answerBit != 0 {
		return true // an answer to a receipt, or a nack: nothing to say
	}
	return c.write(p.nack(badCommand))
}

func (c *session) bind(p pdu) bool {
	b, err := parseBind(p.body)
	if err != nil {
		return c.write(p.nack(badCommandLength))
	}
	if c.sends || c.listens {
		return c.write(p.answer(alreadyBound, nil))
	}
	if status := c.server.admit(b); status != statusOK {
		c.write(p.answer(status, refusedBind(p.command)))
		return false
	}
	body := append(cString(ownName), param(tagVersion, []byte{0x34})...)
	if !c.write(p.answer(statusOK, body)) {
		return false
	}
	c.systemID = b.systemID
	c.sends = p.command != bindReceiver
	if p.command != bindTransmitter {
		c.server.listen(c)
	}
	return true
}

// refusedBind is the body of a refusal: none, but a transceiver's answer has its system_id always (SMPP 3.4, 4.1.2 to 4.1.6).
func refusedBind(command uint32) []byte {
	if command == bindTransceiver {
		return cString(ownName)
	}
	return nil
}

// admit compares a bind with the configuration.
func (s *Server) admit(b bind) uint32 {
	if s.config.SystemID == "" {
		return statusOK
	}
	if b.systemID != s.config.SystemID {
		return badSystemID
	}
	if subtle.ConstantTimeCompare([]byte(b.password), []byte(s.config.Password)) != 1 {
		return badPassword
	}
	return statusOK
}

// submit takes a message, or behaves as the mode has it.
func (c *session) submit(p pdu) bool {
	if !c.sends {
		return c.write(p.answer(badBindStatus, nil))
	}
	switch mode, delay := c.server.mode.Now(); mode {
	case RefuseAll:
		return c.write(p.answer(throttled, nil))
	case Error:
		return c.write(p.answer(systemError, nil))
	case Garble:
		return c.garble(p)
	case Disconnect:
		return false
	default:
		return c.take(p, mode, delay)
	}
}

func (c *session) take(p pdu, mode Mode, delay time.Duration) bool {
	s, status := parseSubmit(p.body)
	if status == badCommandLength {
		return c.write(p.nack(status))
	}
	if status != statusOK {
		return c.write(p.answer(status, nil))
	}
	id, done := c.server.take(c.systemID, s)
	if !c.write(p.answer(statusOK, cString(id))) {
		return false
	}
	if done != nil {
		c.server.dispatch(done, mode, delay)
	}
	return true
}

// garble answers with something broken, each kind in turn: cut short, an impossible length, a command that does not exist.
func (c *session) garble(p pdu) bool {
	c.server.mu.Lock()
	turn := c.server.garbled % 3
	c.server.garbled++
	c.server.mu.Unlock()
	good := p.answer(statusOK, cString("00000000")).bytes()
	switch turn {
	case 0:
		c.send(good[:len(good)-5])
		return false
	case 1:
		good[0], good[3] = 0, 7
	default:
		good[4], good[7] = 0x80, 0x77
	}
	return c.send(good)
}

func (c *session) write(p pdu) bool { return c.send(p.bytes()) }

// send writes whole units; false when the client is gone.
func (c *session) send(b []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.SetWriteDeadline(time.Now().Add(writePatience)) // fails only when closed, and then Write fails too
	_, err := c.conn.Write(b)
	return err == nil
}

// deliver sends a deliver_sm under the session's own numbering.
func (c *session) deliver(body []byte) bool {
	c.mu.Lock()
	c.sequence++
	p := pdu{deliverSM, statusOK, c.sequence, body}
	c.mu.Unlock()
	return c.write(p)
}
