package oidcpage_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"okno/internal/account"
	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
	"okno/internal/oidc"
	"okno/internal/oidc/oidctest"
	"okno/internal/text/texttest"
	"okno/internal/visit/visittest"
)

// TestNothingIsEchoed looks for what a site sent in all that our pages give back.
func TestNothingIsEchoed(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		library := h.Site("library", named)
		irina := h.Account(account.Verified, "Ирина Соколова", "+79120000001")
		t.Run("OIDC-3 the choice of a language on the way to a site comes back by the flow's own id", func(t *testing.T) { h.flowOnly(t, library, irina) })
		t.Run("OIDC-3 the choice of a language on the page of a refusal comes back to the code alone", func(t *testing.T) { h.refusedAgain(t, library, irina) })
		t.Run("OIDC-3 the page of a refusal says no word of its address", func(t *testing.T) {
			h.Browser().For(t).Open("/id/oauth/refused?code=canary_word").MustBe(http.StatusBadRequest, "/id/oauth/refused").MustNot("canary").Must(oidc.InvalidRequest)
		})
		t.Run("OIDC-3 an answer by form holds the answer, and nothing else of the request", func(t *testing.T) { h.answerOnly(t, library, irina) })
		t.Run("OIDC-14 a hint stays neither in the address nor in the page that asks, and the way back holds", func(t *testing.T) { h.hintGone(t, library, irina) })
		t.Run("OIDC-14 a way back that we have not made leads nowhere", func(t *testing.T) { h.wayForged(t, library, irina) })
	})
}

// canaries are what a site sends and no page needs.
var canaries = []string{"state", "canary-state", "nonce", "canary-nonce", "login_hint", "canary-hint@example.org"}

func (h *house) flowOnly(t *testing.T, library *oidctest.Site, irina account.ID) {
	words := texttest.Load(t)
	b := h.SignedIn(irina).For(t).Speak("en")
	p := b.Open(ask(library, canaries...)).MustBe(200, "/id/oauth/consent")
	for _, lang := range []string{"ru", "fa", "en"} {
		if strings.Contains(p.Body+p.Path, "canary") {
			t.Fatal("the page holds what the site sent: ", p.Path)
		}
		p = p.Press(words.For(lang).Name()).MustBe(200, "/id/oauth/consent").Must(words.For(lang).T("oidc.consent.title", "site", library.Name.In(lang)))
	}
}

func (h *house) refusedAgain(t *testing.T, library *oidctest.Site, irina account.ID) {
	words := texttest.Load(t).For("ru")
	b := h.SignedIn(irina).For(t).Speak("en")
	p := b.Open(ask(library, append(canaries, "redirect_uri", "https://canary.example/")...)).MustBe(http.StatusBadRequest, oidc.PathAuthorize)
	if strings.Contains(p.Body, "canary") {
		t.Fatal("the page holds what the site sent")
	}
	p = p.Press(words.Name()).MustBe(http.StatusBadRequest, "/id/oauth/refused").Must(words.T("oidc.refused.title"), oidc.InvalidRequest)
	if strings.Contains(p.Path, "canary") {
		t.Fatal(p.Path)
	}
}

func (h *house) answerOnly(t *testing.T, library *oidctest.Site, irina account.ID) {
	library.Tokens(h.Visitor(irina))
	request := httptest.NewRequest("GET", visittest.Origin+ask(library, append(canaries, "response_mode", "form_post")...), nil)
	for _, c := range h.SignedIn(irina).Cookies() {
		request.AddCookie(c)
	}
	answer := httptest.NewRecorder()
	h.Handler().ServeHTTP(answer, request)
	body := strings.Replace(answer.Body.String(), `name="state" value="canary-state"`, "", 1)
	if body == answer.Body.String() || strings.Contains(body, "canary") || strings.Contains(body, library.Ask().Get("code_challenge")) {
		t.Error(body)
	}
}

func (h *house) hintGone(t *testing.T, library *oidctest.Site, irina account.ID) {
	words := texttest.Load(t)
	hint := library.Tokens(h.Visitor(irina)).ID // of another session: we ask
	b := h.SignedIn(irina).For(t).Speak("en")
	p := b.Open(oidc.PathLogout + "?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": library.PostLogout, "state": {"back"}}.Encode())
	p.MustBe(200, oidc.PathLogout)
	if strings.Contains(p.Body+p.Path, hint) || strings.Contains(p.Body+p.Path, "id_token_hint") {
		t.Fatal("the hint stays: ", p.Path)
	}
	p = p.Press(words.For("ru").Name()).MustBe(200, oidc.PathLogout).Press(words.For("ru").T("oidc.logout.yes")).MustBe(200, "/id/oauth/goodbye")
	if !strings.Contains(p.Body, `href="`+library.PostLogout[0]+`?state=back"`) {
		t.Error("the way back is lost: ", p.Body)
	}
}

func (h *house) wayForged(t *testing.T, library *oidctest.Site, irina account.ID) {
	b := h.SignedIn(irina).For(t).Speak("en")
	b.Open(oidc.PathLogout)
	for _, query := range []url.Values{
		{"to": {"https://evil.example/"}, "site": {"library"}, "sign": {"x"}},
		{"to": {"https://evil.example/"}, "site": {"library"}, "sign": {""}},
		{"to": {"https://evil.example/"}},
	} {
		p := b.Open(oidc.PathLogout+"?"+query.Encode()).MustBe(200, oidc.PathLogout)
		if strings.Contains(p.Body, "evil") {
			t.Fatal("the page holds a forged way back")
		}
		p = b.Send("/id/oauth/goodbye", url.Values{"wish": {query.Encode()}, "_key": {h.Key(b, "/id/oauth/goodbye")}})
		if strings.Contains(p.Body, "evil") {
			t.Fatal(p.Body)
		}
		b = h.SignedIn(irina).For(t).Speak("en")
		b.Open(oidc.PathLogout).MustBe(200, oidc.PathLogout)
	}
}
