package partner

import (
	"maps"
	"slices"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

const (
	claimName  db.SQL = `INSERT INTO partner_name (skeleton, organisation) VALUES ($1, $2) ON CONFLICT (skeleton) DO NOTHING`
	selectName db.SQL = `SELECT organisation FROM partner_name WHERE skeleton = $1`
)

// claim gives a name to an organisation for good, or refuses it when it looks like
// one of another owner (T-43). The row decides between two who are granted at once;
// a name that was given stays theirs, so that nobody takes it up after them.
func (s *Service) claim(tx *db.Tx, name jurisdiction.Words, organisation string) error {
	if err := s.unlike(tx, name, organisation); err != nil {
		return err
	}
	for _, skeleton := range slices.Sorted(maps.Keys(client.Skeletons(name))) {
		if _, err := tx.Exec(claimName, skeleton, organisation); err != nil {
			return err
		}
		owner, err := db.One(tx, db.Scalar[string], selectName, skeleton)
		if err != nil {
			return err
		}
		if owner != organisation {
			return nameTaken()
		}
	}
	return nil
}

// unlike refuses a name that looks like one given to another organisation, or like
// that of another owner's site in production, the state's own among them.
func (s *Service) unlike(tx *db.Tx, name jurisdiction.Words, organisation string) error {
	mine := client.Skeletons(name)
	for skeleton := range mine {
		owners, err := db.All(tx, db.Scalar[string], selectName, skeleton)
		if err != nil {
			return err
		}
		if len(owners) > 0 && owners[0] != organisation {
			return nameTaken()
		}
	}
	all, err := s.Clients.All(tx, "", true)
	if err != nil {
		return err
	}
	for _, c := range all {
		if c.Owner == organisation || c.Stage != client.Production {
			continue
		}
		for skeleton := range client.Skeletons(c.Name) {
			if mine[skeleton] {
				return nameTaken()
			}
		}
	}
	return nil
}

func nameTaken() error { return fault.New(fault.Conflict, "partner.name_taken") }
