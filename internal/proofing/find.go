package proofing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/centre"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
	"okno/internal/text"
)

// Purposes are the reasons for which an officer may look somebody up (OPR-05,
// AUTHZ-6). There is none for curiosity.
var Purposes = []string{"confirm", "again", "explain"}

// PurposeKey is the text key of a purpose, which the resident reads under "who looked at my data".
func PurposeKey(purpose string) string { return "proofing.purpose." + purpose }

// Outcome is how a search ended.
type Outcome string

// The outcomes of a search.
const (
	FoundStandard Outcome = "found"      // a visit is open
	Unknown       Outcome = "unknown"    // nobody has this login or pass
	Simplified    Outcome = "simplified" // cannot be confirmed yet (OPR-20)
	Already       Outcome = "verified"   // is verified
	Cannot        Outcome = "cannot"     // this centre does not confirm (OPR-17)
	Self          Outcome = "self"       // the officer's own account
	Busy          Outcome = "busy"       // another desk has this visitor
)

// Found is the answer to a search.
type Found struct {
	Outcome Outcome
	Case    string        // the visit, when found
	Nearest []centre.Near // centres that can help, nearest first, when this one cannot (OPR-17)
}

// Search is what an officer types to find a visitor.
type Search struct {
	Login   string // the login that the visitor names (OPR-06) or the code of the pass
	Purpose string // one of Purposes
	Browser string // the desk's browser, so that a second officer sits at another
}

func (q Search) validate() error {
	var wrong []fault.Field
	if strings.TrimSpace(q.Login) == "" {
		wrong = append(wrong, fault.Field{Name: "login", Key: "proofing.login_missing"})
	}
	if !slices.Contains(Purposes, q.Purpose) {
		wrong = append(wrong, fault.Field{Name: "purpose", Key: "proofing.purpose_missing"})
	}
	return fault.Fields(wrong...)
}

// Find looks a visitor up by an exact login or pass code, never by name, and
// opens the visit when the account is standard (OPR-07). Every search is counted
// and leaves an audit line with its purpose, found or not.
func (s *Service) Find(ctx context.Context, o officer.Officer, q Search) (found Found, err error) {
	if err := q.validate(); err != nil {
		return Found{}, err
	}
	if here, ok := s.centres.Get(o.Centre); !ok || !here.DoesOffer(jurisdiction.ConfirmIdentity) {
		return Found{Outcome: Cannot, Nearest: s.centres.NearestTo(o.Centre, jurisdiction.ConfirmIdentity)}, nil
	}
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		found = Found{}
		if err := takeTurn(tx, o); err != nil {
			return err
		}
		if err := s.within(tx, o, countSearches, searchesPerVisit); err != nil {
			return err
		}
		id, err := s.recognise(tx, q.Login)
		if err != nil {
			return err
		}
		if found, err = s.open(tx, o, q, id); err != nil {
			return err
		}
		return s.recordSearch(tx, o, q, id, found)
	})
	if fault.Is(err, fault.TooMany) {
		return found, errors.Join(err, s.recordTooMany(ctx, o, q))
	}
	return found, err
}

// recordTooMany leaves the trace of a search that was one too many: its own
// transaction was rolled back, and who goes fishing must be seen (T-25).
func (s *Service) recordTooMany(ctx context.Context, o officer.Officer, q Search) error {
	return s.db.Write(ctx, func(tx *db.Tx) error {
		return audit.Record(tx, audit.Entry{Actor: o.By(), Act: "proofing.search_refused", Object: "officer/" + string(o.ID),
			Purpose: PurposeKey(q.Purpose), Facts: map[string]string{"why": "cap", "centre": o.Centre}})
	})
}

const insertSearch db.SQL = `INSERT INTO proofing_search (id, officer, at, outcome) VALUES ($1, $2, $3, $4)`

func (s *Service) recordSearch(tx *db.Tx, o officer.Officer, q Search, id account.ID, f Found) error {
	row := secret.NewID()
	if _, err := tx.Exec(insertSearch, row, string(o.ID), db.At(tx.Now()), string(f.Outcome)); err != nil {
		return err
	}
	return audit.Record(tx, audit.Entry{Actor: o.By(), Act: "proofing.search", Read: true, Subject: string(id), Object: "proofing_search/" + row,
		Purpose: PurposeKey(q.Purpose), Facts: map[string]string{"outcome": string(f.Outcome), "centre": o.Centre}})
}

// open decides what a search has found, and opens the visit if it may.
func (s *Service) open(tx *db.Tx, o officer.Officer, q Search, id account.ID) (Found, error) {
	if id == "" {
		return Found{Outcome: Unknown}, nil
	}
	if string(id) == o.Account {
		return Found{Outcome: Self}, nil
	}
	level, err := s.accounts.LevelOf(tx, id)
	if err != nil {
		return Found{}, err
	}
	inPerson, err := s.provedInPerson(tx, id)
	switch {
	case err != nil:
		return Found{}, err
	case level < account.Standard:
		return Found{Outcome: Simplified, Nearest: s.centres.NearestTo(o.Centre, jurisdiction.Advice)}, nil
	case level >= account.Verified && inPerson:
		return Found{Outcome: Already}, nil
	}
	if found, is, err := s.going(tx, o, id); err != nil || is {
		return found, err
	}
	c := newCase(tx, id, o, q.Browser, q.Purpose)
	if c.Risk, err = s.risk(tx, o, id); err != nil {
		return Found{}, err
	}
	if err := s.insert(tx, c); err != nil {
		if errors.Is(err, db.ErrUnique) {
			return Found{}, fault.New(fault.Conflict, "proofing.elsewhere")
		}
		return Found{}, err
	}
	return Found{Outcome: FoundStandard, Case: c.ID}, record(tx, c, "proofing.opened", o.By())
}

// provedInPerson says whether somebody has looked at the person and the document
// before. Whoever was proved by letter, bank or signature may come to be looked at:
// some sites take nothing less (LTR-27, Q-14).
func (s *Service) provedInPerson(tx *db.Tx, id account.ID) (bool, error) {
	standing, err := s.accounts.Standing(tx, id)
	return slices.ContainsFunc(standing, func(e account.Standing) bool {
		return e.Way == account.ByDesk || e.Way == account.ByEnvelope
	}), err
}

// going finds a visit of the account that has not ended: this officer's own goes
// on, another's keeps the visitor.
func (s *Service) going(tx *db.Tx, o officer.Officer, id account.ID) (Found, bool, error) {
	c, err := db.One(tx, scanCase, selectLiveCase, string(id))
	switch {
	case errors.Is(err, db.ErrNone):
		return Found{}, false, nil
	case err != nil:
		return Found{}, false, err
	case !c.Ends.After(tx.Now()):
		return Found{}, false, end(tx, c)
	case c.Officer == o.ID:
		return Found{Outcome: FoundStandard, Case: c.ID}, true, nil
	}
	return Found{Outcome: Busy}, true, nil
}

// recognise finds the one account of a login or pass code; "" when nobody has it.
func (s *Service) recognise(tx *db.Tx, typed string) (account.ID, error) {
	if strings.Contains(typed, "@") {
		return s.accounts.ByContact(tx, account.Email, typed)
	}
	if code, ok := passShape(typed); ok {
		if id, err := s.byPass(tx, code); err != nil || id != "" {
			return id, err
		}
	}
	for _, number := range s.law.Identifiers {
		if value, err := number.Normalise(typed); err == nil && number.Login && number.Unique {
			if id, err := s.accounts.ByNumber(tx, value); err != nil || id != "" {
				return id, err
			}
		}
	}
	phone, err := s.law.Phone.Normalise(text.FoldDigits(typed))
	if err != nil {
		return "", nil
	}
	return s.accounts.ByContact(tx, account.Phone, phone)
}
