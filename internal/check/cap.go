package check

import (
	"strconv"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/profile"
	"okno/internal/secret"
)

// limit is how often something may be tried within a sliding window (T-15).
type limit struct {
	kind   string
	idx    string
	most   int
	window time.Duration
}

// The caps of T-15: tries of one account, and of one number or document over all accounts.
const (
	accountTries  = 5
	accountWindow = 6 * time.Hour
	targetWindow  = 24 * time.Hour
)

func (s *Checks) accountCap(id account.ID) limit {
	return limit{"account", secret.Hash(string(id)), accountTries, accountWindow}
}

// caps are all that a try counts against.
func (s *Checks) caps(p profile.Profile) []limit {
	perDay := s.law.Rules.Check.PerDay
	caps := []limit{s.accountCap(p.Account)}
	index := s.accounts.Vault().Index
	if number := p.Text(s.accounts.Rules().UniqueNumber); number != "" {
		caps = append(caps, limit{"number", index("check.cap.number", number), perDay, targetWindow})
	}
	return append(caps, limit{"document", index("check.cap.document", s.documentNumber(p)), perDay, targetWindow})
}

// documentNumber is what tells one identity document from all others: its kind and its compact fields.
func (s *Checks) documentNumber(p profile.Profile) string {
	held := p.IdentityDocument()
	number := []string{held.Kind}
	if d, ok := s.law.Document(held.Kind); ok {
		for _, f := range d.Fields {
			if f.Compact {
				number = append(number, held.Fields[f.Code])
			}
		}
	}
	return strings.Join(number, "|")
}

// count takes one try from every cap, before anything is asked, or refuses with
// TooMany. A refused try is not counted.
func (s *Checks) count(tx *db.Tx, p profile.Profile) error {
	for _, c := range s.caps(p) {
		if err := take(tx, c); err != nil {
			return err
		}
	}
	return nil
}

// The upsert locks the row, so that no two transactions count from the same state.
const (
	lockCap   db.SQL = `INSERT INTO check_cap (kind, idx, tries) VALUES ($1, $2, '') ON CONFLICT (kind, idx) DO UPDATE SET tries = check_cap.tries RETURNING tries`
	updateCap db.SQL = `UPDATE check_cap SET tries = $3 WHERE kind = $1 AND idx = $2`
	selectCap db.SQL = `SELECT tries FROM check_cap WHERE kind = $1 AND idx = $2`
)

func take(tx *db.Tx, l limit) error {
	kept, err := db.One(tx, db.Scalar[string], lockCap, l.kind, l.idx)
	if err != nil {
		return err
	}
	tries := l.recent(kept, tx.Now())
	if len(tries) >= l.most {
		free := tries[len(tries)-l.most].Add(l.window)
		return fault.New(fault.TooMany, "check.too_many").After(free.Sub(tx.Now()))
	}
	_, err = tx.Exec(updateCap, l.kind, l.idx, join(append(tries, tx.Now())))
	return err
}

// left is how many tries remain now.
func left(tx *db.Tx, l limit) (int, error) {
	kept, err := db.All(tx, db.Scalar[string], selectCap, l.kind, l.idx)
	if err != nil || len(kept) == 0 {
		return l.most, err
	}
	return max(0, l.most-len(l.recent(kept[0], tx.Now()))), nil
}

// recent are the tries within the window, oldest first.
func (l limit) recent(kept string, now time.Time) []time.Time {
	var tries []time.Time
	for _, word := range strings.Fields(kept) {
		micro, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			continue
		}
		if at := time.UnixMicro(micro).UTC(); now.Sub(at) < l.window {
			tries = append(tries, at)
		}
	}
	return tries
}

func join(tries []time.Time) string {
	var words []string
	for _, at := range tries {
		words = append(words, strconv.FormatInt(at.UnixMicro(), 10))
	}
	return strings.Join(words, " ")
}
