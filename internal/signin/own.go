package signin

import (
	"context"

	"okno/internal/account"
	"okno/internal/db"
)

// shown is how many events and looks a page shows at most.
const shown = 200

// EventsOf reads the list of security events in a transaction of its own.
func (s *Service) EventsOf(ctx context.Context, id account.ID) (events []Event, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { events, err = s.Events(tx, id, shown); return err })
	return events, err
}

// SessionsOf reads the list of live sessions.
func (s *Service) SessionsOf(ctx context.Context, id account.ID) (live []Listed, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { live, err = s.sessions.List(tx, id); return err })
	return live, err
}

// LooksAt reads who looked at somebody's data.
func (s *Service) LooksAt(ctx context.Context, id account.ID) (looks []Look, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { looks, err = s.Looks(tx, id, shown); return err })
	return looks, err
}

// EndSession ends another session of the same holder.
func (s *Service) EndSession(ctx context.Context, by Session, id string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.sessions.EndOne(tx, by, id) })
}
