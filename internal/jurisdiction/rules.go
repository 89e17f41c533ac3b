package jurisdiction

import "time"

// Rules are the numbers of the house that a country may set. Zero-value fields
// never occur: what a pack leaves out has the default given here.
type Rules struct {
	Code     CodeRules    `yaml:"code,optional"`
	Links    LinkRules    `yaml:"links,optional"`
	SignIn   SignInRules  `yaml:"sign_in,optional"`
	Sessions SessionRules `yaml:"sessions,optional"`
	Check    CheckRules   `yaml:"check,optional"`
	Desk     DeskRules    `yaml:"desk,optional"`
	Files    FileRules    `yaml:"files,optional"`
	Drafts   DraftRules   `yaml:"drafts,optional"`
}

// CodeRules are for codes by SMS and e-mail.
type CodeRules struct {
	Digits      int           `yaml:"digits,optional"`
	Lifetime    time.Duration `yaml:"lifetime,optional"`     // REG-22
	Tries       int           `yaml:"tries,optional"`
	Resend      time.Duration `yaml:"resend,optional"`
	PerHour     int           `yaml:"per_hour,optional"`     // sends to one contact: security.md 1
	PerDay      int           `yaml:"per_day,optional"`      // sends to one contact
	PerAddress  int           `yaml:"per_address,optional"`  // sends an hour for one IPv4 address or IPv6 /64
	PerPrefix   int           `yaml:"per_prefix,optional"`   // sends an hour to numbers that differ in the last 4 digits
	PersonTries int           `yaml:"person_tries,optional"` // wrong in a row before SMS is frozen
	Freeze      time.Duration `yaml:"freeze,optional"`       // how long SMS stays frozen
}

// LinkRules are lifetimes of what is sent by e-mail.
type LinkRules struct {
	Registration  time.Duration `yaml:"registration,optional"`
	Reset         time.Duration `yaml:"reset,optional"`          // security.md 1
	ContactChange time.Duration `yaml:"contact_change,optional"` // security.md 1
}

// SignInRules are about wrong passwords.
type SignInRules struct {
	FreeTries    int           `yaml:"free_tries,optional"`    // before the delay begins
	LongestDelay time.Duration `yaml:"longest_delay,optional"` // the delay doubles from 1 s up to this
	Challenge    int           `yaml:"challenge,optional"`     // failures before the browser has to work
	ReturnAfter  time.Duration `yaml:"return_after,optional"`  // REG-36
	RecoveryHold time.Duration `yaml:"recovery_hold,optional"` // D-09
	ClaimHold    time.Duration `yaml:"claim_hold,optional"`    // D-06
}

// SessionRules are how long sessions live.
type SessionRules struct {
	Idle          time.Duration `yaml:"idle,optional"`           // simplified and standard
	Total         time.Duration `yaml:"total,optional"`          //
	VerifiedIdle  time.Duration `yaml:"verified_idle,optional"`  //
	VerifiedTotal time.Duration `yaml:"verified_total,optional"` //
	OfficerIdle   time.Duration `yaml:"officer_idle,optional"`   //
	OfficerTotal  time.Duration `yaml:"officer_total,optional"`  //
	StepUp        time.Duration `yaml:"step_up,optional"`        // how long a fresh proof counts
}

// CheckRules are about automatic checks.
type CheckRules struct {
	UsualFrom   int           `yaml:"usual_from,optional"`   // minutes: "usually 2-15 minutes"
	UsualTo     int           `yaml:"usual_to,optional"`     // minutes
	Restart     time.Duration `yaml:"restart,optional"`      // restart is offered (CHK-23)
	WorkingDays int           `yaml:"working_days,optional"` // then it has not passed (CHK-21)
	PerDay      int           `yaml:"per_day,optional"`      // corrections a day
}

// DeskRules are about operators at centres (D-10).
type DeskRules struct {
	PerHour      int           `yaml:"per_hour,optional"`      // confirmations of one operator
	PerDay       int           `yaml:"per_day,optional"`       //
	VisitorCode  time.Duration `yaml:"visitor_code,optional"`  // life of the code on the visitor's phone
	NoticeWithin time.Duration `yaml:"notice_within,optional"` // OPR-13
	Copies       int           `yaml:"copies,optional"`        // OPR-10
}

// FileRules are about uploads and bodies (security.md 1).
type FileRules struct {
	FileBytes int64 `yaml:"file_bytes,optional"`
	CaseBytes int64 `yaml:"case_bytes,optional"`
	CaseFiles int   `yaml:"case_files,optional"`
}

// DraftRules are about applications not yet sent (D-16).
type DraftRules struct {
	Lifetime time.Duration `yaml:"lifetime,optional"`
	Remind   time.Duration `yaml:"remind,optional"`  // before it expires
	Restore  time.Duration `yaml:"restore,optional"` // for how long a discarded one can be restored (screens.md S24)
}

const day = 24 * time.Hour

// defaultRules are the numbers of decisions.md and security.md section 1.
func defaultRules() Rules {
	return Rules{
		Code: CodeRules{Digits: 6, Lifetime: 300 * time.Second, Tries: 5, Resend: time.Minute, PerHour: 5, PerDay: 10,
			PerAddress: 10, PerPrefix: 50, PersonTries: 20, Freeze: day},
		Links: LinkRules{Registration: 3 * day, Reset: time.Hour, ContactChange: day},
		SignIn: SignInRules{FreeTries: 5, LongestDelay: 15 * time.Minute, Challenge: 2, ReturnAfter: 3 * time.Second,
			RecoveryHold: 3 * day},
		Sessions: SessionRules{Idle: 30 * time.Minute, Total: day, VerifiedIdle: 15 * time.Minute, VerifiedTotal: 12 * time.Hour,
			OfficerIdle: 10 * time.Minute, OfficerTotal: 8 * time.Hour, StepUp: 5 * time.Minute},
		Check:  CheckRules{UsualFrom: 2, UsualTo: 15, Restart: 20 * time.Minute, WorkingDays: 5, PerDay: 10},
		Desk:   DeskRules{PerHour: 12, PerDay: 60, VisitorCode: 300 * time.Second, NoticeWithin: 2 * time.Minute, Copies: 2},
		Files:  FileRules{FileBytes: 10 << 20, CaseBytes: 50 << 20, CaseFiles: 20},
		Drafts: DraftRules{Lifetime: 30 * day, Remind: 3 * day, Restore: 30 * day},
	}
}

// mistakes checks what no country may set: codes that can be guessed, times of zero.
func (r Rules) mistakes(at Source) Problems {
	var wrong Problems
	refuse := func(bad bool, text string) {
		if bad {
			wrong = append(wrong, at.problem("%s", text))
		}
	}
	refuse(r.Code.Digits < 6 || r.Code.Digits > 10, "code.digits is 6 to 10 (security.md: no 4-digit mode)")
	refuse(r.Code.Lifetime <= 0 || r.Code.Lifetime > 10*time.Minute, "code.lifetime is at most 600s (security.md)")
	refuse(r.Code.Tries < 1 || r.Code.Tries > 10, "code.tries is 1 to 10")
	refuse(r.Code.Resend < time.Second, "code.resend is at least 1s")
	refuse(r.Links.Registration <= 0 || r.Links.Reset <= 0 || r.Links.ContactChange <= 0, "a link lives longer than 0s")
	refuse(r.SignIn.FreeTries < 1 || r.SignIn.FreeTries > 100, "sign_in.free_tries is 1 to 100")
	refuse(r.Sessions.Idle <= 0 || r.Sessions.Total < r.Sessions.Idle, "sessions.total is not shorter than sessions.idle")
	refuse(r.Sessions.VerifiedIdle <= 0 || r.Sessions.VerifiedTotal < r.Sessions.VerifiedIdle, "sessions.verified_total is not shorter than sessions.verified_idle")
	refuse(r.Sessions.OfficerIdle <= 0 || r.Sessions.OfficerTotal < r.Sessions.OfficerIdle, "sessions.officer_total is not shorter than sessions.officer_idle")
	refuse(r.Check.WorkingDays < 1 || r.Check.UsualTo < r.Check.UsualFrom, "check: working_days is at least 1, usual_to not before usual_from")
	refuse(r.Desk.PerHour < 1 || r.Desk.PerDay < r.Desk.PerHour, "desk.per_day is not less than desk.per_hour")
	refuse(r.Files.FileBytes < 1 || r.Files.CaseBytes < r.Files.FileBytes || r.Files.CaseFiles < 1, "files: a case holds at least one file")
	refuse(r.Drafts.Restore < day, "drafts.restore is at least a day")
	refuse(r.Drafts.Lifetime <= r.Drafts.Remind, "drafts.remind comes before drafts.lifetime ends")
	return wrong
}

// Proofing says how a person proves to be that person.
type Proofing struct {
	Methods []ProofingMethod `yaml:"methods"` // in the order of offering
	Letter  LetterRules      `yaml:"letter,optional"`
}

// ProofingMethod is one way to the verified level.
type ProofingMethod struct {
	Source
	Code        string `yaml:"code"` // centre, letter, signature, bank
	Name        Words  `yaml:"name"`
	About       Words  `yaml:"about"`
	Takes       Words  `yaml:"takes"`                // how long
	Bring       Words  `yaml:"bring"`                // what to bring or have
	Warning     Words  `yaml:"warning,optional"`     // what it does not open (P-11)
	Available   bool   `yaml:"available"`            // offered now
	Recommended bool   `yaml:"recommended,optional"` // IDC-15
}

// LetterRules are about the registered letter (LTR).
type LetterRules struct {
	Digits     int `yaml:"digits,optional"`       // LTR-25
	MakeUpDays int `yaml:"make_up_days,optional"` // working days
	KeptDays   int `yaml:"kept_days,optional"`    // at the post office (LTR-17)
	AgainDays  int `yaml:"again_days,optional"`   // LTR-19
	AwakeDays  int `yaml:"awake_days,optional"`   // after hand-out
	LatestDays int `yaml:"latest_days,optional"`  // from the order
	Tries      int `yaml:"tries,optional"`        // wrong tries in all
}

func defaultLetter() LetterRules {
	return LetterRules{Digits: 16, MakeUpDays: 3, KeptDays: 30, AgainDays: 30, AwakeDays: 14, LatestDays: 90, Tries: 10}
}
