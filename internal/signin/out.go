package signin

import (
	"context"

	"okno/internal/db"
)

// SignOut ends a session by the Exit button (LOG-11, SESS-4). Nobody's session ends without harm.
func (s *Service) SignOut(ctx context.Context, session Session, why string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.sessions.End(tx, session, why) })
}

// Stay writes that the session is used: the answer to the notice before sign-out.
func (s *Service) Stay(ctx context.Context, session Session) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.sessions.Touch(tx, session.ID) })
}
