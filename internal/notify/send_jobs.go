package notify

import (
	"context"
	"errors"
	"time"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/outside/email"
	"okno/internal/outside/sms"
)

// SendSMS is the job that hands a short message to the gateway.
type SendSMS struct {
	Message string `json:"message"`
	Urgent  bool   `json:"urgent"` // a code: somebody waits for it
}

// Kind implements jobs.Args.
func (s SendSMS) Kind() string {
	if s.Urgent {
		return "notify.sms/urgent"
	}
	return "notify.sms"
}

// SendEmail is the job that hands a letter to the mail server.
type SendEmail struct {
	Message string `json:"message"`
}

// Kind implements jobs.Args.
func (SendEmail) Kind() string { return "notify.email" }

// Tidy is the periodic job that forgets what is over.
type Tidy struct{}

// Kind implements jobs.Args.
func (Tidy) Kind() string { return "notify.tidy" }

// Register gives the queue the handlers of the outbox.
func (n *Notices) Register(q *jobs.Queue) {
	short := func(ctx context.Context, _ jobs.Job, args SendSMS) error {
		return n.deliver(ctx, args.Message, n.sendSMS)
	}
	jobs.HandleAs(q, SendSMS{Urgent: true}, short, jobs.Door("sms/urgent"))
	jobs.Handle(q, short, jobs.Door("sms"))
	jobs.Handle(q, func(ctx context.Context, _ jobs.Job, args SendEmail) error {
		return n.deliver(ctx, args.Message, n.sendEmail)
	}, jobs.Door("mail"))
	jobs.Every(q, time.Hour, func(ctx context.Context, _ jobs.Job, _ Tidy) error { return n.db.Write(ctx, n.tidy) })
}

// door hands a message over and gives the gateway's ids.
type door func(ctx context.Context, m message) ([]string, error)

func (n *Notices) sendSMS(ctx context.Context, m message) ([]string, error) {
	receipt, err := n.doors.SMS.Send(ctx, n.shortMessage(m))
	return receipt.IDs, err
}

func (n *Notices) sendEmail(ctx context.Context, m message) ([]string, error) {
	letter, err := n.letter(m)
	if err != nil {
		return nil, err
	}
	return nil, n.doors.Email.Send(ctx, letter)
}

// deliver carries one message through a door. The row is marked before the door
// is opened, so that a worker which dies in between leaves a mark: a code found
// with that mark is never sent again (OTP-7), a notice is (MSG-2).
func (n *Notices) deliver(ctx context.Context, id string, through door) error {
	m, ok, err := n.take(ctx, id)
	if err != nil || !ok {
		return err
	}
	ids, failure := through(ctx, m)
	// What the gateway said is kept also when the house is closing meanwhile.
	return n.db.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error { return n.settle(tx, m, ids, failure) })
}

// take marks a message as being sent; ok is false when there is nothing to send.
func (n *Notices) take(ctx context.Context, id string) (m message, ok bool, err error) {
	err = n.db.Write(ctx, func(tx *db.Tx) (err error) {
		if m, ok, err = n.get(tx, id); err != nil {
			return err
		}
		if !ok {
			return n.dropGone(tx, m)
		}
		if over, failure := m.over(tx.Now()); over != "" {
			ok = false
			return n.end(tx, m, over, failure)
		}
		if m.channel == "sms" && m.kind == ordinary && n.settings.Quiet.after(tx.Now(), n.settings.Zone).After(tx.Now()) {
			ok = false
			return n.schedule(tx, m, tx.Now())
		}
		return tx.ExecOne(takeMessage, id, string(m.state))
	})
	return m, ok, err
}

// over says that a message must not be sent, and how it ends.
func (m message) over(now time.Time) (State, string) {
	switch {
	case m.kind == code && m.state == Sending:
		return Unknown, "interrupted"
	case !m.dies.IsZero() && !m.dies.After(now):
		return Failed, "too late"
	}
	return "", ""
}

// dropGone closes the row of a message whose reader is gone.
func (n *Notices) dropGone(tx *db.Tx, m message) error {
	if m.id == "" || m.state != Waiting && m.state != Sending {
		return nil
	}
	return n.end(tx, m, Dropped, "")
}

// againAfter is when a code is tried again at a gateway that surely took nothing.
const againAfter = 10 * time.Second

// settle writes down what came of a message.
func (n *Notices) settle(tx *db.Tx, m message, ids []string, failure error) error {
	switch {
	case failure == nil:
		return n.taken(tx, m, ids)
	case fault.Is(failure, fault.Unavailable):
		return n.later(tx, m, failure)
	case fault.Is(failure, fault.Invalid):
		return n.refused(tx, m, fault.Of(failure).Key)
	case m.kind == code:
		return n.end(tx, m, Unknown, "no answer")
	}
	return n.later(tx, m, failure)
}

func (n *Notices) taken(tx *db.Tx, m message, ids []string) error {
	if err := n.keepParts(tx, m.id, ids); err != nil {
		return err
	}
	return n.end(tx, m, Sent, "")
}

func (n *Notices) refused(tx *db.Tx, m message, key string) error {
	if key == sms.KeyBadNumber || key == email.KeyBadAddress {
		if err := markFailing(tx, m.contact, key); err != nil {
			return err
		}
	}
	return n.end(tx, m, Failed, key)
}

// later gives a message back. A code comes again soon or not at all; a notice
// waits longer each time.
func (n *Notices) later(tx *db.Tx, m message, failure error) error {
	f := fault.Of(failure)
	why := f.Key
	if errors.Is(failure, sms.ErrUnknown) {
		why = "no answer"
	}
	tries, err := db.One(tx, db.Scalar[int64], givenBack, m.id, why)
	if err != nil {
		return err
	}
	wait := max(againAfter, f.Retry)
	if m.kind != code {
		wait = max(wait, time.Minute<<min(tries-1, 8))
	}
	if tries >= maxTries {
		n.log.Error("a message was given up", "message", m.id, "channel", m.channel, "why", why)
		return n.end(tx, m, Failed, why)
	}
	return n.schedule(tx, m, tx.Now().Add(wait))
}

// maxTries is how often a gateway is asked before a message is given up and the
// log tells the operators (MSG-1): more than a day of silence.
const maxTries = 24
