package officerdesk_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/officer/officerdesk"
	"okno/internal/signin"
	"okno/internal/signin/signindesk"
	"okno/internal/visit/visittest"
	"okno/internal/web/webtest"
)

// silent sends nothing: officers get no notices.
type silent struct{ signin.Notices }

func (silent) Send(*db.Tx, notify.Notice) error { return nil }

type house struct {
	*visittest.World
	admin officer.ID
	desk  *webtest.Browser
}

func open(t *testing.T, d *db.DB, now *clock.Fake) *house {
	h := &house{World: visittest.New(t, d, now, "ru")}
	s := signin.New(d, h.Sessions, h.Law, silent{})
	signindesk.Mount(h.Site, s, nil)
	officerdesk.Mount(h.Site, s)
	h.admin = h.Officer(officer.Officer{Login: "nosov", Name: "Pavel Nosov", Roles: []officer.Role{officer.Admin}})
	h.desk = h.AtDesk(h.admin)
	return h
}

func (h *house) byLogin(login string) (o officer.Officer) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) { o, err = h.Officers.ByLogin(tx, login); return err })
	return o
}

const countActs db.SQL = `SELECT count(*) FROM audit_entry WHERE act = $1 AND actor = $2 AND object = $3`

// acts counts what the administrator did with an object.
func (h *house) acts(act, object string) (n int) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], countActs, act, string(h.admin), object)
		return err
	})
	return n
}

var linkOn = regexp.MustCompile(`http://okno\.test/desk/invitation\?token=[^<"&\s]+`)

// path is the invitation on a page, without the host.
func path(t *testing.T, p *webtest.Page) string {
	t.Helper()
	return strings.TrimPrefix(linkOn.FindString(p.Body), "http://okno.test")
}

func TestOfficers(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := open(t, d, now)
		var link string
		t.Run("what is missing is said field by field, and nothing typed is lost", func(t *testing.T) {
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Olga Orlova").Press("Invite").MustBe(422, "/desk/officers/new")
			p.Must("Enter the login", "Choose at least one role")
			if p.Value("Name") != "Olga Orlova" {
				t.Fatal("the name was lost")
			}
			p.Fill("Login", "orlova").Choose("Operator of a service centre").Press("Invite").MustBe(422, "/desk/officers/new").
				Must("Choose the centre where the operator works")
		})
		t.Run("AUTH-5 an invited officer gets a link that is shown once and stands in no address", func(t *testing.T) {
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Olga Orlova").Fill("Login", "orlova").Choose("Officer who decides applications")
			p = p.Select("Authority", p.Options("Authority")[1]).Press("Invite").MustBe(200, "/desk/officers/new").Must("The link is shown only now", "Olga Orlova")
			if link = path(t, p); link == "" || strings.Contains(p.Path, "token") {
				t.Fatal(p.Path, p.Text())
			}
			if o := h.byLogin("orlova"); o.Active || o.Authority == "" || o.Centre != "" || len(o.Roles) != 1 {
				t.Fatalf("%+v", o)
			}
			h.desk.Open("/desk/officers").Must("Olga Orlova", "orlova", "Invited").MustNot("token=")
			h.Browser().Open(link).MustBe(200, "/desk/invitation").Must("orlova")
		})
		orlova := h.byLogin("orlova").ID
		object := "officer/" + string(orlova)
		t.Run("AUDIT-1 the invitation is written down", func(t *testing.T) {
			if h.acts("officer.add", object) != 1 || h.acts("signin.invite", object) != 1 {
				t.Fatal(h.acts("officer.add", object), h.acts("signin.invite", object))
			}
		})
		t.Run("D-18 each look at the officers is written down", func(t *testing.T) {
			before := h.acts("officer.read", "officers")
			h.desk.Open("/desk/officers")
			if after := h.acts("officer.read", "officers"); after != before+1 {
				t.Fatal(before, after)
			}
		})
		t.Run("a login that is taken is refused beside its field", func(t *testing.T) {
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Other").Fill("Login", "ORLOVA").Choose("Auditor").Press("Invite")
			p.MustBe(422, "/desk/officers/new").Must("Another officer already uses this login")
		})
		t.Run("AUTHZ-5 nobody makes himself an administrator under another login", func(t *testing.T) {
			h.desk.Open("/desk/officers/new").Fill("Name", "pavel nosov").Fill("Login", "nosov2").Choose("Administrator").Press("Invite").
				MustBe(422, "/desk/officers/new").Must("Nobody makes themselves an administrator")
		})
		t.Run("a new link kills the old one and lives an hour", func(t *testing.T) {
			p := h.desk.Open("/desk/officers").Follow("Invite again: Olga Orlova").Must("Olga Orlova").Press("Make a new link")
			second := path(t, p)
			if second == "" || second == link {
				t.Fatal(p.Text())
			}
			if p := h.Browser().Open(link); p.Status != 410 {
				t.Fatal(p.Status)
			}
			h.Browser().Open(second).MustBe(200, "/desk/invitation")
			now.Advance(time.Hour)
			if p := h.Browser().Open(second); p.Status != 410 {
				t.Fatal(p.Status)
			}
			h.desk = h.AtDesk(h.admin)
		})
		worker := h.Officer(officer.Officer{Login: "volkov", Name: "Sergei Volkov", Roles: []officer.Role{officer.Admin}})
		t.Run("SESS-5 whose rights end is out at once, everywhere", func(t *testing.T) {
			one, two := h.AtDesk(worker), h.AtDesk(worker)
			one.Open("/desk/officers").MustBe(200, "/desk/officers")
			h.desk.Open("/desk/officers").Follow("End rights: Sergei Volkov").Press("End the rights").MustBe(200, "/desk/officers").Must("Ended")
			one.Open("/desk/officers").MustBe(200, "/desk/signin")
			two.Open("/desk").MustBe(200, "/desk/signin")
			if h.acts("officer.end", "officer/"+string(worker)) != 1 {
				t.Fatal("not written down")
			}
		})
		t.Run("whose rights have ended is neither invited again nor ended twice", func(t *testing.T) {
			h.desk.Open("/desk/officers/" + string(orlova) + "/again")
			for _, rest := range []string{"/again", "/end"} {
				if p := h.desk.Open("/desk/officers/" + string(worker) + rest); p.Status != 403 {
					t.Error(rest, p.Status)
				}
				key := h.Key(h.desk, "/desk/officers/"+string(worker)+rest)
				if p := h.desk.Send("/desk/officers/"+string(worker)+rest, url.Values{"_key": {key}}); p.Status != 409 {
					t.Error(rest, p.Status)
				}
			}
		})
		t.Run("an administrator can neither end himself nor invite himself again", func(t *testing.T) {
			page := h.desk.Open("/desk/officers").MustNot("End rights: Pavel Nosov")
			for _, rest := range []string{"/again", "/end"} {
				h.desk.Open("/desk/officers/"+string(h.admin)+rest).MustBe(200, "/desk/officers")
				key := h.Key(h.desk, "/desk/officers/"+string(h.admin)+rest)
				if p := h.desk.Send("/desk/officers/"+string(h.admin)+rest, url.Values{"_key": {key}}); p.Status != 403 || p.Has("token=") {
					t.Error(rest, p.Status)
				}
			}
			page.Must("You")
			h.desk.Open("/desk/officers").MustBe(200, "/desk/officers")
		})
		t.Run("the pages speak each language", func(t *testing.T) {
			for lang, title := range map[string]string{"ru": "Сотрудники", "fa": "کارمندان"} {
				b := h.AtDesk(h.admin).Speak(lang)
				if p := b.Open("/desk/officers"); p.H1() != title {
					t.Error(lang, p.H1())
				}
				b.Open("/desk/officers/new").MustBe(200, "/desk/officers/new")
				b.Open("/desk/officers/"+string(orlova)+"/again").MustBe(200, "/desk/officers/"+string(orlova)+"/again")
			}
		})
		t.Run("AUTHZ-1 who may not manage officers sees none", func(t *testing.T) {
			other := h.AtDesk(h.Officer(officer.Officer{Login: "bykova", Name: "Vera Bykova", Roles: []officer.Role{officer.Auditor}}))
			for _, at := range []string{"", "/new", "/" + string(orlova) + "/again", "/" + string(orlova) + "/end"} {
				if p := other.Open("/desk/officers" + at); p.Status != 403 || p.Has("Orlova") {
					t.Error(at, p.Status)
				}
			}
		})
		t.Run("an officer that there is not is not found", func(t *testing.T) {
			if p := h.desk.Open("/desk/officers/nobody/end"); p.Status != 404 {
				t.Fatal(p.Status)
			}
		})
	})
}
