package profile

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/secret"
	"okno/internal/text"
)

// Today is the day on which a transaction happens, in the country's zone.
func (s *Profiles) Today(tx *db.Tx) text.Day { return text.DayOf(tx.Now(), s.law.Zone) }

// Complete checks what was typed in a form and keeps it. A refused form is
// fault.Invalid with its fields, and what was typed stays as the draft, so that
// nothing is lost (PRF-17, PRF-19). A kept form's draft is gone.
func (s *Profiles) Complete(ctx context.Context, id account.ID, form Form, typed map[string]string) error {
	var refused error
	err := s.db.Write(ctx, func(tx *db.Tx) error {
		var kept map[string]string
		if kept, refused = s.Check(form, typed, s.Today(tx)); refused != nil {
			return s.keepDraft(tx, id, form, typed)
		}
		for _, field := range s.Fields(form, kept[Identity]) {
			if _, given := kept[field]; !given {
				kept[field] = "" // an optional field that was emptied
			}
		}
		if err := s.Set(tx, id, kept, Holder, account.ByHolder(id)); err != nil {
			return err
		}
		return s.dropDraft(tx, id, form)
	})
	if err != nil {
		return err
	}
	return refused
}

// Set keeps values that were checked by Check, in the caller's transaction: the
// holder's own, those of an opened account, those an officer typed from a
// document. An empty text takes a value away. From the standard level on a
// changed core value of the holder is pending until the registers confirm it.
func (s *Profiles) Set(tx *db.Tx, id account.ID, values map[string]string, source Source, by audit.Actor) error {
	level, err := s.accounts.LevelOf(tx, id)
	if err != nil {
		return err
	}
	p, err := s.Read(tx, id)
	if err != nil {
		return err
	}
	w, err := s.writer(tx, p, source)
	if err != nil {
		return err
	}
	for _, field := range slices.Sorted(maps.Keys(values)) {
		waits := source == Holder && level >= account.Standard && s.IsCore(field)
		if err := w.set(field, values[field], waits); err != nil {
			return err
		}
	}
	return w.end(s, by, "profile.save")
}

// Confirm keeps values that registers have confirmed: each with its source; a
// field without one keeps the source that it had. What the holder has written
// differently meanwhile stays, as pending (PRF-30, Q-52).
func (s *Profiles) Confirm(tx *db.Tx, id account.ID, confirmed map[string]string, sources map[string]Source, by audit.Actor) error {
	p, err := s.Read(tx, id)
	if err != nil {
		return err
	}
	wanted := p.Candidate()
	w, err := s.writer(tx, p, Holder)
	if err != nil {
		return err
	}
	for _, field := range s.coreOf(p, wanted, confirmed) {
		text := confirmed[field]
		source, told := sources[field]
		if !told {
			source = Holder
			if p.Text(field) == text && p.Value(field).Source != "" {
				source = p.Value(field).Source
			}
		}
		if err := w.stand(field, text, source); err != nil {
			return err
		}
		if err := w.wait(field, wanted.Text(field), text); err != nil {
			return err
		}
	}
	return w.end(s, by, "profile.confirm")
}

// coreOf are the core fields that any of the profiles or the confirmed values have.
func (s *Profiles) coreOf(p, wanted Profile, confirmed map[string]string) []string {
	fields := map[string]bool{}
	for _, values := range []map[string]string{p.Values(), wanted.Values(), confirmed} {
		for field := range values {
			if s.IsCore(field) {
				fields[field] = true
			}
		}
	}
	for field := range p.pending {
		fields[field] = true
	}
	return slices.Sorted(maps.Keys(fields))
}

// Core are the texts of a profile's core fields.
func (s *Profiles) Core(p Profile) map[string]string {
	core := p.Values()
	maps.DeleteFunc(core, func(field, _ string) bool {
		kind, _, isDocument := strings.Cut(field, ".")
		return !s.IsCore(field) || isDocument && kind != p.Text(Identity)
	})
	return core
}

// writer changes the rows of one profile.
type writer struct {
	tx      *db.Tx
	p       Profile
	key     secret.Key
	source  Source
	changed []string
	now     map[string]string // the name parts in force after the change
}

// countChange makes writers of one profile wait for each other, so that none
// decides by a level or by values that another one is just changing.
const countChange db.SQL = `INSERT INTO profile_profile (account, changes) VALUES ($1, 1)
	ON CONFLICT (account) DO UPDATE SET changes = profile_profile.changes + 1`

func (s *Profiles) writer(tx *db.Tx, p Profile, source Source) (*writer, error) {
	if _, err := tx.Exec(countChange, string(p.Account)); err != nil {
		return nil, err
	}
	key, err := s.accounts.Key(tx, p.Account)
	return &writer{tx: tx, p: p, key: key, source: source, now: p.Name()}, err
}

func (w *writer) set(field, text string, waits bool) error {
	if waits {
		return w.wait(field, text, w.p.Text(field))
	}
	if err := w.clear(field, true); err != nil {
		return err
	}
	if old := w.p.Value(field); old.Text == text && (w.source == Holder || old.Source == w.source) {
		return nil
	}
	return w.stand(field, text, w.source)
}

// wait makes a wanted text pending beside the one in force; nothing is pending when they are equal.
func (w *writer) wait(field, wanted, inForce string) error {
	old, was := w.p.Pending(field)
	switch {
	case wanted == inForce:
		return w.clear(field, true)
	case was && old.Text == wanted:
		return nil
	}
	w.changed = append(w.changed, field)
	return w.put(field, wanted, Holder, true)
}

// stand puts a text in force; the empty text takes the value away.
func (w *writer) stand(field, text string, source Source) error {
	if old := w.p.Value(field); old.Text == text && old.Source == source && !old.Confirmed() {
		return nil
	}
	w.changed = append(w.changed, field)
	delete(w.now, field)
	if text == "" {
		return w.clear(field, false)
	}
	w.now[field] = text
	return w.put(field, text, source, false)
}

const upsertValue db.SQL = `INSERT INTO profile_value (account, field, pending, value, source, at) VALUES ($1, $2, $3, $4, $5, $6)
	ON CONFLICT (account, field, pending) DO UPDATE SET value = excluded.value, source = excluded.source, at = excluded.at`

func (w *writer) put(field, text string, source Source, pending bool) error {
	id := w.p.Account
	_, err := w.tx.Exec(upsertValue, string(id), field, pending, w.key.Seal(valuePlace(id, field, pending), []byte(text)), string(source), db.At(w.tx.Now()))
	return err
}

const deleteValue db.SQL = `DELETE FROM profile_value WHERE account = $1 AND field = $2 AND pending = $3`

func (w *writer) clear(field string, pending bool) error {
	_, err := w.tx.Exec(deleteValue, string(w.p.Account), field, pending)
	return err
}

// end keeps the account's name in step and leaves the audit line: which fields, never their values.
func (w *writer) end(s *Profiles, by audit.Actor, act string) error {
	if len(w.changed) == 0 {
		return nil
	}
	if slices.ContainsFunc(w.changed, func(f string) bool { _, is := s.law.Names.Part(f); return is }) && len(w.now) > 0 {
		if err := s.accounts.SetName(w.tx, w.p.Account, s.called(w.now)); err != nil {
			return err
		}
	}
	slices.Sort(w.changed)
	id := string(w.p.Account)
	return audit.Record(w.tx, audit.Entry{Actor: by, Act: act, Subject: id, Object: "profile/" + id,
		Facts: map[string]string{"fields": strings.Join(slices.Compact(w.changed), " ")}})
}

// called is how the holder is called: all parts, and for the corner of the page those that everybody has.
func (s *Profiles) called(parts map[string]string) account.Name {
	usual := map[string]string{}
	for _, part := range s.law.Names.Parts {
		if !part.Optional {
			usual[part.Code] = parts[part.Code]
		}
	}
	return account.Name{Full: s.law.Names.Full(parts), Short: s.law.Names.Full(usual)}
}

// Draft is what was typed in a form and not completed yet.
type Draft struct {
	Typed map[string]string
	Saved db.Time
}

const selectDraft db.SQL = `SELECT typed, at FROM profile_draft WHERE account = $1 AND form = $2`

// Draft gives the draft of a form; a zero Draft when there is none.
func (s *Profiles) Draft(tx *db.Tx, id account.ID, form Form) (Draft, error) {
	var d Draft
	sealed, err := db.One(tx, func(r db.Row) (sealed []byte, err error) {
		err = r.Scan(&sealed, &d.Saved)
		return sealed, err
	}, selectDraft, string(id), string(form))
	if errors.Is(err, db.ErrNone) {
		return Draft{}, nil
	}
	if err != nil {
		return d, err
	}
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return d, err
	}
	plain, err := key.Open(draftPlace(id, form), sealed)
	if err != nil {
		return d, err
	}
	err = json.Unmarshal(plain, &d.Typed)
	return d, err
}

func draftPlace(id account.ID, form Form) secret.Place {
	return secret.Place{Table: "profile_draft", Column: "typed", Row: string(id) + "/" + string(form)}
}

// SaveDraft keeps what was typed as it is, whole or not, right or not (PRF-18, PRF-19).
func (s *Profiles) SaveDraft(ctx context.Context, id account.ID, form Form, typed map[string]string) error {
	return s.db.Write(ctx, func(tx *db.Tx) error { return s.keepDraft(tx, id, form, typed) })
}

const upsertDraft db.SQL = `INSERT INTO profile_draft (account, form, typed, at) VALUES ($1, $2, $3, $4)
	ON CONFLICT (account, form) DO UPDATE SET typed = excluded.typed, at = excluded.at`

func (s *Profiles) keepDraft(tx *db.Tx, id account.ID, form Form, typed map[string]string) error {
	key, err := s.accounts.Key(tx, id)
	if err != nil {
		return err
	}
	content, err := json.Marshal(typed)
	if err != nil {
		return err
	}
	_, err = tx.Exec(upsertDraft, string(id), string(form), key.Seal(draftPlace(id, form), content), db.At(tx.Now()))
	return err
}

const deleteDraft db.SQL = `DELETE FROM profile_draft WHERE account = $1 AND form = $2`

func (s *Profiles) dropDraft(tx *db.Tx, id account.ID, form Form) error {
	_, err := tx.Exec(deleteDraft, string(id), string(form))
	return err
}

// Filled is what a form opens with: the draft, else what is known (PRF-03). The
// parts of a name that were given when the account was opened count as known.
func (s *Profiles) Filled(tx *db.Tx, id account.ID, form Form) (map[string]string, error) {
	draft, err := s.Draft(tx, id, form)
	if err != nil || draft.Typed != nil {
		return draft.Typed, err
	}
	p, err := s.Read(tx, id)
	if err != nil {
		return nil, err
	}
	known := p.Candidate()
	filled := known.Values()
	if form == General && len(known.Name()) == 0 {
		a, err := s.accounts.Get(tx, id)
		if err != nil {
			return nil, err
		}
		maps.Copy(filled, s.nameOf(a.Name.Full))
	}
	return filled, nil
}

// Opened is what a form's page opens with (Filled), in a transaction of its own.
func (s *Profiles) Opened(ctx context.Context, id account.ID, form Form) (typed map[string]string, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) error { typed, err = s.Filled(tx, id, form); return err })
	if typed == nil {
		typed = map[string]string{}
	}
	return typed, err
}

// nameOf takes a full name apart when it has exactly the words that registration asks for.
func (s *Profiles) nameOf(full string) map[string]string {
	var asked []string
	for _, part := range s.law.Names.Parts {
		if part.Registration {
			asked = append(asked, part.Code)
		}
	}
	words := strings.Fields(full)
	if len(asked) == 1 {
		words = []string{strings.Join(words, " ")}
	}
	if len(words) != len(asked) || words[0] == "" {
		return nil
	}
	parts := map[string]string{}
	for i, code := range asked {
		parts[code] = words[i]
	}
	return parts
}
