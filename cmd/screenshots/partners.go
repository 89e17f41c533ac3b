package main

import (
	"fmt"
	"net/url"
	"strings"
)

// libraries are the organisations of the walks by language, with names that nobody takes for one another.
var libraries = map[string][3]string{
	"en": {"City library of Pskov", "Городская библиотека Пскова", "کتابخانهٔ پسکوف"},
	"ru": {"Reading rooms of Vologda", "Читальные залы Вологды", "تالارهای مطالعهٔ وولوگدا"},
	"fa": {"House of books in Kazan", "Дом книги в Казани", "خانهٔ کتاب کازان"},
}

// partners brings an organisation and a site from nothing to the officers' desk.
func (w *walk) partners() {
	w.do(w.c.forget)
	w.speak()
	w.visit("/partners")
	w.do(func() error { return w.c.signIn(w.d, visitor{level: "standard", entry: "/id/signin"}) })
	w.visit("/partners/mine", "/partners/new")
	w.press("#page")
	w.refused("register, with errors")
	names := libraries[w.lang]
	w.send("name_en", names[0], "name_ru", names[1], "name_fa", names[2], "number", "10277001321"+fmt.Sprint(len(w.lang)+int(w.lang[0])),
		"contact", "team@library.example", "purpose", "Выдавать книги")
	w.shot("organisation")
	org := w.path()
	w.journeyPage(org+"/site", "site, begin")
	site := "library-" + w.lang
	w.send("name_en", names[0], "name_ru", names[1], "name_fa", names[2], "id", site)
	w.questions("/partners/sites/" + site)
	w.special("/partners/sites/" + site)
	w.try("/partners/sites/" + site)
	w.journeyPage(org, "organisation with a site")
	w.registrars()
	w.journeyPage("/partners/sites/"+site, "site, organisation confirmed")
	w.production("/partners/sites/" + site)
	w.settings("/desk/partners/sites/" + site)
	w.stopped(site)
	w.closed(org, site)
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
