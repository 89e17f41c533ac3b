package application

import (
	"context"
	"io"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/inspect"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
)

// Attach takes a file for a field of a draft, or for one that is open for
// correction. What is refused is fault.Invalid on the field, in words that say
// what to do; the file that was there before stays.
func (s *Applications) Attach(ctx context.Context, who account.ID, id ID, field string, r io.Reader) error {
	def, err := s.fileField(ctx, who, id, field)
	if err != nil {
		return err
	}
	ready, err := s.Files.Prepare(ctx, string(who), r, fileRules(def))
	if err == nil {
		err = s.DB.Write(ctx, func(tx *db.Tx) error { return s.attach(tx, who, id, field, ready) })
	}
	if refused := fault.Of(err); err != nil && len(refused.Fields) == 0 && (refused.Kind == fault.Invalid || refused.Kind == fault.Unavailable) {
		return fault.OneField(field, refused.Key, refused.Vars)
	}
	return err
}

// fileField finds the field, and whether it is open.
func (s *Applications) fileField(ctx context.Context, who account.ID, id ID, field string) (def jurisdiction.FormField, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		def, err = s.openFileField(tx, who, id, field)
		return err
	})
	return def, err
}

func (s *Applications) openFileField(tx *db.Tx, who account.ID, id ID, field string) (def jurisdiction.FormField, err error) {
	c, err := s.own(tx, who, id)
	if err != nil {
		return def, err
	}
	f := Form{}
	if c.IsDraft() {
		_, f, _, err = s.draft(tx, who, id)
	} else {
		_, _, f, _, _, err = s.correcting(tx, who, id)
	}
	if err != nil {
		return def, err
	}
	def, known := f.Service.Field(field)
	if !known || def.Type != jurisdiction.FieldFile || !f.takes(field) {
		return def, errNotFound
	}
	return def, nil
}

// takes says whether a file may come for a field: it is asked and open, or a
// correction's answers, which come after their files, may still open it. One that
// is not sent with the correction is dropped.
func (f Form) takes(field string) bool {
	if f.only != nil && !f.was[field] {
		return true
	}
	return f.isOpen(field) && f.askedNow()[field]
}

// fileRules are what the pack wants of a file.
func fileRules(f jurisdiction.FormField) inspect.Rules {
	rules := inspect.Rules{MaxBytes: int64(f.File.MaxMB) << 20, MinWidth: f.File.MinWidth, MinHeight: f.File.MinHeight,
		MaxWidth: f.File.MaxWidth, MaxHeight: f.File.MaxHeight}
	for _, kind := range f.File.Kinds {
		rules.Types = append(rules.Types, inspect.Type(kind))
	}
	return rules
}

// attach asks again whether the field is open: while the file was looked at, the
// draft may have been sent or the correction answered.
func (s *Applications) attach(tx *db.Tx, who account.ID, id ID, field string, ready blob.Ready) error {
	def, err := s.openFileField(tx, who, id, field)
	if err != nil {
		return err
	}
	c, err := s.own(tx, who, id)
	if err != nil {
		return err
	}
	key, err := s.Accounts.Key(tx, who)
	if err != nil {
		return err
	}
	kept, err := c.open(key)
	if err != nil {
		return err
	}
	before := kept.Answers[def.Code].Text
	if err := s.Files.Keep(tx, ready); err != nil {
		return err
	}
	if c.IsDraft() {
		if before != "" {
			if err := s.Files.Drop(tx, string(who), blob.ID(before)); err != nil {
				return err
			}
		}
		kept.Answers[def.Code] = Answer{Text: string(ready.ID), Source: HolderSource, Asked: s.wording(c.Service).asked[def.Code]}
		if err := s.keep(tx, key, c, kept.Answers); err != nil {
			return err
		}
		return recordAttached(tx, c, def.Code)
	}
	if kept.Pending == nil {
		kept.Pending = map[string]string{}
	}
	if waiting := kept.Pending[def.Code]; waiting != "" {
		if err := s.Files.Drop(tx, string(who), blob.ID(waiting)); err != nil {
			return err
		}
	}
	kept.Pending[def.Code] = string(ready.ID)
	if err := s.keepPending(tx, key, c, kept); err != nil {
		return err
	}
	return recordAttached(tx, c, def.Code)
}

func recordAttached(tx *db.Tx, c Case, field string) error {
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(c.Account), Act: "application.attach", Subject: string(c.Account), Object: object(c.ID),
		Facts: map[string]string{"field": field}})
}

const updatePending db.SQL = `UPDATE application_case SET answers = $2 WHERE id = $1 AND paused_on IS NOT NULL AND decided_at IS NULL`

// keepPending keeps a file that was chosen for a correction: the officer sees it
// when the correction is sent, not before.
func (s *Applications) keepPending(tx *db.Tx, key secret.Key, c Case, kept content) error {
	sealed, err := kept.seal(key, c.ID)
	if err != nil {
		return err
	}
	return tx.ExecOne(updatePending, string(c.ID), sealed)
}

// DraftFiles are the files of a draft, by field.
func (s *Applications) DraftFiles(ctx context.Context, who account.ID, f Form) (map[string]blob.File, error) {
	files := map[string]blob.File{}
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		for _, page := range f.Service.Form {
			for _, field := range page.Fields {
				a := f.Answers[field.Code]
				if field.Type != jurisdiction.FieldFile || a.Text == "" {
					continue
				}
				file, err := s.Files.Get(tx, string(who), blob.ID(a.Text))
				if err != nil {
					return err
				}
				files[field.Code] = file
			}
		}
		return nil
	})
	return files, err
}
