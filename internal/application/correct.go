package application

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// Reasons of a correction. Text keys are "application.correction.<reason>".
const (
	Incorrect  = "incorrect"
	Incomplete = "incomplete"
	Outdated   = "outdated"
)

// Reasons lists the reasons of a correction.
func Reasons() []string { return []string{Incorrect, Incomplete, Outdated} }

// Ask is what an officer asks to be corrected.
type Ask struct {
	Fields []string // codes of the form's fields that open again
	Reason string   // Incorrect, Incomplete, Outdated
	Words  string   // to the applicant: what is wrong and how to mend it
}

// Correction is one request of an officer and what became of it.
type Correction struct {
	Ask
	ID       string
	Asked    time.Time
	Until    text.Day // last day of the applicant's term
	Ended    time.Time
	Answered bool
	Before   Answers // the open fields as they stood when it was asked
}

// Change is a field before and after a correction.
type Change struct {
	Field      string
	Before, At Answer
}

// Changes are the fields that an answered correction has changed.
func (c Correction) Changes(now Answers) []Change {
	var changes []Change
	for _, field := range c.Fields {
		if !c.Before[field].Equal(now[field]) {
			changes = append(changes, Change{field, c.Before[field], now[field]})
		}
	}
	return changes
}

// Correctable are the codes of the fields that an officer may ask about.
func (v View) Correctable() []string {
	var codes []string
	rule := v.Service.Decision.Correction
	for _, page := range v.Form.Pages() {
		for _, q := range page.Questions {
			if rule != nil && (len(rule.Fields) == 0 || slices.Contains(rule.Fields, q.Code)) {
				codes = append(codes, q.Code)
			}
		}
	}
	return codes
}

const (
	insertCorrection db.SQL = `INSERT INTO application_correction (id, case_id, asked_at, officer, reason, fields, words, until, before, answered)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, FALSE)`
	updatePaused db.SQL = `UPDATE application_case SET turn = 'applicant', paused_on = $2, moved_at = $3
		WHERE id = $1 AND paused_on IS NULL AND decided_at IS NULL AND closed_at IS NULL`
)

// AskCorrection sends fields back to the applicant. The clock of the law stands
// still until the answer; one request at a time, as often as the service allows.
func (s *Applications) AskCorrection(ctx context.Context, who officer.Officer, id ID, ask Ask) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.held(tx, who, id)
		if err != nil {
			return err
		}
		kept, err := c.open(key)
		if err != nil {
			return err
		}
		if err := s.mayAsk(tx, key, c, kept, &ask); err != nil {
			return err
		}
		return s.askCorrection(tx, key, who, c, kept, ask)
	})
}

func (s *Applications) mayAsk(tx *db.Tx, key secret.Key, c Case, kept content, ask *Ask) error {
	asked, err := corrections(tx, key, c.ID)
	if err != nil {
		return err
	}
	rule := c.Service.Decision.Correction
	switch {
	case rule == nil:
		return fault.New(fault.Conflict, "application.correction.never")
	case c.IsPaused():
		return fault.New(fault.Conflict, "application.correction.open")
	case !c.Decided.IsZero():
		return fault.New(fault.Conflict, "application.decided")
	case len(asked) >= max(rule.Times, 1):
		return fault.New(fault.Conflict, "application.correction.enough").With("n", max(rule.Times, 1))
	}
	allowed := View{Case: c, Form: s.sentForm(tx, c, kept)}.Correctable()
	return ask.check(allowed)
}

func (a *Ask) check(allowed []string) error {
	var wrong []fault.Field
	words, err := text.CleanLines(a.Words)
	switch {
	case err != nil:
		wrong = append(wrong, fault.Field{Name: "words", Key: "jurisdiction.unclean"})
	case strings.TrimSpace(words) == "":
		wrong = append(wrong, fault.Field{Name: "words", Key: "application.correction.words_missing"})
	case len([]rune(words)) > maxWords:
		wrong = append(wrong, fault.Field{Name: "words", Key: "jurisdiction.too_long", Vars: fault.Vars{"n": maxWords}})
	}
	a.Words = words
	known := func(code string) bool { return slices.Contains(allowed, code) }
	if len(a.Fields) == 0 || slices.ContainsFunc(a.Fields, func(code string) bool { return !known(code) }) {
		wrong = append([]fault.Field{{Name: "fields", Key: "application.correction.fields_missing"}}, wrong...)
	}
	if !slices.Contains(Reasons(), a.Reason) {
		wrong = append(wrong, fault.Field{Name: "reason", Key: "jurisdiction.choose"})
	}
	return fault.Fields(wrong...)
}

// maxWords is how long an officer's own words may be, in characters.
const maxWords = 2000

func (s *Applications) askCorrection(tx *db.Tx, key secret.Key, who officer.Officer, c Case, kept content, ask Ask) error {
	row := secret.NewID()
	before := Answers{}
	for _, field := range ask.Fields {
		before[field] = kept.Answers[field]
	}
	plain, err := json.Marshal(before)
	if err != nil {
		return err
	}
	until := dueAfter(s.Law.Calendar, s.today(tx), c.Service.Decision.Correction.WorkingDays)
	_, err = tx.Exec(insertCorrection, row, string(c.ID), db.At(tx.Now()), string(who.ID), ask.Reason, strings.Join(ask.Fields, ","),
		key.Seal(correctionPlace(row, "words"), []byte(ask.Words)), until.String(), key.Seal(correctionPlace(row, "before"), plain))
	if errors.Is(err, db.ErrUnique) {
		return fault.New(fault.Conflict, "application.correction.open")
	}
	if err != nil {
		return err
	}
	err = tx.ExecOne(updatePaused, string(c.ID), s.today(tx).String(), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "application.correction.open")
	}
	if err != nil {
		return err
	}
	if err := tell(tx, key, c.ID, Event{Kind: EventAsked, By: audit.Officer, Words: ask.Words,
		Facts: map[string]string{"until": until.String(), "reason": ask.Reason}}); err != nil {
		return err
	}
	if err := s.notice(tx, c, kept.Lang, "correction", map[string]string{"until": s.dayWords(kept.Lang, until)}); err != nil {
		return err
	}
	if _, err := jobs.AddAt(tx, until.AddDays(-2).Midnight(s.Law.Zone), RemindCorrection{ID: c.ID, Correction: row}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.ask_correction", Subject: string(c.Account), Object: object(c.ID),
		Facts: map[string]string{"fields": strings.Join(ask.Fields, ","), "reason": ask.Reason, "until": until.String()}})
}

func correctionPlace(row, column string) secret.Place {
	return secret.Place{Table: "application_correction", Column: column, Row: row}
}

// dayWords is a day in the applicant's language.
func (s *Applications) dayWords(lang string, day text.Day) string { return s.Texts.For(lang).Date(day) }

// notice tells the applicant; letters lead to the case's page.
func (s *Applications) notice(tx *db.Tx, c Case, lang, what string, vars map[string]string) error {
	all := map[string]string{"service": c.Service.Name.In(lang), "number": c.Number}
	for name, value := range vars {
		all[name] = value
	}
	return s.Notices.Send(tx, notify.Notice{To: c.Account, Key: "application.notice." + what, Vars: all, Path: "/applications/" + string(c.ID)})
}

const selectCorrections db.SQL = `SELECT id, asked_at, reason, fields, words, until, before, ended_at, answered
	FROM application_correction WHERE case_id = $1 ORDER BY asked_at, id`

// corrections are a case's corrections, oldest first.
func corrections(tx *db.Tx, key secret.Key, id ID) ([]Correction, error) {
	type row struct {
		Correction
		words, before []byte
	}
	rows, err := db.All(tx, func(r db.Row) (c row, err error) {
		var asked, ended db.Time
		var fields, until string
		err = r.Scan(&c.ID, &asked, &c.Reason, &fields, &c.words, &until, &c.before, &ended, &c.Answered)
		c.Asked, c.Ended, c.Until, c.Fields = asked.Time, ended.Time, parseDay(until), strings.Split(fields, ",")
		return c, err
	}, selectCorrections, string(id))
	if err != nil {
		return nil, err
	}
	var all []Correction
	for _, r := range rows {
		if r.Words, err = key.OpenText(correctionPlace(r.ID, "words"), r.words); err != nil {
			return nil, err
		}
		plain, err := key.Open(correctionPlace(r.ID, "before"), r.before)
		if err != nil {
			return nil, err
		}
		if err = json.Unmarshal(plain, &r.Before); err != nil {
			return nil, err
		}
		all = append(all, r.Correction)
	}
	return all, nil
}

const updateEnded db.SQL = `UPDATE application_correction SET ended_at = $2, answered = $3 WHERE case_id = $1 AND ended_at IS NULL`

// breakOff ends a correction that gets no answer, if there is one: what was chosen
// for it and not sent is forgotten.
func (s *Applications) breakOff(tx *db.Tx, c Case, kept *content) error {
	if len(kept.Pending) > 0 {
		if err := s.dropPending(tx, c.Account, kept); err != nil {
			return err
		}
		if err := s.keepContent(tx, c, *kept); err != nil {
			return err
		}
	}
	return endCorrection(tx, c.ID, false)
}

// endCorrection closes the open correction, if there is one.
func endCorrection(tx *db.Tx, id ID, answered bool) error {
	_, err := tx.Exec(updateEnded, string(id), db.At(tx.Now()), answered)
	return err
}

// Correcting is an open correction with the form that holds its fields only.
func (s *Applications) Correcting(ctx context.Context, who account.ID, id ID) (c Case, open Correction, f Form, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, open, f, _, _, err = s.correcting(tx, who, id)
		return err
	})
	return c, open, f, err
}

func (s *Applications) correcting(tx *db.Tx, who account.ID, id ID) (c Case, open Correction, f Form, kept content, key secret.Key, err error) {
	if c, err = s.own(tx, who, id); err != nil {
		return
	}
	if key, err = s.Accounts.Key(tx, who); err != nil {
		return
	}
	if kept, err = c.open(key); err != nil {
		return
	}
	all, err := corrections(tx, key, id)
	if err != nil {
		return
	}
	i := slices.IndexFunc(all, func(c Correction) bool { return c.Ended.IsZero() })
	if i < 0 || !c.IsPaused() {
		err = fault.New(fault.Conflict, "application.correction.none")
		return
	}
	open = all[i]
	f = s.sentForm(tx, c, kept)
	f.was, f.only, f.Answers = f.askedNow(), open.Fields, maps.Clone(kept.Answers)
	for field, file := range kept.Pending {
		f.Answers[field] = Answer{Text: file, Source: HolderSource, Asked: s.wording(c.Service).asked[field]}
	}
	err = s.markRefused(tx, who, c.Service, f.Answers)
	return
}

// askedNow are the fields that are asked with the answers as they stand.
func (f Form) askedNow() map[string]bool {
	f.only = nil
	asked := map[string]bool{}
	for _, page := range f.asks() {
		for _, q := range page.Questions {
			asked[q.Code] = true
		}
	}
	return asked
}

// Corrected is the form of a correction with what was typed for its open fields.
// What these answers ask and nobody was asked before is open too: a correction
// leaves no question without an answer. Mistakes come together as fault.Invalid.
func (f Form) Corrected(typed Typed) (Form, error) {
	f.Answers = maps.Clone(f.Answers)
	for asked := f.askedNow(); ; {
		var wrong []fault.Field
		for _, page := range f.Pages() {
			answers, err := f.Check(page, typed)
			if err != nil && !fault.Is(err, fault.Invalid) {
				return f, err
			}
			if err != nil {
				wrong = append(wrong, fault.Of(err).Fields...)
			}
			maps.Copy(f.Answers, answers)
		}
		now := f.askedNow()
		if maps.Equal(now, asked) {
			return f, fault.Fields(wrong...)
		}
		asked, f.only = now, f.opened(now)
	}
}

// opened are the open fields together with those that the answers ask only now.
func (f Form) opened(asked map[string]bool) []string {
	open := slices.Clone(f.only)
	for _, page := range f.Service.Form {
		for _, field := range page.Fields {
			if asked[field.Code] && !f.was[field.Code] && !slices.Contains(open, field.Code) {
				open = append(open, field.Code)
			}
		}
	}
	return open
}

// Correct takes the applicant's answer to the open correction: only its fields
// change, and those that its answers open. The clock goes on, and the law's day
// moves by the days of the pause.
func (s *Applications) Correct(ctx context.Context, who account.ID, id ID, typed Typed) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, open, f, kept, key, err := s.correcting(tx, who, id)
		if err != nil {
			return err
		}
		if f, err = f.Corrected(typed); err != nil {
			return err
		}
		open.Fields = f.only
		for _, field := range f.only {
			if a, answered := f.Answers[field]; answered {
				kept.Answers[field] = a
			}
		}
		if len(open.Changes(kept.Answers)) == 0 {
			return fault.OneField(open.Fields[0], "application.correction.unchanged", nil)
		}
		if err := s.dropPending(tx, who, &kept); err != nil {
			return err
		}
		for _, field := range open.Fields {
			delete(kept.Brought, field)
		}
		if err := s.markAgain(tx, c, f, &kept, open.Changes(kept.Answers)); err != nil {
			return err
		}
		return s.resume(tx, key, c, kept, open)
	})
}

const updateFields db.SQL = `UPDATE application_correction SET fields = $2 WHERE id = $1`

const updateResumed db.SQL = `UPDATE application_case SET answers = $2, turn = 'authority', paused_on = NULL, due = $3, stage_due = $4, moved_at = $5
	WHERE id = $1 AND paused_on IS NOT NULL AND decided_at IS NULL`

func (s *Applications) resume(tx *db.Tx, key secret.Key, c Case, kept content, open Correction) error {
	sealed, err := kept.seal(key, c.ID)
	if err != nil {
		return err
	}
	today := s.today(tx)
	due := afterPause(s.Law.Calendar, c.Due, c.PausedOn, today)
	stageDue := afterPause(s.Law.Calendar, c.StageDue, c.PausedOn, today)
	err = tx.ExecOne(updateResumed, string(c.ID), sealed, due.String(), db.Text(stageDue.String()), db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return fault.New(fault.Conflict, "application.correction.none")
	}
	if err != nil {
		return err
	}
	if err := tx.ExecOne(updateFields, open.ID, strings.Join(open.Fields, ",")); err != nil {
		return err
	}
	if err := endCorrection(tx, c.ID, true); err != nil {
		return err
	}
	if err := tell(tx, key, c.ID, Event{Kind: EventCorrected, By: audit.Resident}); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(c.Account), Act: "application.correct", Subject: string(c.Account), Object: object(c.ID),
		Facts: map[string]string{"correction": open.ID, "due": due.String()}})
}
