package journeys

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/web/webtest"
	"okno/sim/relyingparty"
)

// TestSitesThatAsk holds what a site may ask of a sign-in, through the whole house:
// how old it may be, that no page is shown, and what becomes of a site that hangs.
func TestSitesThatAsk(t *testing.T) {
	c := run(t, "")
	c.reader()
	t.Run("SSO-08 every outside site lets the same account in, with one password", func(t *testing.T) { everywhere(c.guest("ru", "+79000000103").at(t)) })
	t.Run("OIDC-11 a site that takes no sign-in older than ten minutes gets a new one, and its time", func(t *testing.T) { notOlder(c.guest("ru", "+79000000103").at(t)) })
	t.Run("OIDC-11 a silent question is answered without a page, by what stands in the way", func(t *testing.T) { noPage(c.guest("fa", "+79000000107").at(t)) })
	t.Run("OIDC-11 a silent question about a level that the person has not is not answered with a lower one", func(t *testing.T) { noPageBelow(c.guest("ru", "+79000000101").at(t)) })
	t.Run("SESS-4 a site that hangs at sign-out is named, tried again and heard of", func(t *testing.T) { hangs(c.guest("ru", "+79000000103").at(t)) })
}

// reader adds a site that keeps nothing of its own: its answers are read from the address.
func (c *country) reader() {
	words := jurisdiction.Words{"en": "Reading room", "ru": "Читальный зал", "fa": "تالار مطالعه"}
	c.write(func(tx *db.Tx) error {
		return c.demo.Portal.Clients.Add(tx, client.Client{ID: "reader", Stage: client.Sandbox, Name: words, Purpose: words, Native: true,
			Redirects: []string{c.origin(relyingparty.Tax) + "/"}, Method: client.NoMethod, Grants: []client.Grant{client.Code}, Required: []client.Attribute{client.Name}}, audit.BySystem("test"))
	})
}

// reads lets the reading room ask; pairs are further parameters.
func (g *guest) reads(pairs ...string) *webtest.Page {
	v := url.Values{"client_id": {"reader"}, "redirect_uri": {g.origin(relyingparty.Tax) + "/"}, "response_type": {"code"}, "scope": {"openid fullname"},
		"state": {"its-state"}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}}
	for i := 0; i < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return g.b.Open("/id/oauth/authorize?" + v.Encode())
}

// answer is what the reading room was sent.
func (g *guest) answer(p *webtest.Page) url.Values {
	g.t.Helper()
	to, err := url.Parse(p.Path)
	if err != nil || p.Origin() != g.origin(relyingparty.Tax) || to.Query().Get("state") != "its-state" {
		g.t.Fatalf("at %s%s: %s", p.Origin(), p.Path, p.Text())
	}
	return to.Query()
}

// signedInAt redeems a code and reads when the person proved himself.
func (g *guest) signedInAt(p *webtest.Page) time.Time {
	g.t.Helper()
	var tokens struct {
		ID string `json:"id_token"`
	}
	g.machine("/id/oauth/token", url.Values{"client_id": {"reader"}, "grant_type": {"authorization_code"}, "code": {g.answer(p).Get("code")},
		"redirect_uri": {g.origin(relyingparty.Tax) + "/"}, "code_verifier": {verifier}}, &tokens)
	var claims struct {
		At int64 `json:"auth_time"`
	}
	parts := strings.Split(tokens.ID, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[min(1, len(parts)-1)])
	if err != nil || json.Unmarshal(payload, &claims) != nil || claims.At == 0 {
		g.t.Fatalf("the ID token is %q", tokens.ID)
	}
	return time.Unix(claims.At, 0)
}

// everywhere counts how often the password is asked for.
func everywhere(g *guest) {
	asked := 0
	for _, site := range relyingparty.Kinds() {
		p := g.knock(site)
		if strings.HasPrefix(p.Path, "/id/signin") {
			asked++
			p = g.signIn(p)
		}
		if strings.HasPrefix(p.Path, "/id/oauth/consent") {
			p = g.agree(p)
		}
		g.in(site, p)
	}
	if len(relyingparty.Kinds()) < 6 || asked != 1 {
		g.t.Errorf("%d sites asked for the password %d times", len(relyingparty.Kinds()), asked)
	}
}

func notOlder(g *guest) {
	first := g.signedInAt(g.agree(g.signIn(g.reads())))
	g.advance(9 * time.Minute)
	if again := g.signedInAt(g.reads("max_age", "600")); !again.Equal(first) {
		g.t.Errorf("a sign-in of nine minutes ago is said to be of %s, not %s", again, first)
	}
	g.advance(2 * time.Minute)
	p := g.reads("max_age", "600").MustBe(200, "/id/signin").Must(firstWords(g.T("sites.fresh.yes", "site", "Читальный зал")))
	fresh := g.signedInAt(g.signIn(p))
	if late := fresh.Sub(first); late < 11*time.Minute {
		g.t.Errorf("the new sign-in is %s after the first", late)
	}
}

func noPage(g *guest) {
	silent := func(want string, pairs ...string) {
		g.t.Helper()
		got := g.answer(g.reads(append(pairs, "prompt", "none")...))
		if got.Get("error") != want || (got.Get("code") == "") == (want == "") {
			g.t.Errorf("answered with %v, want %q", got, want)
		}
	}
	silent("login_required")
	g.enter(relyingparty.Petersburg)
	silent("consent_required")
	g.agree(g.reads())
	silent("")
	g.advance(2 * time.Minute)
	silent("login_required", "max_age", "60")
	g.b.Open("/account").Press(g.T("ui.exit"))
	silent("login_required")
}

func noPageBelow(g *guest) {
	g.agree(g.signIn(g.reads()))
	got := g.answer(g.reads("prompt", "none", "acr_values", "urn:okno:level:verified"))
	if got.Get("error") != "unmet_authentication_requirements" || got.Has("code") {
		g.t.Errorf("answered with %v", got)
	}
}

// hangs leaves the diary's line open without an answer until we say so.
func hangs(g *guest) {
	g.enter(relyingparty.Tax)
	g.enter(relyingparty.Diary)
	g.answers(relyingparty.Diary, relyingparty.Hang)
	defer g.answers(relyingparty.Diary, relyingparty.Answer)
	taken := len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken))
	p := g.b.Open("/account").Press(g.T("ui.exit")).MustBe(200, "/id/oauth/goodbye").Must(g.name(relyingparty.Diary), g.name(relyingparty.Tax))
	g.await("the page to say that the diary does not answer", func() bool {
		g.advance(20 * time.Second)
		p = g.b.Open(p.Path)
		return p.Has(g.T("sites.late")) || p.Has(g.T("oidc.goodbye.silent"))
	})
	p.Must(g.T("oidc.goodbye.told"), g.T("oidc.goodbye.close_it"))
	g.answers(relyingparty.Diary, relyingparty.Answer)
	g.await("the diary to be told by the next try", func() bool {
		g.advance(time.Minute)
		if p = g.b.Open(p.Path); p.HasButton(g.T("sites.again", "site", g.name(relyingparty.Diary))) {
			p.Press(g.T("sites.again", "site", g.name(relyingparty.Diary)))
		}
		return len(g.ledger(relyingparty.Diary, relyingparty.LogoutTaken)) > taken
	})
	g.await("the page to say so", func() bool {
		p = g.b.Open(p.Path)
		return !p.Has(g.T("sites.late")) && !p.Has(g.T("oidc.goodbye.waiting")) && !p.Has(g.T("oidc.goodbye.silent"))
	})
	if g.isIn(relyingparty.Diary) {
		g.t.Error("still in at the diary")
	}
}
