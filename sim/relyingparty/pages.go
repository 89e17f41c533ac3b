package relyingparty

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"

	"okno/sim/control"
)

//go:embed pages.html
var pagesText string

//go:embed style.css
var styleText []byte

//go:embed renew.js
var renewText []byte

var pages = parsePages("home", "account", "refusal", "signedout")

// parsePages puts each page into the frame. It panics on a mistake, which is in the program's own text.
func parsePages(names ...string) map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range names {
		t := template.Must(template.New("").Parse(pagesText))
		all[name] = template.Must(t.Parse(`{{define "main"}}{{template "` + name + `" .}}{{end}}`))
	}
	return all
}

// view is what the pages may show.
type view struct {
	Lang, Dir, Title, Name, Kind, Page string

	Ended         bool     // home: the session has ended
	Needs         string   // home: the level
	Asks          []string // home: keys of what the site asks for
	RefusesLetter bool

	Got               received // account
	Rows              []row
	Has, Way          string
	ProvedOn          string // a day
	Left              int    // seconds
	Renews            bool
	IDToken, UserInfo string

	Code, Words, Said, Help string // refusal
	Lift                    bool   // it can be lifted
	OtherWay, MayBeLetter   bool   // by another way of proof; the provider refused, perhaps for a letter
	MayBeOther              bool   // somebody else can be asked for: ESIA has no word for it

	Everywhere bool // signed out
}

// T is a text in the reader's language.
func (v view) T(key string, vars ...string) string { return say(v.Lang, key, vars...) }

// handler is the whole site.
func (s *Site) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.home)
	mux.HandleFunc("GET /signin", s.signIn)
	mux.HandleFunc("GET /callback", s.callback)
	mux.HandleFunc("GET /account", s.account)
	mux.HandleFunc("POST /renew", s.renewNow)
	mux.HandleFunc("POST /signout", s.signOut)
	mux.HandleFunc("GET /signed-out", s.signedOut)
	if !s.manner.esia {
		mux.HandleFunc("POST /backchannel-logout", s.backchannel)
	}
	mux.HandleFunc("GET /style.css", file("text/css; charset=utf-8", styleText))
	mux.HandleFunc("GET /renew.js", file("text/javascript; charset=utf-8", renewText))
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	return control.Guard(mux)
}

func file(kind string, content []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		_, _ = w.Write(content) // the reader has gone away; there is nobody to tell
	}
}

// home is the first page. A site that signs in silently asks the provider once in each browser before it shows it.
func (s *Site) home(w http.ResponseWriter, r *http.Request) {
	_, _, in := s.current(r)
	if in && !r.URL.Query().Has("ui_locales") {
		http.Redirect(w, r, "/account", http.StatusSeeOther)
		return
	}
	if asked := r.URL.Query().Get("ui_locales"); asked != "" {
		s.setCookie(w, "lang", s.language(r))
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	ended := s.cookie(r, "session") != ""
	if s.manner.silent && !ended && s.cookie(r, "asked") == "" {
		if _, err := s.meet(); err == nil {
			s.begin(w, r, true)
			return
		}
	}
	if ended {
		s.setCookie(w, "session", "")
	}
	s.showHome(w, r, ended)
}

func (s *Site) showHome(w http.ResponseWriter, r *http.Request, ended bool) {
	v := view{Ended: ended, Needs: say(s.language(r), "level."+s.manner.level.word()), RefusesLetter: s.manner.refuses != ""}
	for _, scope := range s.manner.scopes {
		if scope != "openid" {
			v.Asks = append(v.Asks, "asks."+scope)
		}
	}
	if s.manner.number {
		v.Asks = append(v.Asks, "asks.number")
	}
	if len(s.manner.optional) > 0 {
		v.Asks = append(v.Asks, "asks.email")
	}
	s.show(w, r, http.StatusOK, "home", v)
}

// refuse shows why nobody was let in, and remembers it.
func (s *Site) refuse(w http.ResponseWriter, r *http.Request, no refusal) {
	s.record(Entry{Kind: Refused, Reason: no.Code, Detail: no.Detail}.about(no.Received))
	s.showRefusal(w, r, no)
}

func (s *Site) showRefusal(w http.ResponseWriter, r *http.Request, no refusal) {
	lang := s.language(r)
	v := view{Title: say(lang, "no.title"), Code: no.shown(), Said: no.said(), Help: s.config.Help, MayBeOther: !s.manner.esia}
	v.MayBeLetter = s.manner.refuses != "" && no.Protocol && raising[no.Code]
	v.OtherWay = v.MayBeLetter || no.Code == "letter" || no.Code == "way"
	v.Lift = v.OtherWay || raising[no.Code] && no.Code != "access_denied"
	have := "level.unknown"
	if word := no.Received.Level.word(); word != "" {
		have = "level." + word
	}
	v.Words = say(lang, "no."+no.Code, "have", say(lang, have), "need", say(lang, "level."+s.manner.level.word()))
	if v.MayBeLetter && no.Code == "access_denied" { // the first sentence says what happened and what to do
		v.Words = say(lang, "no.lift.letter")
	}
	if title := "no." + no.Code + ".title"; texts[title][0] != "" {
		v.Title = say(lang, title)
	}
	s.show(w, r, refusals[no.Code], "refusal", v)
}

// show draws a page into the frame.
func (s *Site) show(w http.ResponseWriter, r *http.Request, status int, page string, v view) {
	v.Lang, v.Dir, v.Kind = s.language(r), "ltr", string(s.config.Site)
	v.Page = page
	if v.Lang == "fa" {
		v.Dir = "rtl"
	}
	v.Name = say(v.Lang, "name."+v.Kind)
	if v.Title == "" {
		v.Title = map[string]string{"home": v.Name, "signedout": say(v.Lang, "signedout")}[page]
	}
	var b bytes.Buffer
	if err := pages[page].ExecuteTemplate(&b, "frame", v); err != nil {
		control.Refuse(w, http.StatusInternalServerError, "the page cannot be drawn: %v", err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Language", v.Lang)
	h.Set("Vary", "Accept-Language, Cookie")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self' "+
		originOf(s.config.Issuer)+"; base-uri 'none'; frame-ancestors 'none'")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone away; there is nobody to tell
}
