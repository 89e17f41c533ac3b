// Package overviewpage shows a signed-in resident what needs them: the personal
// account and the home page.
//
// It never reads a domain by itself: package overview does.
package overviewpage

import (
	"net/http"
	"slices"

	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/overview"
	"okno/internal/ui"
	"okno/internal/visit"
)

// mostTasks is how many tasks are shown at once (S01).
const mostTasks = 5

// homeTasks is how many services the home page offers under the lists.
const homeTasks = 8

// Mount mounts the personal account (LOG-08).
func Mount(site *visit.Site, o *overview.Overview) {
	site.Resident("GET /account", account.None, showAccount(o))
}

func showAccount(o *overview.Overview) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		view, err := o.Look(r.Context(), r.Account.ID, r.Level)
		if err != nil {
			return err
		}
		return r.Show(w, visit.Page{Title: r.T("overview.title"), Wide: true, Body: accountBody(r, view)})
	}
}

// Home shows the home page to somebody who has signed in: the to-do list first,
// then what is under way, then services (S01).
func Home(o *overview.Overview, c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		view, err := o.Look(r.Context(), r.Account.ID, r.Level)
		if err != nil {
			return err
		}
		services := c.Popular(r.Choices.Audience, homeTasks)
		return r.Show(w, visit.Page{Title: r.T("overview.home.title"), Wide: true, Section: "/", Body: homeBody(r, view, services)})
	}
}

// taskCard is a task with its deadline; its button is beside it.
func taskCard(r *visit.Request, t overview.Task) ui.Card {
	c := ui.Card{Title: r.T("overview.task." + string(t.Kind) + ".title"), Text: t.About.In(r.Lang()), Icon: taskIcon(t.Kind)}
	if c.Text == "" {
		c.Text = r.T("overview.task." + string(t.Kind) + ".text")
	}
	if !t.Until.IsZero() {
		c.Facts = []string{r.Deadline(t.Until, r.Law().Zone)}
	}
	return c
}

func taskIcon(k overview.Kind) string {
	switch k {
	case overview.FillIn, overview.Confirm, overview.CheckRuns, overview.CheckFailed:
		return "person"
	case overview.GetResult:
		return "tick"
	}
	return "file"
}

// taskButton is the one button of a task; the first one of the page is the main one.
func taskButton(r *visit.Request, i int, t overview.Task) ui.Button {
	b := ui.Button{Text: r.T("overview.task." + string(t.Kind) + ".button"), Href: t.Path, Look: ui.Secondary}
	if i == 0 {
		b.Look = ui.Primary
	}
	if about := t.About.In(r.Lang()); about != "" {
		b.Label = b.Text + ": " + about
	}
	return b
}

func caseCard(r *visit.Request, c overview.Case) ui.Card {
	card := ui.Card{Title: c.About.In(r.Lang()), Href: c.Path, Tag: &ui.Tag{Text: r.T(c.State), Tone: ui.Info}, Icon: "file"}
	if c.Turn != "" {
		card.Facts = append(card.Facts, r.T(c.Turn))
	}
	if !c.Until.IsZero() {
		card.Facts = append(card.Facts, r.Deadline(c.Until, r.Law().Zone))
	}
	return card
}

// confirmHref is where the banner's button leads: who has not filled in the
// profile is led there first (IDC-05).
func confirmHref(l account.Level) string {
	if l < account.Standard {
		return "/id/profile/edit"
	}
	return "/id/proofing"
}

// besideBanner is the view without the tasks that the banner already tells.
func besideBanner(v overview.View) overview.View {
	v.Tasks = slices.DeleteFunc(slices.Clone(v.Tasks), func(t overview.Task) bool { return t.Kind == overview.FillIn || t.Kind == overview.Confirm })
	return v
}

// idle says whether the wide column would stand empty.
func idle(v overview.View) bool { return len(besideBanner(v).Tasks) == 0 && len(v.Cases) == 0 }

// bannerLook makes the banner's button the main one of the page when nothing else is to be done.
func bannerLook(v overview.View) ui.Look {
	if len(besideBanner(v).Tasks) == 0 {
		return ui.Primary
	}
	return ui.Secondary
}

// ladder is one bar over the three levels (P-02, LVL-41).
func ladder(r *visit.Request, v overview.View) ui.Step {
	s := ui.Step{W: r, N: int(v.Level), Of: len(v.Ladder)}
	for _, rung := range v.Ladder {
		if rung.Now {
			s.Name = rung.Name.In(r.Lang())
		}
	}
	return s
}

// rungs are the levels with how far each is.
func rungs(r *visit.Request, v overview.View) ui.TaskList {
	var list ui.TaskList
	next, _ := v.Next()
	for _, rung := range v.Ladder {
		t := ui.Task{Name: rung.Name.In(r.Lang()), Note: rung.Brings.In(r.Lang()), Status: r.T("overview.rung.later"), Tone: ui.Neutral}
		switch {
		case rung.Reached:
			t.Status, t.Tone = r.T("overview.rung.reached"), ui.Good
		case rung.Code == next.Code:
			t.Status, t.Tone, t.Href = r.T("overview.rung.next"), ui.Info, confirmHref(v.Level)
		}
		list.Tasks = append(list.Tasks, t)
	}
	return list
}

func firstTasks(v overview.View) []overview.Task { return v.Tasks[:min(mostTasks, len(v.Tasks))] }

func serviceLink(r *visit.Request, s *jurisdiction.Service) ui.Card {
	return ui.Card{Title: s.Name.In(r.Lang()), Href: "/services/" + s.ID, Icon: "services"}
}
