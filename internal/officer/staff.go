package officer

import (
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

// Roles are all roles, in the order in which one chooses from them.
func Roles() []Role { return []Role{Operator, CaseWorker, Supervisor, Auditor, Registrar, Admin} }

const selectAll db.SQL = columns + `ORDER BY created_at, id`

// All lists every officer, also those invited and those whose rights have ended,
// in the order in which they were added.
func (s *Officers) All(tx *db.Tx) ([]Officer, error) {
	rows, err := db.All(tx, scanRow, selectAll)
	if err != nil {
		return nil, err
	}
	all := make([]Officer, len(rows))
	for i, o := range rows {
		if all[i], err = s.unseal(tx, o); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// Check says field by field what keeps somebody from being invited: what is
// missing, and an office that does not fit the role (AUTHZ-4). Fields: login,
// name, roles, centre, authority.
func Check(o Officer, law *jurisdiction.Jurisdiction) error {
	wrong := validate(o)
	for _, role := range o.Roles {
		switch role {
		case Operator:
			if centre, ok := law.Centre(o.Centre); !ok || !centre.DoesOffer(jurisdiction.ConfirmIdentity) {
				wrong = append(wrong, fault.Field{Name: "centre", Key: "officer.centre_missing"})
			}
		case CaseWorker, Supervisor:
			if _, ok := law.Authority(o.Authority); !ok {
				wrong = append(wrong, fault.Field{Name: "authority", Key: "officer.authority_missing"})
			}
		}
	}
	return fault.Fields(wrong...)
}
