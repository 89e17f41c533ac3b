package checkpage

import (
	"bytes"
	"net/http"
	"strconv"
	"time"

	"okno/internal/account"
	"okno/internal/check"
	"okno/internal/jurisdiction"
	"okno/internal/profile"
	"okno/internal/ui"
	"okno/internal/visit"
	"okno/internal/web"
)

// The page reloads itself without scripts this often, and this many times (S10).
const (
	reloadSeconds = 15
	reloads       = 20
)

// checkPage is the live page.
type checkPage struct {
	status  check.Status
	list    ui.CheckList
	until   string // the last moment of Q-08, in words
	few     int    // tries left, when they are few; -1 when there are enough
	help    []help // where people can look for themselves (CHK-22)
	support string
}

type help struct{ text, href string }

func (p pages) showCheck(w http.ResponseWriter, r *visit.Request) error {
	c, err := p.read(r)
	if err != nil {
		return err
	}
	page := visit.Page{Title: title(r, c.status), Body: checkBody(r, c, r.Key(w)), Form: true, Back: &ui.Link{Text: r.T("check.to_data"), Href: "/id/profile/user"}}
	if round, _ := strconv.Atoi(r.URL.Query().Get("round")); c.status.Running() && round < reloads {
		page.Refresh = &ui.Refresh{Seconds: reloadSeconds, To: "/id/check?round=" + strconv.Itoa(max(0, round)+1), Polls: true}
	}
	return r.Show(w, page)
}

func title(r *visit.Request, s check.Status) string {
	switch {
	case !s.Exists():
		return r.T("check.none.title")
	case s.Running():
		return r.T("check.title")
	case s.Passed():
		return r.T("check.done.title")
	case s.Outcome == check.Taken:
		return r.T("check.taken.title")
	case s.Outcome == check.Open && len(s.ToCorrect()) > 0:
		return r.T("check.correct.title")
	}
	return r.T("check.not_passed.title")
}

func (p pages) read(r *visit.Request) (checkPage, error) {
	status, err := p.checks.Look(r.Context(), r.Account.ID)
	if err != nil {
		return checkPage{}, err
	}
	known, err := p.profiles.Look(r.Context(), r.Account.ID)
	if err != nil {
		return checkPage{}, err
	}
	c := checkPage{status: status, few: -1, support: support(r.Law())}
	if !status.Exists() {
		return c, nil
	}
	c.until = r.Deadline(status.Deadline.Add(-time.Minute), r.Law().Zone)
	if status.TriesLeft <= 2 {
		c.few = status.TriesLeft
	}
	c.list = ui.CheckList{W: r, Updated: r.Time(r.Now, r.Law().Zone)}
	if status.Running() {
		c.list.Poll = "/id/check/list"
	}
	for _, q := range status.Questions {
		register, _ := p.checks.Checker(q.Register)
		c.list.Checks = append(c.list.Checks, p.line(r, status, q, register, known))
		if register.Help != "" {
			c.help = append(c.help, help{r.T("check.look_yourself", "register", register.Name.In(r.Lang())), register.Help})
		}
	}
	return c, nil
}

// line is one register of the list: an indicator, words and, after a mismatch, the way back to its own fields only.
func (p pages) line(r *visit.Request, status check.Status, q check.Question, register jurisdiction.Register, known profile.Profile) ui.Check {
	line := ui.Check{ID: "check-" + q.Register, Name: register.Checks.In(r.Lang()), By: register.Name.In(r.Lang()), State: indicators[q.State]}
	switch q.State {
	case check.Running, check.Silent, check.Review:
		line.Since = r.T("check.since", "time", r.Duration(max(1, int(r.Now.Sub(q.Since).Minutes()))))
	}
	switch q.State {
	case check.Silent:
		line.Reason = r.T("check.reason.silent")
	case check.Review:
		line.Reason = r.T("check.reason.review")
	case check.Expired, check.Defect:
		line.Reason = r.T("check.reason.expired")
	case check.Mismatch:
		line.Reason = r.T("check.reason.mismatch", "register", register.Name.In(r.Lang()))
		if open := p.checks.MayFix(status, q.Register, known); len(open) > 0 {
			line.Fix = ui.Link{Text: r.T("check.fix"), Href: "/id/profile/edit?fix=" + q.Register + "#" + open[0]}
		}
	}
	return line
}

// indicators are the signs of the states (CHK-06..08).
var indicators = map[check.State]ui.CheckState{
	check.Waiting: ui.CheckWaiting, check.Running: ui.CheckRunning, check.Passed: ui.CheckPassed, check.Mismatch: ui.CheckFailed,
	check.Review: ui.CheckManual, check.Silent: ui.CheckSilent, check.Expired: ui.CheckFailed, check.Defect: ui.CheckFailed,
}

// support is the phone number of the support, "" when the country has none.
func support(law *jurisdiction.Jurisdiction) string {
	for _, c := range law.Contacts {
		if c.Kind == "phone" {
			return c.Value
		}
	}
	return ""
}

// showList is the list alone, for the script that asks for it every few seconds.
func (p pages) showList(w http.ResponseWriter, r *visit.Request) error {
	c, err := p.read(r)
	if err != nil {
		return err
	}
	var fragment bytes.Buffer
	if err := c.list.Render(r.Context(), &fragment); err != nil {
		return err
	}
	web.WriteHTML(w, r.Request, http.StatusOK, fragment.Bytes())
	return nil
}

// postCheck starts a hanging check again (CHK-23), or sends the same data once
// more after it has ended without a result.
func (p pages) postCheck(w http.ResponseWriter, r *visit.Request) error {
	act := p.checks.Start
	if r.Form.Text("do") == "restart" {
		act = p.checks.Restart
	}
	if err := act(r.Context(), r.Account.ID); err != nil {
		return err
	}
	return r.Redirect(w, "/id/check")
}

// usual is how long checks take in this country (Q-08, CHK-11, CHK-12).
func usual(r *visit.Request) string {
	rules := r.Law().Rules.Check
	return r.T("check.usual", "from", rules.UsualFrom, "to", rules.UsualTo, "n", rules.WorkingDays)
}

// isProved says that the holder has confirmed his identity, so that the checks were about changed data.
func isProved(s check.Status) bool { return s.Level >= account.Verified }
