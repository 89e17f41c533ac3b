package oidc

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"okno/internal/account"
	"okno/internal/client"
)

// Ask is an authorization request that has been read and found lawful: who asks,
// for what, and where the answer goes.
type Ask struct {
	Client    client.ID          `json:"client"`
	Redirect  string             `json:"redirect"`
	State     string             `json:"state,omitempty"`
	Nonce     string             `json:"nonce,omitempty"`
	Challenge string             `json:"challenge"`
	Scopes    []string           `json:"scopes"`
	Wanted    []client.Attribute `json:"wanted,omitempty"`
	InToken   []string           `json:"in_token,omitempty"` // claims asked for in the ID token itself
	Verified  VerifiedWishes     `json:"verified_claims,omitzero"`
	Prompts   []string           `json:"prompts,omitempty"`
	MaxAge    int64              `json:"max_age"` // seconds, -1: not asked
	Level     account.Level      `json:"level"`   // the least that was asked for; None: any
	Hint      string             `json:"hint,omitempty"`
	Subject   string             `json:"subject,omitempty"` // sub of id_token_hint
	Languages []string           `json:"languages,omitempty"`
	Resources []string           `json:"resources,omitempty"`
	Proof     string             `json:"proof,omitempty"` // dpop_jkt
	FormPost  bool               `json:"form_post,omitempty"`
	Pushed    bool               `json:"pushed,omitempty"`
	Dialect   string             `json:"dialect,omitempty"` // "" or "esia"
	Extra     map[string]string  `json:"extra,omitempty"`   // what a dialect keeps
}

// Limits of parameters.
const (
	longestParameter = 2048
	longestState     = 1024
	mostParameters   = 64 // unknown ones are kept with what is pushed
	mostResources    = 20
)

// tokens are the parameters that hold signed tokens, which may be longer.
var tokens = []string{"request", "id_token_hint", "client_assertion", "subject_token", "token"}

// single says that every parameter stands once (resource may repeat, never the same
// one), is text, and is not too long, and that they are not too many.
func single(values url.Values) bool {
	if len(values) > mostParameters || len(values["resource"]) > mostResources {
		return false
	}
	for name, list := range values {
		if len(list) > 1 && (name != "resource" || twice(list)) {
			return false
		}
		longest := longestParameter
		if slices.Contains(tokens, name) {
			longest = longestToken
		}
		for _, value := range list {
			if len(value) > longest || !utf8.ValidString(value) || strings.ContainsRune(value, 0) {
				return false
			}
		}
	}
	return true
}

func twice(list []string) bool {
	for i, one := range list {
		if slices.Contains(list[:i], one) {
			return true
		}
	}
	return false
}

// read turns parameters into a request of a client. The redirect address is looked
// at first: until it is known to be good, nothing is sent there (OIDC-2).
func (p *Provider) read(c client.Client, values url.Values) (ask Ask, redirectable bool, err error) {
	if !single(values) {
		return ask, false, refuse(InvalidRequest, "repeated")
	}
	ask = Ask{Client: c.ID, Redirect: values.Get("redirect_uri"), State: values.Get("state"), Nonce: values.Get("nonce"),
		Challenge: values.Get("code_challenge"), Hint: values.Get("login_hint"), Proof: values.Get("dpop_jkt"), MaxAge: -1}
	if ask.Redirect == "" || !c.RedirectsTo(ask.Redirect) {
		return ask, false, refuse(InvalidRequest, "redirect")
	}
	if len(ask.State) > longestState {
		ask.State = ""
		return ask, true, refuse(InvalidRequest, "state_long")
	}
	for _, check := range []func(client.Client, url.Values, *Ask) error{readMode, readResponse, readChallenge, p.readScopes, readPrompts, p.readLevels, p.readClaims, p.readRest} {
		if err := check(c, values, &ask); err != nil {
			return ask, true, err
		}
	}
	return ask, true, nil
}

func readMode(_ client.Client, v url.Values, ask *Ask) error {
	switch v.Get("response_mode") {
	case "", "query":
	case "form_post":
		ask.FormPost = true
	default:
		return refuse(InvalidRequest, "response_mode")
	}
	return nil
}

func readResponse(c client.Client, v url.Values, _ *Ask) error {
	switch {
	case v.Get("response_type") == "":
		return refuse(InvalidRequest, "response_type_missing")
	case v.Get("response_type") != "code":
		return refuse(UnsupportedResponse, "response_type")
	case !c.Is(client.Code):
		return refuse(UnauthorizedClient, "grant")
	case v.Has("registration"):
		return refuse(RegistrationRefused, "registration")
	}
	return nil
}

// readChallenge holds OIDC-4: S256 for everybody.
func readChallenge(_ client.Client, v url.Values, ask *Ask) error {
	if ask.Challenge == "" {
		return refuse(InvalidRequest, "pkce_missing")
	}
	if v.Get("code_challenge_method") != "S256" {
		return refuse(InvalidRequest, "pkce_plain")
	}
	if len(ask.Challenge) != 43 || !base64url(ask.Challenge) {
		return refuse(InvalidRequest, "pkce_form")
	}
	return nil
}

func base64url(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_')
	}) < 0
}

func (p *Provider) readScopes(c client.Client, v url.Values, ask *Ask) error {
	scopes := strings.Fields(v.Get("scope"))
	if !slices.Contains(scopes, client.OpenID) {
		return refuse(InvalidScope, "openid_missing")
	}
	known := client.ScopeNames(p.numbers)
	for _, scope := range scopes {
		if !slices.Contains(known, scope) || slices.Contains(ask.Scopes, scope) {
			continue // unknown scopes are left out, as OpenID Connect Core 3.1.2.1 says
		}
		if scope == client.Offline && !c.Is(client.Refresh) {
			continue
		}
		for _, a := range client.AttributesOf(scope, p.numbers) {
			if scope != "profile" && !c.May(a) {
				return refuse(InvalidScope, "scope_not_registered")
			}
			want(c, ask, a)
		}
		ask.Scopes = append(ask.Scopes, scope)
	}
	return nil
}

func want(c client.Client, ask *Ask, a client.Attribute) {
	if c.May(a) && !slices.Contains(ask.Wanted, a) {
		ask.Wanted = append(ask.Wanted, a)
	}
}

func readPrompts(_ client.Client, v url.Values, ask *Ask) error {
	ask.Prompts = strings.Fields(v.Get("prompt"))
	for _, prompt := range ask.Prompts {
		if !slices.Contains([]string{"none", "login", "consent", "select_account"}, prompt) {
			return refuse(InvalidRequest, "prompt")
		}
	}
	if slices.Contains(ask.Prompts, "none") && len(ask.Prompts) > 1 {
		return refuse(InvalidRequest, "prompt")
	}
	if !ask.prompted("consent") { // what outlives the session is given to nobody who was not asked (OpenID Connect Core 11)
		ask.Scopes = slices.DeleteFunc(ask.Scopes, func(scope string) bool { return scope == client.Offline })
	}
	if v.Has("max_age") {
		age, err := strconv.ParseInt(v.Get("max_age"), 10, 32)
		if err != nil || age < 0 {
			return refuse(InvalidRequest, "max_age")
		}
		ask.MaxAge = age
	}
	return nil
}

// prompted says whether the site asked for a prompt.
func (a Ask) prompted(prompt string) bool { return slices.Contains(a.Prompts, prompt) }

// outlives says whether what the site asks for outlives the session of a person of a
// level (OIDC-9).
func (a Ask) outlives(level account.Level) bool {
	return level < account.Verified && slices.Contains(a.Scopes, client.Offline)
}

// acrPrefix begins the names of the levels on the wire.
const acrPrefix = "urn:okno:level:"

// ACR is a level's name on the wire.
func ACR(l account.Level) string { return acrPrefix + l.String() }

func levelOf(acr string) (account.Level, bool) {
	word, ok := strings.CutPrefix(acr, acrPrefix)
	if !ok {
		return account.None, false
	}
	level, ok := account.ParseLevel(word)
	return level, ok && level != account.None
}

// readLevels takes the lowest of the levels that were asked for: whoever names
// several would be content with each. A value that nobody knows cannot be met.
func (p *Provider) readLevels(c client.Client, v url.Values, ask *Ask) error {
	ask.Level = c.Level
	return raise(ask, strings.Fields(v.Get("acr_values")))
}

func raise(ask *Ask, names []string) error {
	lowest := account.None
	for _, name := range names {
		level, ok := levelOf(name)
		if ok && (lowest == account.None || level < lowest) {
			lowest = level
		}
	}
	if len(names) > 0 && lowest == account.None {
		return refuse(UnmetAuthentication, "acr_unknown")
	}
	ask.Level = max(ask.Level, lowest)
	return nil
}

// claimsParameter is the part of the claims parameter that we understand.
type claimsParameter struct {
	UserInfo map[string]json.RawMessage `json:"userinfo"`
	IDToken  map[string]json.RawMessage `json:"id_token"`
}

type claimWish struct {
	Essential bool     `json:"essential"`
	Value     *string  `json:"value"`
	Values    []string `json:"values"`
}

func (p *Provider) readClaims(c client.Client, v url.Values, ask *Ask) error {
	if !v.Has("claims") {
		return nil
	}
	var asked claimsParameter
	if err := json.Unmarshal([]byte(v.Get("claims")), &asked); err != nil {
		return refuse(InvalidRequest, "claims")
	}
	for name, raw := range asked.IDToken {
		ask.InToken = append(ask.InToken, name)
		if name == "acr" {
			if err := readACRWish(ask, raw); err != nil {
				return err
			}
		}
	}
	slices.Sort(ask.InToken)
	err := readSubjectWish(ask, asked.IDToken["sub"])
	if err == nil {
		err = readSubjectWish(ask, asked.UserInfo["sub"])
	}
	if err != nil {
		return err
	}
	if ask.Verified.UserInfo, err = p.readClaimsOf(c, asked.UserInfo, ask); err != nil {
		return err
	}
	if ask.Verified.IDToken, err = p.readClaimsOf(c, asked.IDToken, ask); err != nil {
		return err
	}
	slices.Sort(ask.Wanted)
	return nil
}

// readClaimsOf wants what one set of claims asks for, also inside verified_claims,
// whose wishes it gives.
func (p *Provider) readClaimsOf(c client.Client, set map[string]json.RawMessage, ask *Ask) (verified []VerifiedWish, err error) {
	for name, raw := range set {
		if name == verifiedClaims {
			if verified, err = p.readVerified(raw); err != nil {
				return nil, err
			}
		}
		p.wantClaim(c, ask, name)
	}
	for _, wish := range verified {
		for name := range wish.Claims {
			p.wantClaim(c, ask, name)
		}
	}
	return verified, nil
}

func (p *Provider) wantClaim(c client.Client, ask *Ask, name string) {
	if a, ok := p.attributeOfClaim(name); ok {
		want(c, ask, a)
	}
}

// wished are the texts of which a claim has to be one; none when it may be anything.
// What is no text is refused, because nobody could meet it.
func wished(raw json.RawMessage) (texts []string, err error) {
	var wish claimWish
	if len(raw) > 0 && json.Unmarshal(raw, &wish) != nil {
		return nil, refuse(InvalidRequest, "claims")
	}
	texts = wish.Values
	if wish.Value != nil {
		texts = append(texts, *wish.Value)
	}
	return texts, nil
}

func readACRWish(ask *Ask, raw json.RawMessage) error {
	names, err := wished(raw)
	if err != nil {
		return err
	}
	return raise(ask, names)
}

// readSubjectWish takes the one person whom a site expects; it cannot expect two.
func readSubjectWish(ask *Ask, raw json.RawMessage) error {
	subjects, err := wished(raw)
	for _, subject := range subjects {
		if err == nil && ask.Subject != "" && ask.Subject != subject || subject == "" {
			err = refuse(InvalidRequest, "claims")
		}
		ask.Subject = subject
	}
	return err
}

func (p *Provider) readRest(c client.Client, v url.Values, ask *Ask) error {
	ask.Languages = strings.Fields(v.Get("ui_locales"))
	ask.Resources = v["resource"]
	for _, resource := range ask.Resources {
		if !slices.Contains(c.Resources, resource) {
			return refuse(InvalidTarget, "resource")
		}
	}
	if ask.Proof != "" && (len(ask.Proof) != 43 || !base64url(ask.Proof)) {
		return refuse(InvalidRequest, "dpop")
	}
	if hint := v.Get("id_token_hint"); hint != "" {
		claims, err := p.ownToken(hint, c)
		if err != nil || ask.Subject != "" && ask.Subject != claims.Subject {
			return refuse(InvalidRequest, "id_token_hint")
		}
		ask.Subject = claims.Subject
	}
	return nil
}

// age is how old the last proof of the person may be; false: any age.
func (a Ask) age() (time.Duration, bool) { return time.Duration(a.MaxAge) * time.Second, a.MaxAge >= 0 }
