package signin

import (
	"context"
	"errors"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/officer"
)

// Ending is the periodic job that ends the sessions whose time is over, so that the
// sites which were entered in them hear of it as after Exit (SESS-4).
type Ending struct{}

// Kind implements jobs.Args.
func (Ending) Kind() string { return "signin.ending" }

const (
	endingEvery = time.Minute
	endingBatch = 100 // sessions in one transaction
)

const (
	selectOver db.SQL = `SELECT line FROM signin_session
	WHERE ended_at IS NULL AND line > $1 AND (ends_at <= $2 OR seen_at + idle <= $2) ORDER BY line LIMIT $3`
	endOver db.SQL = `UPDATE signin_session SET ended_at = $2, ended_why = 'time'
	WHERE line = $1 AND ended_at IS NULL AND (ends_at <= $2 OR seen_at + idle <= $2) RETURNING id, holder_kind, holder, parent`
)

// EndOver ends all sessions whose time is over. It goes through them in the order
// of their lines, some in a transaction; whatever ends on the way ends once. They
// are looked for without holding up whoever writes.
func (s *Service) EndOver(ctx context.Context) error {
	last := ""
	for {
		var lines []string
		err := s.db.Read(ctx, func(tx *db.Tx) (err error) {
			lines, err = db.All(tx, db.Scalar[string], selectOver, last, db.At(tx.Now()), endingBatch)
			return err
		})
		if err != nil || len(lines) == 0 {
			return err
		}
		if err := s.endAllOver(ctx, lines); err != nil || len(lines) < endingBatch {
			return err
		}
		last = lines[len(lines)-1]
	}
}

func (s *Service) endAllOver(ctx context.Context, lines []string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		for _, line := range lines {
			if err := s.sessions.endOver(tx, line); err != nil {
				return err
			}
		}
		return nil
	})
}

// endOver ends the session of a line if its time is still over: whoever used or
// ended it meanwhile was first. A session at the portal's host ends alone, because
// the one that it joined may be in use.
func (s *Sessions) endOver(tx *db.Tx, line string) error {
	var parent db.Text
	ended, err := db.One(tx, func(r db.Row) (ended Session, err error) {
		var kind, holder string
		if err = r.Scan(&ended.ID, &kind, &holder, &parent); kind == "officer" {
			ended.Officer = officer.ID(holder)
		} else {
			ended.Account = account.ID(holder)
		}
		return ended, err
	}, endOver, line, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	if ended.Account != "" && parent == "" {
		if err := s.endLine(tx, line, "time"); err != nil {
			return err
		}
	}
	return audit.Record(tx, audit.Entry{Actor: audit.BySystem(Ending{}.Kind()), Act: "signin.end", Subject: ended.holder(), Object: "session/" + ended.ID[:16],
		Facts: map[string]string{"why": "time"}})
}
