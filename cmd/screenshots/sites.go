package main

import (
	"fmt"
	"net/url"
	"strings"
)

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
