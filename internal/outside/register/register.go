// Package register is the door to the state's registers: a question whether
// data are right, and a statement of an account, in our words.
//
// It never decides what an answer means for a resident (package check does),
// never retries (jobs do) and knows no protocol: adapters such as
// register/xroad speak those.
package register

import (
	"context"
	"errors"
	"time"
)

// Request is a question about one person.
type Request struct {
	// Key names the question for ever: the id of the claim or of the job, 1 to
	// 128 characters of A-Z a-z 0-9 . _ -. The same key with the same fields is
	// the same question: the register answers it again and does not count it
	// twice. A corrected claim is a new key.
	Key string
	// Fields are what the register needs to know, by the names of
	// docs/wires/register.md section 3 ("snils", "birth_date"), and no more.
	// Numbers are digits only, dates YYYY-MM-DD.
	Fields map[string]string
}

// Result is what a register says of the data.
type Result string

// The results. There is no other: what an adapter does not understand is no answer.
const (
	Match    Result = "match"    // one living person has all of this
	Mismatch Result = "mismatch" // nobody has; the register does not say which field differs
	Review   Result = "review"   // an employee will look: Ask again, minutes to five days later (CHK-25)
)

// Answer is a register's answer to a question.
type Answer struct {
	Result    Result
	Deceased  bool      // with Mismatch: the data are right and the person is dead
	Reference string    // the register's own number of the check
	CheckedAt time.Time // when it looked; with Review, when the review began
}

// Checker asks registers whether data are right. register is the name that the
// configuration gives: "pension", "migration". Outcomes:
//
//   - an answer;
//   - a fault of kind Unavailable: no answer, ask again later with the same key.
//     When the register answered what cannot be believed the error wraps
//     ErrNotBelieved as well, and somebody should look at the log;
//   - a fault of kind NotFound with KeyUnknownQuestion, from Ask only: the
//     register was never asked this; Check it;
//   - a fault of kind Internal with KeyDefect: the question itself is wrong.
//     Asking it again is of no use.
type Checker interface {
	// Check asks; with the key of an earlier question it gives that question's answer.
	Check(ctx context.Context, register string, r Request) (Answer, error)
	// Ask looks whether a manual review has ended.
	Ask(ctx context.Context, register, key string) (Answer, error)
}

// Statements fetches statements. Outcomes are those of Checker, and a fault of
// kind NotFound with KeyUnknownPerson: the register holds no such account,
// which is an answer.
type Statements interface {
	Statement(ctx context.Context, register string, r Request) (Statement, error)
}

// Statement is a pension account on one day.
type Statement struct {
	AsOf             string     // YYYY-MM-DD
	Currency         string     // ISO 4217: RUB
	Points           string     // a decimal number: 87.512
	ExperienceMonths int        // whole months of insured work
	Employers        []Employer // in the register's order, may be empty
	Total            int64      // sum of all amounts, in the smallest unit
}

// Employer is who paid contributions.
type Employer struct {
	Name          string
	Contributions []Contribution // newest year first
}

// Contribution is what was paid for a year.
type Contribution struct {
	Year   int
	Amount int64 // in the smallest unit of the currency
}

// ErrNotBelieved says that something came back which is no answer to our
// question: another key, another message's id or hash, broken or foreign JSON.
var ErrNotBelieved = errors.New("register: what came back is no answer to the question")

// Text keys of the door's refusals.
const (
	KeyAway            = "register.away"             // Unavailable
	KeyUnknownQuestion = "register.unknown_question" // NotFound
	KeyUnknownPerson   = "register.unknown_person"   // NotFound
	KeyDefect          = "register.defect"           // Internal
)
