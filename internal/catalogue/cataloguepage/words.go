package cataloguepage

import (
	"okno/internal/account"
	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// costWords is the price in a few words: "Free", "2 000 ₽", "from 1 400 ₽".
func costWords(r *visit.Request, s *jurisdiction.Service) string {
	c := catalogue.CostOf(s)
	switch {
	case c.Free():
		return r.T("catalogue.cost.free")
	case c.PortalFrom < c.Portal:
		return r.T("catalogue.cost.from", "amount", money(r, c.PortalFrom))
	}
	return money(r, c.Portal)
}

func money(r *visit.Request, amount int64) string {
	return r.Money(amount, r.Law().Currency.Code)
}

// deadlineWords is the authority's time: "At once", "20 working days".
func deadlineWords(r *visit.Request, s *jurisdiction.Service) string {
	switch d := s.Deadline; {
	case d.WorkingDays > 0:
		return r.T("catalogue.deadline.days", "n", d.WorkingDays)
	case len(d.Note) > 0:
		return d.Note.In(r.Lang())
	}
	return r.T("catalogue.deadline.at_once")
}

// hereTag is the badge of P-27.
func hereTag(r *visit.Request, s *jurisdiction.Service) *ui.Tag {
	here := catalogue.HereOf(s, r.Region())
	return &ui.Tag{Text: r.T("catalogue.here." + string(here)), Tone: hereTone(here)}
}

func hereTone(h catalogue.Here) ui.Tone {
	switch h {
	case catalogue.HereOnline:
		return ui.Good
	case catalogue.HereSomewhere:
		return ui.Info
	}
	return ui.Neutral
}

// levelWords names the level that a service needs: "Verified account".
func levelWords(r *visit.Request, l jurisdiction.AccountLevel) string {
	for _, known := range r.Law().Levels {
		if known.Code == l {
			return known.Name.In(r.Lang())
		}
	}
	return r.T("catalogue.level.nobody")
}

// card is a service in a list: what it is, whether it is online here, the
// deadline, the cost and the level (NAV-17, P-26, P-27).
func card(r *visit.Request, s *jurisdiction.Service) ui.Card {
	c := shortCard(r, s)
	c.Text = s.Summary.In(r.Lang())
	c.Facts = append(c.Facts, levelWords(r, s.Level("apply")))
	return c
}

func shortCard(r *visit.Request, s *jurisdiction.Service) ui.Card {
	c := ui.Card{Title: s.Name.In(r.Lang()), Href: servicePath(s), Tag: hereTag(r, s), Facts: []string{deadlineWords(r, s), costWords(r, s)}}
	if !catalogue.IsFor(s, r.Choices.Audience) {
		c.Facts = append(c.Facts, r.T("catalogue.for", "who", r.List(audienceNames(r, s))))
	}
	return c
}

func servicePath(s *jurisdiction.Service) string { return "/services/" + s.ID }

func audienceNames(r *visit.Request, s *jurisdiction.Service) []string {
	var names []string
	for _, a := range r.Law().Audiences {
		if catalogue.IsFor(s, a.Code) {
			names = append(names, a.Name.In(r.Lang()))
		}
	}
	return names
}

// audienceName is how the chosen user category is called.
func audienceName(r *visit.Request) string {
	for _, a := range r.Law().Audiences {
		if a.Code == r.Choices.Audience {
			return a.Name.In(r.Lang())
		}
	}
	return ""
}

// dateWords is a day of the pack: "Tuesday 1 September 2026".
func dateWords(r *visit.Request, d jurisdiction.Date) string {
	return r.Date(d.Day)
}

func inLanguage(r *visit.Request, list []jurisdiction.Words) []string {
	var texts []string
	for _, w := range list {
		texts = append(texts, w.In(r.Lang()))
	}
	return texts
}

// stepHref is where a step leads (P-26: one click).
func stepHref(m catalogue.Missing, s *jurisdiction.Service) string {
	switch m.Step {
	case catalogue.StepApply, catalogue.StepSignIn:
		return servicePath(s) + "/apply" // who is not signed in is asked to, and comes back
	case catalogue.StepContinue:
		return m.Draft.Path
	case catalogue.StepProfile:
		return "/id/profile/edit"
	case catalogue.StepConfirm:
		return "/id/proofing"
	case catalogue.StepSign:
		return "/help/levels"
	case catalogue.StepVisit, catalogue.StepNone:
		return "/centres"
	}
	return ""
}

// levelOf is the level of whoever asks, as the pack counts.
func levelOf(l account.Level) jurisdiction.AccountLevel { return jurisdiction.AccountLevel(l) }

// cardUnder is a card whose title stands right under the page's heading.
func cardUnder(r *visit.Request, s *jurisdiction.Service) ui.Card {
	c := card(r, s)
	c.Heading = 2
	return c
}
