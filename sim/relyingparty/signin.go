package relyingparty

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// How long and how many sign-ins may be under way. An hour is time enough to prove who one is on the way.
const (
	flowLife  = time.Hour
	flowLimit = 1000
)

// flow is a sign-in under way.
type flow struct {
	browser  string // the cookie's value: the answer must come to the browser that asked
	nonce    string
	verifier string // of PKCE
	silent   bool
	began    time.Time
}

// signIn sends the browser to the provider. "other" asks for somebody else's sign-in.
func (s *Site) signIn(w http.ResponseWriter, r *http.Request) {
	s.begin(w, r, false)
}

func (s *Site) begin(w http.ResponseWriter, r *http.Request, silent bool) {
	f := flow{browser: s.browser(w, r), nonce: random(), verifier: oauth2.GenerateVerifier(), silent: silent, began: s.config.Now()}
	state, address, err := s.wish(r, f)
	if err != nil {
		s.refuse(w, r, refusalOf(err))
		return
	}
	s.keepFlow(state, f)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, address, http.StatusSeeOther)
}

// wish is a new state and the address at the provider where its sign-in begins.
func (s *Site) wish(r *http.Request, f flow) (state, address string, err error) {
	if s.manner.esia {
		return s.wishOfESIA()
	}
	p, err := s.meet()
	if err != nil {
		return "", "", refusal{Code: "unavailable", Detail: err.Error()}
	}
	state = random()
	address, err = s.authorization(r, p, f, state)
	return state, address, err
}

// authorization is the address at the provider where the sign-in begins. A site that pushes its requests shows nothing in it, and one
// that asks for a person's number begins no sign-in in another way (OIDC-7).
func (s *Site) authorization(r *http.Request, p *provider, f flow, state string) (string, error) {
	options := []oauth2.AuthCodeOption{
		oidc.Nonce(f.nonce), oauth2.S256ChallengeOption(f.verifier),
		oauth2.SetAuthURLParam("acr_values", string(s.manner.level)), oauth2.SetAuthURLParam("ui_locales", s.language(r)),
	}
	if f.silent {
		options = append(options, oauth2.SetAuthURLParam("prompt", "none"))
	} else if r.URL.Query().Has("other") {
		options = append(options, oauth2.SetAuthURLParam("prompt", "login"))
	}
	if asked := s.manner.claims(); asked != "" && p.TakesClaims {
		options = append(options, oauth2.SetAuthURLParam("claims", asked))
	}
	full := s.oauth(p).AuthCodeURL(state, options...)
	if s.manner.pushed && p.PushedURL != "" {
		return s.push(r.Context(), p, full)
	}
	if s.manner.number {
		return "", refusal{Code: "unavailable", Detail: "the provider takes no pushed requests"}
	}
	return full, nil
}

// claims is the claims parameter: what the person may keep back (OpenID Connect Core 5.5), and proved data. "" for neither.
func (m manner) claims() string {
	asked := map[string]any{}
	for _, c := range m.optional {
		asked[c] = nil
	}
	if m.proved {
		asked["verified_claims"] = map[string]any{
			"verification": map[string]any{"trust_framework": nil},
			"claims":       map[string]any{"family_name": nil, "given_name": nil, "birthdate": nil},
		}
	}
	if len(asked) == 0 {
		return ""
	}
	out, _ := json.Marshal(map[string]any{"userinfo": asked}) // texts and nil always marshal
	return string(out)
}

// push hands the request to the provider and gives the short address that stands for it (RFC 9126).
func (s *Site) push(ctx context.Context, p *provider, full string) (string, error) {
	_, query, _ := strings.Cut(full, "?")
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, p.PushedURL, strings.NewReader(query))
	if err != nil {
		return "", fmt.Errorf("make the pushed request: %w", err)
	}
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if s.config.Secret != "" {
		ask.SetBasicAuth(url.QueryEscape(s.config.ClientID), url.QueryEscape(s.config.Secret))
	}
	answer, err := s.known.Do(ask)
	if err != nil {
		return "", fmt.Errorf("push the request: %w", err)
	}
	defer answer.Body.Close()
	var said struct {
		RequestURI string `json:"request_uri"`
		Error      string `json:"error"`
	}
	err = json.NewDecoder(io.LimitReader(answer.Body, 1<<16)).Decode(&said)
	if answer.StatusCode == http.StatusCreated && err == nil && said.RequestURI != "" {
		return p.Endpoint().AuthURL + "?" + url.Values{"client_id": {s.config.ClientID}, "request_uri": {said.RequestURI}}.Encode(), nil
	}
	if said.Error != "" {
		return "", &oauth2.RetrieveError{Response: answer, ErrorCode: said.Error}
	}
	return "", fmt.Errorf("push the request: the answer is %d", answer.StatusCode)
}

// callback takes the provider's answer from the browser.
func (s *Site) callback(w http.ResponseWriter, r *http.Request) {
	f, got, err := s.answered(r)
	if err == nil {
		err = s.admit(got)
	}
	if err != nil {
		no := refusalOf(err)
		no.Received = got
		if f.silent && noPage[no.Code] {
			s.record(Entry{Kind: Refused, Reason: no.Code, Silent: true})
			s.leaveAlone(w)
			http.Redirect(w, r, "/", http.StatusSeeOther)
			return
		}
		s.refuse(w, r, no)
		return
	}
	s.drop(s.cookie(r, "session")) // one browser is one person at a time
	s.open(w, got)
	s.record(Entry{Kind: SignedIn, Silent: f.silent}.about(got))
	http.Redirect(w, r, "/account", http.StatusSeeOther)
}

// answered turns the provider's answer into what it says of the person, or into a refusal. got holds something also when a later
// check refuses.
func (s *Site) answered(r *http.Request) (f flow, got received, err error) {
	q := r.URL.Query()
	for name, values := range q {
		if len(values) > 1 {
			return f, got, refusal{Code: "state", Detail: fmt.Sprintf("the answer has %d times the same parameter, %.20q", len(values), name)}
		}
	}
	f, ok := s.takeFlow(q.Get("state"), s.cookie(r, "browser"))
	if !ok {
		return f, got, refusal{Code: "state", Detail: "no sign-in of this browser is under way with this state"}
	}
	if s.manner.esia {
		got, err := s.answeredByESIA(r.Context(), q)
		return f, got, err
	}
	p, err := s.meet()
	if err != nil {
		return f, got, refusal{Code: "unavailable", Detail: err.Error()}
	}
	if iss := q.Get("iss"); iss != s.config.Issuer && (iss != "" || p.SaysIssuer) {
		return f, got, refusal{Code: "issuer", Detail: "the answer does not come from our provider (RFC 9207)"}
	}
	if code := q.Get("error"); code != "" {
		return f, got, refusal{Code: known(code), Detail: code, Words: q.Get("error_description"), Protocol: true}
	}
	if q.Get("code") == "" {
		return f, got, refusal{Code: "state", Detail: "the answer has neither a code nor an error"}
	}
	token, err := s.oauth(p).Exchange(s.speaking(r.Context()), q.Get("code"), oauth2.VerifierOption(f.verifier))
	if err != nil {
		return f, got, err
	}
	got, err = s.receive(r.Context(), p, token)
	if err == nil && !same(got.nonce, f.nonce) {
		err = refusal{Code: "token", Detail: "the nonce is not the one that was sent"}
	}
	if err != nil {
		return f, received{}, err
	}
	return f, got, nil
}

// keepFlow remembers a sign-in under way; the oldest goes when there are too many.
func (s *Site) keepFlow(state string, f flow) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.flows) >= flowLimit {
		oldest, first := "", f.began.Add(flowLife)
		for k, other := range s.flows {
			if other.began.Before(first) {
				oldest, first = k, other.began
			}
		}
		delete(s.flows, oldest)
	}
	s.flows[state] = f
}

// takeFlow spends a state. Another browser's answer spends nothing.
func (s *Site) takeFlow(state, browser string) (flow, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.flows[state]
	if !ok || browser == "" || !same(f.browser, browser) {
		return flow{}, false
	}
	delete(s.flows, state)
	return f, s.config.Now().Sub(f.began) <= flowLife
}

// isRefusedByProvider gives the code of an OAuth error that came as an answer to a request of ours.
func isRefusedByProvider(err error) (string, bool) {
	if e, ok := errors.AsType[*oauth2.RetrieveError](err); ok && e.ErrorCode != "" {
		return e.ErrorCode, true
	}
	return "", false
}
