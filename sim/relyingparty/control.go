package relyingparty

import (
	"net/http"
	"time"

	"github.com/go-jose/go-jose/v4"

	"okno/sim/control"
)

// A Mode is how a site answers a logout token.
type Mode string

// The modes. A delay holds back the answer in the first and the last.
const (
	Answer Mode = "answer" // verifies it and ends the sessions
	Hang   Mode = "hang"   // reads it and never answers
	Fail   Mode = "fail"   // 500; the sessions stay
)

// SetMode switches how the site answers logout tokens.
func (s *Site) SetMode(mode Mode, delay time.Duration) error { return s.mode.Set(mode, delay) }

// A Registration is what the provider's register of clients needs to know of a site.
type Registration struct {
	Site          Kind              `json:"site"`
	Names         map[string]string `json:"names"`    // by language: en, ru, fa
	Purposes      map[string]string `json:"purposes"` // what the data is for, by language
	ClientID      string            `json:"client_id"`
	Origin        string            `json:"origin"`
	RedirectURI   string            `json:"redirect_uri"`
	LogoutURI     string            `json:"backchannel_logout_uri"`
	PostLogoutURI string            `json:"post_logout_redirect_uri"`
	Level         Level             `json:"acr"`                   // the lowest that it takes
	Refuses       string            `json:"refuses"`               // a way of proof; "" for none
	Scopes        []string          `json:"scopes"`                // all needed
	Optional      []string          `json:"optional"`              // claims that the person may keep back
	Renews        bool              `json:"renews"`                // uses refresh tokens
	Pushed        bool              `json:"pushed"`                // pushes its requests
	Key           *jose.JSONWebKey  `json:"jwk,omitempty"`         // public; nil when the site has a secret or was built for ESIA
	ESIA          bool              `json:"esia"`                  // was built for ESIA
	Certificate   string            `json:"certificate,omitempty"` // PEM, of a site built for ESIA
}

// Registration tells how to register this site.
func (s *Site) Registration() Registration {
	g := Registration{
		Site: s.config.Site, Names: map[string]string{}, Purposes: map[string]string{}, Pushed: s.manner.pushed, ClientID: s.config.ClientID, Origin: s.origin, RedirectURI: s.RedirectURI(),
		LogoutURI: s.LogoutURI(), PostLogoutURI: s.PostLogoutURI(), Level: s.manner.level, Refuses: s.manner.refuses,
		Scopes: s.scopes(), Optional: append([]string{}, s.manner.optional...), Renews: s.manner.renews,
		ESIA: s.manner.esia, Certificate: s.system.pem(),
	}
	for _, lang := range languages {
		g.Names[lang] = say(lang, "name."+string(s.config.Site))
		g.Purposes[lang] = say(lang, "purpose."+string(s.config.Site))
	}
	if s.signer != nil {
		key := s.PublicJWK()
		g.Key = &key
	}
	return g
}

// Sessions is how many are signed in now.
func (s *Site) Sessions() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	open := 0
	for _, one := range s.sessions {
		if s.config.Now().Before(one.Ends) {
			open++
		}
	}
	return open
}

// Control is the control API and page: GET /ledger?kind=, GET /site, GET and POST /mode, GET /. The caller mounts it under a prefix
// that ends with a slash, or listens with it.
func (s *Site) Control() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.showControl)
	mux.HandleFunc("GET /ledger", func(w http.ResponseWriter, r *http.Request) {
		control.Answer(w, http.StatusOK, s.Ledger(r.URL.Query().Get("kind")))
	})
	mux.HandleFunc("GET /site", func(w http.ResponseWriter, _ *http.Request) {
		control.Answer(w, http.StatusOK, s.Registration())
	})
	s.mode.Mount(mux, "/mode", "./")
	return control.Guard(mux)
}

var controlPage = control.NewPage(`{{define "title"}}{{.Site.Names.en}}{{end}}
{{define "main"}}<h1>{{.Site.Names.en}}</h1><p><a href="{{.Site.Origin}}/">{{.Site.Origin}}</a>, client <code>{{.Site.ClientID}}</code>, {{.Open}} signed in</p>
<h2>Answer to logout tokens</h2><form method="post" action="mode">{{template "switch" .}}</form>
<h2>Ledger</h2><div class="wide"><table><thead><tr><th>When</th><th>What</th><th>Who</th><th>Session</th><th>Level</th><th>Way</th><th>Why</th><th>Ended</th></tr></thead><tbody>
{{range .Ledger}}<tr><td>{{.At.Format "2006-01-02 15:04:05"}}</td><td>{{.Kind}}{{if .Silent}}, silent{{end}}</td><td>{{.Subject}}</td><td>{{.Session}}</td><td>{{.Level}}</td><td>{{.Way}}</td>
<td>{{.Reason}}{{if .Detail}}: {{.Detail}}{{end}}</td><td>{{.Ended}}</td></tr>
{{else}}<tr><td colspan="8">Nothing yet.</td></tr>{{end}}</tbody></table></div>{{end}}`)

func (s *Site) showControl(w http.ResponseWriter, _ *http.Request) {
	entries := s.Ledger("")
	controlPage.Show(w, map[string]any{
		"Modes": s.mode.Modes(), "State": s.mode.State(), "Site": s.Registration(), "Open": s.Sessions(), "Ledger": entries[:min(200, len(entries))],
	})
}
