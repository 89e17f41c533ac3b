package notify

import (
	"errors"
	"slices"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
)

// Channel is a way to reach a holder, for the settings page (NTF-01, NTF-04).
type Channel struct {
	Kind     account.ContactKind
	Contacts []string // confirmed contacts of the kind; none: the channel cannot be chosen
	Wanted   bool     // ordinary notices go this way; security notices always do
	Failing  bool     // a message to one of the contacts came back
}

const selectChannel db.SQL = `SELECT wanted FROM notify_channel WHERE account = $1 AND kind = $2`

// Channels lists the ways to reach a holder, phone first. All confirmed ones are
// wanted until the holder chooses otherwise.
func (n *Notices) Channels(tx *db.Tx, id account.ID) ([]Channel, error) {
	contacts, err := n.accounts.Contacts(tx, id)
	if err != nil {
		return nil, err
	}
	channels := []Channel{{Kind: account.Phone}, {Kind: account.Email}}
	for i := range channels {
		c := &channels[i]
		if c.Wanted, err = n.isWanted(tx, id, c.Kind); err != nil {
			return nil, err
		}
		for _, contact := range contacts {
			if contact.Kind != c.Kind {
				continue
			}
			c.Contacts = append(c.Contacts, contact.Value)
			failing, err := db.Exists(tx, selectFailing, n.accounts.Index(contact.Kind, contact.Value))
			if err != nil {
				return nil, err
			}
			c.Failing = c.Failing || failing
		}
	}
	return channels, nil
}

func (n *Notices) isWanted(tx *db.Tx, id account.ID, kind account.ContactKind) (bool, error) {
	wanted, err := db.One(tx, db.Scalar[bool], selectChannel, string(id), string(kind))
	if errors.Is(err, db.ErrNone) {
		return true, nil
	}
	return wanted, err
}

const upsertChannel db.SQL = `INSERT INTO notify_channel (account, kind, wanted, changed_at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (account, kind) DO UPDATE SET wanted = excluded.wanted, changed_at = excluded.changed_at`

// SetChannels keeps which channels ordinary notices use. At least one channel
// with a confirmed contact must stay; refused as fault.Invalid, field "channels".
// Security notices cannot be switched off (AUTH-6).
func (n *Notices) SetChannels(tx *db.Tx, id account.ID, wanted []account.ContactKind) error {
	channels, err := n.Channels(tx, id)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(channels, func(c Channel) bool { return len(c.Contacts) > 0 && slices.Contains(wanted, c.Kind) }) {
		return fault.OneField("channels", "notify.channels.none", nil)
	}
	facts := map[string]string{}
	for _, c := range channels {
		on := slices.Contains(wanted, c.Kind)
		if _, err := tx.Exec(upsertChannel, string(id), string(c.Kind), on, db.At(tx.Now())); err != nil {
			return err
		}
		facts[string(c.Kind)] = map[bool]string{true: "on", false: "off"}[on]
	}
	return audit.Record(tx, audit.Entry{Actor: account.ByHolder(id), Act: "notify.channels", Subject: string(id),
		Object: "account/" + string(id), Facts: facts})
}

// wanted are the contacts that a notice goes to.
func (n *Notices) wanted(tx *db.Tx, notice Notice) ([]account.Contact, error) {
	contacts, err := n.accounts.Contacts(tx, notice.To)
	if err != nil || notice.Security {
		return contacts, err
	}
	var chosen []account.Contact
	for _, c := range contacts {
		on, err := n.isWanted(tx, notice.To, c.Kind)
		if err != nil {
			return nil, err
		}
		if on {
			chosen = append(chosen, c)
		}
	}
	return n.underCap(tx, notice.To, chosen)
}

const countDay db.SQL = `INSERT INTO notify_day (account, day, kind, n) VALUES ($1, $2, $3, 1)
	ON CONFLICT (account, day, kind) DO UPDATE SET n = notify_day.n + 1 RETURNING n`

// underCap counts an ordinary notice and leaves out the channels by which the
// holder has had enough today (MSG-4). What was left out stands in the account.
func (n *Notices) underCap(tx *db.Tx, id account.ID, contacts []account.Contact) ([]account.Contact, error) {
	today := tx.Now().In(n.settings.Zone).Format(time.DateOnly)
	counted := map[account.ContactKind]int64{}
	var left []account.Contact
	for _, c := range contacts {
		if counted[c.Kind] == 0 {
			count, err := db.One(tx, db.Scalar[int64], countDay, string(id), today, string(c.Kind))
			if err != nil {
				return nil, err
			}
			counted[c.Kind] = count
		}
		if counted[c.Kind] <= int64(n.settings.PerDay) {
			left = append(left, c)
		}
	}
	return left, nil
}

// after is the first moment at or after t that is not quiet.
func (h Hours) after(t time.Time, zone *time.Location) time.Time {
	local := t.In(zone)
	if !h.holds(local.Hour()) {
		return t
	}
	end := time.Date(local.Year(), local.Month(), local.Day(), h.To, 0, 0, 0, zone)
	if !end.After(local) {
		end = time.Date(local.Year(), local.Month(), local.Day()+1, h.To, 0, 0, 0, zone)
	}
	return end.UTC()
}

func (h Hours) holds(hour int) bool {
	if h.From <= h.To {
		return hour >= h.From && hour < h.To
	}
	return hour >= h.From || hour < h.To
}
