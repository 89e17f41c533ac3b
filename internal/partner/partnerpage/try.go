package partnerpage

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"crypto/sha256"

	"okno/internal/client"
	"okno/internal/fault"
	"okno/internal/oidc"
	"okno/internal/partner"
	"okno/internal/ui"
	"okno/internal/visit"
)

func (c console) showTroubles(w http.ResponseWriter, r *visit.Request) error {
	list, err := c.s.Troubles(r.Context(), r.Account.ID, idOf(r))
	if err != nil {
		return err
	}
	return r.Show(w, visit.Page{Title: r.T("partner.errors.title"), Body: troublesBody(r, troubles(r, list)), Wide: true, Back: backTo(r, pathOf(idOf(r), ""))})
}

// troubles are the refusals in words.
func troubles(r *visit.Request, list []partner.Trouble) ui.Table {
	t := ui.Table{Caption: r.T("partner.errors.title"), Hidden: true, Empty: ui.Empty{Title: r.T("partner.errors.none"), Text: r.T("partner.errors.none_text")}, Columns: []ui.Column{
		{Name: r.T("partner.errors.when")}, {Name: r.T("partner.errors.where")}, {Name: r.T("partner.errors.code")}, {Name: r.T("partner.errors.why")}, {Name: r.T("partner.errors.times"), Number: true}}}
	for _, one := range list {
		t.Rows = append(t.Rows, []ui.Cell{{Text: r.ShortDateTime(one.Last, r.Law().Zone)}, {Text: one.Endpoint, Latin: true}, {Text: one.Code, Latin: true}, {Show: plain(r.T(one.Why))}, {Text: r.Number(one.Times)}})
	}
	return t
}

func (c console) redirect() string { return c.p.Origin() + tryPath }

// tryView is the page from which a try begins.
type tryView struct {
	r      *visit.Request
	c      client.Client
	link   string // as the site itself would send people
	people []partner.Person
}

func (c console) showTry(w http.ResponseWriter, r *visit.Request) error {
	site, err := c.changing(r)
	if err != nil {
		return err
	}
	if !site.Registered() {
		return fault.New(fault.Conflict, "partner.decided")
	}
	if err := site.Running(); err != nil {
		return err
	}
	v := tryView{r: r, c: site.Edited(), people: c.s.People()}
	if v.c.OfESIA() {
		v.link = c.p.Origin() + signedPath
	} else if len(v.c.Redirects) > 0 {
		v.link = c.authorize(v.c, r, v.c.Redirects[0], "STATE", "NONCE", "CODE_CHALLENGE")
	}
	return r.Show(w, visit.Page{Title: r.T("partner.try.title"), Body: tryBody(v, r.Key(w)), Form: true, Back: backTo(r, pathOf(idOf(r), ""))})
}

// signedPath is where a system of the ESIA dialect sends people, with what it signs by itself.
const signedPath = "/aas/oauth2/v2/ac"

// lead says what a try shows, and linked what is done with the address.
func (v tryView) lead() string   { return v.r.T("partner.try.lead" + v.dialect()) }
func (v tryView) linked() string { return v.r.T("partner.try.link_text" + v.dialect()) }

func (v tryView) dialect() string {
	if v.c.OfESIA() {
		return "_esia"
	}
	return ""
}

// authorize is the address to which a site sends people.
func (c console) authorize(site client.Client, r *visit.Request, redirect, state, nonce, challenge string) string {
	var numbers []string
	for _, n := range r.Law().Identifiers {
		numbers = append(numbers, n.Code)
	}
	values := url.Values{"client_id": {string(site.ID)}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {scopes(site, numbers)}, "state": {state},
		"nonce": {nonce}, "code_challenge": {challenge}, "code_challenge_method": {"S256"}, "acr_values": {oidc.ACR(site.Level)}}
	return c.p.Origin() + oidc.PathAuthorize + "?" + values.Encode()
}

// scopes are the fewest scopes that open everything that a site may ask for.
func scopes(site client.Client, numbers []string) string {
	list := []string{client.OpenID}
	var open []client.Attribute
	for _, name := range []string{"profile", "fullname", "birthdate", "gender", "birthplace", "email", "phone", "address", "id_doc"} {
		of := client.AttributesOf(name, numbers)
		all := !slices.ContainsFunc(of, func(a client.Attribute) bool { return !site.May(a) })
		new := slices.ContainsFunc(of, func(a client.Attribute) bool { return !slices.Contains(open, a) })
		if all && new {
			list, open = append(list, name), append(open, of...)
		}
	}
	for _, code := range numbers {
		if site.May(client.Number(code)) {
			list = append(list, code)
		}
	}
	return strings.Join(list, " ")
}

// postTry sends the browser to the provider as the site would.
func (c console) postTry(w http.ResponseWriter, r *visit.Request) error {
	t, err := c.s.BeginTry(r.Context(), r.Account.ID, idOf(r), c.redirect())
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(t.Verifier))
	there := c.authorize(t.Twin, r, c.redirect(), t.State, t.Nonce, base64.RawURLEncoding.EncodeToString(sum[:]))
	if r.Form.Text("again") != "" {
		there += "&prompt=login"
	}
	return r.Redirect(w, strings.TrimPrefix(there, c.p.Origin()))
}

// triedView is what came back.
type triedView struct {
	r      *visit.Request
	site   client.ID
	code   string // of a refusal, "" when all went well
	claims []ui.Row
}

// known are the refusals that can come back to us; others are shown as one.
var known = []string{oidc.AccessDenied, oidc.LoginRequired, oidc.InteractionRequired, oidc.ConsentRequired, oidc.UnmetAuthentication, oidc.InvalidRequest, oidc.InvalidScope, oidc.InvalidTarget, oidc.UnauthorizedClient}

// showTried is a relying party of ours: it redeems the code and says what came.
func (c console) showTried(w http.ResponseWriter, r *visit.Request) error {
	query := r.URL.Query()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	t, err := c.s.Tried(r.Context(), r.Account.ID, query.Get("state"), c.redirect())
	if err != nil {
		return err
	}
	site, _ := partner.TwinOf(t.Twin.ID)
	v := triedView{r: r, site: site, code: query.Get("error")}
	if v.code != "" && !slices.Contains(known, v.code) || query.Get("iss") != c.p.Issuer {
		v.code = "server_error"
	}
	if v.code == "" {
		claims, err := c.redeem(r, t, query.Get("code"))
		if refusal := oidc.RefusalOf(err); refusal != nil {
			v.code = refusal.Code
		} else if err != nil {
			return err
		}
		v.claims = claimRows(r, claims)
	}
	return r.Show(w, visit.Page{Title: r.T("partner.tried.title"), Body: triedBody(v), Back: backTo(r, pathOf(site, "/try"))})
}

// redeem does what a client does with a code: tokens, then userinfo; and checks
// that the ID token belongs to this try.
func (c console) redeem(r *visit.Request, t partner.Try, code string) (map[string]any, error) {
	call := oidc.Call{Method: http.MethodPost, Address: c.p.Origin() + oidc.PathToken, Basic: true, User: string(t.Twin.ID), Password: t.Secret,
		Form: url.Values{"grant_type": {string(client.Code)}, "code": {code}, "redirect_uri": {c.redirect()}, "code_verifier": {t.Verifier}}}
	tokens, err := c.p.Token(r.Context(), call)
	if err != nil {
		return nil, err
	}
	claims, err := payload(tokens.ID)
	if err != nil {
		return nil, err
	}
	if claims["nonce"] != t.Nonce {
		return nil, fault.New(fault.Expired, "partner.try_over")
	}
	info, _, err := c.p.UserInfo(r.Context(), oidc.Call{Method: http.MethodGet, Address: c.p.Origin() + oidc.PathUserInfo, Form: url.Values{}}, "Bearer", tokens.Access)
	if err != nil {
		return nil, err
	}
	maps.Copy(claims, info)
	return claims, nil
}

// payload reads a token that our own provider has just given us.
func payload(token string) (claims map[string]any, err error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, fmt.Errorf("partnerpage: a token of %d parts", len(parts))
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, err
	}
	return claims, json.Unmarshal(raw, &claims)
}

// explained are the claims about which the page says what they mean.
var explained = []string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "okno_level", "okno_proof", "verified_claims"}

func claimRows(r *visit.Request, claims map[string]any) (rows []ui.Row) {
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		value, isText := claims[name].(string)
		if !isText {
			raw, err := json.Marshal(claims[name])
			if err != nil {
				continue
			}
			value = string(raw)
		}
		row := ui.Row{Name: name, Value: value, Latin: true}
		if slices.Contains(explained, name) {
			row.Source = r.T("partner.claim." + name)
		}
		rows = append(rows, row)
	}
	return rows
}
