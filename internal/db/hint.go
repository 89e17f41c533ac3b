package db

import "sync"

// Hints remember what an answer led on to, so that the next time both can be asked
// at once (Tx.Ahead): of a session whose it was, of a code what stands behind it. A
// hint is only ever used to ask; what is true says the database. The zero Hints are
// ready. They hold at most the last 2 x hintsKept, in memory alone.
type Hints[V any] struct {
	mu       sync.Mutex
	now, old map[string]V
}

// hintsKept is how many are kept before those not asked for since are forgotten.
const hintsKept = 2048

// Of gives what is remembered, or the zero value.
func (h *Hints[V]) Of(name string) V {
	h.mu.Lock()
	defer h.mu.Unlock()
	if v, ok := h.now[name]; ok {
		return v
	}
	v, ok := h.old[name]
	if ok {
		h.put(name, v)
	}
	return v
}

// Take is Of for what serves once: it is forgotten.
func (h *Hints[V]) Take(name string) V {
	h.mu.Lock()
	defer h.mu.Unlock()
	v, ok := h.now[name]
	if !ok {
		v = h.old[name]
	}
	delete(h.now, name)
	delete(h.old, name)
	return v
}

// Keep remembers.
func (h *Hints[V]) Keep(name string, v V) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.put(name, v)
}

func (h *Hints[V]) put(name string, v V) {
	if len(h.now) >= hintsKept {
		h.now, h.old = nil, h.now
	}
	if h.now == nil {
		h.now = map[string]V{}
	}
	h.now[name] = v
}
