package signin

import (
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
)

// Look is one reading of, or one act on, a resident's data by somebody else
// (PRIV-3, D-18). It names the office, never the officer.
type Look struct {
	At        time.Time
	By        audit.ActorKind
	Read      bool // only read
	Act       string
	Purpose   string
	Role      officer.Role // "" unless by an officer
	Centre    string       // code of the officer's centre
	Authority string       // code of the officer's authority
}

// Looks lists who else read or worked on a resident's data, newest first. The
// holder's own acts and the portal's own rules are left out.
func (s *Service) Looks(tx *db.Tx, id account.ID, most int) ([]Look, error) {
	entries, err := audit.About(tx, string(id), most)
	if err != nil {
		return nil, err
	}
	var looks []Look
	for _, e := range entries {
		own := e.Actor.Kind == audit.Resident && e.Actor.ID == string(id)
		if own || e.Actor.Kind == audit.Visitor || e.Actor.Kind == audit.System && !e.Read {
			continue
		}
		look := Look{At: e.At, By: e.Actor.Kind, Read: e.Read, Act: e.Act, Purpose: e.Purpose}
		if e.Actor.Kind == audit.Officer {
			if err := s.office(tx, officer.ID(e.Actor.ID), &look); err != nil {
				return nil, err
			}
		}
		looks = append(looks, look)
	}
	return looks, nil
}

func (s *Service) office(tx *db.Tx, id officer.ID, look *Look) error {
	o, err := s.officers.Get(tx, id)
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Expired) {
		return nil // the officer is erased; the entry stands
	}
	if err != nil {
		return err
	}
	look.Centre, look.Authority = o.Centre, o.Authority
	if len(o.Roles) > 0 {
		look.Role = o.Roles[0]
	}
	return nil
}
