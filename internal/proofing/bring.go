package proofing

import (
	"context"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
)

// Bring is what a resident must bring to a desk (OPR-01..03, Q-25).
type Bring struct {
	Document jurisdiction.Words // the identity document of the profile: it and no other (OPR-04)
	Number   jurisdiction.Words // the national number that the profile lacks; nil when it has it
}

// Bring says what the holder must bring.
func (s *Service) Bring(ctx context.Context, id account.ID) (b Bring, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error {
		values, err := s.profiles.Values(tx, id)
		if err != nil {
			return err
		}
		if d, ok := s.law.Document(values[identityDocument]); ok {
			b.Document = d.Name
		} else {
			b.Document = s.anyDocument()
		}
		unique := s.accounts.Rules().UniqueNumber
		if n, ok := s.law.Identifier(unique); ok && values[unique] == "" {
			b.Number = n.Name
		}
		return nil
	})
	return b, err
}

// anyDocument is the country's first identity document.
func (s *Service) anyDocument() jurisdiction.Words {
	for _, d := range s.law.Documents {
		if d.Identity {
			return d.Name
		}
	}
	return nil
}
