package jurisdiction

import "fmt"

// Service is one public service: what the catalogue shows, who may apply, the
// form, the way through the office and the result (services/<id>.yaml).
type Service struct {
	Source
	ID           string                  `yaml:"id"`
	Name         Words                   `yaml:"name"`
	Summary      Words                   `yaml:"summary"`             // description (CAT-10)
	Synonyms     Synonyms                `yaml:"synonyms,optional"`   // for the search (NAV-12, NAV-13)
	Category     string                  `yaml:"category"`            //
	Authority    string                  `yaml:"authority"`           // CAT-10
	Audiences    []string                `yaml:"audiences"`           // user categories (NAV-02)
	Regions      []string                `yaml:"regions,optional"`    // where it is online; empty: everywhere (CAT-15)
	Kind         ServiceKind             `yaml:"kind"`                // CAT-13
	Availability Availability            `yaml:"availability"`        // GEN-15
	Levels       map[string]AccountLevel `yaml:"levels"`              // operation to least level (CAT-19, Q-01); "apply" always
	Signature    bool                    `yaml:"signature,optional"`  // also needs an electronic signature (CAT-18)
	Popular      int                     `yaml:"popular,optional"`    // place in the list of popular services, from 1 (NAV-15)
	Procedure    []Words                 `yaml:"procedure"`           // steps (CAT-11)
	Conditions   Words                   `yaml:"conditions,optional"` // of provision (CAT-10)
	Deadline     Deadline                `yaml:"deadline"`            // CAT-11
	Duties       []Duty                  `yaml:"duties,optional"`     // none: free (CAT-11)
	Documents    []NeededDocument        `yaml:"documents,optional"`  // CAT-12
	Eligibility  []Eligibility           `yaml:"eligibility,optional"`
	Form         []FormPage              `yaml:"form,optional"`
	Stages       []Stage                 `yaml:"stages,optional"`
	Decision     *Decision               `yaml:"decision,optional"`
	Result       *Result                 `yaml:"result,optional"`
	Examples     []ServiceExample        `yaml:"examples,optional"`
}

// ServiceKind is one of the two kinds of CAT-13.
type ServiceKind string

// The kinds.
const (
	ObtainDocument ServiceKind = "document"
	ObtainInfo     ServiceKind = "information"
)

func (k *ServiceKind) fromText(s string) error {
	*k = ServiceKind(s)
	if *k != ObtainDocument && *k != ObtainInfo {
		return fmt.Errorf("%q is not a kind of service (document, information)", s)
	}
	return nil
}

// Availability says whether one can apply here (GEN-15, P-27).
type Availability string

// The values.
const (
	Online Availability = "online" // the form is here
	Later  Availability = "later"  // will be here; today only by a visit
	Visit  Availability = "visit"  // only by a visit
)

func (a *Availability) fromText(s string) error {
	*a = Availability(s)
	if *a != Online && *a != Later && *a != Visit {
		return fmt.Errorf("%q is not online, later or visit", s)
	}
	return nil
}

// Deadline is how long the authority has. No working days and no note: at once.
type Deadline struct {
	WorkingDays int   `yaml:"working_days"`
	Note        Words `yaml:"note,optional"`
}

// Duty is a state duty.
type Duty struct {
	Source
	Name     Words     `yaml:"name"`
	Amount   int64     `yaml:"amount"`            // smallest units of the currency
	Discount int       `yaml:"discount,optional"` // percent, when paid on the portal (GAI-07, Q-47)
	When     Condition `yaml:"when,optional"`
}

// OnPortal is the amount when it is paid on the portal, rounded down to a whole unit.
func (d Duty) OnPortal() int64 { return d.Amount - d.Amount*int64(d.Discount)/100 }

// NeededDocument is one line of the list of CAT-12.
type NeededDocument struct {
	Name     Words `yaml:"name"`
	Note     Words `yaml:"note,optional"`
	Optional bool  `yaml:"optional,optional"`
	Fetched  bool  `yaml:"fetched,optional"` // the authority gets it by itself (APP-10)
}

// Eligibility is one condition of who may apply; when it does not hold, the
// refusal is shown.
type Eligibility struct {
	Source
	Holds   Condition `yaml:"holds"`
	Refusal Words     `yaml:"refusal"`
}

// Whose turn it is in a stage.
const (
	TurnApplicant = "applicant"
	TurnAuthority = "authority"
	TurnRegister  = "register"
)

// Stage is a step of the case, as the timeline shows it.
type Stage struct {
	Source
	Code        string `yaml:"code"`
	Name        Words  `yaml:"name"`
	Turn        string `yaml:"turn"`             // applicant, authority, register
	WorkingDays int    `yaml:"working_days"`     // by when, counted from the stage's beginning
	About       Words  `yaml:"about,optional"`   // what happens, for the resident
	Officer     bool   `yaml:"officer,optional"` // an officer decides here
}

// Decision is what the officer may decide.
type Decision struct {
	Role       string      `yaml:"role"` // role of package officer that decides, "case_worker"
	Outcomes   []Outcome   `yaml:"outcomes"`
	Correction *Correction `yaml:"correction,optional"`
}

// Outcome is one decision.
type Outcome struct {
	Source
	Code    string   `yaml:"code"`             // "grant", "refuse"
	Name    Words    `yaml:"name"`             // on the officer's button
	Letter  Words    `yaml:"letter"`           // what the resident reads
	Grants  bool     `yaml:"grants,optional"`  // the result is made
	Reasons []Reason `yaml:"reasons,optional"` // one must be picked when there are any
}

// Reason is one ground of an outcome.
type Reason struct {
	Source
	Code string `yaml:"code"`
	Text Words  `yaml:"text"`
}

// Correction says that the officer may send the form back; the clock stands still.
type Correction struct {
	WorkingDays int      `yaml:"working_days"`    // the applicant's time
	Fields      []string `yaml:"fields,optional"` // fields that may be asked about; empty: all
	Times       int      `yaml:"times,optional"`  // how often; 0: once
}

// Kinds of result.
const (
	ResultStatement = "statement" // at once, from a register
	ResultPDF       = "pdf"       // a document on the portal
	ResultPickUp    = "pickup"    // a document at an office, and a notice as PDF
)

// Result is what the applicant gets.
type Result struct {
	Source
	Kind     string        `yaml:"kind"`
	Title    Words         `yaml:"title"`
	Text     Words         `yaml:"text,optional"`
	Register string        `yaml:"register,optional"` // for a statement
	Office   string        `yaml:"office,optional"`   // for pickup: the form's field of type office
	Bring    Words         `yaml:"bring,optional"`    // for pickup: what to bring
	Validity []Validity    `yaml:"validity,optional"` // the first whose condition holds counts; none: for good
	Fields   []ResultField `yaml:"fields,optional"`
}

// Validity is how long the result is valid.
type Validity struct {
	Years  int       `yaml:"years,optional"`
	Months int       `yaml:"months,optional"`
	When   Condition `yaml:"when,optional"`
}

// ResultField is a line of the result document: a label and where its value
// comes from: "profile.<field>", "answers.<field>", "case.number",
// "case.filed_on", "case.decided_on", "result.valid_until", "statement.<member>".
type ResultField struct {
	Source
	Label Words  `yaml:"label"`
	From  string `yaml:"from"`
}

// ServiceExample is an applicant for whom the conditions must come out as told.
type ServiceExample struct {
	Source
	Name    string            `yaml:"name"`
	Facts   Facts             `yaml:"facts"`
	Answers map[string]string `yaml:"answers,optional"` // as typed: text, number, true
	Allowed bool              `yaml:"allowed"`
	Duty    *int64            `yaml:"duty,optional"` // the sum of duties, smallest units
}

// Level is the least level of an operation; Verified when the service does not say.
func (s *Service) Level(operation string) AccountLevel {
	if level, ok := s.Levels[operation]; ok {
		return level
	}
	return Verified
}

// IsOnlineIn says whether one can apply here for somebody in the region.
func (s *Service) IsOnlineIn(region string) bool {
	return s.Availability == Online && s.OfferedIn(region)
}

// OfferedIn says whether the service exists in the region (CAT-15).
func (s *Service) OfferedIn(region string) bool {
	if len(s.Regions) == 0 {
		return true
	}
	for _, r := range s.Regions {
		if r == region {
			return true
		}
	}
	return false
}

// Refusals are the reasons why somebody may not apply; none: may apply. The
// level is asked separately. A condition that cannot be worked out refuses.
func (s *Service) Refusals(f Facts, answers map[string]any) []Words {
	var refusals []Words
	for _, e := range s.Eligibility {
		if !e.Holds.Holds(f, answers) {
			refusals = append(refusals, e.Refusal)
		}
	}
	return refusals
}

// DutiesFor are the duties that this applicant owes.
func (s *Service) DutiesFor(f Facts, answers map[string]any) []Duty {
	var due []Duty
	for _, d := range s.Duties {
		if d.When.Holds(f, answers) {
			due = append(due, d)
		}
	}
	return due
}

// ValidityFor is how long the result is valid; false: for good.
func (r *Result) ValidityFor(f Facts, answers map[string]any) (Validity, bool) {
	for _, v := range r.Validity {
		if v.When.Holds(f, answers) {
			return v, true
		}
	}
	return Validity{}, false
}

// Field finds a field of the form.
func (s *Service) Field(code string) (FormField, bool) {
	for _, page := range s.Form {
		for _, f := range page.Fields {
			if f.Code == code {
				return f, true
			}
		}
	}
	return FormField{}, false
}

// Stage finds a stage of the case.
func (s *Service) Stage(code string) (Stage, bool) {
	return byCode(s.Stages, code, func(st Stage) string { return st.Code })
}
