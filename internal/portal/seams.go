package portal

import (
	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/catalogue"
	"okno/internal/check"
	"okno/internal/db"
	"okno/internal/notify"
	"okno/internal/overview"
	"okno/internal/profile"
)

// profileNotices counts the codes of new contacts under their own purpose.
type profileNotices struct{ *notify.Notices }

// Confirmed implements profile.Notices.
func (n profileNotices) Confirmed(tx *db.Tx, kind account.ContactKind, address string) error {
	return n.Notices.Confirmed(tx, "contact", kind, address)
}

// knowledge is what is known of a person, for the domains above the profile.
type knowledge struct{ profiles *profile.Profiles }

// Values are the values in force by profile field, with the contacts as "phone" and "email".
func (k knowledge) Values(tx *db.Tx, id account.ID) (map[string]string, error) {
	p, err := k.profiles.Read(tx, id)
	if err != nil {
		return nil, err
	}
	values := p.Values()
	for _, c := range p.Contacts {
		values[string(c.Kind)] = c.Value
	}
	if full := p.FullName(); full != "" {
		values["full_name"] = full
	}
	return values, nil
}

// drafts tells the catalogue of applications that were begun.
type drafts struct{ applications *application.Applications }

// DraftOf implements catalogue.Drafts.
func (d drafts) DraftOf(tx *db.Tx, who account.ID, service string) (catalogue.Draft, bool, error) {
	mine, err := d.applications.ListIn(tx, who)
	for _, c := range mine.Waiting {
		if c.IsDraft() && c.Service != nil && c.Service.ID == service {
			return catalogue.Draft{Path: "/services/" + service + "/apply", Saved: c.Saved}, true, err
		}
	}
	return catalogue.Draft{}, false, err
}

// cases tells the overview what an applicant has to do and what is under way.
type cases struct{ applications *application.Applications }

// Tasks implements overview.Tasks.
func (s cases) Tasks(tx *db.Tx, who account.ID) ([]overview.Task, error) {
	tasks, _, err := s.TasksAndCases(tx, who)
	return tasks, err
}

// TasksAndCases implements overview.Both: one reading of the list for both.
func (s cases) TasksAndCases(tx *db.Tx, who account.ID) ([]overview.Task, []overview.Case, error) {
	mine, err := s.applications.ListIn(tx, who)
	if err != nil {
		return nil, nil, err
	}
	var tasks []overview.Task
	var all []overview.Case
	for _, c := range mine.Waiting {
		tasks = append(tasks, s.task(c))
	}
	for _, c := range append(mine.Waiting, mine.Office...) {
		if !c.IsDraft() {
			until := c.Due
			if c.IsPaused() {
				until = c.CorrectBy // the authority's own time stands still
			}
			all = append(all, overview.Case{Number: c.Number, About: c.Service.Name, State: "application.state." + string(c.State),
				Turn: "application.turn." + c.Turn, Until: s.applications.LastMoment(until), Path: "/applications/" + string(c.ID)})
		}
	}
	return tasks, all, nil
}

func (s cases) task(c application.Case) overview.Task {
	t := overview.Task{About: c.Service.Name, Path: "/applications/" + string(c.ID)}
	switch {
	case c.IsDraft():
		t.Kind, t.Path, t.Until = overview.FinishDraft, "/services/"+c.Service.ID+"/apply", c.Expires
	case c.IsPaused():
		t.Kind, t.Until = overview.Correct, s.applications.LastMoment(c.CorrectBy)
	default:
		t.Kind, t.Until = overview.GetResult, s.applications.LastMoment(c.StageDue)
	}
	return t
}

// checkTasks tells the overview how the registers' checks are doing.
type checkTasks struct{ checks *check.Checks }

// Tasks implements overview.Tasks.
func (c checkTasks) Tasks(tx *db.Tx, who account.ID) ([]overview.Task, error) {
	status, err := c.checks.Status(tx, who)
	if err != nil || status.Claim == "" || status.Outcome == check.Done {
		return nil, err
	}
	kind := overview.CheckRuns
	for _, q := range status.Questions {
		if q.State == check.Mismatch || q.State == check.Expired || q.State == check.Defect {
			kind = overview.CheckFailed
		}
	}
	return []overview.Task{{Kind: kind, Path: "/id/check"}}, nil
}

// tasks are the domains that may need a person.
func (h *house) tasks() []overview.Source {
	return []overview.Source{
		{Word: "application", Tasks: cases{h.Applications}},
		{Word: "check", Tasks: checkTasks{h.Checks}},
		{Word: "mailbox", Tasks: overview.Letters{Box: h.Mailbox}},
	}
}
