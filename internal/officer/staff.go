package officer

import (
	"strings"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
)

// Roles are all roles, in the order in which one chooses from them.
func Roles() []Role { return []Role{Operator, CaseWorker, Supervisor, Auditor, Admin} }

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

// Renewable gives the officer whom somebody may invite anew: a NotFound fault for
// nobody, a Conflict for one whose rights have ended, Forbidden for oneself.
func (s *Officers) Renewable(tx *db.Tx, id ID, by audit.Actor) (Officer, error) {
	o, err := s.Get(tx, id)
	switch {
	case err != nil:
		return Officer{}, err
	case !o.Ended.IsZero():
		return Officer{}, fault.New(fault.Conflict, "officer.ended")
	case isSelf(id, by):
		return Officer{}, fault.New(fault.Forbidden, "officer.invite_self")
	}
	return o, nil
}

func isSelf(id ID, by audit.Actor) bool { return by.Kind == audit.Officer && by.ID == string(id) }

// notHimself refuses an officer who would make himself an administrator under
// another login: the same account as a resident, or the same name (AUTHZ-5).
func (s *Officers) notHimself(tx *db.Tx, o Officer, by audit.Actor) error {
	if by.Kind != audit.Officer || !strings.Contains(joinRoles(o.Roles), string(Admin)) {
		return nil
	}
	own, err := s.Get(tx, ID(by.ID))
	if err != nil {
		return err
	}
	if o.Account != "" && o.Account == own.Account || plain(o.Name) == plain(own.Name) {
		return fault.OneField("roles", "officer.admin_self", nil)
	}
	return nil
}

// plain is a name without what does not tell people apart.
func plain(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }
