package control

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// DelayLimit is the longest delay that a switch takes.
const DelayLimit = time.Hour

// A Switch holds how a simulator behaves: one of its modes and a delay. It may be used from many goroutines.
type Switch[M ~string] struct {
	modes []M
	mu    sync.Mutex
	mode  M
	delay time.Duration
}

// State is a switch as the control API shows and takes it. Delay is a Go duration ("30s").
type State[M ~string] struct {
	Mode  M      `json:"mode"`
	Delay string `json:"delay"`
}

// NewSwitch makes a switch that stands at the first of its modes, without delay.
func NewSwitch[M ~string](modes ...M) *Switch[M] {
	return &Switch[M]{modes: modes, mode: modes[0]}
}

// Modes are all that the switch can be set to.
func (s *Switch[M]) Modes() []M { return slices.Clone(s.modes) }

// Now tells the mode and the delay of this moment.
func (s *Switch[M]) Now() (M, time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.mode, s.delay
}

// State is the switch for showing.
func (s *Switch[M]) State() State[M] {
	mode, delay := s.Now()
	return State[M]{Mode: mode, Delay: delay.String()}
}

// Set changes both, or neither when one of them is nonsense.
func (s *Switch[M]) Set(mode M, delay time.Duration) error {
	if !slices.Contains(s.modes, mode) {
		return fmt.Errorf("mode %q is not one of %s", mode, s.list())
	}
	if delay < 0 || delay > DelayLimit {
		return fmt.Errorf("delay %s is not between 0s and %s", delay, DelayLimit)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mode, s.delay = mode, delay
	return nil
}

// Change is Set for what came as text: an empty mode or delay stays as it is; a new mode without a delay ends the old delay.
func (s *Switch[M]) Change(mode M, delay string) error {
	nextMode, nextDelay := s.Now()
	if mode == "" && delay == "" {
		return fmt.Errorf("neither mode nor delay is given; a mode is one of %s, a delay is like 30s", s.list())
	}
	if mode != "" {
		nextMode, nextDelay = mode, 0
	}
	if delay != "" {
		var err error
		if nextDelay, err = time.ParseDuration(delay); err != nil {
			return fmt.Errorf("delay %q is not a duration like 30s or 2m", delay)
		}
	}
	return s.Set(nextMode, nextDelay)
}

// Handle answers a POST that changes the switch, from JSON or from a form. It returns true when the switch was changed; then a
// form has been sent on to back (a relative address), and for JSON the caller answers.
func (s *Switch[M]) Handle(w http.ResponseWriter, r *http.Request, back string) bool {
	asked := State[M]{}
	form := IsForm(r)
	if form {
		r.Body = http.MaxBytesReader(w, r.Body, BodyLimit)
		asked.Mode, asked.Delay = M(r.PostFormValue("mode")), strings.TrimSpace(r.PostFormValue("delay"))
	} else if !Read(w, r, &asked) {
		return false
	}
	if err := s.Change(asked.Mode, asked.Delay); err != nil {
		Refuse(w, http.StatusUnprocessableEntity, "%v", err)
		return false
	}
	if form {
		SeeOther(w, back)
	}
	return true
}

// Mount adds GET and POST at path: the whole of a switch for a simulator that has only one.
func (s *Switch[M]) Mount(mux *http.ServeMux, path, back string) {
	mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		Answer(w, http.StatusOK, s.State())
	})
	mux.HandleFunc("POST "+path, func(w http.ResponseWriter, r *http.Request) {
		if s.Handle(w, r, back) && !IsForm(r) {
			Answer(w, http.StatusOK, s.State())
		}
	})
}

func (s *Switch[M]) list() string {
	words := make([]string, len(s.modes))
	for i, m := range s.modes {
		words[i] = string(m)
	}
	return strings.Join(words, ", ")
}
