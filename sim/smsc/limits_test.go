package smsc_test

import (
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"okno/sim/smsc"
)

func TestSilentConnectionIsClosed(t *testing.T) {
	s := start(t, func(c *smsc.Config) { c.Idle = 30 * time.Millisecond })
	c := dial(t, s)
	_ = c.conn.SetReadTimeout(5 * time.Second)
	var patience net.Error
	if _, err := pdu.Parse(c.conn); err == nil || (errors.As(err, &patience) && patience.Timeout()) {
		t.Errorf("got %v", err)
	}
}

func TestOldestMessagesGoFirst(t *testing.T) {
	s := start(t, func(c *smsc.Config) { c.Keep = 3 })
	c := dial(t, s)
	for i := range 5 {
		c.text(fmt.Sprint(i), data.GSM7BIT)
	}
	var texts string
	for _, m := range s.Messages(phone) {
		texts += m.Text
	}
	if texts != "432" {
		t.Errorf("kept %s", texts)
	}
}

func TestUnfinishedMessagesDoNotPileUp(t *testing.T) {
	s := start(t)
	c := dial(t, s)
	half := func(ref int, number byte) {
		m := submission(t, fmt.Sprint(number), data.GSM7BIT)
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarMsgRefNum, Data: []byte{byte(ref >> 8), byte(ref)}})
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarTotalSegments, Data: []byte{2}})
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarSegmentSeqnum, Data: []byte{number}})
		c.submit(m)
	}
	for ref := range 1500 {
		half(ref, 1)
	}
	for ref := range 1500 {
		half(ref, 2)
	}
	if finished := len(s.Messages(phone)); finished == 0 || finished > 1000 {
		t.Errorf("%d of 1500 halves were still there", finished)
	}
}

func TestReceiptsGoToTheirOwnClient(t *testing.T) {
	s := start(t, func(c *smsc.Config) { c.SystemID, c.Password = "", "" })
	as := func(systemID string) *client {
		a := auth(s)
		a.SystemID = systemID
		return dialAs(t, gosmpp.TRXConnector(gosmpp.NonTLSDialer, a))
	}
	mine, other := as("okno"), as("bank")
	m := submission(t, "x", data.GSM7BIT)
	m.RegisteredDelivery = 1
	mine.submit(m)
	if _, ok := mine.read().(*pdu.DeliverSM); !ok {
		t.Error("no receipt")
	}
	_ = other.conn.SetReadTimeout(30 * time.Millisecond)
	if p, err := pdu.Parse(other.conn); err == nil {
		t.Errorf("another client got %#v", p)
	}
}
