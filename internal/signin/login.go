package signin

import (
	"strings"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
)

// logins are the readings of what was typed into the one login field: a phone, an
// e-mail or a national number (LOG-02, 04, 05, Q-34).
type logins struct {
	email, phone, number string
	numberFirst          bool // typed with the groups that the number is printed with
}

// readLogin recognises the shape. Eleven digits can be both a phone and a
// national number; then the phone is looked for first, unless the groups are
// those of the number.
func readLogin(law *jurisdiction.Jurisdiction, typed string) (l logins) {
	typed = strings.TrimSpace(typed)
	if strings.Contains(typed, "@") {
		l.email = typed
		return l
	}
	l.phone, _ = law.Phone.Normalise(typed)
	for _, id := range law.Identifiers {
		if !id.Login || strings.HasPrefix(typed, "+") {
			continue
		}
		if number, err := id.Normalise(typed); err == nil {
			l.number, l.numberFirst = number, id.Show(number) == typed
		}
	}
	return l
}

// normal is the form under which tries at a login that nobody has are counted.
func (l logins) normal(typed string) string {
	for _, form := range []string{strings.ToLower(l.email), l.phone, l.number} {
		if form != "" {
			return form
		}
	}
	return strings.ToLower(strings.TrimSpace(typed))
}

// find gives the account of a login, "" when nobody has it.
func (s *Service) find(tx *db.Tx, l logins) (account.ID, error) {
	if l.email != "" {
		return s.accounts.ByContact(tx, account.Email, l.email)
	}
	byPhone := func() (account.ID, error) { return s.accounts.ByContact(tx, account.Phone, l.phone) }
	byNumber := func() (account.ID, error) { return s.accounts.ByNumber(tx, l.number) }
	ways := []func() (account.ID, error){byPhone, byNumber}
	if l.numberFirst {
		ways = []func() (account.ID, error){byNumber, byPhone}
	}
	for _, way := range ways {
		if id, err := way(); err != nil || id != "" {
			return id, err
		}
	}
	return "", nil
}
