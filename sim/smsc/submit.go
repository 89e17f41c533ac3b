package smsc

import (
	"encoding/binary"
	"regexp"
	"strconv"
)

// submission is one submit_sm that can be taken.
type submission struct {
	from, to    string
	fromKind    [2]byte // type of number and numbering plan, for the receipt
	toKind      [2]byte
	receipt     byte // registered_delivery: 1 always, 2 only of failure
	coding      byte
	text        []byte // without the user data header
	reference   string
	concatenate part
}

// part says which piece of which long message this is; total 1 is a message of its own.
type part struct {
	reference     uint16
	wide          bool // a 16-bit reference, or sar_msg_ref_num: apart from 8-bit ones
	total, number int
}

const (
	esmHeader  = 0x40 // UDHI: the text begins with a user data header
	esmReceipt = 0x04 // a delivery receipt
)

var phoneNumber = regexp.MustCompile(`^\+?[0-9]{3,20}$`)

// parseSubmit understands the body of submit_sm (SMPP 3.4, 4.4.1) or says with which status it is refused.
func parseSubmit(body []byte) (submission, uint32) {
	var s submission
	f := fields{rest: body}
	f.text(6) // service_type
	copy(s.fromKind[:], f.take(2))
	s.from = f.text(21)
	copy(s.toKind[:], f.take(2))
	s.to = f.text(21)
	class := f.octet()
	f.take(2)  // protocol_id, priority_flag
	f.text(17) // schedule_delivery_time
	f.text(17) // validity_period
	s.receipt = f.octet() & 0x03
	f.octet() // replace_if_present_flag
	s.coding = f.octet()
	f.octet() // sm_default_msg_id
	short := f.take(int(f.octet()))
	if f.bad {
		return s, badCommandLength
	}
	params := f.optional()
	if f.bad {
		return s, badOptionalStream
	}
	if !phoneNumber.MatchString(s.to) {
		return s, badDestination
	}
	return s, s.fill(class, short, params)
}

// fill finds the text, its header and its place in a long message.
func (s *submission) fill(class byte, short []byte, params map[uint16][]byte) uint32 {
	payload, long := params[tagPayload]
	if long && len(short) > 0 || !long && !fits(s.coding, class, short) {
		return badMessageLength
	}
	s.text = short
	if long {
		s.text = payload
	}
	s.concatenate = part{total: 1, number: 1}
	if class&esmHeader != 0 {
		rest, p, ok := splitHeader(s.text)
		if !ok {
			return badESMClass
		}
		s.text, s.concatenate = rest, p
	}
	if p, ok := sar(params); ok && s.concatenate.total == 1 {
		s.concatenate = p
	}
	if ref := params[tagUserReference]; len(ref) == 2 {
		s.reference = strconv.Itoa(int(binary.BigEndian.Uint16(ref)))
	}
	return statusOK
}

// fits tells whether a short_message fits into one radio message: 140 octets, or 160 letters of seven bits, its header included.
func fits(coding, class byte, short []byte) bool {
	if encodingOf(coding) != encodingGSM && encodingOf(coding) != encodingASCII {
		return len(short) <= 140
	}
	if class&esmHeader == 0 || len(short) == 0 {
		return len(short) <= 160
	}
	header := min(int(short[0])+1, len(short))
	return len(short)-header+(header*8+6)/7 <= 160
}

// splitHeader takes the user data header off (3GPP TS 23.040, 9.2.3.24). ok is false when the header is longer than the text. A
// concatenation element that cannot be (total 0, number over total) is ignored, as 23.040 wants.
func splitHeader(text []byte) (rest []byte, p part, ok bool) {
	p = part{total: 1, number: 1}
	f := fields{rest: text}
	header := fields{rest: f.take(int(f.octet()))}
	if f.bad {
		return nil, p, false
	}
	for len(header.rest) > 0 {
		kind := header.octet()
		data := header.take(int(header.octet()))
		if header.bad {
			return nil, p, false
		}
		found := part{}
		switch {
		case kind == 0x00 && len(data) == 3:
			found = part{uint16(data[0]), false, int(data[1]), int(data[2])}
		case kind == 0x08 && len(data) == 4:
			found = part{binary.BigEndian.Uint16(data), true, int(data[2]), int(data[3])}
		}
		if found.possible() {
			p = found
		}
	}
	return f.rest, p, true
}

// sar reads the three optional parameters that say the same as a header.
func sar(params map[uint16][]byte) (part, bool) {
	ref, total, number := params[tagSARReference], params[tagSARTotal], params[tagSARNumber]
	if len(ref) != 2 || len(total) != 1 || len(number) != 1 {
		return part{}, false
	}
	p := part{binary.BigEndian.Uint16(ref), true, int(total[0]), int(number[0])}
	return p, p.possible()
}

func (p part) possible() bool { return p.total >= 1 && p.number >= 1 && p.number <= p.total }
