package smpp

import (
	"context"
	"fmt"
	"time"

	"github.com/linxGnu/gosmpp/data"
	"github.com/linxGnu/gosmpp/pdu"

	"okno/internal/fault"
	"okno/internal/outside/sms"
)

// submit sends one part and waits for its answer.
func (s *session) submit(ctx context.Context, unit *pdu.SubmitSM) (string, error) {
	if err := s.enter(ctx); err != nil {
		return "", fault.Wrap(fault.Unavailable, sms.KeyAway, err)
	}
	defer s.window.Leave()
	answer, sequence, err := s.expect()
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, sms.KeyAway, err)
	}
	defer s.forget(sequence)
	if whole, err := s.write(encode(unit, sequence)); err != nil {
		s.end(err)
		if whole {
			return "", fmt.Errorf("%w: %v", sms.ErrUnknown, err)
		}
		return "", fault.Wrap(fault.Unavailable, sms.KeyAway, err)
	}
	timer := time.NewTimer(s.cfg.SubmitTimeout)
	defer timer.Stop()
	select {
	case f := <-answer:
		return understand(f)
	case <-timer.C:
		return "", fmt.Errorf("%w: no answer in %s", sms.ErrUnknown, s.cfg.SubmitTimeout)
	case <-ctx.Done():
		return "", fmt.Errorf("%w: %v", sms.ErrUnknown, ctx.Err())
	case <-s.ended:
	}
	select { // the answer may have come just before the end
	case f := <-answer:
		return understand(f)
	default:
		return "", fmt.Errorf("%w: the session was lost", sms.ErrUnknown)
	}
}

// understand reads the gateway's answer to a submit_sm.
func understand(f frame) (string, error) {
	if f.id == data.GENERIC_NACK || f.id == data.SUBMIT_SM_RESP && f.status != data.ESME_ROK {
		return "", refusal(f.status)
	}
	if id, ok := f.messageID(); ok && f.id == data.SUBMIT_SM_RESP {
		return id, nil
	}
	return "", fmt.Errorf("%w: its answer was not understood", sms.ErrUnknown)
}

// enter waits for a free place in the window.
func (s *session) enter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.WaitForSession)
	defer cancel()
	return s.window.Enter(ctx)
}
