package smsc_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/linxGnu/gosmpp"
	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
	"go.uber.org/goleak"

	"okno/sim/smsc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC)

const phone = "79161234567"

func start(t *testing.T, change ...func(*smsc.Config)) *smsc.Server {
	t.Helper()
	c := smsc.Config{SystemID: "okno", Password: "secret", Now: func() time.Time { return noon }}
	for _, f := range change {
		f(&c)
	}
	s, err := smsc.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// client is gosmpp's codec on a connection that the test drives step by step.
type client struct {
	t    *testing.T
	conn *gosmpp.Connection
}

func dial(t *testing.T, s *smsc.Server) *client {
	t.Helper()
	return dialAs(t, gosmpp.TRXConnector(gosmpp.NonTLSDialer, auth(s)))
}

func dialAs(t *testing.T, c gosmpp.Connector) *client {
	t.Helper()
	conn, err := c.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return &client{t, conn}
}

func auth(s *smsc.Server) gosmpp.Auth {
	return gosmpp.Auth{SMSC: s.Addr(), SystemID: "okno", Password: "secret"}
}

func submission(t *testing.T, text string, enc data.Encoding) *pdu.SubmitSM {
	t.Helper()
	m := pdu.NewSubmitSM().(*pdu.SubmitSM)
	m.SourceAddr, _ = pdu.NewAddressWithTonNpiAddr(5, 0, "Okno")
	m.DestAddr, _ = pdu.NewAddressWithTonNpiAddr(1, 1, phone)
	set := m.Message.SetMessageWithEncoding
	if len(text) > 160 {
		set = m.Message.SetLongMessageWithEnc // encoded by Split only
	}
	if err := set(text, enc); err != nil {
		t.Fatal(err)
	}
	return m
}

func (c *client) read() pdu.PDU {
	c.t.Helper()
	_ = c.conn.SetReadTimeout(5 * time.Second)
	p, err := pdu.Parse(c.conn)
	if err != nil {
		c.t.Fatal(err)
	}
	return p
}

// submit sends one unit and returns the status and the id of its answer.
func (c *client) submit(m *pdu.SubmitSM) (data.CommandStatusType, string) {
	c.t.Helper()
	if _, err := c.conn.WritePDU(m); err != nil {
		c.t.Fatal(err)
	}
	r, ok := c.read().(*pdu.SubmitSMResp)
	if !ok || r.SequenceNumber != m.SequenceNumber {
		c.t.Fatalf("the answer is %#v", r)
	}
	return r.CommandStatus, r.MessageID
}

// text sends a whole text in as many parts as it needs.
func (c *client) text(text string, enc data.Encoding) {
	c.t.Helper()
	whole := submission(c.t, text, enc)
	parts := []*pdu.SubmitSM{whole}
	if len(text) > 160 {
		var err error
		if parts, err = whole.Split(); err != nil {
			c.t.Fatal(err)
		}
	}
	for _, part := range parts {
		if status, _ := c.submit(part); status != data.ESME_ROK {
			c.t.Fatalf("refused with %v", status)
		}
	}
}

func await(t *testing.T, s *smsc.Server, n int) []smsc.Message {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	got, err := s.Await(ctx, "+7 916 123-45-67", n)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestTextsArriveAsTheyWereWritten(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		enc      data.Encoding
		encoding string
		parts    int
	}{
		"GSM":                    {"Code 482915. @£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà", data.GSM7BIT, "gsm", 1},
		"the GSM extension":      {"{[~]}\\|^€ and back", data.GSM7BIT, "gsm", 1},
		"Latin-1":                {"Café ¼ þ ÿ", data.LATIN1, "latin1", 1},
		"Cyrillic":               {"Код 482915. Никому его не сообщайте.", data.UCS2, "ucs2", 1},
		"Persian":                {"کد شما ۴۸۲۹۱۵ است", data.UCS2, "ucs2", 1},
		"long Cyrillic in parts": {strings.Repeat("Ваше заявление принято. ", 20), data.UCS2, "ucs2", 8},
		"long GSM in parts":      {strings.Repeat("Your application was accepted {1}. ", 12), data.GSM7BIT, "gsm", 3},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t)
			dial(t, s).text(c.text, c.enc)
			m := await(t, s, 1)[0]
			if m.Text != c.text || m.Encoding != c.encoding || m.From != "Okno" || m.To != phone {
				t.Errorf("got %+v", m)
			}
			if c.parts > 1 != (m.Parts > 1) || !m.ReceivedAt.Equal(noon) || !m.DeliveredAt.Equal(noon) {
				t.Errorf("got %+v", m)
			}
		})
	}
}

func TestPartsMayComeInAnyOrderAndTwice(t *testing.T) {
	s := start(t)
	c := dial(t, s)
	text := strings.Repeat("Ваше заявление принято. ", 10)
	parts, err := submission(t, text, data.UCS2).Split()
	if err != nil || len(parts) < 3 {
		t.Fatalf("%d parts, %v", len(parts), err)
	}
	c.submit(parts[2])
	c.submit(parts[2])
	if got := s.Messages(""); len(got) != 0 {
		t.Fatalf("a message before all parts: %+v", got)
	}
	for _, i := range []int{0, 3, 1} {
		c.submit(parts[i])
	}
	if m := await(t, s, 1); m[0].Text != text || m[0].Parts != len(parts) || len(m) != 1 {
		t.Errorf("got %+v", m)
	}
}

func TestOptionalParametersCarryPartsAndPayload(t *testing.T) {
	s := start(t)
	c := dial(t, s)
	for i, text := range []string{"two", "one "} {
		m := submission(t, text, data.GSM7BIT)
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarMsgRefNum, Data: []byte{1, 2}})
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarTotalSegments, Data: []byte{2}})
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagSarSegmentSeqnum, Data: []byte{byte(2 - i)}})
		m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagUserMessageReference, Data: []byte{0, byte(7 + i)}})
		c.submit(m)
	}
	if m := await(t, s, 1)[0]; m.Text != "one two" || m.Parts != 2 || m.Reference != "8" {
		t.Errorf("got %+v", m)
	}
	long := strings.Repeat("0123456789", 100)
	m := submission(t, "", data.GSM7BIT)
	m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagMessagePayload, Data: []byte(long)})
	c.submit(m)
	if m := await(t, s, 2)[0]; m.Text != long || m.Parts != 1 {
		t.Errorf("got %+v", m)
	}
	both := submission(t, "short", data.GSM7BIT)
	both.RegisterOptionalParam(pdu.Field{Tag: pdu.TagMessagePayload, Data: []byte("long")})
	if status, _ := c.submit(both); status != data.ESME_RINVMSGLEN {
		t.Errorf("two texts at once: %v", status)
	}
}

func TestBinding(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		change func(*gosmpp.Auth)
		want   data.CommandStatusType
	}{
		"a stranger":       {func(a *gosmpp.Auth) { a.SystemID = "other" }, data.ESME_RINVSYSID},
		"a wrong password": {func(a *gosmpp.Auth) { a.Password = "guess" }, data.ESME_RINVPASWD},
	} {
		t.Run(name, func(t *testing.T) {
			a := auth(s)
			c.change(&a)
			_, err := gosmpp.TRXConnector(gosmpp.NonTLSDialer, a).Connect()
			var refused gosmpp.BindError
			if !errors.As(err, &refused) || refused.CommandStatus != c.want {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a stranger who wants to send only", func(t *testing.T) {
		a := auth(s)
		a.SystemID = "other"
		_, err := gosmpp.TXConnector(gosmpp.NonTLSDialer, a).Connect()
		var refused gosmpp.BindError
		if !errors.As(err, &refused) || refused.CommandStatus != data.ESME_RINVSYSID {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a receiver may not send", func(t *testing.T) {
		c := dialAs(t, gosmpp.RXConnector(gosmpp.NonTLSDialer, auth(s)))
		if status, _ := c.submit(submission(t, "x", data.GSM7BIT)); status != data.ESME_RINVBNDSTS {
			t.Errorf("got %v", status)
		}
	})
	t.Run("a transmitter may", func(t *testing.T) {
		c := dialAs(t, gosmpp.TXConnector(gosmpp.NonTLSDialer, auth(s)))
		if status, _ := c.submit(submission(t, "x", data.GSM7BIT)); status != data.ESME_ROK {
			t.Errorf("got %v", status)
		}
	})
	t.Run("link enquiry and unbind are answered", func(t *testing.T) {
		c := dial(t, s)
		for _, p := range []pdu.PDU{pdu.NewEnquireLink(), pdu.NewUnbind()} {
			if _, err := c.conn.WritePDU(p); err != nil {
				t.Fatal(err)
			}
			if r := c.read(); r.GetHeader().CommandID != p.GetHeader().CommandID|-1<<31 || !r.IsOk() {
				t.Errorf("got %#v", r)
			}
		}
		if _, err := pdu.Parse(c.conn); !errors.Is(err, io.EOF) {
			t.Errorf("after unbind: %v", err)
		}
	})
}

func TestReceipts(t *testing.T) {
	s := start(t)
	sender := dialAs(t, gosmpp.TXConnector(gosmpp.NonTLSDialer, auth(s)))
	m := submission(t, "hello", data.GSM7BIT)
	m.RegisteredDelivery = 1
	m.RegisterOptionalParam(pdu.Field{Tag: pdu.TagUserMessageReference, Data: []byte{1, 0}})
	_, id := sender.submit(m)
	silent := submission(t, "no receipt wanted", data.GSM7BIT)
	sender.submit(silent)
	await(t, s, 2)

	listener := dialAs(t, gosmpp.RXConnector(gosmpp.NonTLSDialer, auth(s)))
	r, ok := listener.read().(*pdu.DeliverSM)
	if !ok || r.EsmClass != 4 || r.SourceAddr.Address() != phone || r.DestAddr.Address() != "Okno" || r.DestAddr.Ton() != 5 {
		t.Fatalf("got %#v", r)
	}
	text, err := r.Message.GetMessage()
	want := "id:" + id + " sub:001 dlvrd:001 submit date:2610010900 done date:2610010900 stat:DELIVRD err:000 text:"
	if err != nil || text != want {
		t.Errorf("got  %s\nwant %s, %v", text, want, err)
	}
	if f := r.OptionalParameters[pdu.TagReceiptedMessageID]; f.String() != id {
		t.Errorf("receipted_message_id is %q", f.String())
	}
	if f := r.OptionalParameters[pdu.TagUserMessageReference]; fmt.Sprint(f.Data) != "[1 0]" {
		t.Errorf("user_message_reference is %v", f.Data)
	}
	if _, err := listener.conn.WritePDU(r.GetResponse()); err != nil {
		t.Fatal(err)
	}
	m2 := submission(t, "live", data.GSM7BIT)
	m2.RegisteredDelivery = 1
	sender.submit(m2)
	if r2 := listener.read().(*pdu.DeliverSM); r2.SequenceNumber != r.SequenceNumber+1 {
		t.Errorf("the second receipt has number %d", r2.SequenceNumber)
	}
}

func TestModesThatTakeNothing(t *testing.T) {
	s := start(t)
	for mode, want := range map[smsc.Mode]data.CommandStatusType{smsc.RefuseAll: data.ESME_RTHROTTLED, smsc.Error: data.ESME_RSYSERR} {
		set(t, s, mode, 0)
		if status, _ := dial(t, s).submit(submission(t, "x", data.GSM7BIT)); status != want {
			t.Errorf("%s: got %v", mode, status)
		}
	}
	set(t, s, smsc.Disconnect, 0)
	c := dial(t, s)
	_, _ = c.conn.WritePDU(submission(t, "x", data.GSM7BIT))
	if _, err := pdu.Parse(c.conn); err == nil {
		t.Error("disconnect answered")
	}
	set(t, s, smsc.Deliver, 0)
	c = dial(t, s)
	set(t, s, smsc.Hang, 0)
	for _, p := range []pdu.PDU{submission(t, "x", data.GSM7BIT), pdu.NewEnquireLink()} {
		_, _ = c.conn.WritePDU(p)
	}
	_ = c.conn.SetReadTimeout(50 * time.Millisecond)
	var silence net.Error
	if _, err := pdu.Parse(c.conn); !errors.As(err, &silence) || !silence.Timeout() {
		t.Errorf("hang: %v", err)
	}
	if got := s.Messages(""); len(got) != 0 {
		t.Errorf("the ledger has %+v", got)
	}
}

func set(t *testing.T, s *smsc.Server, mode smsc.Mode, delay time.Duration) {
	t.Helper()
	if err := s.SetMode(mode, delay); err != nil {
		t.Fatal(err)
	}
}

func TestGarbledAnswersAreBrokenInThreeWays(t *testing.T) {
	s := start(t)
	set(t, s, smsc.Garble, 0)
	for range 3 {
		c := dial(t, s)
		_, _ = c.conn.WritePDU(submission(t, "x", data.GSM7BIT))
		_ = c.conn.SetReadTimeout(5 * time.Second)
		if p, err := pdu.Parse(c.conn); err == nil {
			t.Errorf("a client could read %#v", p)
		}
	}
	if got := s.Messages(""); len(got) != 0 {
		t.Errorf("the ledger has %+v", got)
	}
}

func TestModesThatTake(t *testing.T) {
	s := start(t)
	c := dial(t, s)
	m := func() *pdu.SubmitSM {
		m := submission(t, "x", data.GSM7BIT)
		m.RegisteredDelivery = 1
		return m
	}
	set(t, s, smsc.Lose, 0)
	c.submit(m())
	if got := s.Messages(phone); len(got) != 1 || !got[0].DeliveredAt.IsZero() {
		t.Errorf("lose: %+v", got)
	}
	set(t, s, smsc.Delay, 40*time.Millisecond)
	began := time.Now()
	c.submit(m())
	c.read()
	if await(t, s, 1); time.Since(began) < 40*time.Millisecond {
		t.Error("the delay was not kept")
	}
	set(t, s, smsc.Duplicate, 0)
	c.submit(m())
	first, second := c.read().(*pdu.DeliverSM), c.read().(*pdu.DeliverSM)
	a, b := first.OptionalParameters[pdu.TagReceiptedMessageID], second.OptionalParameters[pdu.TagReceiptedMessageID]
	if a.String() != b.String() {
		t.Error("the two receipts are of different messages")
	}
	if got := await(t, s, 3); len(got) != 3 || got[0].ID != got[1].ID {
		t.Errorf("duplicate: %+v", got)
	}
}

func TestCloseDropsWhatWaits(t *testing.T) {
	s := start(t)
	set(t, s, smsc.Delay, time.Hour)
	dial(t, s).submit(submission(t, "x", data.GSM7BIT))
	for range 2 {
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestManyClientsAtOnceLoseNothing(t *testing.T) {
	s := start(t)
	const clients, each = 8, 25
	done := make(chan error, clients)
	for range clients {
		c := dial(t, s)
		go func() {
			for i := range each {
				m := submission(t, fmt.Sprint(i), data.GSM7BIT)
				if _, err := c.conn.WritePDU(m); err != nil {
					done <- err
					return
				}
				if p, err := pdu.Parse(c.conn); err != nil || !p.IsOk() {
					done <- fmt.Errorf("%v, %w", p, err)
					return
				}
			}
			done <- nil
		}()
	}
	for range clients {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	ids := map[string]bool{}
	for _, m := range await(t, s, clients*each) {
		ids[m.ID] = true
	}
	if len(ids) != clients*each {
		t.Errorf("%d different ids", len(ids))
	}
}

func TestGarbageIsAnsweredAndHarmsNobody(t *testing.T) {
	s := start(t)
	for name, c := range map[string]struct {
		sent   []byte
		status uint32
	}{
		"an impossible length":  {raw(5, 0x15, nil), 2},
		"an enormous length":    {raw(1<<31, 0x15, nil), 2},
		"an HTTP request":       {[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), 2},
		"an unknown command":    {raw(16, 0x99, nil), 3},
		"an empty bind":         {raw(16, 9, nil), 2},
		"a bind without an end": {raw(36, 9, []byte("aaaaaaaaaaaaaaaaaaaa")), 2},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.Addr())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = conn.Close() }()
			_, _ = conn.Write(c.sent)
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			var head [16]byte
			if _, err := io.ReadFull(conn, head[:]); err != nil {
				t.Fatal(err)
			}
			if binary.BigEndian.Uint32(head[4:]) != 0x80000000 || binary.BigEndian.Uint32(head[8:]) != c.status {
				t.Errorf("got % x", head)
			}
		})
	}
	dial(t, s).text("still here", data.GSM7BIT)
	await(t, s, 1)
}

func raw(length, command uint32, body []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, length)
	b = binary.BigEndian.AppendUint32(b, command)
	return append(append(b, 0, 0, 0, 0, 0, 0, 0, 1), body...)
}
