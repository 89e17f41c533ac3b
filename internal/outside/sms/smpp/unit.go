package smpp

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"okno/internal/fault"
	"okno/internal/outside/sms"
)

var (
	sourcePattern = regexp.MustCompile(`^(\+?[0-9]{3,15}|[A-Za-z0-9][A-Za-z0-9 ._-]{0,10})$`)
	numberPattern = regexp.MustCompile(`^\+?[0-9]+$`)
)

// units makes the submit_sm of each part.
func (c *Client) units(m sms.Message) []*pdu.SubmitSM {
	encoding, parts := sms.Split(m.Text)
	reference := byte(c.ref.Add(1))
	var units []*pdu.SubmitSM
	for i, part := range parts {
		unit := pdu.NewSubmitSM().(*pdu.SubmitSM)
		unit.SourceAddr = source(c.cfg.Source)
		unit.DestAddr = address(1, 1, strings.TrimPrefix(m.To, "+"))
		if c.receive != nil {
			unit.RegisteredDelivery = 1
		}
		if m.Sensitive {
			unit.ValidityPeriod = relative(c.cfg.CodeLife)
		}
		coding := data.GSM7BIT
		if encoding == sms.UCS2 {
			coding = data.UCS2
		}
		// The length is within the field's limit by Split.
		_ = unit.Message.SetMessageDataWithEncoding(sms.Encode(encoding, part), coding)
		if len(parts) > 1 {
			unit.EsmClass |= data.SM_UDH_GSM
			unit.Message.SetUDH(pdu.UDH{pdu.NewIEConcatMessage(byte(len(parts)), byte(i+1), reference)})
		}
		units = append(units, unit)
	}
	return units
}

// source says what kind of sender a name is: a word, a short number, or a whole one.
func source(name string) pdu.Address {
	digits := strings.TrimPrefix(name, "+")
	switch {
	case !numberPattern.MatchString(name):
		return address(5, 0, name) // alphanumeric
	case len(digits) <= 8 && digits == name:
		return address(3, 0, digits) // the network's own short number
	default:
		return address(1, 1, digits) // international, E.164
	}
}

func address(ton, npi byte, text string) pdu.Address {
	// At most 15 characters by the patterns, the field has 21.
	a, _ := pdu.NewAddressWithTonNpiAddr(ton, npi, text)
	return a
}

// relative is a length of time as SMPP 7.1.1.2 writes it: years, months, days,
// hours, minutes, seconds, tenths, quarters, R.
func relative(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("000000%02d%02d%02d000R", s/3600, s/60%60, s%60)
}

// refusal translates the gateway's status. It surely did not take the message.
func refusal(status data.CommandStatusType) error {
	cause := fmt.Errorf("the gateway answered 0x%08x", uint32(status))
	switch status {
	case data.ESME_RINVDSTADR, data.ESME_RINVDSTTON, data.ESME_RINVDSTNPI, data.ESME_RINVNUMDESTS, data.ESME_RINVADR:
		return fault.Wrap(fault.Invalid, sms.KeyBadNumber, cause)
	case data.ESME_RINVMSGLEN:
		return fault.Wrap(fault.Invalid, sms.KeyBadMessage, cause)
	case data.ESME_RX_P_APPN, data.ESME_RX_R_APPN, data.ESME_RPROVNOTALLWD:
		return fault.Wrap(fault.Invalid, sms.KeyRefused, cause)
	default:
		return fault.Wrap(fault.Unavailable, sms.KeyAway, cause)
	}
}
