package overview

import (
	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/mailbox"
)

// Letters makes a task of the official letters that wait (GEP-01).
type Letters struct{ Box *mailbox.Mailbox }

// Tasks implements Tasks: one task, however many letters wait.
func (l Letters) Tasks(tx *db.Tx, who account.ID) ([]Task, error) {
	n, err := l.Box.Unopened(tx, who)
	if err != nil || n == 0 {
		return nil, err
	}
	return []Task{{Kind: ReadLetter, Path: "/mail"}}, nil
}
