package register

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"
)

// An Entry is one question, as the register saw it. A repeated question stays one entry.
type Entry struct {
	Key       string            `json:"key"`
	Service   string            `json:"service"` // "checks" or "statements"
	Fields    map[string]string `json:"fields"`
	Result    string            `json:"result"` // match, mismatch, review; statement, unknown; empty while nothing was looked up
	Reference string            `json:"reference"`
	Note      string            `json:"note,omitempty"`
	Times     int               `json:"times"`   // how often it was asked
	Checked   int               `json:"checked"` // how often it was really looked up
	FirstAt   time.Time         `json:"first_at"`
	LastAt    time.Time         `json:"last_at"`
	Client    string            `json:"client"`
	Issue     string            `json:"issue,omitempty"`
	Mode      Mode              `json:"mode"` // of the last time it was asked

	checkedAt time.Time
	statement *Statement
}

type entryKey struct{ service, key string }

const (
	checksService     = "checks"
	statementsService = "statements"

	resultMatch     = "match"
	resultMismatch  = "mismatch"
	resultReview    = "review"
	resultStatement = "statement"
	resultUnknown   = "unknown"
)

// Refusals of Resolve.
var (
	ErrNoRegister     = errors.New("there is no such register")
	ErrNoQuestion     = errors.New("no such key was asked")
	ErrNotUnderReview = errors.New("this key is not under manual review")
)

var errKeyReused = errors.New("the same key came with other fields")

// Ledger is what the register of that name was asked, newest first; nil when there is no such register.
func (s *Server) Ledger(name string) []Entry {
	r := s.find(name)
	if r == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	entries := make([]Entry, 0, len(r.order))
	for _, e := range slices.Backward(r.order) {
		seen := *e
		seen.Fields = maps.Clone(e.Fields)
		entries = append(entries, seen)
	}
	return entries
}

// Resolve ends a manual review with "match" or "mismatch".
func (s *Server) Resolve(name, key, result string) error {
	if result != resultMatch && result != resultMismatch {
		return fmt.Errorf("result %q is neither match nor mismatch", result)
	}
	r := s.find(name)
	if r == nil {
		return ErrNoRegister
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e := r.entries[entryKey{checksService, key}]
	switch {
	case e == nil:
		return ErrNoQuestion
	case e.Result != resultReview:
		return ErrNotUnderReview
	}
	e.Result, e.checkedAt = result, s.now()
	return nil
}

// see writes a question into the ledger, or counts its repetition. The caller holds s.mu.
func (s *Server) see(r *register, q question) (*Entry, error) {
	id := entryKey{q.service, q.Key}
	e := r.entries[id]
	if e == nil {
		e = &Entry{Key: q.Key, Service: q.service, Fields: q.Fields, FirstAt: s.now()}
		r.entries[id] = e
		r.order = append(r.order, e)
	} else if !maps.Equal(e.Fields, q.Fields) {
		return nil, errKeyReused
	}
	e.Times++
	e.LastAt, e.Client, e.Issue, e.Mode = s.now(), q.client, q.issue, q.mode
	return e, nil
}

// look answers an entry that has no answer yet. The caller holds s.mu.
func (s *Server) look(r *register, e *Entry, mode Mode) {
	if e.Result != "" {
		return
	}
	r.looked++
	e.checkedAt = s.now()
	e.Reference = fmt.Sprintf("%s-%06d", r.Name, r.looked)
	e.Checked = 1
	if mode == Duplicate {
		e.Checked = 2
	}
	if e.Service == statementsService {
		s.lookAccount(r, e)
		return
	}
	switch mode {
	case Match, Mismatch, Review:
		e.Result = string(mode)
	default:
		e.Result, e.Note = s.judge(r, e.Fields)
	}
}

// judge compares honestly.
func (s *Server) judge(r *register, fields map[string]string) (result, note string) {
	p := s.holder(r, r.Compares, fields)
	switch {
	case p == nil:
		return resultMismatch, ""
	case p.Deceased:
		return resultMismatch, "deceased"
	case p.Review:
		return resultReview, ""
	}
	return resultMatch, ""
}

func (s *Server) lookAccount(r *register, e *Entry) {
	p := s.holder(r, r.Statements, e.Fields)
	if p == nil || p.Deceased || p.Statement == nil {
		e.Result = resultUnknown
		return
	}
	st := *p.Statement
	if st.AsOf == "" {
		st.AsOf = e.checkedAt.Format(time.DateOnly)
	}
	e.Result, e.statement = resultStatement, &st
}
