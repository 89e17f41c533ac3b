package smsc

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Commands (SMPP 3.4, 5.1.2.1). The answer to a command has the top bit set.
const (
	genericNack     uint32 = 0x80000000
	bindReceiver    uint32 = 0x00000001
	bindTransmitter uint32 = 0x00000002
	submitSM        uint32 = 0x00000004
	deliverSM       uint32 = 0x00000005
	unbind          uint32 = 0x00000006
	bindTransceiver uint32 = 0x00000009
	enquireLink     uint32 = 0x00000015
	answerBit       uint32 = 0x80000000
)

// Statuses (SMPP 3.4, 5.1.3).
const (
	statusOK          uint32 = 0x00
	badMessageLength  uint32 = 0x01
	badCommandLength  uint32 = 0x02
	badCommand        uint32 = 0x03
	badBindStatus     uint32 = 0x04
	alreadyBound      uint32 = 0x05
	systemError       uint32 = 0x08
	badDestination    uint32 = 0x0B
	badPassword       uint32 = 0x0E
	badSystemID       uint32 = 0x0F
	badESMClass       uint32 = 0x43
	throttled         uint32 = 0x58
	badOptionalStream uint32 = 0xC0
)

// Optional parameters (SMPP 3.4, 5.3.2).
const (
	tagReceiptedID   uint16 = 0x001E
	tagUserReference uint16 = 0x0204
	tagSARReference  uint16 = 0x020C
	tagSARTotal      uint16 = 0x020E
	tagSARNumber     uint16 = 0x020F
	tagVersion       uint16 = 0x0210
	tagPayload       uint16 = 0x0424
	tagMessageState  uint16 = 0x0427
)

const (
	headerSize = 16
	pduLimit   = 70_000 // a message_payload of 65,535 octets and what stands around it
)

var errLength = errors.New("the length of the PDU is impossible")

// pdu is one protocol data unit without its length.
type pdu struct {
	command, status, sequence uint32
	body                      []byte
}

// readPDU takes one unit off the wire. With errLength the header was read, but what follows cannot be found any more.
func readPDU(r io.Reader) (pdu, error) {
	var head [headerSize]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return pdu{}, err
	}
	p := pdu{
		command:  binary.BigEndian.Uint32(head[4:]),
		status:   binary.BigEndian.Uint32(head[8:]),
		sequence: binary.BigEndian.Uint32(head[12:]),
	}
	size := binary.BigEndian.Uint32(head[0:])
	if size < headerSize || size > pduLimit {
		return p, errLength
	}
	p.body = make([]byte, size-headerSize)
	_, err := io.ReadFull(r, p.body)
	return p, err
}

// bytes is the unit as it goes over the wire.
func (p pdu) bytes() []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(headerSize+len(p.body)))
	b = binary.BigEndian.AppendUint32(b, p.command)
	b = binary.BigEndian.AppendUint32(b, p.status)
	b = binary.BigEndian.AppendUint32(b, p.sequence)
	return append(b, p.body...)
}

// answer is the unit that answers p.
func (p pdu) answer(status uint32, body []byte) pdu {
	return pdu{p.command | answerBit, status, p.sequence, body}
}

// nack says that p was not understood.
func (p pdu) nack(status uint32) pdu { return pdu{genericNack, status, p.sequence, nil} }

// fields takes a body apart from its beginning. After the first thing that does not fit, everything is empty and bad is true.
type fields struct {
	rest []byte
	bad  bool
}

func (f *fields) take(n int) []byte {
	if f.bad || n > len(f.rest) {
		f.bad, f.rest = true, nil
		return nil
	}
	got := f.rest[:n]
	f.rest = f.rest[n:]
	return got
}

func (f *fields) octet() byte {
	if b := f.take(1); b != nil {
		return b[0]
	}
	return 0
}

// text takes a C-octet string of at most limit octets, the closing NUL included.
func (f *fields) text(limit int) string {
	for i, b := range f.rest {
		if i >= limit {
			break
		}
		if b == 0 {
			return string(f.take(i + 1)[:i])
		}
	}
	f.bad, f.rest = true, nil
	return ""
}

// optional takes all optional parameters to the end of the body. Of a repeated one the last counts.
func (f *fields) optional() map[uint16][]byte {
	params := map[uint16][]byte{}
	for len(f.rest) > 0 {
		head := f.take(4)
		if head == nil {
			break
		}
		params[binary.BigEndian.Uint16(head)] = f.take(int(binary.BigEndian.Uint16(head[2:])))
	}
	return params
}

func cString(s string) []byte { return append([]byte(s), 0) }

func param(tag uint16, value []byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, tag)
	b = binary.BigEndian.AppendUint16(b, uint16(len(value)))
	return append(b, value...)
}

// bind is what every kind of bind says.
type bind struct{ systemID, password string }

func parseBind(body []byte) (bind, error) {
	f := fields{rest: body}
	b := bind{systemID: f.text(16), password: f.text(9)}
	f.text(13) // system_type
	f.take(3)  // interface_version, addr_ton, addr_npi
	f.text(41) // address_range
	if f.bad {
		return b, fmt.Errorf("bind: %w", errLength)
	}
	return b, nil
}
