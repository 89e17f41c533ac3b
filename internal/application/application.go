package application

import (
	"log/slog"
	"time"

	"okno/internal/account"
	"okno/internal/blob"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/outside/email"
	"okno/internal/outside/register"
	"okno/internal/pdf"
	"okno/internal/text"
)

// ID names an application, as a draft and as a case: the same for ever, and the
// address of its page.
type ID string

// Notices tell the applicant that something happened.
type Notices interface {
	Send(tx *db.Tx, notice notify.Notice) error
}

// Applications are all applications of a house. The fields are its parts; none
// may be nil but Mail, without which statements cannot be sent by e-mail.
type Applications struct {
	DB         *db.DB
	Accounts   *account.Accounts
	Officers   *officer.Officers
	Law        *jurisdiction.Jurisdiction
	Texts      *text.Catalogue
	Profiles   Profiles
	Notices    Notices
	Post       Post
	Files      *blob.Files
	Statements register.Statements
	Registers  register.Checker
	Claims     Claims
	Mail       email.Sender
	Fonts      *pdf.Fonts
	Origin     string // what addresses on documents begin with: "https://okno.example"
	Log        *slog.Logger

	wordings wordings
}

// Reminders before a draft expires (screens.md S25).
var reminders = []time.Duration{7 * 24 * time.Hour, 24 * time.Hour}

// heartbeat is how long nothing may be said about a case (S28).
const heartbeat = 14 * 24 * time.Hour

// today is the day on which the state's terms are counted.
func (s *Applications) today(tx *db.Tx) text.Day { return text.DayOf(tx.Now(), s.Law.Zone) }

// Online finds a service that can be applied for here.
func (s *Applications) Online(id string) (*jurisdiction.Service, bool) {
	service, ok := s.Law.Service(id)
	return service, ok && service.Availability == jurisdiction.Online
}
