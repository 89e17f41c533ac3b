package partnerpage_test

import (
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/jurisdiction"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
)

func TestClosingAtTheDesk(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		anna := h.SignedIn(one)
		org := organised(anna)
		inSandbox(t, org)
		first, second := h.registrar("first"), h.registrar("second")
		page := "/desk" + org.Path
		const site = "/partners/sites/city-library"
		if err := h.s.Begin(t.Context(), one, strings.TrimPrefix(org.Path, "/partners/organisations/"), "draft", jurisdiction.Words{"en": "Draft", "ru": "Черновик", "fa": "پیش‌نویس"}); err != nil {
			t.Fatal(err)
		}
		t.Run("AUTHZ-5 a registrar finds a confirmed organisation with its sites and proposes to close it, with a reason", func(t *testing.T) {
			first := first.For(t)
			if first.Open(page).Must("City library").HasButton("Propose to close it") {
				t.Error("one that nobody confirmed may be closed")
			}
			first.Open("/desk/partners").Follow("City library").Press("Confirm the organisation")
			first.Open("/desk/partners").Follow("All organisations").MustBe(200, page[:len("/desk/partners/organisations")]).Must("1027700132195", "Confirmed").
				Follow("City library").Must("city-library", "Sandbox", "It cannot be opened again").Press("Propose to close it").MustBe(422, page).Must("Say in at most 400 characters why")
			p := first.Open(page).Fill("Why it is closed", "It was merged into the region's library").Press("Propose to close it").MustBe(200, page).
				Must("You have proposed to close this organisation", "It was merged into the region's library", "Name of first")
			if p.HasButton("Close the organisation for good") || p.HasButton("Propose to close it") {
				t.Error("one registrar may close it")
			}
			anna.For(t).Open(org.Path).Must("Add a site").MustNot("merged")
		})
		t.Run("AUTHZ-5 a proposal is dropped by either, and nothing has changed", func(t *testing.T) {
			p := second.For(t).Open("/desk/partners").Must("Organisations that wait to be closed").Follow("City library").Press("Drop the proposal").Must("The proposal is dropped. Nothing has changed.")
			if !p.HasButton("Propose to close it") {
				t.Error("it cannot be proposed anew")
			}
			second.For(t).Open("/desk/partners").MustNot("Organisations that wait to be closed")
		})
		t.Run("AUTHZ-5 another registrar reads what it means and closes the organisation, once", func(t *testing.T) {
			first, second := first.For(t), second.For(t)
			first.Open(page).Fill("Why it is closed", "It was merged into the region's library").Press("Propose to close it")
			seen := second.Open("/desk/partners").Follow("City library").Must("Another registrar has proposed to close this organisation", "Nobody can undo this")
			again := second.Open(page)
			p := seen.Press("Close the organisation for good").MustBe(200, page).Must("The organisation is closed", "It was merged into the region's library", "Name of first", "Name of second", "Closed by an officer")
			if p.HasButton("Propose to close it") || p.HasButton("Drop the proposal") {
				t.Error("something is left to do")
			}
			again.Press("Close the organisation for good").MustBe(409, page)
			second.Open("/desk/partners/organisations").Must("Closed").MustNot("Confirmed")
			p = second.Open("/desk/partners/sites/city-library").Must("The organisation is closed", "It was merged into the region's library").MustNot("What only registrars set")
			if p.HasButton("Propose to open it again") {
				t.Error("its site may be opened")
			}
			second.Open("/desk/partners/sites/city-library/settings").MustBe(409, "/desk/partners/sites/city-library/settings")
		})
		t.Run("A-56 members read since when it is closed and why, and are offered nothing that changes it", func(t *testing.T) {
			anna := anna.For(t)
			p := anna.Open(org.Path).Must("The organisation is closed", "It was merged into the region's library", "Closed since", "Anna One", "Closed by an officer").MustNot("Add a site", "Remove")
			if p.HasButton("Invite") {
				t.Error("somebody can be invited")
			}
			anna.Open("/partners/mine").Must("Closed")
			for _, page := range []string{site, "/partners/sites/draft"} {
				p = anna.Open(page).Must("The organisation is closed", "It was merged into the region's library").MustNot("Change", "Try it", "Delete the site", "Mend what the reason names")
				for _, button := range []string{"Pause the site", "Ask for production", "Register in the sandbox"} {
					if p.HasButton(button) {
						t.Errorf("%s: %s", page, button)
					}
				}
			}
			for _, rest := range []string{"/name", "/logo", "/proof", "/proof/keys", "/advanced", "/esia", "/par", "/try", "/delete"} {
				anna.Open(site+rest).MustBe(409, site+rest).Must("Nothing can be added or changed any more")
			}
			anna.Open(org.Path+"/site").MustBe(409, org.Path+"/site")
			anna.Open(site+"/errors").MustBe(200, site+"/errors")
		})
	})
}

// TestClosedAtTheProvider goes through the provider, as a browser and a site do.
func TestClosedAtTheProvider(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.Provider.Issuer = oidctest.Issuer // as its sites prove themselves
		ctx := t.Context()
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		org := strings.TrimPrefix(organised(h.SignedIn(one)).Path, "/partners/organisations/")
		first, second := h.registrar("first"), h.registrar("second")
		first.Open("/desk/partners").Follow("City library").Press("Confirm the organisation")
		site := h.ours(t, one, org, "library")
		h.Write(func(tx *db.Tx) error {
			site.Client.Stage = client.Production
			return h.Clients.Change(tx, site.Client, audit.BySystem("test"))
		})
		h.Clients.Forget(site.ID)
		tokens := site.Tokens(h.Visitor(one), "scope", "openid email")
		works := func() (enters, renews bool) {
			next, err := h.Provider.Authorize(ctx, site.Ask("scope", "openid email"), h.Visitor(one))
			enters = err == nil && (next.Step == oidc.Consent || next.Step == oidc.Done && next.Answer.Params.Get("code") != "")
			again, err := h.Provider.Token(ctx, site.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
			if err == nil {
				tokens = again
			} else if oidc.RefusalOf(err) == nil {
				t.Errorf("%v", err)
			}
			return enters, err == nil
		}
		if enters, renews := works(); !enters || !renews {
			t.Fatalf("the site does not work: %v %v", enters, renews)
		}
		t.Run("SESS-5 nobody enters a site in production of an organisation that two registrars closed, and what it was given opens nothing", func(t *testing.T) {
			page := "/desk/partners/organisations/" + org
			first.For(t).Open(page).Fill("Why it is closed", "It is no more").Press("Propose to close it")
			if enters, renews := works(); !enters || !renews {
				t.Errorf("one registrar closed it: %v %v", enters, renews)
			}
			second.For(t).Open(page).Press("Close the organisation for good").MustBe(200, page)
			if enters, renews := works(); enters || renews {
				t.Errorf("it is open: %v %v", enters, renews)
			}
		})
	})
}

func TestStoppedAndPaused(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		inSandbox(t, organised(anna))
		const site = "/partners/sites/city-library"
		seen, paused := anna.Open(site+"/try"), anna.Open(site)
		h.registrar("first").Open("/desk"+site).Fill("Why it is closed", "Its key is known").Press("Close the site now")
		t.Run("SESS-5 pages that were open before an officer closed the site neither try nor pause it", func(t *testing.T) {
			seen.Press("Sign in as at the site").MustBe(409, site+"/try").Must("An officer closed this site")
			paused.Press("Pause the site").MustBe(409, site).Must("An officer closed this site")
			anna.For(t).Open(site+"/try").MustBe(409, site+"/try")
		})
	})
}

func TestReadyForPushing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		anna := h.SignedIn(one)
		org := strings.TrimPrefix(organised(anna).Path, "/partners/organisations/")
		h.registrar("first").Open("/desk/partners").Follow("City library").Press("Confirm the organisation")
		h.ours(t, one, org, "library")
		edit := func(change func(*client.Client)) {
			if _, err := h.s.Edit(t.Context(), one, "library", nil, change); err != nil {
				t.Fatal(err)
			}
		}
		edit(func(c *client.Client) {
			c.Contact, c.Reason, c.LogoutURI = "team@library.example", "The card bears it", "https://library.example/out"
		})
		const words = "In production this site must push its requests (PAR)"
		t.Run("OIDC-7 a site that is ready is told before it asks for production that it will have to push its requests", func(t *testing.T) {
			anna := anna.For(t)
			if !anna.Open("/partners/sites/library").MustNot(words).HasButton("Ask for production") {
				t.Fatal("it is not ready")
			}
			edit(func(c *client.Client) { c.Optional = []client.Attribute{client.Number("snils")} })
			if !anna.Open("/partners/sites/library").Must(words).HasButton("Ask for production") {
				t.Error("it is not ready")
			}
			edit(func(c *client.Client) { c.PAR = true })
			anna.Open("/partners/sites/library").MustNot(words)
		})
	})
}
