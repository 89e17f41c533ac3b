package registrationpage_test

import (
	"testing"

	"okno/internal/db/dbtest"
)

func TestContactPage(t *testing.T) {
	d, now := dbtest.SQLite(t)
	w := newWorld(t, d, now)
	p := begin(w.Browser())
	t.Log(p.Path, p.Text(), w.lastSMS().Text)
	code := w.code()
	p = p.Fill("Confirmation code", code).Press("Continue")
	t.Log(p.Path, p.Text())
	p = choose(p)
	t.Log(p.Path, p.Text())
	p = beginByMail(w.Browser(), "a@gmial.com")
	t.Log(p.Path, p.Text(), w.lastLetter().Text)
	p = w.Browser().Open(w.link())
	t.Log(p.Path, p.Text())
	p = choose(p.Press("Confirm mail"))
	t.Log(p.Path, p.Text())
}
