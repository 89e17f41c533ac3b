package journeys

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/text"
	"okno/internal/web/webtest"
	"okno/sim/relyingparty"
)

// guest is a resident who goes to other sites with his sign-in here.
type guest struct {
	*country
	*text.Printer
	b        *webtest.Browser
	login    string
	password string
}

// guest is an invented resident of the demo, by phone, in a browser of his own.
func (c *country) guest(lang, phone string) *guest {
	c.t.Helper()
	for _, p := range c.people {
		if p.Login == phone {
			return &guest{c, c.texts.For(lang), c.browser(lang).Wander(), p.Login, p.Password}
		}
	}
	c.t.Fatalf("nobody has %s", phone)
	return nil
}

// origin is where a site listens.
func (c *country) origin(site relyingparty.Kind) string {
	c.t.Helper()
	for _, s := range c.sites {
		if s.Client == string(site) {
			return s.Origin
		}
	}
	c.t.Fatalf("no site is called %s", site)
	return ""
}

// known is a site as the provider knows it.
func (c *country) known(site relyingparty.Kind) client.Client {
	c.t.Helper()
	found, err := c.demo.Portal.Clients.Find(c.t.Context(), client.ID(site))
	if err != nil {
		c.t.Fatal(err)
	}
	return found
}

// change alters what the provider knows of a site.
func (c *country) change(site relyingparty.Kind, change func(*client.Client)) {
	c.t.Helper()
	found := c.known(site)
	change(&found)
	c.write(func(tx *db.Tx) error { return c.demo.Portal.Clients.Change(tx, found, audit.BySystem("test")) })
	c.demo.Portal.Clients.Forget(found.ID)
}

func (c *country) write(f func(tx *db.Tx) error) {
	c.t.Helper()
	if err := c.demo.Portal.DB.Write(c.t.Context(), f); err != nil {
		c.t.Fatal(err)
	}
}

// ledger is what happened at a site, of one kind, newest first.
func (c *country) ledger(site relyingparty.Kind, kind string) (all []relyingparty.Entry) {
	c.call("GET", "/sites/"+string(site)+"/ledger?kind="+kind, nil, &all)
	return all
}

// answers switches how a site answers logout tokens.
func (c *country) answers(site relyingparty.Kind, mode relyingparty.Mode) {
	c.call("POST", "/sites/"+string(site)+"/mode", map[string]string{"mode": string(mode)}, nil)
}

// name is what a site is called in the guest's language.
func (g *guest) name(site relyingparty.Kind) string { return g.known(site).Name.In(g.Lang()) }

// knock presses the sign-in button of a site and gives the page where that leads.
func (g *guest) knock(site relyingparty.Kind) *webtest.Page {
	return g.b.Open(g.origin(site) + "/signin")
}

// signIn fills in our sign-in page.
func (g *guest) signIn(p *webtest.Page) *webtest.Page {
	g.t.Helper()
	p.MustBe(200, "/id/signin")
	number := ""
	for _, id := range g.demo.Portal.Law.Identifiers {
		if id.Login {
			number = id.Name.In(g.Lang())
		}
	}
	label := g.T("signin.login.three", "first", g.T("signin.login.phone"), "second", g.T("signin.login.email"), "third", number)
	return p.Fill(label, g.login).Fill(g.T("signin.password.label"), g.password).Press(g.T("signin.enter"))
}

// agree says yes on the page that asks.
func (g *guest) agree(p *webtest.Page) *webtest.Page {
	g.t.Helper()
	return p.MustBe(200, "/id/oauth/consent").Press(g.T("oidc.consent.yes"))
}

// in fails unless the page is the account page of a site.
func (g *guest) in(site relyingparty.Kind, p *webtest.Page) *webtest.Page {
	g.t.Helper()
	if p.Origin() != g.origin(site) || p.Path != "/account" {
		g.t.Fatalf("at %s%s, want in at %s:\n%s", p.Origin(), p.Path, site, p.Text())
	}
	return p
}

// isIn says whether the browser is signed in at a site.
func (g *guest) isIn(site relyingparty.Kind) bool {
	return g.b.Open(g.origin(site)+"/account").Path == "/account"
}

// enter signs in at a site, whatever it takes.
func (g *guest) enter(site relyingparty.Kind) *webtest.Page {
	g.t.Helper()
	p := g.knock(site)
	if strings.HasPrefix(p.Path, "/id/signin") {
		p = g.signIn(p)
	}
	if strings.HasPrefix(p.Path, "/id/oauth/consent") {
		p = g.agree(p)
	}
	return g.in(site, p)
}

// at is the same guest in a subtest.
func (g *guest) at(t *testing.T) *guest {
	world, guest := *g.country, *g
	world.t = t
	guest.country, guest.b = &world, g.b.For(t)
	return &guest
}

func TestSites(t *testing.T) {
	for _, lang := range []string{"en", "ru", "fa"} {
		t.Run(lang, func(t *testing.T) { goRound(t, run(t, ""), lang) })
	}
}

// goRound is one resident's day at other sites.
func goRound(t *testing.T, c *country, lang string) {
	g := c.guest(lang, "+79000000103")
	t.Run("SSO-06 a verified resident enters the tax service, which is told what was shown and nothing else", func(t *testing.T) { taxes(g.at(t)) })
	t.Run("SSO-07 the diary lets the same resident in without another sign-in", func(t *testing.T) {
		g := g.at(t)
		g.in(relyingparty.Diary, g.agree(g.knock(relyingparty.Diary)))
		if diary, tax := c.ledger(relyingparty.Diary, relyingparty.SignedIn)[0], c.ledger(relyingparty.Tax, relyingparty.SignedIn)[0]; diary.Subject == tax.Subject || diary.Session == tax.Session {
			t.Error("two sites see the same name of the person or of the session")
		}
	})
	t.Run("SSO-05 a portal that asks in silence lets in whom it knows", func(t *testing.T) { silently(g.at(t)) })
	t.Run("SSO-03 an e-mail address that was left unticked is not told", func(t *testing.T) {
		g := g.at(t)
		g.in(relyingparty.Moscow, g.agree(g.knock(relyingparty.Moscow))).MustNot("belova@mail.example")
	})
	t.Run("SSO-03 an e-mail address that was ticked is told", func(t *testing.T) {
		other := c.guest(lang, "+79000000107").at(t)
		p := other.signIn(other.knock(relyingparty.Moscow))
		other.in(relyingparty.Moscow, p.Choose(other.T("oidc.attribute.email")).Press(other.T("oidc.consent.yes"))).Must("kim@mail.example")
	})
	t.Run("SSO-04 the simplest client gets the phone number that was agreed to", func(t *testing.T) {
		g := g.at(t)
		g.in(relyingparty.Petersburg, g.agree(g.knock(relyingparty.Petersburg).Must("+79000000103"))).Must("+79000000103")
	})
	t.Run("SESS-6 the list of sessions names the sites that each has opened", func(t *testing.T) {
		g := g.at(t)
		g.enter(relyingparty.Utility)
		p := g.b.Open("/id/settings/sessions").Must(firstWords(g.T("sites.session", "list", "")))
		for _, site := range relyingparty.Kinds() {
			p.Must(g.name(site))
		}
	})
	t.Run("OIDC-9 a site renews its session two minutes before the end", func(t *testing.T) { renews(g.at(t)) })
	t.Run("OIDC-12 a site that asks for more is asked about the difference only", func(t *testing.T) { asksForMore(c.guest(lang, "+79000000107").at(t)) })
	t.Run("OIDC-12 who says no goes back to the site without anything", func(t *testing.T) { declines(c.guest(lang, "+79000000107").at(t)) })
	t.Run("OIDC-11 a site that wants a fresh proof gets it, and the other sites stay open", func(t *testing.T) { afresh(g.at(t)) })
	t.Run("OIDC-12 a site that is stopped is signed out, and its tokens are dead", func(t *testing.T) { stops(g.at(t)) })
	t.Run("OIDC-14 signing out at one site signs out everywhere and leads back", func(t *testing.T) { leaves(g.at(t)) })
	t.Run("SESS-4 Exit names the site that did not answer, and tells it again", func(t *testing.T) { exits(g.at(t)) })
	t.Run("OTP-3 a device is let in by the word that it shows, and words cannot be guessed", func(t *testing.T) { device(c.guest(lang, "+79000000107").at(t)) })
}

// taxes is the first sign-in of all: S19 names the site, S23 shows what it gets.
func taxes(g *guest) {
	p := g.knock(relyingparty.Tax).Must(g.T("signin.for_site", "site", g.name(relyingparty.Tax)))
	p = g.signIn(p).Must(g.T("oidc.consent.title", "site", g.name(relyingparty.Tax)), "Белова Екатерина Андреевна", "115-740-633 40")
	p = g.in(relyingparty.Tax, g.agree(p)).Must("Белова Екатерина Андреевна", "1990-07-19", "11574063340", string(relyingparty.Verified), "desk")
	p.MustNot("+79000000103", "belova@mail.example", "4514")
	if all := g.ledger(relyingparty.Tax, relyingparty.SignedIn); len(all) != 1 || all[0].Level != relyingparty.Verified || all[0].Silent {
		g.t.Errorf("the site's ledger says %+v", all)
	}
	if !g.in(relyingparty.Tax, g.knock(relyingparty.Tax)).Has("Белова") { // nothing is asked twice
		g.t.Error("the second time nothing is told")
	}
	g.b.Open("/account").Follow(g.T("sites.link")).MustBe(200, "/id/settings/sites").
		Must(g.name(relyingparty.Tax), g.known(relyingparty.Tax).Purpose.In(g.Lang()))
}

// silently agrees once; later the site knows the person without a page of ours.
func silently(g *guest) {
	p := g.b.Open(g.origin(relyingparty.Tatarstan) + "/")
	if p.Origin() != g.origin(relyingparty.Tatarstan) || p.Path != "/" {
		g.t.Fatalf("before anything was agreed to the silent question ends at %s%s", p.Origin(), p.Path)
	}
	g.in(relyingparty.Tatarstan, g.agree(g.knock(relyingparty.Tatarstan)))
	again := g.country.guest(g.Lang(), g.login).at(g.t.(*testing.T))
	again.enter(relyingparty.Tax)
	again.in(relyingparty.Tatarstan, again.b.Open(again.origin(relyingparty.Tatarstan)+"/"))
	if last := g.ledger(relyingparty.Tatarstan, relyingparty.SignedIn)[0]; !last.Silent {
		g.t.Errorf("it was not silent: %+v", last)
	}
}

// renews lets a site's session come near its end.
func renews(g *guest) {
	before := len(g.ledger(relyingparty.Tatarstan, relyingparty.Renewed))
	for range 4 { // twelve minutes: tokens live for five
		g.advance(3 * time.Minute)
		if !g.isIn(relyingparty.Tatarstan) {
			g.t.Fatal("the session ended: ", g.ledger(relyingparty.Tatarstan, "")[0])
		}
	}
	if now := len(g.ledger(relyingparty.Tatarstan, relyingparty.Renewed)); now < before+2 {
		g.t.Errorf("renewed %d times", now-before)
	}
	g.in(relyingparty.Tax, g.knock(relyingparty.Tax)) // its own session has ended by now; ours lives
}

// asksForMore lets the diary begin with the name alone.
func asksForMore(g *guest) {
	whole := g.known(relyingparty.Diary)
	g.change(relyingparty.Diary, func(c *client.Client) { c.Required = []client.Attribute{client.Name} })
	g.enter(relyingparty.Diary)
	g.change(relyingparty.Diary, func(c *client.Client) { c.Required = whole.Required })
	p := g.knock(relyingparty.Diary).MustBe(200, "/id/oauth/consent").Must(g.T("oidc.consent.already", "list", g.Phrase([]string{g.T("oidc.attribute.name")})), g.T("oidc.attribute.birth_date"))
	if strings.Contains(p.Text(), "Ким Алина") {
		g.t.Error("what was agreed to is asked again")
	}
	g.in(relyingparty.Diary, g.agree(p)).Must("1995-12-05")
}

func declines(g *guest) {
	p := g.signIn(g.knock(relyingparty.Tax)).Press(g.T("oidc.consent.no"))
	if p.Origin() != g.origin(relyingparty.Tax) || p.Path == "/account" || !strings.Contains(p.Text(), "access_denied") {
		g.t.Errorf("at %s%s: %s", p.Origin(), p.Path, p.Text())
	}
	if g.isIn(relyingparty.Tax) {
		g.t.Error("who said no is in")
	}
	g.b.Open("/id/settings/sites").MustNot(g.known(relyingparty.Tax).Purpose.In(g.Lang()))
}

// afresh is prompt=login: the reason is named, and nobody is signed out elsewhere.
func afresh(g *guest) {
	g.enter(relyingparty.Diary)
	p := g.b.Open(g.origin(relyingparty.Petersburg) + "/signin?other=1").Must(firstWords(g.T("sites.fresh.yes", "site", g.name(relyingparty.Petersburg))))
	g.in(relyingparty.Petersburg, g.signIn(p))
	if !g.isIn(relyingparty.Diary) {
		g.t.Error("the diary was left")
	}
	before := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken))
	g.in(relyingparty.Diary, g.knock(relyingparty.Diary))
	if n := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken)); n != before {
		g.t.Error("the diary was told that the person left")
	}
}

// stops takes a consent back in the settings.
func stops(g *guest) {
	g.enter(relyingparty.Moscow)
	ended := len(g.ledger(relyingparty.Moscow, relyingparty.LogoutTaken))
	p := g.b.Open("/id/settings/sites")
	p = p.Follow(g.T("oidc.stop.title", "site", g.name(relyingparty.Moscow))).Press(g.T("oidc.stop.yes")).MustBe(200, "/id/settings/sites")
	p.Must(g.T("oidc.sites.stopped"), g.T("oidc.sites.before"))
	g.await("the site to be told", func() bool { return len(g.ledger(relyingparty.Moscow, relyingparty.LogoutTaken)) > ended })
	if g.isIn(relyingparty.Moscow) {
		g.t.Error("the person is still in")
	}
	err := g.demo.Portal.DB.Read(g.t.Context(), func(tx *db.Tx) error {
		live, err := db.One(tx, db.Scalar[int], `SELECT count(*) FROM oidc_grant WHERE client = 'moscow' AND account = $1 AND revoked_at IS NULL`, string(g.account(tx)))
		if live != 0 {
			g.t.Errorf("%d grants live on", live)
		}
		return err
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.knock(relyingparty.Moscow).MustBe(200, "/id/oauth/consent") // it has to ask again
}

func (g *guest) account(tx *db.Tx) account.ID {
	g.t.Helper()
	id, err := g.demo.Portal.Accounts.ByContact(tx, account.Phone, g.login)
	if err != nil {
		g.t.Fatal(err)
	}
	return id
}

// leaves signs out at the tax service, which leads to us, then everywhere, and goes back.
func leaves(g *guest) {
	for _, site := range []relyingparty.Kind{relyingparty.Tax, relyingparty.Diary, relyingparty.Petersburg} {
		g.enter(site)
	}
	told := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken))
	p := g.b.Open(g.origin(relyingparty.Tax) + "/account").Press(map[string]string{"en": "Sign out", "ru": "Выйти", "fa": "خروج"}[g.Lang()])
	p.MustBe(200, "/id/oauth/logout").Must(g.T("oidc.left.title", "site", g.name(relyingparty.Tax)), g.name(relyingparty.Diary), g.name(relyingparty.Petersburg))
	if g.isIn(relyingparty.Tax) || !g.isIn(relyingparty.Diary) || g.b.Open("/account").Path != "/account" {
		g.t.Error("who signs out at one site is out there, and there alone")
	}
	p = p.Press(g.T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye").Must(g.name(relyingparty.Diary), g.name(relyingparty.Petersburg))
	g.await("all sites to be told", func() bool {
		p = g.b.Open(p.Path)
		return !p.Has(g.T("oidc.goodbye.waiting"))
	})
	p.Must(g.T("oidc.goodbye.told")).MustNot(g.T("oidc.goodbye.silent"))
	if n := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken)); n != told+1 {
		g.t.Errorf("the diary was told %d times", n-told)
	}
	p = p.Follow(g.T("oidc.return.go", "site", g.name(relyingparty.Tax)))
	if p.Origin() != g.origin(relyingparty.Tax) || !strings.HasPrefix(p.Path, "/signed-out") || len(g.ledger(relyingparty.Tax, relyingparty.CameBack)) != 1 {
		g.t.Errorf("led back to %s%s", p.Origin(), p.Path)
	}
	if g.isIn(relyingparty.Diary) || g.isIn(relyingparty.Petersburg) || g.b.Open("/account").Path == "/account" {
		g.t.Error("somebody is still in")
	}
}

// exits presses our own Exit while one site hangs and another fails.
func exits(g *guest) {
	for _, site := range []relyingparty.Kind{relyingparty.Tax, relyingparty.Diary, relyingparty.Petersburg} {
		g.enter(site)
	}
	g.answers(relyingparty.Diary, relyingparty.Fail)
	p := g.b.Open("/account").Press(g.T("ui.exit")).MustBe(200, "/id/oauth/goodbye").Must(g.name(relyingparty.Diary))
	g.silence(g, p.Path)
	p = g.b.Open(p.Path)
	p.Must(g.T("oidc.goodbye.close_it"), g.T("oidc.goodbye.told"))
	g.answers(relyingparty.Diary, relyingparty.Answer)
	p = p.Press(g.T("sites.again", "site", g.name(relyingparty.Diary))).MustBe(200, "/id/oauth/goodbye")
	g.await("the diary to answer", func() bool {
		p = g.b.Open(p.Path)
		return !p.Has(g.T("oidc.goodbye.waiting")) && !p.Has(g.T("sites.late"))
	})
	p.MustNot(g.T("oidc.goodbye.silent"))
	if g.isIn(relyingparty.Diary) {
		g.t.Error("still in at the diary")
	}
}

var hiddenWord = regexp.MustCompile(`^[A-Z0-9]{4}-[A-Z0-9]{4}$`)

// television adds a device without a browser.
func (g *guest) television() {
	g.write(func(tx *db.Tx) error {
		return g.demo.Portal.Clients.Add(tx, client.Client{ID: "television", Stage: client.Sandbox, Name: jurisdiction.Words{"en": "Television", "ru": "Телевизор", "fa": "تلویزیون"},
			Purpose: jurisdiction.Words{"en": "To greet you", "ru": "Чтобы поздороваться", "fa": "برای سلام"}, Native: true, Method: client.NoMethod,
			Grants: []client.Grant{client.Device}, Required: []client.Attribute{client.Name}}, audit.BySystem("test"))
	})
}

// device is a television that has no browser.
func device(g *guest) {
	g.television()
	var start struct {
		Code string `json:"device_code"`
		Word string `json:"user_code"`
	}
	g.machine("/id/oauth/device", url.Values{"client_id": {"television"}, "scope": {"openid fullname"}}, &start)
	if !hiddenWord.MatchString(start.Word) {
		g.t.Fatalf("the word is %q", start.Word)
	}
	g.enter(relyingparty.Diary) // which also says which language is read here
	p := g.b.Open("/id/device").MustBe(200, "/id/device").Fill(g.T("oidc.device.word"), "AAAA-AAAA").Press(g.T("oidc.device.go"))
	if p.Status != http.StatusUnprocessableEntity {
		g.t.Errorf("a wrong word is answered with %d", p.Status)
	}
	p = p.Fill(g.T("oidc.device.word"), strings.ToLower(start.Word)).Press(g.T("oidc.device.go")).MustBe(200, "/id/oauth/consent").Must("Ким Алина")
	g.agree(p).Must(g.T("oidc.device.done"))
	var tokens struct {
		ID string `json:"id_token"`
	}
	g.machine("/id/oauth/token", url.Values{"client_id": {"television"}, "grant_type": {string(client.Device)}, "device_code": {start.Code}}, &tokens)
	if strings.Count(tokens.ID, ".") != 2 {
		g.t.Errorf("the device got %q", tokens.ID)
	}
	for range 8 { // two of ten were used
		g.b.Open("/id/device").Fill(g.T("oidc.device.word"), "BBBB-BBBB").Press(g.T("oidc.device.go"))
	}
	p = g.b.Open("/id/device").Fill(g.T("oidc.device.word"), "BBBB-BBBB").Press(g.T("oidc.device.go"))
	if p.Status != http.StatusTooManyRequests || !p.Has(g.T("sites.word_busy")) {
		g.t.Errorf("the eleventh try of an hour is answered with %d: %s", p.Status, p.Text())
	}
}

// machine posts a form as a machine does and reads the JSON of the answer.
func (c *country) machine(path string, form url.Values, answer any) {
	c.t.Helper()
	got, err := http.PostForm(c.portal+path, form)
	if err != nil {
		c.t.Fatal(err)
	}
	defer got.Body.Close()
	readJSON(c.t, got, answer)
}
