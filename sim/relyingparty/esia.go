package relyingparty

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// The addresses of ESIA, below the provider's host (behaviour 3.1).
const (
	esiaAuthorize    = "/aas/oauth2/v2/ac"
	esiaToken        = "/aas/oauth2/v3/te"
	esiaCertificates = "/aas/oauth2/certificates.pem"
	esiaPerson       = "/rs/prns/"
	esiaLogout       = "/idp/ext/Logout"
)

// host is the provider's, which is all that a site built for ESIA is told of it.
func (s *Site) host() string { return originOf(s.config.Issuer) }

// wishOfESIA is the address of a signed request: what is signed are client_id, scope, timestamp, state and redirect_uri in a row.
func (s *Site) wishOfESIA() (state, address string, err error) {
	state = uuid()
	ask := s.signed(url.Values{
		"client_id": {s.config.ClientID}, "scope": {strings.Join(s.scopes(), " ")}, "state": {state}, "redirect_uri": {s.RedirectURI()},
		"response_type": {"code"}, "access_type": {"online"},
	}, "")
	return state, s.host() + esiaAuthorize + "?" + ask.Encode(), nil
}

var esiaNumber = regexp.MustCompile(`^ESIA-[0-9]{6}`)

// refusedByESIA reads an error: what counts is the number with which its description begins.
func refusedByESIA(code, description string) refusal {
	number := esiaNumber.FindString(description)
	no := refusal{Code: known(code), Detail: number, Protocol: true}
	if number == "ESIA-007055" { // OAuth has no word for a level that was not reached
		no.Code = "unmet_authentication_requirements"
	}
	if number == "" {
		no.Detail = code
	}
	return no
}

// answeredByESIA takes the answer to a request whose state was good.
func (s *Site) answeredByESIA(ctx context.Context, q url.Values) (got received, err error) {
	if code := q.Get("error"); code != "" {
		return got, refusedByESIA(code, q.Get("error_description"))
	}
	code := q.Get("code")
	if code == "" {
		return got, refusal{Code: "state", Detail: "the answer has neither a code nor an error"}
	}
	tokens, err := s.tokensOfESIA(ctx, code)
	if err != nil {
		return got, err
	}
	if got, err = s.readSubject(ctx, tokens.ID); err != nil {
		if no, ok := err.(refusal); ok { // the provider could not be asked for its certificates
			return received{}, no
		}
		return received{}, refusal{Code: "token", Detail: err.Error()}
	}
	got.Ends = s.config.Now().Add(time.Duration(tokens.Expires) * time.Second)
	got.UserInfo, err = s.personOfESIA(ctx, got.Subject, tokens.Access)
	return got, err
}

// esiaTokens is the answer of the token endpoint.
type esiaTokens struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token"`
	State   string `json:"state"`
	Expires int64  `json:"expires_in"`
	Error   string `json:"error"`
	Said    string `json:"error_description"`
}

// tokensOfESIA redeems a code. The request is signed anew, with the code at the end, and its state must come back.
func (s *Site) tokensOfESIA(ctx context.Context, code string) (t esiaTokens, err error) {
	form := s.signed(url.Values{
		"client_id": {s.config.ClientID}, "scope": {strings.Join(s.scopes(), " ")}, "state": {uuid()}, "redirect_uri": {s.RedirectURI()},
		"grant_type": {"authorization_code"}, "code": {code}, "token_type": {"Bearer"},
	}, code)
	ask, err := http.NewRequestWithContext(ctx, http.MethodPost, s.host()+esiaToken, strings.NewReader(form.Encode()))
	if err != nil {
		return t, err
	}
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	_, err = s.fetch(ask, &t)
	switch {
	case t.Error != "":
		return t, refusedByESIA(t.Error, t.Said)
	case err != nil:
		return t, refusal{Code: "unavailable", Detail: "tokens: " + err.Error()}
	case !same(t.State, form.Get("state")):
		return t, refusal{Code: "token", Detail: "the tokens carry another state than was sent"}
	}
	return t, nil
}

// personOfESIA reads the person's data, with what the lists hold.
func (s *Site) personOfESIA(ctx context.Context, oid, token string) (map[string]any, error) {
	ask, err := http.NewRequestWithContext(ctx, http.MethodGet, s.host()+esiaPerson+oid+"?embed=(contacts.elements,addresses.elements)", nil)
	if err != nil {
		return nil, err
	}
	ask.Header.Set("Authorization", "Bearer "+token)
	var raw json.RawMessage
	status, err := s.fetch(ask, &raw)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("the answer is %d", status)
	}
	if err != nil {
		return nil, refusal{Code: "unavailable", Detail: "the person's data: " + err.Error()}
	}
	return plainly(func(v any) error { return json.Unmarshal(raw, v) })
}

// fetch sends a request and reads JSON, with its status.
func (s *Site) fetch(ask *http.Request, into any) (status int, err error) {
	answer, err := s.plain.Do(ask)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	return answer.StatusCode, json.NewDecoder(io.LimitReader(answer.Body, 1<<18)).Decode(into)
}

// signOutOfESIA sends the browser to the provider's sign-out. No state comes back from there, so that a cookie has to remember it.
func (s *Site) signOutOfESIA(w http.ResponseWriter, r *http.Request) {
	s.setCookie(w, "leaving", s.leave())
	http.Redirect(w, r, s.host()+esiaLogout+"?"+url.Values{"client_id": {s.config.ClientID}, "redirect_url": {s.PostLogoutURI()}}.Encode(), http.StatusSeeOther)
}

// elementsOf are the values of a list of ESIA in a line; "" when it is none.
func elementsOf(value any) string {
	list, _ := value.(map[string]any)
	elements, _ := list["elements"].([]any)
	var values []string
	for _, one := range elements {
		fields, _ := one.(map[string]any)
		for _, name := range []string{"value", "addressStr"} {
			if text, ok := fields[name].(string); ok && text != "" {
				values = append(values, text)
			}
		}
	}
	return strings.Join(values, "; ")
}

// nameByESIA is the whole name of a person.
func nameByESIA(person map[string]any) string {
	var parts []string
	for _, field := range []string{"lastName", "firstName", "middleName"} {
		if part, ok := person[field].(string); ok && part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " ")
}
