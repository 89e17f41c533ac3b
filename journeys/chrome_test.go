package journeys

import (
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/signin"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
	"okno/internal/web/webtest/chrome"
)

// shots is where pictures of every page go: go test ./journeys -run TestEveryPageInChromium -shots DIR
var shots = flag.String("shots", "", "folder for screenshots of every page")

// visitor is who sees a part of the pages, with the addresses of that part.
type visitor struct {
	name  string
	b     *webtest.Browser
	paths []string
}

// TestEveryPageInChromium opens every page of the journey as everybody who sees
// it, in all languages, and holds it to what can be measured: axe, targets,
// room at 320 pixels, the mirror, the language of the document.
func TestEveryPageInChromium(t *testing.T) {
	c := run(t, "")
	visitors := c.visitors()
	browser := chrome.Start(t)
	tabs := make(chan bool, 2) // pages that are measured at a time
	t.Run("all", func(t *testing.T) {
		for _, lang := range []string{"en", "ru", "fa"} {
			for _, v := range visitors {
				t.Run(lang+" "+v.name, func(t *testing.T) {
					t.Parallel()
					tabs <- true
					defer func() { <-tabs }()
					page := browser.Visit(t, chrome.Visitor{Lang: lang, Cookies: append(v.b.Cookies(), &http.Cookie{Name: "okno_choices", Value: "l=" + lang})}, c.portal+"/terms", 1280)
					for i, path := range v.paths {
						t.Run(path, func(t *testing.T) { s := sweep{c, page, lang, i, v.name}; s.measure(t, path) })
					}
				})
			}
		}
	})
}

// sweep is one page that is measured in one language.
type sweep struct {
	*country
	page    *chrome.Page
	lang    string
	nth     int
	visitor string
}

func (s sweep) measure(t *testing.T, path string) {
	s.page.Width(t, 1280)
	s.page.Prefer(t, "prefers-color-scheme", "light", "prefers-reduced-motion", "reduce")
	s.page.Go(t, s.portal+path)
	if at := chrome.Eval[string](t, s.page, "location.pathname"); at != strings.Split(path, "?")[0] {
		t.Errorf("led to %s", at)
	}
	if lang := chrome.Eval[string](t, s.page, "document.documentElement.lang"); lang != s.lang {
		t.Errorf("the document is in %q", lang)
	}
	for _, width := range []int{1280, 390} {
		s.page.Width(t, width)
		s.page.Axe(t)
		s.page.Targets(t)
		if *shots != "" {
			name := strings.Trim(strings.NewReplacer("/", "-", "?", "-").Replace(path), "-")
			s.page.Screenshot(t, filepath.Join(*shots, fmt.Sprintf("%s-%s-%s-%d.png", s.visitor, name, s.lang, width)))
		}
	}
	if s.nth%2 == 0 {
		s.page.Prefer(t, "prefers-color-scheme", "dark", "prefers-reduced-motion", "reduce")
		s.page.Axe(t)
		s.page.Prefer(t, "prefers-color-scheme", "light", "prefers-reduced-motion", "reduce")
	}
	s.page.LeftToRight(t)
	s.page.Width(t, 320)
	s.page.Room(t)
	if s.lang != "en" {
		return
	}
	for _, width := range []int{390, 1280} {
		s.page.Width(t, width)
		s.page.Mirror(t)
	}
}

// visitors prepares everybody: who begins a registration, a resident at every level, who went the whole way, and the staff.
func (c *country) visitors() []visitor {
	r := c.stranger("ru", visittest.Law(c.t, "ru"))
	r.register()
	r.fillIn("113-520-411 93")
	r.told(r.phone, firstWords(r.T("check.passed.sms")))
	r.b.Open("/id/check")
	r.addEmail()
	r.statement()
	r.confirmAtDesk()
	number := r.applyForPassport()
	c.advance(time.Minute) // a code of the authenticator works once
	operator, worker := c.atDesk("ru", c.officer("operator")), c.atDesk("ru", c.officer("case_worker"))
	worker.Open("/desk/cases/" + number + "/look").Press(r.T("cases.take"))
	simplified, standard, verified := c.signedIn("+79000000101"), c.signedIn("+79000000102"), c.signedIn("+79000000103")
	draft := c.draft(verified)
	begun := c.browser("ru")
	begun.Open("/id/registration").Fill(r.name("family_name"), "Синицына").Fill(r.name("given_name"), "Ольга").
		Fill(r.T("registration.contact.phone"), "+79001112255").Press(r.T("registration.contact.register")).MustBe(200, "/id/registration/code")
	chosen := c.browser("ru")
	chosen.Open("/id/registration").Fill(r.name("family_name"), "Синицын").Fill(r.name("given_name"), "Олег").
		Fill(r.T("registration.contact.phone"), "+79001112266").Press(r.T("registration.contact.register")).
		Fill(r.T("registration.code.label"), c.code("+79001112266", 0)).Press(r.T("registration.code.continue")).MustBe(200, "/id/registration/password")
	mine := "/applications/" + number
	return []visitor{
		{"signed-out", c.browser("ru"), []string{"/", "/services", "/services/foreign_passport", "/services/pension_statement", "/authorities", "/authorities/mvd",
			"/search", "/help", "/help/levels", "/news", "/terms", "/centres", "/payment", "/verify", "/partners", "/id/signin", "/id/registration", "/id/recovery", "/desk/signin", "/id/check/dispute"}},
		{"code", begun, []string{"/id/registration/code"}},
		{"password", chosen, []string{"/id/registration/password"}},
		{"simplified", simplified, []string{"/", "/account", "/id/profile/user", "/id/profile/edit", "/id/check", "/id/proofing", "/services/pension_statement",
			"/id/profile/contacts/email", "/id/settings/events", "/id/settings/password", "/id/settings/sessions", "/id/settings/notices", "/id/settings/who"}},
		{"standard", standard, []string{"/account", "/id/profile/user", "/id/proofing", "/id/proofing/centre", "/id/proofing/code", "/services/foreign_passport",
			"/services/pension_statement/apply", "/id/profile/documents"}},
		{"draft", verified, []string{"/account", "/applications", draft + "/form/passport", draft + "/form/about_you", draft + "/form/history", draft + "/form/photo",
			draft + "/form/pickup", draft + "/discard"}},
		{"verified", r.b, []string{"/", "/account", "/applications", mine, mine + "/withdraw", "/mail", "/id/profile/user", "/id/settings/who", "/id/proofing", "/partners/mine", "/partners/new"}},
		{"operator", operator, []string{"/desk", "/desk/proofing", "/desk/proofing/approve"}},
		{"case-worker", worker, []string{"/desk", "/desk/cases", "/desk/cases/" + number + "?for=decide", "/desk/cases/" + number + "/correction", "/desk/cases/" + number + "/decision"}},
	}
}

// signedIn is a browser of an invented resident who has a phone.
func (c *country) signedIn(phone string) *webtest.Browser {
	c.t.Helper()
	b := c.browser("ru")
	err := c.demo.Portal.DB.Write(c.t.Context(), func(tx *db.Tx) error {
		id, err := c.demo.Portal.Accounts.ByContact(tx, account.Phone, phone)
		if err != nil {
			return err
		}
		token, err := c.demo.Portal.Sessions.Begin(tx, signin.Opening{Account: id, Way: "test"})
		b.SetCookie("okno", token)
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return b
}

// draft begins an application for a passport and tells its address.
func (c *country) draft(b *webtest.Browser) string {
	c.t.Helper()
	p := b.Open("/services/foreign_passport/apply").Press(c.texts.For("ru").T("application.start.begin"))
	parts := strings.Split(p.Path, "/")
	if at := slices.Index(parts, "applications"); at >= 0 && len(parts) > at+1 {
		return "/applications/" + parts[at+1]
	}
	c.t.Fatal("no draft at ", p.Path)
	return ""
}
