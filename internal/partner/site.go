package partner

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/secret"
)

// Site is a site of an organisation as its members see it.
type Site struct {
	Organisation Organisation
	Live         client.Client  // in force; the zero Client before it is registered
	Draft        *client.Client // not registered yet, or changes that wait to be asked for
	Request      *Request       // waits for officers
}

// Registered says whether the site is in the register.
func (s Site) Registered() bool { return s.Live.ID != "" }

// Edited is the version that the next change starts from.
func (s Site) Edited() client.Client {
	if s.Draft != nil {
		return *s.Draft
	}
	return s.Live
}

// ID is what the site is called on the wire.
func (s Site) ID() client.ID { return s.Edited().ID }

// tryPrefix begins the ids of the twins with which sites are tried (try.go).
const tryPrefix = "try-"

// longestID leaves room for the twin's prefix.
const longestID = 50

const (
	insertSite  db.SQL = `INSERT INTO partner_site (id, organisation, draft, gone, made_at) VALUES ($1, $2, $3, FALSE, $4)`
	countSites  db.SQL = `SELECT count(*) FROM partner_site WHERE organisation = $1 AND gone = FALSE`
	selectSite  db.SQL = `SELECT organisation, draft FROM partner_site WHERE id = $1 AND gone = FALSE`
	selectSites db.SQL = `SELECT id FROM partner_site WHERE organisation = $1 AND gone = FALSE ORDER BY made_at, id`
	setDraft    db.SQL = `UPDATE partner_site SET draft = $2 WHERE id = $1 AND gone = FALSE`
	dropSite    db.SQL = `UPDATE partner_site SET gone = TRUE, draft = NULL WHERE id = $1 AND gone = FALSE`
)

// Begin keeps the draft of a new site. Refused fields: id, name.
func (s *Service) Begin(ctx context.Context, who account.ID, organisation string, id client.ID, name jurisdiction.Words) error {
	draft := client.Client{ID: id, Stage: client.Sandbox, Owner: organisation, Name: name, Method: client.PrivateKeyJWT,
		Grants: []client.Grant{client.Code, client.Refresh}, Level: account.Simplified, PAR: false}
	if err := s.only(draft, "id", "name"); err != nil {
		return err
	}
	if strings.HasPrefix(string(id), tryPrefix) || len(id) > longestID {
		return fault.OneField("id", "client.id.form", nil)
	}
	return s.change(ctx, id, func(tx *db.Tx) error {
		o, err := s.active(tx, organisation, who)
		if err != nil {
			return err
		}
		n, err := db.One(tx, db.Scalar[int64], countSites, organisation)
		if err != nil {
			return err
		}
		if o.State != Confirmed && n >= mostUnproved || n >= mostSites {
			return fault.New(fault.Conflict, "partner.too_many_sites")
		}
		_, err = s.Clients.Read(tx, id)
		if err == nil {
			return fault.OneField("id", "client.taken", nil)
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
		text, err := encode(draft)
		if err != nil {
			return err
		}
		_, err = tx.Exec(insertSite, string(id), organisation, text, db.At(tx.Now()))
		if errors.Is(err, db.ErrUnique) {
			return fault.OneField("id", "client.taken", nil)
		}
		if err != nil {
			return err
		}
		return record(tx, account.ByHolder(who), "partner.site.begin", id)
	})
}

// only is what Check says about some fields of a site.
func (s *Service) only(c client.Client, fields ...string) error {
	var bad []fault.Field
	if err := c.Check(); err != nil {
		for _, f := range fault.Of(err).Fields {
			if slices.Contains(fields, f.Name) {
				bad = append(bad, f)
			}
		}
	}
	if slices.Contains(fields, "name") {
		for _, lang := range s.languages() {
			if strings.TrimSpace(c.Name[lang]) == "" {
				bad = append(bad, nameMissing(lang))
			}
		}
	}
	return fault.Fields(append(bad, clash(c, fields)...)...)
}

// clash says that a site is held to what the dialect of ESIA cannot give.
func clash(c client.Client, fields []string) (bad []fault.Field) {
	if !c.OfESIA() || !c.PAR && !c.DPoP {
		return nil
	}
	for _, field := range []string{"par", "dpop", "state", "esia_certificates"} {
		if slices.Contains(fields, field) {
			bad = append(bad, fault.Field{Name: field, Key: "partner.esia_clash"})
		}
	}
	return bad
}

func encode(c client.Client) (db.Text, error) {
	text, err := json.Marshal(c)
	return db.Text(text), err
}

// change runs an act about a site and lets the register forget it afterwards.
func (s *Service) change(ctx context.Context, id client.ID, f func(tx *db.Tx) error) error {
	err := s.DB.Write(ctx, f)
	s.Clients.Forget(id)
	return err
}

func record(tx *db.Tx, by audit.Actor, act string, id client.ID) error {
	return audit.Record(tx, audit.Entry{Actor: by, Act: act, Object: "client/" + string(id)})
}

type siteRow struct {
	organisation string
	draft        db.Text
}

// site reads a site whatever its organisation.
func (s *Service) site(tx *db.Tx, id client.ID) (Site, error) {
	var site Site
	row, err := found(db.One(tx, func(r db.Row) (row siteRow, err error) {
		err = r.Scan(&row.organisation, &row.draft)
		return row, err
	}, selectSite, string(id)))
	if err != nil {
		return site, err
	}
	if row.draft != "" {
		site.Draft = &client.Client{}
		if err := json.Unmarshal([]byte(row.draft), site.Draft); err != nil {
			return site, err
		}
	}
	if site.Organisation, err = organisation(tx, row.organisation); err != nil {
		return site, err
	}
	if site.Live, err = s.Clients.Read(tx, id); err != nil && !fault.Is(err, fault.NotFound) {
		return site, err
	}
	site.Request, err = openRequest(tx, id)
	return site, err
}

// own is site for a member of its organisation; for all others there is none.
func (s *Service) own(tx *db.Tx, who account.ID, id client.ID) (Site, error) {
	site, err := s.site(tx, id)
	if err != nil {
		return site, err
	}
	_, err = s.member(tx, site.Organisation.ID, who)
	return site, err
}

// Site reads a site for a member of its organisation.
func (s *Service) Site(ctx context.Context, who account.ID, id client.ID) (site Site, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) (err error) { site, err = s.own(tx, who, id); return err })
	return site, err
}

// Sites lists the sites of an organisation for one of its members.
func (s *Service) Sites(ctx context.Context, who account.ID, organisation string) (list []Site, err error) {
	err = s.DB.Read(ctx, func(tx *db.Tx) error {
		list = nil
		if _, err := s.member(tx, organisation, who); err != nil {
			return err
		}
		ids, err := db.All(tx, db.Scalar[string], selectSites, organisation)
		if err != nil {
			return err
		}
		for _, id := range ids {
			one, err := s.site(tx, client.ID(id))
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		return nil
	})
	return list, err
}

// act runs a change of a site by a member of an organisation that was neither refused
// nor closed.
func (s *Service) act(ctx context.Context, who account.ID, id client.ID, f func(tx *db.Tx, site Site) error) error {
	return s.change(ctx, id, func(tx *db.Tx) error {
		site, err := s.own(tx, who, id)
		if err != nil {
			return err
		}
		if err := site.Organisation.hold(tx); err != nil {
			return err
		}
		return f(tx, site)
	})
}

// Edit changes some fields of a site, as Check names them, and says whether the
// change is in force. Of a draft only these fields are checked. A site of the
// sandbox changes at once; one in production gets a draft, unless the change asks
// for nothing more than before (harmless). While officers look, only what proves
// the site may change. change replaces lists and maps and alters none.
func (s *Service) Edit(ctx context.Context, who account.ID, id client.ID, fields []string, change func(*client.Client)) (now bool, err error) {
	err = s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		now = false
		if site.Registered() {
			n := edited(site.Live, change)
			free := site.Request == nil && (site.Live.Stage == client.Sandbox || harmless(site.Live, n))
			if now = free || keysOnly(site.Live, n); now {
				return s.changeNow(tx, who, site, n, fields, change)
			}
			if site.Request != nil {
				return fault.New(fault.Conflict, "partner.waits")
			}
		}
		n := edited(site.Edited(), change)
		if err := s.only(n, fields...); err != nil {
			return err
		}
		return s.keepDraft(tx, who, n)
	})
	return now, err
}

// edited is a version with a change; what only we decide stays.
func edited(c client.Client, change func(*client.Client)) client.Client {
	n := c
	change(&n)
	n.ID, n.Owner, n.Stage = c.ID, c.Owner, c.Stage
	return n
}

func (s *Service) changeNow(tx *db.Tx, who account.ID, site Site, n client.Client, fields []string, change func(*client.Client)) error {
	if err := s.only(n, fields...); err != nil {
		return err
	}
	if err := s.Clients.Change(tx, n, account.ByHolder(who)); err != nil {
		return err
	}
	if err := remind(tx, n); err != nil || site.Draft == nil {
		return err
	}
	draft := edited(*site.Draft, change)
	if len(Fields(n, draft)) == 0 {
		return tx.ExecOne(setDraft, string(n.ID), db.Text(""))
	}
	return s.keepDraft(tx, who, draft)
}

func (s *Service) keepDraft(tx *db.Tx, who account.ID, n client.Client) error {
	text, err := encode(n)
	if err != nil {
		return err
	}
	if err := tx.ExecOne(setDraft, string(n.ID), text); err != nil {
		return err
	}
	return record(tx, account.ByHolder(who), "partner.site.draft", n.ID)
}

// Complete registers a draft in the sandbox. Refused fields are those of Check.
func (s *Service) Complete(ctx context.Context, who account.ID, id client.ID) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		if site.Registered() || site.Draft == nil {
			return fault.New(fault.Conflict, "partner.decided")
		}
		n := *site.Draft
		n.Stage, n.Owner = client.Sandbox, site.Organisation.ID
		if err := s.Clients.Add(tx, n, account.ByHolder(who)); err != nil {
			return err
		}
		if err := remind(tx, n); err != nil {
			return err
		}
		return tx.ExecOne(setDraft, string(id), db.Text(""))
	})
}

// DropDraft forgets the changes of a site in production that nobody has asked for yet.
func (s *Service) DropDraft(ctx context.Context, who account.ID, id client.ID) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		if !site.Registered() || site.Draft == nil {
			return fault.New(fault.Conflict, "partner.decided")
		}
		if err := tx.ExecOne(setDraft, string(id), db.Text("")); err != nil {
			return err
		}
		return record(tx, account.ByHolder(who), "partner.site.draft_dropped", id)
	})
}

// Pause closes a site to everybody or opens it again, at once; not one that an
// officer stopped.
func (s *Service) Pause(ctx context.Context, who account.ID, id client.ID, paused bool) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		if !site.Registered() {
			return fault.New(fault.Conflict, "partner.decided")
		}
		if err := site.Running(); err != nil {
			return err
		}
		site.Live.Paused = paused
		return s.Clients.Change(tx, site.Live, account.ByHolder(who))
	})
}

// Delete removes a draft or a site of the sandbox. The register keeps a removed
// site, closed for good, because people's lists of sites name it; its id is never
// given out again.
func (s *Service) Delete(ctx context.Context, who account.ID, id client.ID) error {
	return s.act(ctx, who, id, func(tx *db.Tx, site Site) error {
		if site.Registered() && site.Live.Stage != client.Sandbox {
			return fault.New(fault.Conflict, "partner.not_sandbox")
		}
		if site.Registered() {
			site.Live.Paused = true
			if err := s.Clients.Change(tx, site.Live, account.ByHolder(who)); err != nil {
				return err
			}
		}
		if err := s.closeTwin(tx, who, id); err != nil {
			return err
		}
		if err := tx.ExecOne(dropSite, string(id)); err != nil {
			return err
		}
		return record(tx, account.ByHolder(who), "partner.site.delete", id)
	})
}

// NewSecret gives a site of the sandbox a new secret, which is told this once. The
// old one is over.
func (s *Service) NewSecret(ctx context.Context, who account.ID, id client.ID) (told string, err error) {
	told = secret.Token()
	_, err = s.Edit(ctx, who, id, []string{"method"}, func(c *client.Client) {
		c.Method, c.Secret = client.SecretBasic, secret.Hash(told)
		c.Keys.Keys, c.Thumbprints, c.Native = nil, nil, false
	})
	return told, err
}
