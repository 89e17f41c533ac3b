package application

import (
	"context"
	"errors"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
	"okno/internal/text"
)

// Barrier is why somebody may not apply here and now, with what to do instead.
type Barrier struct {
	Level     account.Level        // the level that is missing, 0 if it is not the level
	Region    string               // the region in which the service is not online (CAT-15)
	NoRegion  bool                 // the service is not everywhere, and no region was chosen
	Signature bool                 // an electronic signature is missing (CAT-18)
	Refusals  []jurisdiction.Words // of the pack
}

// Stands says whether something stands in the way.
func (b Barrier) Stands() bool {
	return b.Level != 0 || b.Region != "" || b.NoRegion || b.Signature || len(b.Refusals) > 0
}

// barrier asks who may apply; answers are nil before there are any, and then
// conditions about answers wait until the sending.
func barrier(service *jurisdiction.Service, a Applicant, today text.Day, values map[string]any) Barrier {
	var b Barrier
	if need := account.Level(service.Level("apply")); a.Level < need { // CAT-19
		b.Level = need
	}
	if len(service.Regions) > 0 && a.Region == "" {
		b.NoRegion = true
	} else if !service.OfferedIn(a.Region) {
		b.Region = a.Region
	}
	b.Signature = service.Signature && !a.Signs
	facts := a.facts(today)
	for _, e := range service.Eligibility {
		if values == nil && strings.Contains(e.Holds.Text(), "answers.") {
			continue
		}
		if !e.Holds.Holds(facts, values) {
			b.Refusals = append(b.Refusals, e.Refusal)
		}
	}
	return b
}

// Begun is what came of wanting to apply: a draft, or what stands in the way.
type Begun struct {
	ID        ID
	Continued bool // there was a draft already
	Barrier   Barrier
	Statement bool // no form: the answer comes at once
}

const selectDraft db.SQL = `SELECT id FROM application_case WHERE account = $1 AND service = $2 AND state = 'draft' AND discarded_at IS NULL`

// Look says what would come of Begin, and writes nothing.
func (s *Applications) Look(ctx context.Context, who account.ID, serviceID string) (b Begun, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		b, _, err = s.look(tx, who, serviceID)
		return err
	})
	return b, err
}

func (s *Applications) look(tx *db.Tx, who account.ID, serviceID string) (b Begun, a Applicant, err error) {
	service, ok := s.Online(serviceID)
	if !ok {
		return b, a, errNotFound
	}
	if a, err = s.signingApplicant(tx, who, service); err != nil {
		return b, a, err
	}
	b.Statement = service.Result != nil && service.Result.Kind == jurisdiction.ResultStatement
	if b.Barrier = barrier(service, a, s.today(tx), nil); b.Barrier.Stands() || b.Statement {
		return b, a, nil
	}
	id, err := db.One(tx, db.Scalar[string], selectDraft, string(who), serviceID)
	if errors.Is(err, db.ErrNone) {
		return b, a, nil
	}
	b.ID, b.Continued = ID(id), true
	return b, a, err
}

// signingApplicant reads an applicant, and for a service that wants one whether
// he has proved himself by a signature (CAT-18).
func (s *Applications) signingApplicant(tx *db.Tx, who account.ID, service *jurisdiction.Service) (Applicant, error) {
	a, err := s.applicant(tx, who)
	if err != nil || !service.Signature {
		return a, err
	}
	standing, err := s.Accounts.Standing(tx, who)
	for _, e := range standing {
		a.Signs = a.Signs || e.Way == account.BySignature
	}
	return a, err
}

const insertDraft db.SQL = `INSERT INTO application_case
	(id, account, service, authority, region, state, stage, turn, definition, answers, created_at, saved_at, expires_at, moved_at)
	VALUES ($1, $2, $3, $4, $5, 'draft', '', 'applicant', $6, $7, $8, $8, $9, $8) ON CONFLICT DO NOTHING`

// Begin starts a draft, or gives the one that there is: a person has one draft
// of a service, and the unique index says so (D-16).
func (s *Applications) Begin(ctx context.Context, who account.ID, serviceID string) (b Begun, err error) {
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		var a Applicant
		if b, a, err = s.look(tx, who, serviceID); err != nil || b.Continued || b.Barrier.Stands() || b.Statement {
			return err
		}
		service, _ := s.Online(serviceID)
		b.ID, b.Continued, err = s.insertDraft(tx, a, service)
		return err
	})
	return b, err
}

func (s *Applications) insertDraft(tx *db.Tx, a Applicant, service *jurisdiction.Service) (ID, bool, error) {
	id := ID(secret.NewID())
	key, err := s.Accounts.Key(tx, a.Account)
	if err != nil {
		return "", false, err
	}
	sealed, err := content{Answers: Answers{}}.seal(key, id)
	if err != nil {
		return "", false, err
	}
	expires := tx.Now().Add(s.Law.Rules.Drafts.Lifetime)
	n, err := tx.Exec(insertDraft, string(id), string(a.Account), service.ID, service.Authority, a.Region, s.wording(service).whole, sealed,
		db.At(tx.Now()), db.At(expires))
	if err != nil {
		return "", false, err
	}
	if n == 0 { // another press was faster
		other, err := db.One(tx, db.Scalar[string], selectDraft, string(a.Account), service.ID)
		return ID(other), true, err
	}
	if err := watch(tx, id, expires); err != nil {
		return "", false, err
	}
	return id, false, audit.Record(tx, audit.Entry{Actor: account.ByHolder(a.Account), Act: "application.begin", Subject: string(a.Account),
		Object: object(id), Facts: map[string]string{"service": service.ID}})
}

// watch sets the timers of a draft's last days and of its end.
func watch(tx *db.Tx, id ID, expires time.Time) error {
	for _, before := range append(reminders, 0) {
		if _, err := jobs.AddAt(tx, expires.Add(-before), WatchDraft{ID: id}); err != nil {
			return err
		}
	}
	return nil
}

func object(id ID) string { return "application/" + string(id) }

// Draft reads a draft with its form; a case that was sent is not found here.
func (s *Applications) Draft(ctx context.Context, who account.ID, id ID) (c Case, f Form, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, f, _, err = s.draft(tx, who, id)
		return err
	})
	return c, f, err
}

// errSent leads to the case that has become of a draft.
var errSent = fault.New(fault.Conflict, "application.already_sent")

// errDiscarded leads to the list, where a removed draft can be restored.
var errDiscarded = fault.New(fault.Expired, KeyDiscarded)

// KeyDiscarded is the refusal of a draft that was removed.
const KeyDiscarded = "application.discarded"

func (s *Applications) draft(tx *db.Tx, who account.ID, id ID) (c Case, f Form, key secret.Key, err error) {
	if c, err = s.own(tx, who, id); err != nil {
		return c, f, key, err
	}
	if !c.IsDraft() {
		return c, f, key, errSent
	}
	if c.IsDiscarded() {
		return c, f, key, errDiscarded
	}
	if key, err = s.Accounts.Key(tx, who); err != nil {
		return c, f, key, err
	}
	kept, err := c.open(key)
	if err != nil {
		return c, f, key, err
	}
	if err := s.markRefused(tx, who, c.Service, kept.Answers); err != nil {
		return c, f, key, err
	}
	a, err := s.signingApplicant(tx, who, c.Service)
	return c, s.form(tx, c, a, kept.Answers), key, err
}

// Save keeps what was typed on a page. What is right is kept even when something
// else is wrong; the mistakes come back as fault.Invalid. It answers with the
// page that follows, the same page when an answer has opened another question on
// it, "" after the last.
func (s *Applications) Save(ctx context.Context, who account.ID, id ID, pageCode string, typed Typed) (next string, err error) {
	var mistakes error
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		mistakes, next = nil, ""
		c, f, key, err := s.draft(tx, who, id)
		if err != nil {
			return err
		}
		page, ok := f.Page(pageCode)
		if !ok {
			return errNotFound
		}
		answers, wrong := f.Check(page, typed)
		if wrong != nil && !fault.Is(wrong, fault.Invalid) {
			return wrong
		}
		mistakes = wrong
		changed := false
		for code, a := range answers {
			before, was := f.Answers[code]
			changed = changed || !was || !before.Equal(a)
			if err := s.dropReplaced(tx, who, c.Service, code, f.Answers[code], a); err != nil {
				return err
			}
			f.Answers[code] = a
		}
		if again, ok := f.Page(pageCode); ok && wrong == nil && !again.Done() {
			next = pageCode // an answer has opened another question here
		} else if after, ok := f.After(pageCode); ok {
			next = after.Code
		}
		if err := s.keep(tx, key, c, f.Answers); err != nil || !changed {
			return err // a page that saves itself again with nothing new is no act
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "application.save", Subject: string(who), Object: object(id),
			Facts: map[string]string{"service": c.Service.ID, "page": pageCode}})
	})
	if err == nil {
		err = mistakes
	}
	return next, err
}

const updateDraft db.SQL = `UPDATE application_case SET answers = $3, saved_at = $4, definition = $5 WHERE id = $1 AND account = $2 AND state = 'draft' AND discarded_at IS NULL`

// keep writes a draft's answers. Saving does not move its end: the date that the
// applicant was told stays (D-16).
func (s *Applications) keep(tx *db.Tx, key secret.Key, c Case, answers Answers) error {
	sealed, err := content{Answers: answers}.seal(key, c.ID)
	if err != nil {
		return err
	}
	err = tx.ExecOne(updateDraft, string(c.ID), string(c.Account), sealed, db.At(tx.Now()), s.wording(c.Service).whole)
	if errors.Is(err, db.ErrNone) {
		return errSent
	}
	return err
}
