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
	admin  officer.ID
	second officer.ID
	desk   *webtest.Browser
}

func open(t *testing.T, d *db.DB, now *clock.Fake) *house {
	h := &house{World: visittest.New(t, d, now, "ru")}
	s := signin.New(d, h.Sessions, h.Law, silent{})
	signindesk.Mount(h.Site, s, nil)
	officerdesk.Mount(h.Site, s)
	h.admin = h.Officer(officer.Officer{Login: "nosov", Name: "Pavel Nosov", Roles: []officer.Role{officer.Admin}})
	h.second = h.Officer(officer.Officer{Login: "gromova", Name: "Anna Gromova", Roles: []officer.Role{officer.Admin}})
	h.desk = h.AtDesk(h.admin)
	return h
}

// confirm is what the second administrator sees after confirming what waits for somebody.
func (h *house) confirm(name string) *webtest.Page {
	h.T.Helper()
	return h.AtDesk(h.second).Open("/desk/officers").Follow("Look and decide: " + name).Must("You answer for it").Press("Confirm")
}

func (h *house) byLogin(login string) (o officer.Officer) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) { o, err = h.Officers.ByLogin(tx, login); return err })
	return o
}

const countActs db.SQL = `SELECT count(*) FROM audit_entry WHERE act = $1 AND actor = $2 AND object = $3`

// acts counts what the first administrator did with an object.
func (h *house) acts(act, object string) int { return h.actsBy(h.admin, act, object) }

func (h *house) actsBy(by officer.ID, act, object string) (n int) {
	h.T.Helper()
	h.Write(func(tx *db.Tx) (err error) {
		n, err = db.One(tx, db.Scalar[int], countActs, act, string(by), object)
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
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Olga Orlova").Press("Propose").MustBe(422, "/desk/officers/new")
			p.Must("Enter the login", "Choose at least one role", "Choose for how long the rights hold")
			if p.Value("Name") != "Olga Orlova" {
				t.Fatal("the name was lost")
			}
			p.Fill("Login", "orlova").Choose("Operator of a service centre").Press("Propose").MustBe(422, "/desk/officers/new").
				Must("Choose the centre where the operator works")
		})
		t.Run("AUTHZ-5 a proposed officer waits for another administrator, and who proposed cannot confirm", func(t *testing.T) {
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Olga Orlova").Fill("Login", "orlova").Choose("Officer who decides applications")
			p = p.Select("Authority", p.Options("Authority")[1]).Select("For how long", "90 days").Press("Propose").MustBe(200, "/desk/officers")
			p.Must("Proposals that wait for a second administrator", "Olga Orlova", "Waits for a confirmation").MustNot("token=")
			if o := h.byLogin("orlova"); o.Active || len(o.Roles) != 0 {
				t.Fatalf("%+v", o)
			}
			p = p.Follow("Look and decide: Olga Orlova").Must("You have proposed this", "Withdraw").MustNot("Confirm")
			if p = h.desk.Send(p.Path+"/confirm", url.Values{"_key": {h.Key(h.desk, p.Path+"/confirm")}}); p.Status != 403 || p.Has("token=") {
				t.Fatal(p.Status)
			}
		})
		t.Run("AUTH-5 an invited officer gets a link that is shown once, to who confirms, and stands in no address", func(t *testing.T) {
			p := h.confirm("Olga Orlova").Must("The link is shown only now", "Olga Orlova")
			if link = path(t, p); link == "" || strings.Contains(p.Path, "token") {
				t.Fatal(p.Path, p.Text())
			}
			if o := h.byLogin("orlova"); o.Active || o.Authority == "" || o.Centre != "" || len(o.Roles) != 1 || !o.Until.Equal(now.Now().AddDate(0, 0, 90)) {
				t.Fatalf("%+v", o)
			}
			h.desk.Open("/desk/officers").Must("Olga Orlova", "orlova", "Invited").MustNot("token=", "Proposals that wait")
			h.Browser().Open(link).MustBe(200, "/desk/invitation").Must("orlova")
		})
		orlova := h.byLogin("orlova").ID
		object := "officer/" + string(orlova)
		t.Run("AUDIT-1 the invitation is written down", func(t *testing.T) {
			for act, by := range map[string]officer.ID{"officer.add": h.admin, "officer.propose": h.admin, "officer.confirm": h.second, "signin.invite": h.second} {
				if n := h.actsBy(by, act, object); n != 1 {
					t.Error(act, n)
				}
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
			p := h.desk.Open("/desk/officers/new").Fill("Name", "Other").Fill("Login", "ORLOVA").Choose("Auditor").Select("For how long", "30 days").Press("Propose")
			p.MustBe(422, "/desk/officers/new").Must("Another officer already uses this login")
		})
		t.Run("AUTHZ-5 nobody makes himself an administrator under another login", func(t *testing.T) {
			p := h.desk.Open("/desk/officers/new").Fill("Name", "pavel nosov").Fill("Login", "nosov2").Choose("Administrator").Select("For how long", "30 days").Press("Propose")
			if p.Status != 403 || !p.Has("Nobody gives rights to themselves") {
				t.Fatal(p.Status, p.Text())
			}
		})
		t.Run("AUTHZ-5 an administrator chooses only from the roles that he was given to give", func(t *testing.T) {
			limited := h.AtDesk(h.Officer(officer.Officer{Login: "limited", Name: "Lev", Roles: []officer.Role{officer.Admin}, Gives: []officer.Role{officer.Operator}}))
			p := limited.Open("/desk/officers/new").Must("Operator of a service centre").MustNot("Auditor")
			p = limited.Send("/desk/officers/new", url.Values{"_key": {h.Key(limited, p.Path)}, "name": {"X"}, "login": {"x"}, "roles": {"auditor"}, "days": {"30"}})
			p.MustBe(422, "/desk/officers/new").Must("You were not given this role to give")
		})
		t.Run("AUTHZ-5 other rights are proposed, refused or confirmed, and end by themselves", func(t *testing.T) {
			propose := func() {
				p := h.desk.Open("/desk/officers").Follow("Change rights: Olga Orlova").Must("Olga Orlova").Choose("Auditor").Select("For how long", "30 days")
				p.Press("Propose").MustBe(200, "/desk/officers").Must("Proposals that wait")
			}
			propose()
			h.AtDesk(h.second).Open("/desk/officers").Follow("Look and decide: Olga Orlova").Press("Refuse").MustBe(200, "/desk/officers").MustNot("Proposals that wait")
			if o := h.byLogin("orlova"); o.Roles[0] != officer.CaseWorker {
				t.Fatal(o.Roles)
			}
			propose()
			h.confirm("Olga Orlova").MustBe(200, "/desk/officers").Must("Auditor")
			if o := h.byLogin("orlova"); o.Roles[0] != officer.Auditor || o.Authority != "" {
				t.Fatal(o.Roles)
			}
			now.Advance(30 * 24 * time.Hour)
			h.desk = h.AtDesk(h.admin)
			h.desk.Open("/desk/officers").Must("Not renewed")
			propose()
			h.confirm("Olga Orlova").MustBe(200, "/desk/officers").MustNot("Not renewed")
		})
		t.Run("a new link kills the old one and lives an hour", func(t *testing.T) {
			again := func() string {
				h.desk.Open("/desk/officers").Follow("Invite again: Olga Orlova").Must("Olga Orlova").Press("Propose a new link").MustBe(200, "/desk/officers").MustNot("token=")
				return path(t, h.confirm("Olga Orlova"))
			}
			link = again()
			second := again()
			if second == "" || second == link {
				t.Fatal(link, second)
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
			for rest, status := range map[string]int{"/again": 409, "/end": 409, "/rights": 403} {
				if p := h.desk.Open("/desk/officers/" + string(worker) + rest); p.Status != 403 {
					t.Error(rest, p.Status)
				}
				key := h.Key(h.desk, "/desk/officers/"+string(worker)+rest)
				if p := h.desk.Send("/desk/officers/"+string(worker)+rest, url.Values{"_key": {key}}); p.Status != status {
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
				b.Open("/desk/officers/"+string(orlova)+"/rights").MustBe(200, "/desk/officers/"+string(orlova)+"/rights")
				b.Open("/desk/officers/"+string(orlova)+"/again").MustBe(200, "/desk/officers/"+string(orlova)+"/again")
			}
		})
		t.Run("AUTHZ-1 who may not manage officers sees none", func(t *testing.T) {
			other := h.AtDesk(h.Officer(officer.Officer{Login: "bykova", Name: "Vera Bykova", Roles: []officer.Role{officer.Auditor}}))
			for _, at := range []string{"", "/new", "/" + string(orlova) + "/again", "/" + string(orlova) + "/end", "/" + string(orlova) + "/rights"} {
				if p := other.Open("/desk/officers" + at); p.Status != 403 || p.Has("Orlova") {
					t.Error(at, p.Status)
				}
			}
		})
		t.Run("an officer that there is not is not found", func(t *testing.T) {
			for _, at := range []string{"/desk/officers/nobody/end", "/desk/officers/nobody/rights", "/desk/grants/none"} {
				if p := h.desk.Open(at); p.Status != 404 {
					t.Fatal(at, p.Status)
				}
			}
		})
	})
}
