package smpp

import (
	"regexp"
	"strings"

	"github.com/linxGnu/gosmpp/pdu"

	"okno/internal/outside/sms"
)

// readReceipt reads a delivery receipt out of a deliver_sm; false when it is
// something else, such as a message from a phone.
func readReceipt(d *pdu.DeliverSM) (sms.Delivery, bool) {
	if d.EsmClass&0x3C != 0x04 { // SMPP 5.2.12: delivery receipt
		return sms.Delivery{}, false
	}
	octets, _ := d.Message.GetMessageData()
	receipt, _ := readReceiptText(string(octets))
	if id, ok := d.OptionalParameters[pdu.TagReceiptedMessageID]; ok && id.String() != "" {
		receipt.ID = id.String()
	}
	if state, ok := d.OptionalParameters[pdu.TagMessageStateOption]; ok && len(state.Data) == 1 {
		receipt.State = stateOf(state.Data[0])
	}
	if receipt.ID == "" || len(receipt.ID) > 64 || receipt.State == "" {
		return sms.Delivery{}, false
	}
	return receipt, true
}

var (
	receiptID    = regexp.MustCompile(`(?i)(?:^|\s)id:([^\s\x00]{1,64})`)
	receiptState = regexp.MustCompile(`(?i)(?:^|\s)stat:([A-Z]{5,7})`)
	receiptError = regexp.MustCompile(`(?i)(?:^|\s)err:([0-9A-Z]{1,8})`)
)

// readReceiptText reads the text form of SMPP appendix B:
// "id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:E text:...".
func readReceiptText(text string) (sms.Delivery, bool) {
	// What follows is the message's own beginning: nothing of it is read.
	if i := strings.Index(strings.ToLower(text), " text:"); i >= 0 {
		text = text[:i]
	}
	group := func(p *regexp.Regexp) string {
		if found := p.FindStringSubmatch(text); found != nil {
			return found[1]
		}
		return ""
	}
	receipt := sms.Delivery{ID: group(receiptID), State: states[strings.ToUpper(group(receiptState))], Code: group(receiptError)}
	if strings.Trim(receipt.Code, "0") == "" {
		receipt.Code = ""
	}
	return receipt, receipt.ID != "" && receipt.State != ""
}

// The words of appendix B. Accepted and unknown say nothing final.
var states = map[string]sms.State{
	"DELIVRD": sms.Delivered, "ENROUTE": sms.Waiting, "ACCEPTD": sms.Waiting, "UNKNOWN": sms.Waiting,
	"EXPIRED": sms.Undelivered, "DELETED": sms.Undelivered, "UNDELIV": sms.Undelivered, "REJECTD": sms.Undelivered,
}

// stateOf reads message_state (SMPP 5.2.28).
func stateOf(code byte) sms.State {
	switch code {
	case 2:
		return sms.Delivered
	case 3, 4, 5, 8:
		return sms.Undelivered
	case 1, 6, 7:
		return sms.Waiting
	}
	return ""
}
