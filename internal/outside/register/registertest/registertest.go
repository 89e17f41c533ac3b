// Package registertest is the contract of the register door: what every adapter
// must do with every register. An adapter's test gives it a client and
// registers that can be told how to behave, mostly a simulator on a real socket.
package registertest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"okno/internal/fault"
	"okno/internal/outside/register"
)

// Behaviour is what the suite asks of the registers.
type Behaviour int

// The behaviours.
const (
	Honest Behaviour = iota
	Slow             // longer than the client waits, after the question was looked up
	Hang             // reads and never answers
	Refuse           // says that it is away
	Garble           // looks the question up and answers nonsense
	Double           // does its work twice
	Lie              // answers another question in perfect form
)

// Registers is the other end of the client under test.
type Registers struct {
	Checker    register.Checker
	Statements register.Statements
	Checks     string // name of a register that checks
	Accounts   string // name of a register that has statements

	Right    map[string]string // data of one living person, who has an account
	Changed  string            // name of a field of Right: with another value it is a mismatch
	Dead     map[string]string // right data of a dead person
	InReview map[string]string // right data that go to manual review
	Account  map[string]string // fields by which Right's account is found
	Nobody   map[string]string // fields of no account

	Behave  func(t *testing.T, b Behaviour)                    // all registers
	Resolve func(t *testing.T, key string, r register.Result)  // ends a manual review
	Asked   func(t *testing.T, key string) (asked, looked int) // how often a question came, and was looked up
}

// Run runs the contract; setup makes fresh registers and a client for each test
// and cleans up with t.Cleanup.
func Run(t *testing.T, setup func(t *testing.T) Registers) {
	t.Run("right data match, wrong data do not, and the dead are told apart", func(t *testing.T) { results(t, setup(t)) })
	t.Run("CHK-25 a manual review is answered later", func(t *testing.T) { review(t, setup(t)) })
	t.Run("the same key is the same question, and with other data a defect", func(t *testing.T) { sameKey(t, setup(t)) })
	t.Run("a question that was never asked is unknown", func(t *testing.T) { never(t, setup(t)) })
	t.Run("a statement arrives whole", func(t *testing.T) { statement(t, setup(t)) })
	t.Run("who has no account is an answer", func(t *testing.T) { noAccount(t, setup(t)) })
	for name, b := range map[string]Behaviour{"is slow": Slow, "hangs": Hang, "refuses": Refuse, "garbles": Garble} {
		t.Run("PROOF-3 a register that "+name+" means ask later, and later has the answer", func(t *testing.T) { later(t, setup(t), b) })
	}
	t.Run("an answer to another question is not believed", func(t *testing.T) { lie(t, setup(t)) })
	t.Run("a register that works twice gives one answer", func(t *testing.T) { double(t, setup(t)) })
	t.Run("64 questions at once: everybody gets the own answer", func(t *testing.T) { many(t, setup(t)) })
	t.Run("a register that is not configured is a defect", func(t *testing.T) { foreign(t, setup(t)) })
}

// wrong is Right with one field changed to an invented value.
func (r Registers) wrong() map[string]string {
	fields := maps.Clone(r.Right)
	fields[r.Changed] = "0" + fields[r.Changed]
	return fields
}

func (r Registers) check(t *testing.T, key string, fields map[string]string) register.Answer {
	t.Helper()
	a, err := r.Checker.Check(t.Context(), r.Checks, register.Request{Key: key, Fields: fields})
	if err != nil {
		t.Fatal(err)
	}
	if a.Reference == "" || a.CheckedAt.IsZero() {
		t.Errorf("no reference or time: %+v", a)
	}
	return a
}

func results(t *testing.T, r Registers) {
	if a := r.check(t, "right", r.Right); a.Result != register.Match || a.Deceased {
		t.Errorf("right: %+v", a)
	}
	if a := r.check(t, "wrong", r.wrong()); a.Result != register.Mismatch || a.Deceased {
		t.Errorf("wrong: %+v", a)
	}
	if a := r.check(t, "dead", r.Dead); a.Result != register.Mismatch || !a.Deceased {
		t.Errorf("dead: %+v", a)
	}
}

func review(t *testing.T, r Registers) {
	if a := r.check(t, "review", r.InReview); a.Result != register.Review {
		t.Fatalf("%+v", a)
	}
	for _, want := range []register.Result{register.Review, register.Match} {
		a, err := r.Checker.Ask(t.Context(), r.Checks, "review")
		if err != nil || a.Result != want {
			t.Fatalf("%+v, %v; want %s", a, err, want)
		}
		if want == register.Review {
			r.Resolve(t, "review", register.Match)
		}
	}
}

func sameKey(t *testing.T, r Registers) {
	first, second := r.check(t, "same", r.Right), r.check(t, "same", r.Right)
	if first != second {
		t.Errorf("%+v, then %+v", first, second)
	}
	if _, looked := r.Asked(t, "same"); looked != 1 {
		t.Errorf("looked up %d times", looked)
	}
	_, err := r.Checker.Check(t.Context(), r.Checks, register.Request{Key: "same", Fields: r.wrong()})
	if !fault.Is(err, fault.Internal) || !fault.HasKey(err, register.KeyDefect) {
		t.Errorf("other data under the same key: %v", err)
	}
	r.noLeak(t, err)
}

// noLeak checks that an error tells nothing of the person.
func (r Registers) noLeak(t *testing.T, err error) {
	t.Helper()
	for name, value := range r.Right {
		if err != nil && len(value) > 3 && strings.Contains(err.Error(), value) {
			t.Errorf("the error tells %s: %v", name, err)
		}
	}
}

func never(t *testing.T, r Registers) {
	if _, err := r.Checker.Ask(t.Context(), r.Checks, "never"); !fault.Is(err, fault.NotFound) || !fault.HasKey(err, register.KeyUnknownQuestion) {
		t.Errorf("%v", err)
	}
}

func statement(t *testing.T, r Registers) {
	s, err := r.Statements.Statement(t.Context(), r.Accounts, register.Request{Key: "statement", Fields: r.Account})
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, e := range s.Employers {
		for _, c := range e.Contributions {
			sum += c.Amount
		}
	}
	if s.AsOf == "" || s.Currency == "" || s.Points == "" || s.Total == 0 || sum != s.Total {
		t.Errorf("%+v", s)
	}
}

func noAccount(t *testing.T, r Registers) {
	_, err := r.Statements.Statement(t.Context(), r.Accounts, register.Request{Key: "nobody", Fields: r.Nobody})
	if !fault.Is(err, fault.NotFound) || !fault.HasKey(err, register.KeyUnknownPerson) {
		t.Errorf("%v", err)
	}
}

func later(t *testing.T, r Registers, b Behaviour) {
	r.Behave(t, b)
	_, err := r.Checker.Check(t.Context(), r.Checks, register.Request{Key: "later", Fields: r.Right})
	if !fault.Is(err, fault.Unavailable) || !fault.HasKey(err, register.KeyAway) {
		t.Fatalf("%v", err)
	}
	r.noLeak(t, err)
	r.Behave(t, Honest)
	if a := r.check(t, "later", r.Right); a.Result != register.Match {
		t.Errorf("%+v", a)
	}
	if _, looked := r.Asked(t, "later"); looked != 1 {
		t.Errorf("looked up %d times", looked)
	}
}

func lie(t *testing.T, r Registers) {
	r.Behave(t, Lie)
	a, err := r.Checker.Check(t.Context(), r.Checks, register.Request{Key: "lie", Fields: r.wrong()})
	if !fault.Is(err, fault.Unavailable) || !errors.Is(err, register.ErrNotBelieved) || a != (register.Answer{}) {
		t.Errorf("believed: %+v, %v", a, err)
	}
	r.Behave(t, Honest)
	if a := r.check(t, "lie", r.wrong()); a.Result != register.Mismatch {
		t.Errorf("%+v", a)
	}
}

func double(t *testing.T, r Registers) {
	r.Behave(t, Double)
	first := r.check(t, "double", r.Right)
	r.Behave(t, Honest)
	if second := r.check(t, "double", r.Right); first != second {
		t.Errorf("%+v, then %+v", first, second)
	}
}

func many(t *testing.T, r Registers) {
	var group sync.WaitGroup
	var mu sync.Mutex
	references := map[string]bool{}
	for i := range 64 {
		group.Go(func() {
			fields, want := r.Right, register.Match
			if i%2 == 1 {
				fields, want = r.wrong(), register.Mismatch
			}
			a, err := r.Checker.Check(context.WithoutCancel(t.Context()), r.Checks, register.Request{Key: fmt.Sprint("many-", i), Fields: fields})
			if err != nil || a.Result != want {
				t.Errorf("%d: %+v, %v", i, a, err)
			}
			mu.Lock()
			defer mu.Unlock()
			references[a.Reference] = true
		})
	}
	group.Wait()
	if len(references) != 64 {
		t.Errorf("%d references for 64 questions", len(references))
	}
}

func foreign(t *testing.T, r Registers) {
	if _, err := r.Checker.Check(t.Context(), "elsewhere", register.Request{Key: "k", Fields: r.Right}); !fault.HasKey(err, register.KeyDefect) {
		t.Errorf("%v", err)
	}
}
