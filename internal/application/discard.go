package application

import (
	"context"
	"errors"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
)

const updateDiscarded db.SQL = `UPDATE application_case SET discarded_at = $3, expires_at = $4 WHERE id = $1 AND account = $2 AND state = 'draft' AND discarded_at IS NULL`

// Discard removes a draft. With its answers and files it can be restored for as
// long as the country says (S24); then it is erased.
func (s *Applications) Discard(ctx context.Context, who account.ID, id ID) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, _, _, err := s.draft(tx, who, id)
		if err != nil {
			return err
		}
		until := tx.Now().Add(s.Law.Rules.Drafts.Restore)
		err = tx.ExecOne(updateDiscarded, string(id), string(who), db.At(tx.Now()), db.At(until))
		if errors.Is(err, db.ErrNone) {
			return errDiscarded
		}
		if err != nil {
			return err
		}
		if _, err := jobs.AddAt(tx, until, WatchDraft{ID: id}); err != nil {
			return err
		}
		return s.recordDraft(tx, c, "application.discard", account.ByHolder(who))
	})
}

const updateRestored db.SQL = `UPDATE application_case SET discarded_at = NULL, expires_at = $3, saved_at = $4
	WHERE id = $1 AND account = $2 AND state = 'draft' AND discarded_at IS NOT NULL`

// Restore brings a discarded draft back, for the lifetime of a new one. Refused:
// Conflict "application.restore_other" when there is another draft of the same
// service meanwhile, NotFound when it was erased, or is no discarded draft.
func (s *Applications) Restore(ctx context.Context, who account.ID, id ID) error {
	err := s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		if !c.IsDiscarded() || !c.Expires.After(tx.Now()) {
			return errNotFound
		}
		expires := tx.Now().Add(s.Law.Rules.Drafts.Lifetime)
		err = tx.ExecOne(updateRestored, string(id), string(who), db.At(expires), db.At(tx.Now()))
		if errors.Is(err, db.ErrNone) {
			return errNotFound
		}
		if err != nil {
			return err
		}
		if err := watch(tx, id, expires); err != nil {
			return err
		}
		return s.recordDraft(tx, c, "application.restore", account.ByHolder(who))
	})
	if errors.Is(err, db.ErrUnique) { // one draft of a service (D-16)
		return fault.New(fault.Conflict, "application.restore_other")
	}
	return err
}

const deleteDraft db.SQL = `DELETE FROM application_case WHERE id = $1 AND account = $2 AND state = 'draft'`

// erase ends a draft whose time is over, with its files.
func (s *Applications) erase(tx *db.Tx, c Case) error {
	key, err := s.Accounts.Key(tx, c.Account)
	if fault.Is(err, fault.Expired) { // the applicant was erased, and all that was sealed with him
		return nil
	}
	if err != nil {
		return err
	}
	kept, err := c.open(key)
	if err != nil {
		return err
	}
	if err := tx.ExecOne(deleteDraft, string(c.ID), string(c.Account)); err != nil {
		return err
	}
	for _, file := range fileIDs(c.Service, kept.Answers) {
		if err := s.Files.Drop(tx, string(c.Account), file); err != nil {
			return err
		}
	}
	return s.recordDraft(tx, c, "application.erase", audit.BySystem("application.draft"))
}

func (s *Applications) recordDraft(tx *db.Tx, c Case, act string, by audit.Actor) error {
	return audit.Record(tx, audit.Entry{Actor: by, Act: act, Subject: string(c.Account), Object: object(c.ID),
		Facts: map[string]string{"service": c.Service.ID}})
}
