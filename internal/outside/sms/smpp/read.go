package smpp

import (
	"context"
	"errors"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"
)

// read takes units from the gateway until the session breaks.
func (s *session) read() error {
	for {
		s.deadline(s.conn.SetReadDeadline, 2*s.cfg.EnquireEvery+s.cfg.SubmitTimeout)
		f, err := readFrame(s.reader)
		if err != nil {
			return err
		}
		if f.answers() {
			s.answer(f)
			continue
		}
		if err := s.serve(f); err != nil {
			return err
		}
	}
}

// answer gives a response to whoever waits for it; late and foreign ones are dropped.
func (s *session) answer(f frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if waiting, ok := s.waiting[f.sequence]; ok {
		delete(s.waiting, f.sequence)
		waiting <- f
	}
}

var errUnbound = errors.New("the gateway unbound")

// serve does what the gateway asks.
func (s *session) serve(f frame) error {
	var err error
	switch f.id {
	case data.ENQUIRE_LINK:
		_, err = s.write(head(data.ENQUIRE_LINK_RESP, 0, f.sequence))
	case data.UNBIND:
		_, _ = s.write(head(data.UNBIND_RESP, 0, f.sequence))
		err = errUnbound
	case data.DELIVER_SM:
		err = s.take(f)
	default:
		_, err = s.write(head(data.GENERIC_NACK, data.ESME_RINVCMDID, f.sequence))
	}
	return err
}

// take puts a delivery into the inbox. A broken one is refused for good, so
// that the gateway does not bring it for ever; a full inbox asks for patience.
func (s *session) take(f frame) error {
	d, err := f.deliver()
	if err != nil {
		_, err = s.write(head(data.GENERIC_NACK, data.ESME_RINVCMDLEN, f.sequence))
		return err
	}
	select {
	case s.inbox <- d:
		return nil
	default:
		return s.respond(d, data.ESME_RMSGQFUL)
	}
}

// handReceipts hands receipts to the callback, one at a time, apart from the
// reader, so that a slow callback holds up no answer.
func (s *session) handReceipts(ctx context.Context) {
	for {
		select {
		case <-s.ended:
			return
		case d := <-s.inbox:
			status := data.CommandStatusType(data.ESME_ROK)
			if receipt, ok := readReceipt(d); ok && s.receive != nil {
				if err := s.receive(ctx, receipt); err != nil {
					s.log.Warn("sms gateway: a receipt was not kept", "reason", err)
					status = data.ESME_RX_T_APPN
				}
			}
			if err := s.respond(d, status); err != nil {
				s.end(err)
				return
			}
		}
	}
}

func (s *session) respond(d *pdu.DeliverSM, status data.CommandStatusType) error {
	response := pdu.NewDeliverSMResp().(*pdu.DeliverSMResp)
	response.CommandStatus = status
	_, err := s.write(encode(response, d.SequenceNumber))
	return err
}
