package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// CheckState is how far one automatic check is.
type CheckState string

// The states; each has its own icon and its own word (CHK-06..08).
const (
	CheckWaiting CheckState = "waiting"
	CheckRunning CheckState = "running" // two arrows chasing each other
	CheckPassed  CheckState = "passed"  // green circle with a tick
	CheckFailed  CheckState = "failed"
	CheckSilent  CheckState = "silent" // the register does not answer
	CheckManual  CheckState = "manual" // a person looks at it
)

func (s CheckState) icon() string {
	switch s {
	case CheckPassed:
		return "tick"
	case CheckFailed:
		return "cross"
	case CheckRunning:
		return "running"
	case CheckSilent:
		return "silent"
	default:
		return "waiting"
	}
}

// Check is one line of the live page: what is checked, by whom, how far it is.
type Check struct {
	ID     string // of the element, so that a script can replace it
	Name   string // "Checking SNILS"
	By     string // "Pension register"
	State  CheckState
	Since  string // "for 40 seconds"
	Reason string // why it did not match, and where
	Fix    Link   // back to the wrong field only
}

// CheckList is the live list (S10). With Poll set, a script asks that address every few seconds and puts the list it
// gets in place of this one; only changes are spoken.
type CheckList struct {
	W       Words
	ID      string // "checks" if empty
	Checks  []Check
	Updated string // "14:32:10"
	Poll    string
}

func (c CheckList) id() string {
	if c.ID == "" {
		return "checks"
	}
	return c.ID
}

// Task is one part of a long journey.
type Task struct {
	Name   string
	Href   string // empty: cannot be done yet, Note says why
	Status string
	Tone   Tone
	Note   string
}

// TaskList shows the parts of a journey and how far each is.
type TaskList struct {
	Title string
	Tasks []Task
}

// Event is a moment of a case: past, present or still to come.
type Event struct {
	When   string // in words; empty for what is to come
	Title  string
	By     string // who did it
	Text   string // paragraphs, one a line
	Future bool
	Now    bool
	Inside templ.Component
}

// lines are the paragraphs of the text, each in its own direction.
func (e Event) lines() []string {
	if e.Text == "" {
		return nil
	}
	return strings.Split(e.Text, "\n")
}

// Timeline is the ordered list of a case's events (S28).
type Timeline struct {
	W      Words
	Events []Event
}

// FileState is how far an uploaded file is.
type FileState string

// The states of a file; "uploaded and readable" is said only after the server opened it.
const (
	FileWaiting FileState = "waiting"
	FileReady   FileState = "ready"
	FileRefused FileState = "refused"
)

// File is one file that was sent.
type File struct {
	Name   string
	Size   string // "340 KB"
	State  FileState
	Reason string // why refused and what to do
	Href   string // to look at it
	Remove string // address the button posts to
	Image  string // address of a small picture
}

func (f File) icon() string {
	switch f.State {
	case FileReady:
		return "tick"
	case FileRefused:
		return "cross"
	}
	return "waiting"
}

// Upload is the field for files, with what is already there.
type Upload struct {
	W        Words
	Name     string
	Label    string
	Question bool
	Hint     string
	Error    string
	Accept   string // "image/jpeg,image/png"
	Many     bool
	Camera   bool // offers the phone's camera first
	Files    []File
}

// Address is a postal address in its parts; the names of the fields are Name-street, Name-city, Name-postcode, Name-region.
type Address struct {
	W        Words
	Name     string
	Legend   string
	Question bool
	Hint     string
	Street   string
	City     string
	Postcode string
	Region   string
	Errors   map[string]string // by part: "street", "city", "postcode", "region"
	// Regions makes the region a list; empty = not asked.
	Regions []Choice
}
