package application

import (
	"context"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/secret"
)

// markRefused says of each answer whether its file was refused since it came
// (FILE-4): such an answer counts as missing.
func (s *Applications) markRefused(tx *db.Tx, who account.ID, service *jurisdiction.Service, answers Answers) error {
	for _, page := range service.Form {
		for _, field := range page.Fields {
			a := answers[field.Code]
			if field.Type != jurisdiction.FieldFile || a.Text == "" {
				continue
			}
			file, err := s.Files.Get(tx, string(who), blob.ID(a.Text))
			if err != nil {
				return err
			}
			if a.Refused = file.State == blob.Refused; a.Refused {
				answers[field.Code] = a
			}
		}
	}
	return nil
}

// Refused is the first field whose file a scanner has refused after it was sent;
// false when all files are good.
func (f Form) Refused() (jurisdiction.FormField, bool) {
	f.only = nil
	for _, page := range f.asks() {
		for _, q := range page.Questions {
			if q.Answer.Refused {
				return q.FormField, true
			}
		}
	}
	return jurisdiction.FormField{}, false
}

const selectHolding db.SQL = `SELECT` + caseColumns + `FROM application_case WHERE account = $1 AND closed_at IS NULL AND discarded_at IS NULL ORDER BY id`

// fileRefused tells of a file that a scanner has refused after it was taken: the
// applicant by a notice, and in a sent case both sides on the timeline.
func (s *Applications) fileRefused(ctx context.Context, _ jobs.Job, e blob.FileRefused) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		who := account.ID(e.Subject)
		key, err := s.Accounts.Key(tx, who)
		if fault.Is(err, fault.Expired) || fault.Is(err, fault.NotFound) { // erased, or no account's file
			return nil
		}
		if err != nil {
			return err
		}
		cases, err := db.All(tx, s.scanCase, selectHolding, e.Subject)
		if err != nil {
			return err
		}
		for _, c := range cases {
			if err := s.tellRefused(tx, key, c, e.File); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Applications) tellRefused(tx *db.Tx, key secret.Key, c Case, file blob.ID) error {
	kept, err := c.open(key)
	if err != nil {
		return err
	}
	field, sent := kept.fieldOf(c.Service, file)
	if field == "" {
		return nil
	}
	lang, err := s.langOf(tx, c)
	if err != nil {
		return err
	}
	facts := map[string]string{"field": field}
	if sent && !c.IsDraft() {
		if err := tell(tx, key, c.ID, Event{Kind: EventFileRefused, By: audit.System, Facts: facts}); err != nil {
			return err
		}
	}
	path := "/applications/" + string(c.ID)
	if c.IsDraft() {
		path += "/check"
	}
	err = s.Notices.Send(tx, notify.Notice{To: c.Account, Key: "application.notice.file_refused", Vars: map[string]string{"service": c.Service.Name.In(lang)}, Path: path})
	if err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem("blob.scan"), Act: "application.file_refused", Subject: string(c.Account),
		Object: object(c.ID), Facts: facts})
}

// fieldOf finds the field that a file answers; sent is false for one that was only
// chosen for a correction.
func (k content) fieldOf(service *jurisdiction.Service, file blob.ID) (field string, sent bool) {
	for _, page := range service.Form {
		for _, f := range page.Fields {
			switch {
			case f.Type != jurisdiction.FieldFile:
			case k.Answers[f.Code].Text == string(file):
				return f.Code, true
			case k.Pending[f.Code] == string(file):
				return f.Code, false
			}
		}
	}
	return "", false
}
