package smpp

import (
	"bytes"
	"testing"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

func FuzzFrame(f *testing.F) {
	deliver := pdu.NewDeliverSM().(*pdu.DeliverSM)
	deliver.EsmClass = 0x04
	_ = deliver.Message.SetMessageDataWithEncoding([]byte("id:1 stat:DELIVRD err:000"), data.GSM7BIT)
	f.Add(encode(deliver, 3))
	deliver.EsmClass = 0x44
	deliver.RegisterOptionalParam(pdu.Field{Tag: pdu.TagReceiptedMessageID, Data: []byte("abc\x00")})
	deliver.RegisterOptionalParam(pdu.Field{Tag: pdu.TagMessageStateOption, Data: []byte{2}})
	f.Add(encode(deliver, 3))
	f.Add(head(data.ENQUIRE_LINK, 0, 1))
	f.Add([]byte("HTTP/1.1 200 OK\r\n\r\n"))
	f.Fuzz(func(t *testing.T, octets []byte) {
		r := bytes.NewReader(octets)
		for {
			unit, err := readFrame(r)
			if err != nil {
				return
			}
			if len(unit.raw) > maxFrame {
				t.Fatal("too long")
			}
			if id, ok := unit.messageID(); ok && (id == "" || len(id) > 64) {
				t.Fatalf("id %q", id)
			}
			d, err := unit.deliver()
			if err != nil {
				continue
			}
			if receipt, ok := readReceipt(d); ok && (receipt.ID == "" || receipt.State == "") {
				t.Fatalf("half a receipt: %+v", receipt)
			}
		}
	})
}
