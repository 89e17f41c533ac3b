package application

import (
	"context"
	"slices"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
)

// View is a case with all that belongs to it, as its applicant or an officer who
// is allowed to sees it.
type View struct {
	Case
	Name        string // the applicant
	Lang        string // the language in which the applicant is told
	Holder      string // name of the officer who has it, for officers
	Form        Form   // the answers; Form.Pages lists them
	Files       []blob.File
	Events      []Event // oldest first
	Corrections []Correction
	Letter      *Letter // the decision, nil before
	Result      *Result // nil before
	Duties      []jurisdiction.Duty
	ToBring     []ToBring // in the order of the form
}

// OpenCorrection is the correction that is asked for now.
func (v View) OpenCorrection() (Correction, bool) {
	for _, c := range v.Corrections {
		if c.Ended.IsZero() {
			return c, true
		}
	}
	return Correction{}, false
}

// Outcome is what was decided, as the pack has it; false before.
func (v View) Outcome() (jurisdiction.Outcome, bool) {
	if v.Letter == nil || v.Service.Decision == nil {
		return jurisdiction.Outcome{}, false
	}
	return outcomeOf(v.Service, v.Letter.Outcome)
}

// See reads a sent case for its applicant.
func (s *Applications) See(ctx context.Context, who account.ID, id ID) (v View, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, who)
		if err != nil {
			return err
		}
		v, err = s.view(tx, c, key)
		return err
	})
	return v, err
}

// Open reads a case for an officer of its authority. The look is written into the
// audit log with its purpose, in the same transaction (D-18); without a purpose
// there is no look.
func (s *Applications) Open(ctx context.Context, who officer.Officer, id ID, purpose string) (v View, err error) {
	if purpose == "" {
		return v, fault.New(fault.Invalid, "application.no_purpose")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		err = audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.read", Read: true, Subject: string(c.Account), Object: object(id),
			Purpose: purpose, Facts: map[string]string{"number": c.Number, "authority": c.Authority}})
		if err != nil {
			return err
		}
		if v, err = s.view(tx, c, key); err != nil || c.Officer == "" {
			return err
		}
		holder, err := s.Officers.Get(tx, c.Officer)
		v.Holder = holder.Name
		return err
	})
	return v, err
}

// OpenFile reads a file of a case for an officer, with its audit line.
func (s *Applications) OpenFile(ctx context.Context, who officer.Officer, id ID, file blob.ID, purpose string) (f blob.File, content []byte, err error) {
	if purpose == "" {
		return f, nil, fault.New(fault.Invalid, "application.no_purpose")
	}
	err = s.DB.Write(ctx, func(tx *db.Tx) error {
		c, key, err := s.theirs(tx, who, id)
		if err != nil {
			return err
		}
		if err = s.mustBelong(tx, c, key, file, false); err != nil {
			return err
		}
		if f, content, err = s.Files.Open(tx, string(c.Account), file); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: who.By(), Act: "application.read_file", Read: true, Subject: string(c.Account),
			Object: object(id), Purpose: purpose, Facts: map[string]string{"number": c.Number, "file": string(file)}})
	})
	return f, content, err
}

// OwnFile reads a file for the applicant who sent it in.
func (s *Applications) OwnFile(ctx context.Context, who account.ID, id ID, file blob.ID) (f blob.File, content []byte, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, who)
		if err != nil {
			return err
		}
		if err = s.mustBelong(tx, c, key, file, true); err != nil {
			return err
		}
		f, content, err = s.Files.Open(tx, string(who), file)
		return err
	})
	return f, content, err
}

// mustBelong: a file is shown only through the case that holds it, or held it
// before a correction (T-44). What the applicant has chosen for a correction and
// not yet sent only the applicant sees.
func (s *Applications) mustBelong(tx *db.Tx, c Case, key secret.Key, file blob.ID, applicant bool) error {
	kept, err := c.open(key)
	if err != nil {
		return err
	}
	asked, err := corrections(tx, key, c.ID)
	if err != nil {
		return err
	}
	ids := fileIDs(c.Service, kept.Answers)
	for _, correction := range asked {
		ids = append(ids, fileIDs(c.Service, correction.Before)...)
	}
	for _, pending := range kept.Pending {
		if applicant {
			ids = append(ids, blob.ID(pending))
		}
	}
	if !slices.Contains(ids, file) {
		return errNotFound
	}
	return nil
}

func (s *Applications) view(tx *db.Tx, c Case, key secret.Key) (v View, err error) {
	v.Case = c
	kept, err := c.open(key)
	if err != nil {
		return v, err
	}
	v.Name, v.Lang = kept.Name, kept.Lang
	if err := s.markRefused(tx, c.Account, c.Service, kept.Answers); err != nil {
		return v, err
	}
	v.Form = s.sentForm(tx, c, kept)
	v.ToBring = toBring(v.Form, kept.Brought)
	v.Duties = c.Service.DutiesFor(v.Form.Facts(), v.Form.Values())
	for _, id := range fileIDs(c.Service, kept.Answers) {
		file, err := s.Files.Get(tx, string(c.Account), id)
		if err != nil {
			return v, err
		}
		v.Files = append(v.Files, file)
	}
	if v.Events, err = events(tx, key, c.ID); err != nil {
		return v, err
	}
	if v.Corrections, err = corrections(tx, key, c.ID); err != nil {
		return v, err
	}
	if v.Letter, err = letterOf(tx, key, c.ID); err != nil {
		return v, err
	}
	v.Result, err = s.resultOf(tx, key, c.ID)
	return v, err
}

// sentForm is the form as it was sent: nothing comes from today's profile.
func (s *Applications) sentForm(tx *db.Tx, c Case, kept content) Form {
	a := Applicant{Account: c.Account, Region: c.Region, Lang: kept.Lang, Name: kept.Name, Known: map[string]Known{}}
	f := s.form(tx, c, a, kept.Answers)
	if f.marked = kept.Marks; f.marked == nil {
		f.marked = map[string]Mark{}
	}
	if kept.Facts != nil {
		at := *kept.Facts
		f.frozen = &jurisdiction.Facts{Age: at.Age, Sex: at.Sex, Citizenship: at.Citizenship, Region: at.Region, Level: at.Level}
	}
	return f
}

// fileIDs are the files among answers.
func fileIDs(service *jurisdiction.Service, answers Answers) []blob.ID {
	var ids []blob.ID
	for _, page := range service.Form {
		for _, f := range page.Fields {
			if a := answers[f.Code]; f.Type == jurisdiction.FieldFile && a.Text != "" {
				ids = append(ids, blob.ID(a.Text))
			}
		}
	}
	return ids
}
