package catalogue

import (
	"context"
	"strings"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/text"
)

// Profiles tell what is known of a person: profile field to its value as kept
// ("birth_date": "1990-03-27", "ru_passport.series", "residence_address.city").
// Fields that were never given are absent.
type Profiles interface {
	Values(tx *db.Tx, who account.ID) (map[string]string, error)
}

// Draft is an application that was begun and not sent.
type Draft struct {
	Path  string // where it goes on
	Saved time.Time
}

// Drafts tell of drafts, so that nobody begins a second one (S03).
type Drafts interface {
	DraftOf(tx *db.Tx, who account.ID, service string) (Draft, bool, error)
}

// Sources are where the catalogue asks about a person. Nil ones know nothing.
type Sources struct {
	Profiles Profiles
	Drafts   Drafts
}

// Step is the one thing to do next to get a service (P-26).
type Step string

// The steps.
const (
	StepApply    Step = "apply"    // nothing is missing
	StepContinue Step = "continue" // a draft waits
	StepSignIn   Step = "sign_in"  // nobody is signed in
	StepProfile  Step = "profile"  // simplified: fill in personal data
	StepConfirm  Step = "confirm"  // standard: confirm identity
	StepSign     Step = "sign"     // an electronic signature is needed (CAT-18)
	StepRegion   Step = "region"   // choose where you live
	StepVisit    Step = "visit"    // only by a visit, or not in this region
	StepNone     Step = "none"     // a condition does not hold: no step helps
)

// Missing is what one person has and lacks for a service.
type Missing struct {
	Step     Step
	Here     Here
	Level    jurisdiction.AccountLevel // the least level, when it is more than the person's; else Anonymous
	Refusals []jurisdiction.Words      // conditions that do not hold
	Have     []jurisdiction.Words      // what the form takes from the profile and need not be typed
	Need     []jurisdiction.Words      // what the form will ask for (LVL-40)
	Draft    Draft                     // for StepContinue
}

// Look is Missing in a transaction of its own; it reads nothing for somebody who
// has not signed in.
func (c *Catalogue) Look(ctx context.Context, who account.ID, level account.Level, s *jurisdiction.Service, region string) (m Missing, err error) {
	if who == "" {
		return c.Missing(nil, "", level, s, region)
	}
	err = c.db.Read(ctx, func(tx *db.Tx) error {
		m, err = c.Missing(tx, who, level, s, region)
		return err
	})
	return m, err
}

// Missing works out what a person lacks for a service in a region. Who "" is
// somebody who has not signed in; then level is None and the person's data is
// not asked.
func (c *Catalogue) Missing(tx *db.Tx, who account.ID, level account.Level, s *jurisdiction.Service, region string) (Missing, error) {
	m := Missing{Here: HereOf(s, region)}
	if need := s.Level("apply"); jurisdiction.AccountLevel(level) < need {
		m.Level = need
	}
	if who == "" {
		m.Step = stepOf(m, level, false)
		m.Need = needed(s, nil)
		return m, nil
	}
	known, err := c.known(tx, who)
	if err != nil {
		return m, err
	}
	m.Have, m.Need = had(s, known), needed(s, known)
	m.Refusals = refusals(s, known, level, region, text.DayOf(tx.Now(), c.law.Zone))
	unsigned, err := c.unsigned(tx, who, s)
	if err != nil {
		return m, err
	}
	m.Step = stepOf(m, level, unsigned)
	if m.Step == StepApply && c.sources.Drafts != nil {
		draft, ok, err := c.sources.Drafts.DraftOf(tx, who, s.ID)
		if ok {
			m.Step, m.Draft = StepContinue, draft
		}
		return m, err
	}
	return m, nil
}

func (c *Catalogue) known(tx *db.Tx, who account.ID) (map[string]string, error) {
	if c.sources.Profiles == nil {
		return nil, nil
	}
	return c.sources.Profiles.Values(tx, who)
}

// unsigned says that the service wants an electronic signature that this person has not shown.
func (c *Catalogue) unsigned(tx *db.Tx, who account.ID, s *jurisdiction.Service) (bool, error) {
	if !s.Signature {
		return false, nil
	}
	standing, err := c.accounts.Standing(tx, who)
	for _, e := range standing {
		if e.Way == account.BySignature {
			return false, err
		}
	}
	return true, err
}

// stepOf is the one step, the first obstacle first. What no step can help comes
// before what takes the person a week to get.
func stepOf(m Missing, level account.Level, unsigned bool) Step {
	switch {
	case m.Here == HereVisit || m.Here == HereLater || m.Here == HereElsewhere:
		return StepVisit
	case m.Here == HereSomewhere:
		return StepRegion
	case len(m.Refusals) > 0:
		return StepNone
	case m.Level == jurisdiction.Anonymous && unsigned:
		return StepSign
	case m.Level == jurisdiction.Anonymous:
		return StepApply
	}
	switch level {
	case account.None:
		return StepSignIn
	case account.Simplified:
		return StepProfile
	}
	return StepConfirm
}

// refusals are the conditions that do not hold. A condition about an answer of
// the form waits for the form; one about somebody's age or citizenship waits
// until it is known.
func refusals(s *jurisdiction.Service, known map[string]string, level account.Level, region string, today text.Day) []jurisdiction.Words {
	facts := jurisdiction.Facts{Sex: known["sex"], Citizenship: known["citizenship"], Region: region, Level: jurisdiction.AccountLevel(level)}
	if born, err := text.ParseDay(known["birth_date"]); err == nil {
		facts.Age = born.Age(today)
	}
	var list []jurisdiction.Words
	for _, e := range s.Eligibility {
		if waits(e.Holds.Text(), known) || e.Holds.Holds(facts, nil) {
			continue
		}
		list = append(list, e.Refusal)
	}
	return list
}

// asks pairs a word of conditions with the profile field behind it.
var asks = [...][2]string{{"age", "birth_date"}, {"citizenship", "citizenship"}, {"sex", "sex"}}

func waits(condition string, known map[string]string) bool {
	if strings.Contains(condition, "answers.") || strings.Contains(condition, "level") {
		return true // the level has its own step
	}
	for _, a := range asks {
		if strings.Contains(condition, a[0]) && known[a[1]] == "" {
			return true
		}
	}
	return false
}
