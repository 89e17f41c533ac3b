package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"okno/internal/oidc"
)

// site is one relying party with the browser of its person, on one connection,
// which asks with bytes that are mostly made beforehand.
type site struct {
	wire    *wire
	host    string
	id      string
	cookie  string // of the person's browser
	enter   []byte // the browser's request that begins a sign-in
	basic   string
	signer  jose.Signer // of a site of production, instead of a secret
	access  string
	refresh string
}

// tokens is what a site reads of an answer of the token endpoint.
type tokens struct {
	Access  string `json:"access_token"`
	ID      string `json:"id_token"`
	Refresh string `json:"refresh_token"`
}

func openSite(ctx context.Context, address string, n int, cookie string) (*site, error) {
	w, err := dial(ctx, address, "/", "")
	if err != nil {
		return nil, err
	}
	s := &site{wire: w, host: address, id: siteName(n), cookie: cookie}
	s.basic = base64.StdEncoding.EncodeToString([]byte(s.id + ":" + siteSecret))
	s.enter = s.browse(oidc.PathAuthorize+"?"+s.ask().Encode(), cookie)
	return s, nil
}

// ask is the authorization request of the site.
func (s *site) ask() url.Values {
	return url.Values{"client_id": {s.id}, "redirect_uri": {siteRedirect(s.id)}, "response_type": {"code"}, "scope": {siteScope}, "state": {"the-state-of-the-site"},
		"nonce": {"the-nonce-of-the-site"}, "code_challenge": {siteChallenge()}, "code_challenge_method": {"S256"}}
}

func (s *site) browse(path, cookie string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%sCookie: %s\r\n\r\n", path, s.host, browser, cookie)
}

// send sends bytes and reads the answer.
func (s *site) send(ask []byte) (answer, error) {
	s.wire.ask = ask
	return s.wire.get()
}

func (s *site) post(path, form string) (answer, error) {
	form, err := s.proven(form)
	if err != nil {
		return answer{}, err
	}
	header := ""
	if s.signer == nil {
		header = "Authorization: Basic " + s.basic + "\r\n"
	}
	return s.send(fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\n%sContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, s.host, header, len(form), form))
}

// code lets the person come, with a pushed request from a site of production, and gives the code with which he is sent back.
func (s *site) code() (string, error) {
	enter := s.enter
	if s.signer != nil {
		uri, err := s.push()
		if err != nil {
			return "", err
		}
		enter = s.named(uri, s.cookie)
	}
	a, err := s.send(enter)
	if err != nil {
		return "", err
	}
	return codeOf(a)
}

func codeOf(a answer) (string, error) {
	_, rest, ok := strings.Cut(a.headers["location"], "code=")
	if a.status != 303 || !ok {
		return "", fmt.Errorf("no code: status %d, sent to %.80q", a.status, a.headers["location"])
	}
	code, _, _ := strings.Cut(rest, "&")
	return code, nil
}

func (s *site) redemption(code string) string {
	return "grant_type=authorization_code&code=" + code + "&redirect_uri=" + url.QueryEscape(siteRedirect(s.id)) + "&code_verifier=" + siteVerifier
}

// take asks the token endpoint and keeps what it gives.
func (s *site) take(form string) (t tokens, err error) {
	a, err := s.post(oidc.PathToken, form)
	if err != nil {
		return t, err
	}
	if a.status != 200 {
		return t, fmt.Errorf("no tokens: status %d %.120s", a.status, a.body)
	}
	if err := json.Unmarshal(a.body, &t); err != nil {
		return t, err
	}
	s.access, s.refresh = t.Access, t.Refresh
	return t, nil
}

// signIn is a whole sign-in.
func (s *site) signIn() (tokens, error) {
	code, err := s.code()
	if err != nil {
		return tokens{}, err
	}
	t, err := s.take(s.redemption(code))
	if err == nil && (t.ID == "" || t.Access == "" || t.Refresh == "") {
		err = errors.New("a token is missing")
	}
	return t, err
}

func (s *site) renew() error {
	t, err := s.take("grant_type=refresh_token&refresh_token=" + s.refresh)
	if err == nil && (t.ID == "" || t.Refresh == "") {
		err = errors.New("a token is missing")
	}
	return err
}

func (s *site) machine() error {
	a, err := s.post(oidc.PathToken, "grant_type=client_credentials&scope=reports")
	if err == nil && (a.status != 200 || !strings.Contains(string(a.body), `"access_token":"ey`)) {
		err = fmt.Errorf("no token: status %d", a.status)
	}
	return err
}

func (s *site) introspect() error {
	a, err := s.post(oidc.PathIntrospect, "token="+s.access)
	if err == nil && (a.status != 200 || !strings.Contains(string(a.body), `"active":true`)) {
		err = fmt.Errorf("not active: status %d", a.status)
	}
	return err
}

func (s *site) userInfo() error {
	return s.fetch(oidc.PathUserInfo, "Authorization: Bearer "+s.access+"\r\n", `"birthdate":"1987-03-14"`)
}

func (s *site) fetch(path, header, holds string) error {
	a, err := s.send(fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, s.host, header))
	if err == nil && (a.status != 200 || !strings.Contains(string(a.body), holds)) {
		err = fmt.Errorf("%s: status %d", path, a.status)
	}
	return err
}
