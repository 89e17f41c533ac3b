package partnerpage_test

import (
	"testing"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestSettingsAtTheDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		inSandbox(t, organised(anna))
		first, second := h.registrar("first"), h.registrar("second")
		const site, page = "/desk/partners/sites/city-library", "/desk/partners/sites/city-library/settings"
		t.Run("AUTHZ-5 what is wrong stands beside its field with what was typed", func(t *testing.T) {
			p := first.For(t).Open(site).Follow("What only registrars set").Fill("How long a consent lasts, in days (optional)", "400").
				Fill("Its own scopes for machine to machine (optional)", "two words").Press("Propose these settings").MustBe(422, page)
			p.Must("Enter a number of days from 1 to 365", "Give at most 20 scopes", "Say in at most 400 characters why")
			if p.Value("How long a consent lasts, in days (optional)") != "400" || p.Value("Its own scopes for machine to machine (optional)") != "two words" {
				t.Error("what was typed is lost")
			}
		})
		t.Run("AUTHZ-5 one registrar proposes, another reads the difference and confirms", func(t *testing.T) {
			first, second := first.For(t), second.For(t)
			p := first.Open(page).Fill("How long a consent lasts, in days (optional)", "30").Fill("Its own scopes for machine to machine (optional)", "books.read\nbooks.lend").
				Fill("Why", "Letter 7").Press("Propose these settings").MustBe(200, page).Must("Another registrar confirms it", "Now: 365 days")
			if p.HasButton("Confirm the settings") || p.HasButton("Propose these settings") {
				t.Error("one registrar may confirm it")
			}
			second.Open("/desk/partners").Must("Settings that wait for a second registrar").Follow("city-library").
				Must("30 days", "Now: 365 days", "books.read books.lend", "Now: None", "Letter 7").MustNot("RS256").
				Press("Confirm the settings").MustBe(200, page).Must("The settings are in force")
			var c client.Client
			h.Write(func(tx *db.Tx) (err error) { c, err = h.Clients.Read(tx, "city-library"); return err })
			if c.Life().Hours() != 30*24 || len(c.Scopes) != 2 {
				t.Errorf("%v %v", c.Life(), c.Scopes)
			}
		})
		t.Run("AUTHZ-5 a site that changed meanwhile is shown anew", func(t *testing.T) {
			first, second := first.For(t), second.For(t)
			first.Open(page).Choose("RS256").Fill("Why", "Letter 8").Press("Propose these settings")
			seen := second.Open(page)
			anna.For(t).Open("/partners/sites/city-library/sector").Fill("Group of sites (optional)", "city").Press("Save and continue")
			seen.Press("Confirm the settings").MustBe(409, page)
			p := second.Open(page).Must("The site has changed since this was proposed", "Now: ES256").MustNot("Now: city")
			if p.HasButton("Confirm the settings") || p.Value("Why") != "Letter 8" || p.Value("Group of sites (optional)") != "city" {
				t.Error("it may be confirmed, or would undo what changed since")
			}
			p.Press("Drop the proposal").MustBe(200, page).Must("The proposal is dropped")
		})
	})
}
