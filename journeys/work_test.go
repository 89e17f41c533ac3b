package journeys

import (
	"testing"

	"okno/internal/visit/visittest"
	"okno/internal/web/webtest/chrome"
)

// TestWorkInChromium guesses wrong with a real browser, as people do who have
// forgotten which password it was.
func TestWorkInChromium(t *testing.T) {
	c := run(t, "")
	r := c.stranger("en", visittest.Law(t, "ru"))
	b := &tab{t, chrome.Start(t).Visit(t, chrome.Visitor{Lang: "en"}, c.portal+"/id/signin", 390), c.portal}
	enter := func(password string) {
		b.await("the challenge to be solved", `document.querySelector("input[data-work]").value !== ""`)
		b.do("fill in the login", `okno.set(document.getElementById("login"), "+79000000102")`).
			do("fill in the password", `okno.set(document.getElementById("password"), "`+password+`")`).
			do("press the form's button", `okno.press("form button", "`+r.T("signin.enter")+`")`)
		b.await("the answer", `!!document.documentElement && !document.documentElement.dataset.old && document.readyState === "complete"`)
	}
	t.Run("SEC-09 with scripts nobody notices the challenge after two failures", func(t *testing.T) {
		for range 4 {
			enter("Wrong!1pass")
			b.at("/id/signin").must(r.T("signin.refused"))
		}
		enter("Vetka;Snega43!")
		b.at("/account")
	})
}
