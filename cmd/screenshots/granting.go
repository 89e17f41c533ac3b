package main

import "fmt"

// exampleKey is the public key of RFC 7517, A.1.
const exampleKey = `{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"sig","alg":"ES256","kid":"library-2026"}]}`

// act presses the button that does what a word says.
func (w *walk) act(word string) {
	w.do(func() error { return w.c.pressThis(fmt.Sprintf(`main button[name="act"][value=%q]`, word)) })
}

// production has a site ask for production, and two registrars grant it.
func (w *walk) production(site string) {
	w.open(site + "/addresses")
	w.send("post_logout", "https://library.example/bye", "logout_uri", "https://library.example/out")
	w.open(site + "/proof/keys")
	w.send("keys", exampleKey)
	w.journeyPage(site+"/proof", "site, proof that it has")
	w.journeyPage(site, "site, ready for production")
	w.act("ask")
	w.shot("site, asked")
	w.officer("registrar")
	w.journeyPage("/desk/partners", "desk, a site waits")
	w.follow(`main a[href*="/requests/"]`)
	w.shot("desk, request")
	w.act("refuse")
	w.refused("desk, request refused without a reason")
	w.act("propose")
	w.follow(`main a[href*="/requests/"]`)
	w.shot("desk, request proposed by me")
	w.otherOfficer("registrar")
	w.open("/desk/partners")
	w.follow(`main a[href*="/requests/"]`)
	w.shot("desk, request of another")
	w.act("grant")
	w.journeyPage(site, "site, production")
	w.open(site + "/purpose")
	w.send("contact", "library@library.example")
	w.journeyPage(site, "site, changed")
}

// settings are proposed by one registrar and dropped by another.
func (w *walk) settings(site string) {
	w.journeyPage(site+"/settings", "desk, settings")
	w.act("propose")
	w.refused("desk, settings with errors")
	w.fill("lasts", "30", "sector", "libraries", "reason", "Письмо № 12 от 1 ноября")
	w.act("propose")
	w.shot("desk, settings proposed by me")
	w.do(func() error { return w.c.signOut("/desk/signout") })
	w.officer("registrar")
	w.journeyPage("/desk/partners", "desk, settings wait")
	w.journeyPage(site+"/settings", "desk, settings of another")
	w.act("drop")
	w.shot("desk, settings dropped")
}

// stopped closes a site in a hurry.
func (w *walk) stopped(site string) {
	w.journeyPage("/desk/partners/sites/"+site, "desk, site in production")
	w.fill("reason", "Ключ сайта попал в открытый код")
	w.act("stop")
	w.shot("desk, site closed")
	w.journeyPage("/partners/sites/"+site, "site, closed by an officer")
}

// closed has two registrars close the organisation for good.
func (w *walk) closed(org, site string) {
	w.visit("/desk/partners/organisations")
	w.journeyPage("/desk"+org, "desk, organisation confirmed")
	w.act("close_propose")
	w.refused("desk, closing with errors")
	w.fill("reason", "Библиотека вошла в областную библиотечную сеть")
	w.act("close_propose")
	w.shot("desk, closing proposed by me")
	w.otherOfficer("registrar")
	w.journeyPage("/desk/partners", "desk, a closing waits")
	w.journeyPage("/desk"+org, "desk, closing of another")
	w.act("close_confirm")
	w.shot("desk, organisation closed")
	w.journeyPage("/desk/partners/sites/"+site, "desk, site of a closed organisation")
	w.journeyPage(org, "organisation closed")
	w.journeyPage("/partners/sites/"+site, "site of a closed organisation")
	w.journeyPage("/partners/mine", "organisations, one closed")
	w.open("/desk")
	w.do(func() error { return w.c.signOut("/desk/signout") })
}
