package application

import (
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// Known is a value of the profile with where it is from.
type Known struct {
	Value  string    // as kept: numbers without spaces, dates 2006-01-02
	Source string    // "holder", "register/<code>", "desk/<centre>"
	At     time.Time // when it was typed or confirmed
	Waits  string    // a newer value of the holder that the registers have not confirmed yet, "" when there is none
}

// offered is the value with which a form is filled, and its source: the newest
// that the holder has given, even if no register has confirmed it yet (D-15).
// Who may apply is always decided by Value.
func (k Known) offered() (value, source string) {
	if k.Waits != "" {
		return k.Waits, HolderSource
	}
	return k.Value, k.Source
}

// Profiles give what is known of an applicant, by profile field: "family_name",
// "birth_date", "ru_passport.series", "residence_address.city", "phone",
// "full_name". Fields that were never given are absent.
type Profiles interface {
	Known(tx *db.Tx, id account.ID) (map[string]Known, error)
}

// Applicant is everything about somebody that decides what may be applied for.
type Applicant struct {
	Account account.ID
	Level   account.Level
	Region  string
	Lang    string
	Name    string // full, as the account's holder gave it
	Signs   bool   // has proved himself by an electronic signature (CAT-18)
	Known   map[string]Known
}

// facts are what the conditions of a pack may ask.
func (a Applicant) facts(today text.Day) jurisdiction.Facts {
	f := jurisdiction.Facts{Sex: a.Known["sex"].Value, Citizenship: a.Known["citizenship"].Value, Region: a.Region,
		Level: jurisdiction.AccountLevel(a.Level)}
	if born := parseDay(a.Known["birth_date"].Value); !born.IsZero() {
		f.Age = born.Age(today)
	}
	return f
}

// applicant reads what is known now.
func (s *Applications) applicant(tx *db.Tx, id account.ID) (Applicant, error) {
	holder, err := s.Accounts.Get(tx, id)
	if err != nil {
		return Applicant{}, err
	}
	a := Applicant{Account: id, Region: holder.Region, Lang: holder.Language, Name: holder.Name.Full}
	if a.Level, err = s.Accounts.LevelOf(tx, id); err != nil {
		return a, err
	}
	a.Known, err = s.Profiles.Known(tx, id)
	return a, err
}
