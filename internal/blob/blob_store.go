package blob

import (
	"errors"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
)

const selectFile db.SQL = `SELECT id, state, media_type, size, sha256, width, height, pages, created_at FROM blob_file WHERE id = $1 AND subject = $2`

func scanFile(r db.Row) (f File, err error) {
	var created db.Time
	err = r.Scan(&f.ID, &f.State, &f.Type, &f.Size, &f.SHA256, &f.Width, &f.Height, &f.Pages, &created)
	f.Created = created.Time
	return f, err
}

const (
	// takeRoom counts a file, unless it would be one too many: the condition is in
	// the statement, so that parallel uploads cannot pass it together.
	takeRoom db.SQL = `INSERT INTO blob_use AS u (subject, files, bytes) VALUES ($1, 1, $2)
		ON CONFLICT (subject) DO UPDATE SET files = u.files + 1, bytes = u.bytes + $2 WHERE u.files < $3 AND u.bytes + $2 <= $4`
	giveRoom   db.SQL = `UPDATE blob_use SET files = files - 1, bytes = bytes - $2 WHERE subject = $1`
	insertFile db.SQL = `INSERT INTO blob_file (id, subject, state, media_type, size, sha256, width, height, pages, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
)

// Keep gives a prepared file its row, in the transaction of whatever holds it.
// When the owner has too many files, or too many bytes, it is fault.Invalid.
func (f *Files) Keep(tx *db.Tx, r Ready) error {
	err := tx.ExecOne(takeRoom, r.subject, r.Size, f.limits.Files, f.limits.Bytes)
	if errors.Is(err, db.ErrNone) || err == nil && r.Size > f.limits.Bytes {
		return fault.New(fault.Invalid, "blob.full")
	}
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertFile, string(r.ID), r.subject, string(r.State), r.Type, r.Size, r.SHA256, r.Width, r.Height, r.Pages, db.At(tx.Now()))
	if err != nil {
		return err
	}
	if r.State == Quarantine {
		_, err = jobs.AddAt(tx, tx.Now().Add(rescanAfter), Scan{File: r.ID, Subject: r.subject})
	}
	return err
}

const deleteFile db.SQL = `DELETE FROM blob_file WHERE id = $1 AND subject = $2`

// Drop removes a file's row; the file itself goes with the next sweep.
func (f *Files) Drop(tx *db.Tx, subject string, id ID) error {
	file, err := f.Get(tx, subject, id)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec(deleteFile, string(id), subject); err != nil {
		return err
	}
	_, err = tx.Exec(giveRoom, subject, file.Size)
	return err
}
