package partner

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
)

// Settings are what two registrars set for a site, as client.Client explains them.
type Settings struct {
	Law        jurisdiction.Words
	Introspect bool
	Resources  []string
	Scopes     []string
	Exchange   bool
	Registered bool
	RS256      bool
	Sector     string
	Lasts      time.Duration
}

// SettingsOf are those of a site.
func SettingsOf(c client.Client) Settings {
	return Settings{c.Law, c.Introspect, c.Resources, c.Scopes, c.Is(client.Exchange), c.Registered, c.RS256, c.Sector, c.Lasts}
}

// On is a site with the settings. What is said as before stays as it is.
func (s Settings) On(c client.Client) client.Client { return s.over(c, SettingsOf(c)) }

// over is a site with what differs from other settings, so that a draft keeps what
// was drafted there.
func (s Settings) over(c client.Client, old Settings) client.Client {
	set(&c.Law, old.Law, s.Law, len(old.Law)+len(s.Law) == 0)
	set(&c.Resources, old.Resources, s.Resources, slices.Equal(old.Resources, s.Resources))
	set(&c.Scopes, old.Scopes, s.Scopes, slices.Equal(old.Scopes, s.Scopes))
	set(&c.Introspect, old.Introspect, s.Introspect, false)
	set(&c.Registered, old.Registered, s.Registered, false)
	set(&c.RS256, old.RS256, s.RS256, false)
	set(&c.Sector, old.Sector, s.Sector, false)
	if life(old.Lasts) != life(s.Lasts) {
		c.Lasts = s.Lasts
	}
	if old.Exchange != s.Exchange {
		c.Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(g client.Grant) bool { return g == client.Exchange })
		if s.Exchange {
			c.Grants = append(c.Grants, client.Exchange)
		}
	}
	return c
}

// life tells a year that is said from none of what Check refuses.
func life(lasts time.Duration) time.Duration {
	if lasts == 0 {
		return client.Year
	}
	return lasts
}

func set[T any](to *T, old, n T, same bool) {
	if !same && !reflect.DeepEqual(old, n) {
		*to = n
	}
}

// Setting is a proposal of one registrar that waits for another.
type Setting struct {
	ID       string
	Site     client.ID
	Was      Settings // what stood then
	Settings Settings
	Reason   string // for the second registrar, and for later
	First    officer.ID
	At       time.Time
	stood    string
}

// On is a site with what the proposal changes, and nothing else that it holds.
func (s Setting) On(c client.Client) client.Client { return s.Settings.over(c, s.Was) }

// settingDetail is the row's detail.
type settingDetail struct{ Was, Settings Settings }

// Stale says that the site has changed since, in what officers look at: it is to be
// proposed anew.
func (s Setting) Stale(live client.Client) bool { return s.stood != standing(live) }

// standing is a print of all that officers look at; keys and pausing change beside it.
func standing(c client.Client) string {
	c.Keys.Keys, c.Thumbprints, c.Secret, c.Certificates, c.Paused, c.Stopped = nil, nil, "", nil, false, nil
	text, err := json.Marshal(c)
	if err != nil {
		return "" // a client is marshalled whenever it is kept; no proposal stands on nothing
	}
	return secret.Hash(string(text))
}

const settingColumns = `SELECT id, site, detail, stood, reason, first_by, first_at FROM partner_setting `

const (
	selectSetting  db.SQL = settingColumns + `WHERE site = $1 AND state = 'proposed'`
	selectSettings db.SQL = settingColumns + `WHERE state = 'proposed' ORDER BY first_at, id`
	insertSetting  db.SQL = `INSERT INTO partner_setting (id, site, detail, stood, state, reason, first_by, first_at) VALUES ($1, $2, $3, $4, 'proposed', $5, $6, $7)`
	confirmSetting db.SQL = `UPDATE partner_setting SET state = 'confirmed', second_by = $2, second_at = $3 WHERE id = $1 AND state = 'proposed' AND first_by <> $2`
	dropSetting    db.SQL = `UPDATE partner_setting SET state = 'dropped' WHERE id = $1 AND state = 'proposed'`
)

func scanSetting(r db.Row) (s Setting, err error) {
	var site, detail, first string
	var at db.Time
	if err = r.Scan(&s.ID, &site, &detail, &s.stood, &s.Reason, &first, &at); err != nil {
		return s, err
	}
	s.Site, s.First, s.At = client.ID(site), officer.ID(first), at.Time
	var told settingDetail
	err = json.Unmarshal([]byte(detail), &told)
	s.Was, s.Settings = told.Was, told.Settings
	return s, err
}

// Settings lists the proposals that wait for a second registrar, oldest first.
func (s *Service) Settings(tx *db.Tx) ([]Setting, error) {
	return db.All(tx, scanSetting, selectSettings)
}

// SettingOf is the proposal that waits for a site, nil when none does.
func (s *Service) SettingOf(tx *db.Tx, id client.ID) (*Setting, error) {
	one, err := db.One(tx, scanSetting, selectSetting, string(id))
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	return &one, err
}

// ProposeSetting is the first registrar's word. Refused fields are those of
// client.Check, "exchange" and "reason"; a proposal that changes nothing is refused
// as "reason" too. One proposal a site waits; one that is stale gives way. While the
// organisation's own request waits, nothing is set.
func (s *Service) ProposeSetting(ctx context.Context, by officer.Officer, id client.ID, n Settings, reason string) error {
	return s.stopped(ctx, by, id, func(tx *db.Tx, site Site) error {
		open, err := s.SettingOf(tx, id)
		if err != nil {
			return err
		}
		switch {
		case site.Request != nil:
			return fault.New(fault.Conflict, "partner_setting.waits_request")
		case open != nil && !open.Stale(site.Live):
			return fault.New(fault.Conflict, "partner_setting.waits")
		}
		if err := s.settable(site.Live, n, reason); err != nil {
			return err
		}
		if open != nil {
			if err := changed(tx.ExecOne(dropSetting, open.ID)); err != nil {
				return err
			}
		}
		detail, err := json.Marshal(settingDetail{SettingsOf(site.Live), n})
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertSetting, secret.NewID(), string(id), string(detail), standing(site.Live), reason, string(by.ID), db.At(tx.Now()))
		if errors.Is(err, db.ErrUnique) {
			return fault.New(fault.Conflict, "partner_setting.waits")
		}
		if err != nil {
			return err
		}
		return record(tx, by.By(), "partner.setting_propose", id)
	})
}

// settable refuses what Check refuses, by the names that the page gives the fields.
func (s *Service) settable(live client.Client, n Settings, reason string) error {
	c := n.On(live)
	err := s.only(c, "law", "introspect", "resources", "scopes", "sector", "lasts", "grants", "method", "state")
	var bad []fault.Field
	if err != nil {
		bad = fault.Of(err).Fields
	}
	for i := range bad {
		if bad[i].Name == "method" || bad[i].Name == "grants" { // both follow from the exchange
			bad[i].Name = "exchange"
		}
	}
	if err := reasonGiven(reason); err != nil {
		bad = append(bad, fault.Of(err).Fields...)
	} else if len(bad) == 0 && len(Fields(live, c)) == 0 {
		bad = append(bad, fault.Field{Name: "reason", Key: "partner_setting.same"})
	}
	return fault.Fields(bad...)
}

// ConfirmSetting is the word of a second registrar, who is another person: the
// settings are in force (AUTHZ-5). setting is the id of the proposal that the
// registrar saw; of an older version of the site than stands now it is a Conflict.
func (s *Service) ConfirmSetting(ctx context.Context, by officer.Officer, id client.ID, setting string) error {
	return s.stopped(ctx, by, id, func(tx *db.Tx, site Site) error {
		open, err := s.seen(tx, id, setting)
		if err != nil {
			return err
		}
		if site.Request != nil {
			return fault.New(fault.Conflict, "partner_setting.waits_request")
		}
		err = s.another(tx, by, Request{First: open.First})
		switch {
		case fault.HasKey(err, "partner.first_left"):
			return fault.New(fault.Conflict, "partner_setting.first_left")
		case err != nil:
			return err
		case open.Stale(site.Live):
			return fault.New(fault.Conflict, "partner_setting.stale")
		}
		if err := changed(tx.ExecOne(confirmSetting, open.ID, string(by.ID), db.At(tx.Now()))); err != nil {
			return err
		}
		if err := s.settle(tx, site, open.Settings, by); err != nil {
			return err
		}
		if err := record(tx, by.By(), "partner.setting_confirm", id); err != nil {
			return err
		}
		return s.tell(tx, site.Organisation.ID, "partner_setting.notice", "/partners/sites/"+string(id))
	})
}

// settle brings settings into force, and into a draft, which would undo them otherwise.
func (s *Service) settle(tx *db.Tx, site Site, n Settings, by officer.Officer) error {
	if err := s.Clients.Change(tx, n.On(site.Live), by.By()); err != nil || site.Draft == nil {
		return err
	}
	text, err := encode(n.over(*site.Draft, SettingsOf(site.Live)))
	if err != nil {
		return err
	}
	return tx.ExecOne(setDraft, string(site.Live.ID), text)
}

// DropSetting ends a proposal; one registrar, also the first, is enough.
func (s *Service) DropSetting(ctx context.Context, by officer.Officer, id client.ID, setting string) error {
	return s.stopped(ctx, by, id, func(tx *db.Tx, _ Site) error {
		open, err := s.seen(tx, id, setting)
		if err != nil {
			return err
		}
		return s.drop(tx, open, by.By())
	})
}

func (s *Service) drop(tx *db.Tx, open Setting, by audit.Actor) error {
	if err := changed(tx.ExecOne(dropSetting, open.ID)); err != nil {
		return err
	}
	return record(tx, by, "partner.setting_drop", open.Site)
}

// seen is the proposal that waits for a site, if it is the one that was looked at.
func (s *Service) seen(tx *db.Tx, id client.ID, setting string) (Setting, error) {
	open, err := s.SettingOf(tx, id)
	if err == nil && (open == nil || open.ID != setting) {
		err = changed(db.ErrNone)
	}
	if err != nil {
		return Setting{}, err
	}
	return *open, nil
}
