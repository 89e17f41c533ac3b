package proofing

import (
	"context"
	"slices"

	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/text"
)

// Features are what an officer checks on the document, each with a tick (OPR-08).
var Features = []string{"face", "whole", "valid", "data"}

// mostMismatches is how often a number may be typed that is not the profile's.
const mostMismatches = 3

// Comparison is how typed numbers compared with the profile.
type Comparison struct {
	Matched bool
	Left    int    // tries left when they did not match; 0: the visit was refused
	Risk    string // why a second officer is asked, "" when nobody is
}

// Compare takes the numbers that the officer typed from the shown document and
// compares them with those of the profile (OPR-04). What does not match is
// counted; after the third time the visit is refused.
func (s *Service) Compare(ctx context.Context, o officer.Officer, id string, typed map[string]string, ticked []string) (result Comparison, err error) {
	err = s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		if c.State != Opened {
			return fault.New(fault.Conflict, "proofing.moved_on")
		}
		values, err := s.profiles.Values(tx, c.Account)
		if err != nil {
			return err
		}
		kept, err := s.readNumbers(tx, values[identityDocument], typed, ticked)
		if err != nil {
			return err
		}
		result, err = s.compare(tx, &c, o, values, kept)
		return err
	})
	return result, err
}

// readNumbers brings typed numbers to the form in which a profile keeps them.
func (s *Service) readNumbers(tx *db.Tx, kind string, typed map[string]string, ticked []string) (map[string]string, error) {
	document, ok := s.law.Document(kind)
	if !ok {
		return nil, fault.New(fault.Conflict, "proofing.no_document")
	}
	today := text.DayOf(tx.Now(), s.law.Zone)
	kept := map[string]string{}
	var wrong []fault.Field
	for _, f := range Numbers(document) {
		value, err := f.Check(typed[f.Code], today)
		if err != nil {
			wrong = append(wrong, fault.Of(err).Fields...)
			continue
		}
		kept[kind+"."+f.Code] = value
	}
	if slices.ContainsFunc(Features, func(feature string) bool { return !slices.Contains(ticked, feature) }) {
		wrong = append(wrong, fault.Field{Name: "features", Key: "proofing.features_missing"})
	}
	return kept, fault.Fields(wrong...)
}

func (s *Service) compare(tx *db.Tx, c *Case, o officer.Officer, values, typed map[string]string) (Comparison, error) {
	for field, value := range typed {
		if values[field] != value {
			return s.mismatch(tx, c, o)
		}
	}
	c.compared = s.digest(values)
	m := match
	if c.Risk != "" {
		m = askSecond
	}
	return Comparison{Matched: true, Risk: c.Risk}, step(tx, c, m, o.By())
}

// mismatch counts numbers that are not those of the profile; a refusal to remember.
func (s *Service) mismatch(tx *db.Tx, c *Case, o officer.Officer) (Comparison, error) {
	c.Mismatches++
	left := mostMismatches - c.Mismatches
	if left <= 0 {
		c.why = "mismatch"
		return Comparison{}, step(tx, c, refuse, o.By())
	}
	if err := save(tx, c.State, *c); err != nil {
		return Comparison{}, err
	}
	return Comparison{Left: left}, record(tx, *c, "proofing.mismatch", o.By())
}

// StopReasons are why an officer ends a visit without confirming.
var StopReasons = []string{"left", "other_document", "not_like", "damaged", "suspicion"}

// Stop ends a visit for a reason; nothing changes for the account.
func (s *Service) Stop(ctx context.Context, o officer.Officer, id, reason string) error {
	if !slices.Contains(StopReasons, reason) {
		return fault.OneField("stop-reason", "proofing.reason_missing", nil)
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		c, err := live(tx, o, id)
		if err != nil {
			return err
		}
		c.why = reason
		m := refuse
		if reason == "left" {
			m = leave
		}
		return step(tx, &c, m, o.By())
	})
}
