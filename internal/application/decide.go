package application

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/mailbox"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// Ruling is what an officer decides.
type Ruling struct {
	Outcome string // code of the service's outcome
	Reason  string // code of the outcome's reason, "" when it has none
	Words   string // in the officer's own words, may be ""
}

// Letter is a decision as the applicant reads it.
type Letter struct {
	Ruling
	Lang string   `json:"lang"`
	Text []string `json:"text"` // paragraphs
	At   time.Time
}

// Drafted is a decision before it is made: what the applicant will read, and the
// same in the officer's language.
type Drafted struct {
	Applicant, Officer Letter
}

func outcomeOf(s *jurisdiction.Service, code string) (jurisdiction.Outcome, bool) {
	i := slices.IndexFunc(s.Decision.Outcomes, func(o jurisdiction.Outcome) bool { return o.Code == code })
	if i < 0 {
		return jurisdiction.Outcome{}, false
	}
	return s.Decision.Outcomes[i], true
}

// check brings a ruling to its kept form.
func (r *Ruling) check(s *jurisdiction.Service) (jurisdiction.Outcome, error) {
	var wrong []fault.Field
	outcome, ok := outcomeOf(s, r.Outcome)
	if !ok {
		wrong = append(wrong, fault.Field{Name: "outcome", Key: "jurisdiction.choose"})
	}
	known := slices.ContainsFunc(outcome.Reasons, func(x jurisdiction.Reason) bool { return x.Code == r.Reason })
	switch {
	case ok && len(outcome.Reasons) == 0:
		r.Reason = ""
	case ok && !known:
		wrong = append(wrong, fault.Field{Name: "reason", Key: "jurisdiction.choose"})
	}
	words, err := text.CleanLines(r.Words)
	if err != nil {
		wrong = append(wrong, fault.Field{Name: "words", Key: "jurisdiction.unclean"})
	}
	if len([]rune(words)) > maxWords {
		wrong = append(wrong, fault.Field{Name: "words", Key: "jurisdiction.too_long", Vars: fault.Vars{"n": maxWords}})
	}
	r.Words = strings.TrimSpace(words)
	return outcome, fault.Fields(wrong...)
}

// letter is the text in a language. What the officer wrote stands as written.
func (r Ruling) letter(s *jurisdiction.Service, lang string) Letter {
	outcome, _ := outcomeOf(s, r.Outcome)
	l := Letter{Ruling: r, Lang: lang, Text: []string{outcome.Letter.In(lang)}}
	for _, reason := range outcome.Reasons {
		if reason.Code == r.Reason {
			l.Text = append(l.Text, reason.Text.In(lang))
		}
	}
	if r.Words != "" {
		l.Text = append(l.Text, r.Words)
	}
	return l
}

// Preview is what a ruling would say, in the applicant's language and in the
// officer's; it writes nothing.
func (s *Applications) Preview(ctx context.Context, who officer.Officer, id ID, r Ruling, lang string) (d Drafted, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, key, err := s.decidable(tx, who, id)
		if err != nil {
			return err
		}
		outcome, err := r.check(c.Service)
		if err != nil {
			return err
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if outcome.Grants {
			if err := s.mayGrant(tx, c, kept); err != nil {
				return err
			}
		}
		d = Drafted{Applicant: r.letter(c.Service, kept.Lang), Officer: r.letter(c.Service, lang)}
		return nil
	})
	return d, err
}

// decidable reads a case that the officer holds and may decide today. While the
// applicant's term for a correction runs nothing is decided.
func (s *Applications) decidable(tx *db.Tx, who officer.Officer, id ID) (Case, secret.Key, error) {
	c, key, err := s.theirs(tx, who, id)
	if err != nil {
		return c, key, err
	}
	if !c.Decided.IsZero() || !c.IsOpen() {
		return c, key, errDecided
	}
	if c.Officer != who.ID {
		return c, key, errNotHeld
	}
	if c.IsPaused() {
		asked, err := corrections(tx, key, id)
		if err != nil {
			return c, key, err
		}
		if last := asked[len(asked)-1]; !last.Until.Before(s.today(tx)) {
			return c, key, fault.New(fault.Conflict, "application.correction.wait").With("until", last.Until)
		}
	}
	return c, key, nil
}

var errDecided = fault.New(fault.Conflict, "application.decided")

const (
	insertDecision db.SQL = `INSERT INTO application_decision (case_id, at, officer, outcome, reason, lang, letter) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	updateDecided  db.SQL = `UPDATE application_case SET state = $3, stage = $4, turn = $5, stage_due = $6, decided_at = $7, moved_at = $7,
		closed_at = $8, paused_on = NULL WHERE id = $1 AND officer = $2 AND decided_at IS NULL AND closed_at IS NULL`
)

// Decide decides a case, once: the key of the decision's row is the case.
func (s *Applications) Decide(ctx context.Context, who officer.Officer, id ID, r Ruling) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.decidable(tx, who, id)
		if err != nil {
			return err
		}
		r := r
		outcome, err := r.check(c.Service)
		if err != nil {
			return err
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		letter := r.letter(c.Service, kept.Lang)
		if err := s.keepLetter(tx, key, who, c, letter); err != nil {
			return err
		}
		if err := s.post(tx, who, c, letter); err != nil {
			return err
		}
		if err := s.breakOff(tx, c, &kept); err != nil {
			return err
		}
		if outcome.Grants {
			err = s.grant(tx, key, who, c, kept)
		} else {
			err = s.refuse(tx, key, who, c, kept, r)
		}
		if err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.decide", Subject: string(c.Account), Object: object(id),
			Facts: map[string]string{"outcome": r.Outcome, "reason": r.Reason, "number": c.Number}})
	})
}

func (s *Applications) keepLetter(tx *db.Tx, key secret.Key, who officer.Officer, c Case, l Letter) error {
	plain, err := json.Marshal(l)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertDecision, string(c.ID), db.At(tx.Now()), string(who.ID), l.Outcome, l.Reason, l.Lang, key.Seal(letterPlace(c.ID), plain))
	if errors.Is(err, db.ErrUnique) {
		return errDecided
	}
	return err
}

// Post carries letters of authorities (package mailbox).
type Post interface {
	Deliver(tx *db.Tx, l mailbox.Letter) error
}

// post puts the decision among the official letters too, once: there it stays with
// its dates when the case is long over (GEP-01). The notice of the decision tells of it.
func (s *Applications) post(tx *db.Tx, who officer.Officer, c Case, l Letter) error {
	subject := s.Texts.For(l.Lang).T("application.letter_subject", "service", c.Service.Name.In(l.Lang), "number", c.Number)
	if long := []rune(subject); len(long) > mailbox.LongestSubject {
		subject = string(long[:mailbox.LongestSubject-1]) + "…"
	}
	return s.Post.Deliver(tx, mailbox.Letter{To: c.Account, Authority: c.Service.Authority, Subject: subject, Body: strings.Join(l.Text, "\n\n"),
		Lang: l.Lang, Key: "decision/" + string(c.ID), By: who.By(), Told: true})
}

func letterPlace(id ID) secret.Place {
	return secret.Place{Table: "application_decision", Column: "letter", Row: string(id)}
}

// move is where a decision leads.
func (s *Applications) decide(tx *db.Tx, who officer.Officer, c Case, next State, stage jurisdiction.Stage) error {
	if !c.State.CanBecome(next) {
		return fault.New(fault.Conflict, "application.no_move")
	}
	turn, stageDue, closed := stage.Turn, "", db.At(time.Time{})
	if stage.Code == "" {
		turn, closed = TurnNobody, db.At(tx.Now())
	} else {
		stageDue = dueAfter(s.Law.Calendar, s.today(tx), stage.WorkingDays).String()
	}
	err := tx.ExecOne(updateDecided, string(c.ID), string(who.ID), string(next), stage.Code, turn, db.Text(stageDue), db.At(tx.Now()), closed)
	if errors.Is(err, db.ErrNone) {
		return errDecided
	}
	return err
}

func (s *Applications) refuse(tx *db.Tx, key secret.Key, who officer.Officer, c Case, kept content, r Ruling) error {
	if err := s.decide(tx, who, c, Refused, jurisdiction.Stage{}); err != nil {
		return err
	}
	if err := tell(tx, key, c.ID, Event{Kind: EventRefused, By: audit.Officer, Facts: map[string]string{"outcome": r.Outcome}}); err != nil {
		return err
	}
	return s.notice(tx, c, kept.Lang, "decided", nil)
}

// mayGrant: nothing is granted on a file that a scanner has refused (FILE-4).
func (s *Applications) mayGrant(tx *db.Tx, c Case, kept content) error {
	answers := maps.Clone(kept.Answers)
	if err := s.markRefused(tx, c.Account, c.Service, answers); err != nil {
		return err
	}
	kept.Answers = answers
	if _, refused := s.sentForm(tx, c, kept).Refused(); refused {
		return fault.New(fault.Conflict, "application.file_refused")
	}
	return nil
}

// grant makes the result. With stages after the decision the work begins; without
// the case is over.
func (s *Applications) grant(tx *db.Tx, key secret.Key, who officer.Officer, c Case, kept content) error {
	if err := s.mayGrant(tx, c, kept); err != nil {
		return err
	}
	next, more := stageAfterDeciding(c.Service)
	state := ResultReady
	if more && !isLast(c.Service, next) {
		state = InWork
	}
	if err := s.decide(tx, who, c, state, next); err != nil {
		return err
	}
	if err := s.makeResult(tx, key, c, kept); err != nil {
		return err
	}
	if err := tell(tx, key, c.ID, Event{Kind: EventGranted, By: audit.Officer}); err != nil {
		return err
	}
	if more {
		if err := tell(tx, key, c.ID, Event{Kind: EventStage, By: audit.Officer, Facts: map[string]string{"stage": next.Code}}); err != nil {
			return err
		}
	}
	return s.notice(tx, c, kept.Lang, "decided", nil)
}

func stageAfterDeciding(s *jurisdiction.Service) (jurisdiction.Stage, bool) {
	i := slices.IndexFunc(s.Stages, func(st jurisdiction.Stage) bool { return st.Officer })
	return stageAt(s, i+1)
}

func stageAt(s *jurisdiction.Service, i int) (jurisdiction.Stage, bool) {
	if i < 0 || i >= len(s.Stages) {
		return jurisdiction.Stage{}, false
	}
	return s.Stages[i], true
}

func isLast(s *jurisdiction.Service, stage jurisdiction.Stage) bool {
	return len(s.Stages) > 0 && s.Stages[len(s.Stages)-1].Code == stage.Code
}

const selectDecision db.SQL = `SELECT at, letter FROM application_decision WHERE case_id = $1`

// letterOf is a case's decision; nil before there is one.
func letterOf(tx *db.Tx, key secret.Key, id ID) (*Letter, error) {
	type row struct {
		at     db.Time
		letter []byte
	}
	kept, err := db.One(tx, func(r db.Row) (k row, err error) {
		err = r.Scan(&k.at, &k.letter)
		return k, err
	}, selectDecision, string(id))
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(letterPlace(id), kept.letter)
	if err != nil {
		return nil, err
	}
	var l Letter
	err = json.Unmarshal(plain, &l)
	l.At = kept.at.Time
	return &l, err
}
