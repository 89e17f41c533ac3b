package partnerpage

import (
	"strings"

	"okno/internal/client"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

// either is the error of a field, or of the whole group at its first field.
func either(own, group string, first bool) string {
	if own == "" && first {
		return group
	}
	return own
}

func joined(list []string) string { return strings.Join(list, "\n") }

// proofNames are the names of the keys and certificates that can be taken away.
func proofNames(c client.Client) (names []string) {
	for _, k := range c.Keys.Keys {
		names = append(names, k.KeyID)
	}
	return append(names, c.Thumbprints...)
}

func organisationTag(r *visit.Request, o partner.Organisation) *ui.Tag {
	tone := map[partner.State]ui.Tone{partner.Asked: ui.Info, partner.Confirmed: ui.Good, partner.Refused: ui.Warning, partner.Closed: ui.Neutral}[o.State]
	return &ui.Tag{Text: r.T("partner.org.state." + string(o.State)), Tone: tone}
}

func (v stepView) refuseBoxes() ui.Checkboxes {
	choices, chosen := v.ways()
	return ui.Checkboxes{W: v.r, Name: "refuses", Legend: v.r.T("partner.field.refuses"), Hint: v.r.T("partner.refuses_hint"), Choices: choices, Values: chosen}
}

func (v stepView) grantBoxes() ui.Checkboxes {
	choices, chosen := v.grants()
	return ui.Checkboxes{W: v.r, Name: "grants", Legend: v.r.T("partner.field.grants"), Choices: choices, Values: chosen, Error: v.errs.For("grants")}
}

// table lists the invented people to try a site with.
func (v tryView) table() ui.Table {
	r := v.r
	t := ui.Table{Caption: r.T("partner.try.people"), Columns: []ui.Column{{Name: r.T("partner.try.person")}, {Name: r.T("partner.try.about")}, {Name: r.T("partner.try.login")}, {Name: r.T("partner.try.password")}}}
	for _, p := range v.people {
		t.Rows = append(t.Rows, []ui.Cell{{Text: p.Name}, {Text: p.About.In(r.Lang())}, {Text: p.Login, Latin: true}, {Text: p.Password, Latin: true}})
	}
	return t
}
