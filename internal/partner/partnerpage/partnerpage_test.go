package partnerpage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-jose/go-jose/v4"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/client"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/inspect"
	"okno/internal/jurisdiction"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/oidc"
	"okno/internal/oidc/oidcapi"
	"okno/internal/oidc/oidcpage"
	"okno/internal/oidc/oidctest"
	"okno/internal/partner"
	"okno/internal/partner/partnerdesk"
	"okno/internal/partner/partnerpage"
	"okno/internal/visit"
	"okno/internal/web/webtest"
)

type silent struct{}

func (silent) Send(*db.Tx, notify.Notice) error { return nil }

// asJPEG stands for the child process that encodes pictures anew.
func asJPEG(_ context.Context, r io.Reader, _ inspect.Rules) (inspect.Verdict, error) {
	clean, err := io.ReadAll(r)
	return inspect.Verdict{Clean: clean, Type: inspect.JPEG}, err
}

var _ blob.Inspect = asJPEG

type house struct {
	*oidctest.World
	s *partner.Service
}

func newHouse(t *testing.T, d *db.DB, now *clock.Fake) house {
	w := oidctest.New(t, d, now, "ru")
	w.Provider.Issuer = "https://okno.test/id" // sites of the sandbox come back to https only
	s := &partner.Service{DB: d, Accounts: w.Accounts, Officers: w.Officers, Clients: w.Clients, Notices: silent{}, Law: w.Law, Look: asJPEG, Log: slog.New(slog.DiscardHandler)}
	w.Provider.Partners = s
	oidcpage.Mount(w.World.Site, w.Provider, func(*visit.Request, string) templ.Component { return templ.NopComponent })
	if err := oidcapi.Mount(w.World.Site, w.Provider); err != nil {
		t.Fatal(err)
	}
	partnerpage.Mount(w.World.Site, s, w.Provider)
	partnerdesk.Mount(w.World.Site, s)
	return house{w, s}
}

func keySet(t *testing.T, kid string) string {
	text, err := json.Marshal(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: oidctest.NewKey(t).Public(), KeyID: kid, Use: "sig", Algorithm: "ES256"}}})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (h house) registrar(login string) *webtest.Browser {
	return h.AtDesk(h.Officer(officer.Officer{Login: login, Name: "Name of " + login, Roles: []officer.Role{officer.Registrar}}))
}

// organised registers an organisation and gives its page.
func organised(b *webtest.Browser) *webtest.Page {
	return b.Open("/partners").Follow("Open the console").Follow("Register an organisation").
		Fill("Name of the organisation: English", "City library").Fill("Name of the organisation: Русский", "Библиотека").Fill("Name of the organisation: فارسی", "کتابخانه").
		Fill("Registration number", "1027700132195").Fill("E-mail of the people who will look after the sites", "team@library.example").
		Fill("What do you want to sign people in for?", "To lend books").Press("Register the organisation")
}

// inSandbox goes through all questions of a new site.
func inSandbox(t *testing.T, p *webtest.Page) *webtest.Page {
	p = p.Follow("Add a site").Fill("Name of the site: English", "City library").Fill("Name of the site: Русский", "Библиотека").Fill("Name of the site: فارسی", "کتابخانه").
		Fill("Identifier", "city-library").Press("Save and continue")
	p = p.Fill("What the data is for: English", "To lend books").Fill("What the data is for: Русский", "Выдавать книги").Fill("What the data is for: فارسی", "امانت کتاب").
		Fill("E-mail of those who look after it", "team@library.example").Press("Save and continue")
	p = p.Fill("Addresses to which people come back", "https://library.example/back\nhttp://127.0.0.1:8080/back").Press("Save and continue")
	p = p.Choose("By a secret").Press("Continue").Press("Make a secret").Must("Your secret for the sandbox", "Copy it now").Follow("I have kept it")
	p = p.Select("Name", "Needed").Select("E-mail address", "May be left out").Fill("Why each is needed", "The card bears the name").Press("Save and continue")
	p = p.Choose("Standard: registers confirmed the data").Press("Save and continue")
	return p.Press("Register in the sandbox").Must("The site is in the sandbox", "City library", "Standard")
}

func TestConsole(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		one, two := h.Account(account.Standard, "Anna One", "+79000000001"), h.Account(account.Standard, "Boris Two", "+79000000002")
		anna, boris := h.SignedIn(one), h.SignedIn(two)
		org := organised(anna).Must("Waits for confirmation")
		site := inSandbox(t, org)

		t.Run("A-56 somebody else does not find the site or the organisation", func(t *testing.T) {
			for _, path := range []string{org.Path, site.Path, "/partners/sites/city-library/errors", "/partners/sites/city-library/try", "/partners/sites/city-library/proof"} {
				if p := boris.For(t).Open(strings.SplitN(path, "?", 2)[0]); p.Status != 404 {
					t.Errorf("%s: %d", path, p.Status)
				}
			}
		})
		t.Run("A-56 each line of a summary of errors leads to a field, and says what no other does", func(t *testing.T) {
			line := regexp.MustCompile(`<a [^>]*href="#([^"]*)"[^>]*>([^<]*)</a>`)
			for path, button := range map[string]string{org.Path + "/site": "Save and continue", "/partners/sites/city-library/name": "Save and continue",
				"/partners/sites/city-library/purpose": "Save and continue", "/partners/new": "Register the organisation"} {
				p := anna.For(t).Open(path)
				for _, label := range []string{"Name of the site", "Name of the organisation", "What the data is for"} {
					for _, language := range []string{": English", ": Русский", ": فارسی"} {
						if p.Has(label + language) {
							p = p.Fill(label+language, "")
						}
					}
				}
				p = p.Press(button)
				_, summary, _ := strings.Cut(p.Body, `id="error-summary"`)
				summary, _, _ = strings.Cut(summary, "</ul>")
				told := map[string]bool{}
				for _, link := range line.FindAllStringSubmatch(summary, -1) {
					if !strings.Contains(p.Body, ` id="`+link[1]+`"`) || told[link[2]] {
						t.Errorf("%s: %q leads to #%s", path, link[2], link[1])
					}
					told[link[2]] = true
				}
				if p.Status != 422 || len(told) == 0 {
					t.Errorf("%s: %d with %d errors", path, p.Status, len(told))
				}
			}
		})
		t.Run("A-56 a try goes the whole way and says what the site gets", func(t *testing.T) {
			p := anna.For(t).Open("/partners/sites/city-library/try").Must("STATE").Press("Sign in as at the site")
			p.Must("City library", "To lend books")
			back := returnAddress(t, p.Press("Agree and continue"))
			got := anna.For(t).Open(back).Must("It works", "okno_level", "standard")
			if again := anna.For(t).Open(back); !again.Has("The site got no code") || !got.Has("sub") {
				t.Errorf("a code serves twice")
			}
		})
		t.Run("T-42 a stranger is not let into the sandbox, and the site hears of it", func(t *testing.T) {
			p := anna.For(t).Open("/partners/sites/city-library/try").Must("STATE")
			link := codeOf(t, p)
			p = boris.For(t).Open(link).Must("City library is still being tried")
			p.Press("Go back to City library without signing in")
			h.s.Settle()
			anna.For(t).Open("/partners/sites/city-library/errors").Must("only members of its organisation may enter")
		})
		t.Run("A-56 a try of somebody else is over", func(t *testing.T) {
			try, err := h.s.BeginTry(context.Background(), one, "city-library", "https://okno.test/partners/try")
			if err != nil {
				t.Fatal(err)
			}
			if p := boris.For(t).Open("/partners/try?state=" + url.QueryEscape(try.State)); p.Status != 404 {
				t.Errorf("%d", p.Status)
			}
		})
		t.Run("A-56 what went wrong is told in words, and how to mend it", func(t *testing.T) {
			anna.For(t).Open("/id/oauth/authorize?" + url.Values{"client_id": {"city-library"}, "redirect_uri": {"https://evil.example/"}, "response_type": {"code"}, "scope": {"openid"}}.Encode())
			h.s.Settle()
			p := anna.For(t).Open("/partners/sites/city-library/errors").Must("redirect_uri is not registered", "/id/oauth/authorize")
			p.MustNot("evil.example")
		})
		t.Run("T-43 a logo is made small and encoded anew, and served by us", func(t *testing.T) {
			var big bytes.Buffer
			picture := image.NewRGBA(image.Rect(0, 0, 400, 200))
			picture.Set(1, 1, color.White)
			if err := jpeg.Encode(&big, picture, nil); err != nil {
				t.Fatal(err)
			}
			p := anna.For(t).Open("/partners/sites/city-library/logo").Attach("Picture", "logo.jpg", "image/jpeg", big.Bytes()).Press("Save and continue")
			_, rest, found := strings.Cut(p.Body, `src="/partners/logo/`)
			if !found {
				t.Fatal(p.Text())
			}
			id, _, _ := strings.Cut(rest, `"`)
			small, err := h.s.Logo(context.Background(), id)
			if err != nil {
				t.Fatal(err)
			}
			if config, kind, err := image.DecodeConfig(bytes.NewReader(small)); err != nil || kind != "png" || config.Width != partner.LogoSide {
				t.Errorf("%s %v %v", kind, config, err)
			}
		})
		t.Run("NAV-01 whoever chooses the category of partners is led to their pages", func(t *testing.T) {
			b := h.Browser().For(t)
			links := func(p *webtest.Page) int { return strings.Count(p.Body, `href="/partners"`) }
			before := links(b.Open("/partners"))
			p := b.Open("/partners").Press("Partners")
			if links(p) != before+1 {
				t.Errorf("%d links, then %d", before, links(p))
			}
			p.Must("Register your organisation", "https://okno.test/id/.well-known/openid-configuration")
		})
		t.Run("T-43 names that mix alphabets are refused", func(t *testing.T) {
			p := anna.For(t).Open("/partners/sites/city-library/name").Fill("Name of the site: English", "Gоsuslugi").Press("Save and continue")
			p.Must("Do not mix alphabets")
			if p.Status != 422 {
				t.Errorf("%d", p.Status)
			}
		})
	})
}

// returnAddress is where a page of ours leads back to, as a path.
func returnAddress(t *testing.T, p *webtest.Page) string {
	t.Helper()
	u, err := url.Parse(p.Link("Go to City library"))
	if err != nil || u.Host != "okno.test" {
		t.Fatalf("%v %s", err, p.Text())
	}
	return u.RequestURI()
}

// codeOf is the address that the page of a try shows, made into one that works.
func codeOf(t *testing.T, p *webtest.Page) string {
	t.Helper()
	text := p.Text()
	from := strings.Index(text, "https://okno.test"+oidc.PathAuthorize)
	if from < 0 {
		t.Fatal(text)
	}
	link := strings.Fields(text[from:])[0]
	link = strings.NewReplacer("CODE_CHALLENGE", oidctest.Challenge("verifier-of-a-stranger-that-is-long-enough-ok"), "https://okno.test", "").Replace(link)
	return link
}

// TestToProduction is the way from nothing to a grant by two officers.
func TestToProduction(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		anna := h.SignedIn(h.Account(account.Standard, "Anna One", "+79000000001"))
		site := inSandbox(t, organised(anna))
		first, second := h.registrar("first"), h.registrar("second")
		t.Run("A-56 the way from registering to production", func(t *testing.T) {
			anna, first, second := anna.For(t), first.For(t), second.For(t)
			anna.Open("/partners/sites/city-library").Must("An officer has to confirm your organisation", "A key or a certificate instead of the secret", "https in every address", "An address for sign-outs")
			first.Open("/desk/partners").Follow("City library").Press("Confirm the organisation").Must("No organisation waits")
			anna.Open("/partners/sites/city-library/addresses").Fill("Addresses to which people come back", "https://library.example/back").
				Fill("Address for sign-outs (optional)", "https://library.example/out").Press("Save and continue").Must("Saved and in force")
			anna.Open("/partners/sites/city-library/proof").Choose("By a key of its own").Press("Continue").Fill("Public keys", keySet(t, "k1")).Press("Add the keys").Must("A key of its own (k1)")
			anna.Open("/partners/sites/city-library").Press("Ask for production").Must("Two officers look at it", "Asks for production")
			first.Open("/desk/partners").Follow("City library").Must("asks for production", "The card bears the name").Press("Propose to grant it").Must("A second officer")
			first.Open("/desk/partners").Follow("City library").Must("You have proposed to grant this")
			if first.Open("/desk/partners").Follow("City library").HasButton("Grant the request") {
				t.Error("the same officer may grant")
			}
			second.Open("/desk/partners").Follow("City library").Press("Grant the request").Must("No site waits")
			anna.Open("/partners/sites/city-library").Must("Production").MustNot("Delete the site")
		})
		t.Run("SESS-5 an officer closes a site of production with a reason, and two open it again", func(t *testing.T) {
			anna, first, second := anna.For(t), first.For(t), second.For(t)
			page := "/desk/partners/sites/city-library"
			first.Open("/desk/partners").Follow("All registered sites").Must("Production").Follow("City library").Press("Close the site now").MustBe(422, page).Must("Say in at most 400 characters why")
			first.Open(page).Fill("Why it is closed", "It asks people for their passwords").Press("Close the site now").MustBe(200, page).
				Must("An officer closed this site", "It asks people for their passwords", "Closed by an officer")
			anna.Open("/partners/sites/city-library").Must("The office that confirms sites closed this one", "two of its officers open the site again", "It asks people for their passwords", "Closed by an officer").
				MustNot("Pause the site", "Try it")
			first.Open(page).Press("Propose to open it again").Must("Another officer decides")
			if first.Open(page).HasButton("Open the site again") {
				t.Error("one officer may open it")
			}
			second.Open(page).Press("Open the site again").MustBe(200, page).MustNot("An officer closed this site")
		})
		if site.Status != 200 {
			t.Error(site.Status)
		}
	})
}

// ours brings a site into the sandbox that keeps its own key.
func (h house) ours(t *testing.T, who account.ID, org string, id client.ID) *oidctest.Site {
	t.Helper()
	ctx := context.Background()
	site := &oidctest.Site{Key: oidctest.NewKey(t), Verifier: strings.Repeat("v", 43), World: h.World}
	set, err := json.Marshal(jose.JSONWebKey{Key: site.Key.Public(), KeyID: "k1", Use: "sig", Algorithm: "ES256"})
	if err != nil {
		t.Fatal(err)
	}
	words := jurisdiction.Words{"en": "Library", "ru": "Библиотека", "fa": "کتابخانه"}
	err = h.s.Begin(ctx, who, org, id, words)
	edit := func(change func(*client.Client)) {
		if err == nil {
			_, err = h.s.Edit(ctx, who, id, nil, change)
		}
	}
	edit(func(c *client.Client) { c.Redirects, c.Purpose = []string{oidctest.Redirect(id)}, words })
	edit(func(c *client.Client) { c.Optional = []client.Attribute{client.Email} })
	if err == nil {
		_, err = h.s.AddKeys(ctx, who, id, string(set))
	}
	if err == nil {
		err = h.s.Complete(ctx, who, id)
	}
	if err == nil {
		site.Client, err = h.Clients.Find(ctx, id)
	}
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// TestClosedSites goes through the provider, as a browser and a site do.
func TestClosedSites(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		h.Provider.Issuer = oidctest.Issuer // as its sites prove themselves
		ctx := context.Background()
		one := h.Account(account.Standard, "Anna One", "+79000000001")
		org := strings.TrimPrefix(organised(h.SignedIn(one)).Path, "/partners/organisations/")
		enters := func(s *oidctest.Site) bool {
			h.Clients.Forget(s.ID)
			next, err := h.Provider.Authorize(ctx, s.Ask("scope", "openid email"), h.Visitor(one))
			return err == nil && (next.Step == oidc.Consent || next.Step == oidc.Done && next.Answer.Params.Get("code") != "")
		}
		renews := func(s *oidctest.Site, tokens oidc.Tokens) bool {
			_, err := h.Provider.Token(ctx, s.Call("grant_type", "refresh_token", "refresh_token", tokens.Refresh))
			if err != nil && oidc.RefusalOf(err) == nil {
				t.Errorf("%v", err)
			}
			return err == nil
		}
		open := func(id client.ID) (*oidctest.Site, oidc.Tokens) {
			site := h.ours(t, one, org, id)
			tokens := site.Tokens(h.Visitor(one), "scope", "openid email")
			if !enters(site) || tokens.Refresh == "" {
				t.Fatal("a member does not enter")
			}
			return site, tokens
		}
		t.Run("T-42 nobody enters a site that was removed, and what it was given ends", func(t *testing.T) {
			site, tokens := open("removed")
			if err := h.s.Delete(ctx, one, site.ID); err != nil {
				t.Fatal(err)
			}
			for _, h.s.Everybody = range []bool{true, false} {
				if enters(site) || renews(site, tokens) {
					t.Error("it is open")
				}
			}
		})
		refused, tokens := open("refused")
		unpaused, _ := open("unpaused")
		h.registrar("first").For(t).Open("/desk/partners").Follow("City library").Fill("Why not", "There is no such number").Press("Refuse with this reason")
		t.Run("T-42 nobody enters a site of an organisation that was refused, and what it was given ends", func(t *testing.T) {
			for _, h.s.Everybody = range []bool{true, false} {
				if enters(refused) || renews(refused, tokens) {
					t.Error("it is open")
				}
			}
		})
		t.Run("T-42 a site that is not paused is closed too when its organisation was refused, in the demo as well", func(t *testing.T) {
			h.Write(func(tx *db.Tx) error { return h.Clients.Change(tx, unpaused.Client, audit.BySystem("test")) })
			for _, h.s.Everybody = range []bool{true, false} {
				if enters(unpaused) {
					t.Error("it is open")
				}
			}
		})
	})
}
