package register

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"okno/sim/control"
)

// behave answers as the register's mode has it. A broken question gets its error in every mode but hang and refuse.
func (s *Server) behave(e *exchange, reg *register, rest []string, body []byte) {
	mode, delay := reg.mode.Now()
	v, t := s.answer(e, reg, rest, body, mode)
	if mode == Slow && delay == 0 {
		delay = s.slowDelay
	}
	if !control.Wait(e.r.Context(), delay) {
		panic(http.ErrAbortHandler) // the asker has gone, or the simulator is closing
	}
	understood := t == nil || t.status == http.StatusNotFound // also "nobody" can be garbled and lied about
	switch {
	case mode == Hang:
		<-e.r.Context().Done()
		panic(http.ErrAbortHandler)
	case mode == RefuseAll:
		e.w.Header().Set("Retry-After", "60")
		e.fail(&trouble{http.StatusServiceUnavailable, "Server.ServerProxy.ServiceFailed", "the register is not available"})
	case mode == Garble && understood:
		s.garble(e, reg, v)
	case mode == Lie && understood:
		s.lie(e)
	default:
		e.give(v, t)
	}
}

// garble breaks a right answer: cut in the middle, or dressed as a page, in turn.
func (s *Server) garble(e *exchange, reg *register, v any) {
	s.mu.Lock()
	reg.garbled++
	cut := reg.garbled%2 == 1
	s.mu.Unlock()
	var whole bytes.Buffer
	_ = json.NewEncoder(&whole).Encode(v) // plain structs of text and numbers
	kind, said := "text/html; charset=utf-8", []byte("<!doctype html><title>200 OK</title><h1>It works</h1>")
	if cut {
		kind, said = "application/json; charset=utf-8", whole.Bytes()[:whole.Len()/2]
	}
	e.w.Header().Set("Content-Type", kind)
	e.w.WriteHeader(http.StatusOK)
	_, _ = e.w.Write(said) // the asker has gone; there is nobody to tell
}

// lie answers another question in perfect form.
func (s *Server) lie(e *exchange) {
	other := newID()
	e.w.Header().Set("X-Road-Id", newID())
	e.w.Header().Set("X-Road-Request-Hash", hash([]byte(other)))
	if e.service == statementsService {
		today := s.now().Format(time.DateOnly)
		e.give(statementAnswer{other, Statement{AsOf: today, Currency: "XXX", Points: "0", Employers: []Employer{}}}, nil)
		return
	}
	e.give(checkAnswer{Key: other, Result: resultMatch, Reference: "other-000001", CheckedAt: s.now().UTC().Format(time.RFC3339)}, nil)
}
