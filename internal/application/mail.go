package application

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
	"okno/internal/outside/email"
	"okno/internal/secret"
)

// mailsADay is how often one document may be sent by e-mail in a day.
const mailsADay = 5

const (
	countMailings db.SQL = `SELECT count(*) FROM application_mailing WHERE case_id = $1 AND created_at > $2`
	insertMailing db.SQL = `INSERT INTO application_mailing (id, case_id, address, state, created_at) VALUES ($1, $2, $3, 'waiting', $4)`
)

// MailTo sends a result as PDF to an address that its applicant gives (PEN-04): the
// applicant asks for it, so that the letter may hold personal data.
func (s *Applications) MailTo(ctx context.Context, who account.ID, id ID, address string) error {
	message := email.Message{To: address}
	parsed, err := message.Address()
	if err != nil {
		return fault.OneField("email", "application.mail.address", fault.Vars{"example": "anna@example.org"})
	}
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, who)
		if err != nil {
			return err
		}
		if r, err := s.resultOf(tx, key, id); err != nil || r == nil {
			return errors.Join(err, errNotFound)
		}
		n, err := db.One(tx, db.Scalar[int], countMailings, string(id), db.At(tx.Now().Add(-24*time.Hour)))
		if err != nil {
			return err
		}
		if n >= mailsADay {
			return fault.New(fault.TooMany, "application.mail.enough").With("n", mailsADay).After(24 * time.Hour)
		}
		row := secret.NewID()
		if _, err = tx.Exec(insertMailing, row, string(id), key.SealText(mailingPlace(row), parsed.Address), db.At(tx.Now())); err != nil {
			return err
		}
		if _, err = jobs.Add(tx, MailResult{Mailing: row}); err != nil {
			return err
		}
		return audit.Record(tx, audit.Entry{Actor: account.ByHolder(who), Act: "application.mail_result", Subject: string(c.Account), Object: object(id)})
	})
}

func mailingPlace(row string) secret.Place {
	return secret.Place{Table: "application_mailing", Column: "address", Row: row}
}

const (
	selectMailing db.SQL = `SELECT case_id, address FROM application_mailing WHERE id = $1 AND state = 'waiting'`
	updateMailing db.SQL = `UPDATE application_mailing SET state = $2, address = NULL WHERE id = $1`
)

// mailResult hands the letter to the mail server; the row's id is its key, so that
// a second copy is known as one (MSG-2).
func (s *Applications) mailResult(ctx context.Context, _ jobs.Job, job MailResult) error {
	var m email.Message
	var r *Result
	err := s.DB.Read(ctx, func(tx *db.Tx) error {
		type row struct {
			id      ID
			address []byte
		}
		kept, err := db.One(tx, func(r db.Row) (k row, err error) { err = r.Scan(&k.id, &k.address); return k, err }, selectMailing, job.Mailing)
		if err != nil {
			return err
		}
		c, err := s.byID(tx, kept.id)
		if err != nil {
			return err
		}
		key, err := s.Accounts.Key(tx, c.Account)
		if err != nil {
			return err
		}
		if m.To, err = key.OpenText(mailingPlace(job.Mailing), kept.address); err != nil {
			return err
		}
		r, err = s.resultOf(tx, key, kept.id)
		return err
	})
	if errors.Is(err, db.ErrNone) || fault.Is(err, fault.NotFound) || fault.Is(err, fault.Expired) {
		return nil
	}
	if err != nil {
		return err
	}
	content, err := s.print(*r)
	if err != nil {
		return err
	}
	p := s.Texts.For(r.Lang)
	m.Key, m.Lang, m.Subject = job.Mailing, r.Lang, p.T("application.mail.subject")
	m.Text = p.T("application.mail.text", "portal", s.Law.Portal.In(r.Lang), "address", s.Origin+"/verify")
	m.Attachments = []email.Attachment{{Name: fileName(*r), Type: "application/pdf", Content: content}}
	state := "sent"
	if err := s.Mail.Send(ctx, m); fault.Is(err, fault.Invalid) {
		state = "refused"
	} else if err != nil {
		return err
	}
	// What became of the letter is kept also when the house is closing meanwhile.
	return s.DB.Write(context.WithoutCancel(ctx), func(tx *db.Tx) error {
		_, err := tx.Exec(updateMailing, job.Mailing, state)
		return err
	})
}
