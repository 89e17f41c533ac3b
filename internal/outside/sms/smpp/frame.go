package smpp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// frame is one unit of the wire: its head and its body, not yet understood.
type frame struct {
	id       data.CommandIDType
	status   data.CommandStatusType
	sequence int32
	body     []byte
	raw      []byte
}

const (
	headLength = 16
	maxFrame   = 64 << 10 // a message_payload may have 64 KiB; nothing that we read needs more
)

var errFrame = errors.New("the gateway sent what is no unit of SMPP")

// answers says whether the frame is a response to one of ours.
func (f frame) answers() bool { return uint32(f.id)&0x80000000 != 0 }

// readFrame reads one whole unit. It takes a status from the head even when
// the body is missing, which many gateways leave out of refusals.
func readFrame(r io.Reader) (frame, error) {
	var head [headLength]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return frame{}, err
	}
	length := binary.BigEndian.Uint32(head[0:])
	if length < headLength || length > maxFrame {
		return frame{}, fmt.Errorf("%w: length %d", errFrame, length)
	}
	raw := make([]byte, length)
	copy(raw, head[:])
	if _, err := io.ReadFull(r, raw[headLength:]); err != nil {
		return frame{}, err
	}
	return frame{
		id:       data.CommandIDType(binary.BigEndian.Uint32(head[4:])),
		status:   data.CommandStatusType(binary.BigEndian.Uint32(head[8:])),
		sequence: int32(binary.BigEndian.Uint32(head[12:])),
		body:     raw[headLength:], raw: raw,
	}, nil
}

// messageID reads the id out of a submit_sm_resp.
func (f frame) messageID() (string, bool) {
	end := bytes.IndexByte(f.body, 0)
	if end < 1 || end > 64 {
		return "", false
	}
	return string(f.body[:end]), true
}

// deliver reads a deliver_sm. No other unit is given to the library: its
// reading of some of them (query_sm with an optional parameter) panics.
func (f frame) deliver() (*pdu.DeliverSM, error) {
	if f.id != data.DELIVER_SM {
		return nil, errFrame
	}
	unit, err := pdu.Parse(bytes.NewReader(f.raw))
	if err != nil {
		return nil, fmt.Errorf("%w: %v", errFrame, err)
	}
	d, ok := unit.(*pdu.DeliverSM)
	if !ok {
		return nil, errFrame
	}
	return d, nil
}

// encode gives the octets of a unit under a sequence number.
func encode(unit pdu.PDU, sequence int32) []byte {
	unit.SetSequenceNumber(sequence)
	buffer := pdu.NewBuffer(nil)
	unit.Marshal(buffer)
	return buffer.Bytes()
}

// head gives the octets of a unit without a body.
func head(id data.CommandIDType, status data.CommandStatusType, sequence int32) []byte {
	octets := make([]byte, headLength)
	binary.BigEndian.PutUint32(octets[0:], headLength)
	binary.BigEndian.PutUint32(octets[4:], uint32(id))
	binary.BigEndian.PutUint32(octets[8:], uint32(status))
	binary.BigEndian.PutUint32(octets[12:], uint32(sequence))
	return octets
}
