package main

import (
	"fmt"
	"net/url"
	"strings"
)

// partners brings an organisation and a site from nothing to the officers' desk.
func (w *walk) partners() {
	w.do(w.c.forget)
	w.speak()
	w.visit("/partners")
	w.do(func() error { return w.c.signIn(w.d, visitor{level: "standard", entry: "/id/signin"}) })
	w.visit("/partners/mine", "/partners/new")
	w.press("#page")
	w.refused("register, with errors")
	w.send("name_en", "City library", "name_ru", "Городская библиотека", "name_fa", "کتابخانهٔ شهر", "number", "10277001321"+fmt.Sprint(len(w.lang)+int(w.lang[0])),
		"contact", "team@library.example", "purpose", "Выдавать книги")
	w.shot("organisation")
	org := w.path()
	w.journeyPage(org+"/site", "site, begin")
	site := "library-" + w.lang
	w.send("name_en", "City library", "name_ru", "Городская библиотека", "name_fa", "کتابخانهٔ شهر", "id", site)
	w.questions("/partners/sites/" + site)
	w.special("/partners/sites/" + site)
	w.try("/partners/sites/" + site)
	w.journeyPage(org, "organisation with a site")
	w.registrars()
	w.journeyPage("/partners/sites/"+site, "site, organisation confirmed")
}

// questions answers what is asked about a new site and registers it.
func (w *walk) questions(site string) {
	w.shot("site, purpose")
	w.send("purpose_en", "To lend books", "purpose_ru", "Чтобы выдавать книги", "purpose_fa", "برای امانت کتاب", "contact", "team@library.example")
	w.shot("site, addresses")
	w.send("redirects", "library.example/back")
	w.refused("site, addresses with errors")
	w.send("redirects", "https://library.example/back")
	w.shot("site, proof")
	w.send("by", "keys")
	w.shot("site, keys")
	w.send("keys", `{"keys": []`)
	w.refused("site, keys with errors")
	w.journeyPage(site+"/proof/certificate", "site, certificate")
	w.journeyPage(site+"/proof/secret", "site, secret")
	w.press("#page")
	w.shot("site, secret told")
	w.journeyPage(site+"/attributes", "site, data")
	w.send("a_name", "required", "a_email", "optional", "reason", "На билете стоит имя")
	w.shot("site, rules")
	w.send("level", "standard")
	w.shot("site, draft")
	w.do(func() error { return w.c.pressThis(`button[value="complete"]`) })
	w.shot("site, sandbox")
	w.journeyPage(site+"/logo", "site, logo")
	w.do(func() error { return w.c.attach("logo") })
	w.press("#page")
}

// special shows the settings that most sites never need.
func (w *walk) special(site string) {
	w.journeyPage(site+"/advanced", "site, special settings")
	w.journeyPage(site+"/state", "site, state system")
	w.send("state", "yes")
	w.shot("site, certificates of ESIA")
	w.send("esia_certificates", "no certificate")
	w.refused("site, certificates with errors")
	w.journeyPage(site+"/par", "site, requests")
	w.journeyPage(site+"/sector", "site, group")
	w.journeyPage(site+"/delete", "site, delete")
}

// try goes the way of the site's people and looks at what was refused.
func (w *walk) try(site string) {
	w.journeyPage(site+"/try", "site, try")
	w.press("#page")
	w.shot("try, consent")
	w.do(func() error { return w.c.pressThis(`#page button[value="yes"]`) })
	w.do(func() error { return w.arrive("/partners/try") })
	w.shot("try, what came back")
	w.open("/id/oauth/authorize?" + url.Values{"client_id": {site[strings.LastIndex(site, "/")+1:]}, "redirect_uri": {"https://elsewhere.example/"}}.Encode())
	w.journeyPage(site+"/errors", "site, what went wrong")
}

// arrive waits until a page of ours has led on to another.
func (w *walk) arrive(path string) error {
	for range 100 {
		there, err := ask[bool](w.c, fmt.Sprintf(`new Promise(r => setTimeout(() => r(location.pathname === %q && document.readyState === "complete"), 50))`, path))
		if err == nil && there {
			return nil
		}
	}
	return fmt.Errorf("nobody arrives at %s", path)
}

// follow opens where the first link that a selector finds leads.
func (w *walk) follow(selector string) {
	w.do(func() error {
		found, err := ask[string](w.c, fmt.Sprintf(`(document.querySelector(%q) || {pathname: ""}).pathname`, selector))
		if err == nil && found == "" {
			err = fmt.Errorf("there is no link %s", selector)
		}
		if err == nil {
			_, err = w.c.open(w.d.Portal + found)
		}
		return err
	})
}

// registrars confirm the organisation.
func (w *walk) registrars() {
	w.officer("registrar")
	w.visit("/desk/partners")
	w.follow(`main a[href*="/organisations/"]`)
	w.shot("desk, organisation")
	w.do(func() error { return w.c.pressThis(`button[value="confirm"]`) })
	w.visit("/desk/partners/sites")
	w.follow(`main a[href*="/desk/partners/sites/"]`)
	w.shot("desk, site")
	w.do(func() error { return w.c.signOut("/desk/signout") })
}

// sites walks what stands between a site and us: signing in, consent, settings, a device, the end.
func (w *walk) sites() {
	w.do(w.c.forget)
	w.speak()
	w.open(w.knock())
	w.shot("sign in for a site")
	_, password := w.resident("verified")
	login, _ := w.resident("verified")
	w.send("login", login, "password", password)
	w.shot("consent")
	w.do(func() error { return w.c.pressThis(`#page button[value="yes"]`) })
	w.do(func() error { return w.arrive("/callback") })
	w.visit("/id/settings/sites")
	w.follow(`main a[href$="/stop"]`)
	w.shot("stop a site")
	w.second()
	w.visit("/id/device")
	w.send("word", "BBBB-BBBB")
	w.refused("device, wrong code")
	w.open("/id/oauth/authorize?client_id=petersburg&redirect_uri=https%3A%2F%2Felsewhere.example")
	w.shoot("request that cannot be answered", 400)
	w.visit("/id/oauth/logout")
	w.press("#page")
	w.shot("goodbye, no other site")
	w.do(w.c.forget)
	w.speak()
	w.open(w.knock())
	login, password = w.resident("simplified")
	w.send("login", login, "password", password)
	w.shot("level too low")
}

// second enters two more sites without a password, signs out at one of them, and stops every site, so that the next walk is asked again.
func (w *walk) second() {
	w.atSite("moscow", "/signin")
	w.shot("consent with a choice")
	w.fill("optional", "*")
	w.agree()
	w.atSite("diary", "/signin")
	w.agree()
	w.do(func() error { return w.c.pressThis(`form[action="/signout"] button`) })
	w.do(func() error { return w.arrive("/id/oauth/goodbye") })
	w.shot("goodbye")
	w.do(func() error { return w.c.signIn(w.d, visitor{level: "verified", entry: "/id/signin"}) })
	for range 3 {
		w.open("/id/settings/sites")
		w.follow(`main a[href$="/stop"]`)
		w.press("#page")
	}
}

// atSite opens a page of a site of the demo.
func (w *walk) atSite(id, path string) {
	at := w.site(id)
	w.do(func() error {
		_, err := w.c.open(at + path)
		return err
	})
}

// agree says yes on the page that asks, and waits for the site.
func (w *walk) agree() {
	w.do(func() error { return w.c.pressThis(`#page button[value="yes"]`) })
	w.do(func() error { return w.arrive("/account") })
}

// site is where a site of the demo listens.
func (w *walk) site(id string) string {
	for _, s := range w.d.Sites {
		if s.Client == id {
			return s.Origin
		}
	}
	w.do(func() error { return fmt.Errorf("the demo has no site %s", id) })
	return ""
}

// knock is where a site sends people; it asks for consent each time, so that every walk sees it.
func (w *walk) knock() string {
	return "/id/oauth/authorize?" + url.Values{"client_id": {"petersburg"}, "redirect_uri": {w.site("petersburg") + "/callback"}, "response_type": {"code"}, "scope": {"openid fullname birthdate"},
		"state": {"state"}, "nonce": {"nonce"}, "code_challenge": {strings.Repeat("a", 43)}, "code_challenge_method": {"S256"}, "prompt": {"consent"}}.Encode()
}

func (w *walk) resident(level string) (login, password string) {
	w.do(func() (err error) {
		login, password, _, err = w.d.login(visitor{level: level})
		return err
	})
	return login, password
}
