package oidc

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"okno/internal/client"
)

// FuzzRead reads authorization requests of any kind: what is taken is lawful, and
// what is refused goes to a registered address only.
func FuzzRead(f *testing.F) {
	good := "redirect_uri=https%3A%2F%2Fsite.example%2Fcb&response_type=code&scope=openid+profile+snils&state=s&nonce=n&code_challenge=" + strings.Repeat("a", 43) + "&code_challenge_method=S256"
	for _, more := range []string{"", "&prompt=none", "&prompt=none+login", "&max_age=1", "&max_age=-1", "&acr_values=urn:okno:level:verified", "&claims=%7B%22id_token%22%3A%7B%22email%22%3Anull%7D%7D",
		"&claims=%7B", "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22values%22%3A%5B%22x%22%5D%7D%7D%7D", "&resource=https%3A%2F%2Fapi.example%2F&resource=x", "&dpop_jkt=x", "&response_mode=form_post", "&state=t",
		"&registration=%7B%7D", "&login_hint=%00", "&ui_locales=fa+ru", "&scope=%FF"} {
		f.Add(good + more)
	}
	f.Add("")
	f.Add("redirect_uri=https%3A%2F%2Fevil.example%2F")
	p := &Provider{numbers: []string{"snils", "inn"}}
	c := client.Client{ID: "site", Stage: client.Production, Redirects: []string{"https://site.example/cb"}, Grants: []client.Grant{client.Code}, Required: []client.Attribute{client.Name, "number.snils"},
		Optional: []client.Attribute{client.Email}, Resources: []string{"https://api.example/"}}
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		values.Del("id_token_hint") // the keys of the house are needed for it
		ask, redirectable, err := p.read(c, values)
		if redirectable && ask.Redirect != "https://site.example/cb" {
			t.Fatalf("goes to %q", ask.Redirect)
		}
		if err != nil {
			if RefusalOf(err) == nil {
				t.Fatal(err)
			}
			return
		}
		if !redirectable || len(ask.Challenge) != 43 || !slices.Contains(ask.Scopes, "openid") || slices.Contains(ask.Scopes, "offline_access") || len(ask.State) > longestState || ask.MaxAge < -1 {
			t.Fatalf("%+v", ask)
		}
		for _, a := range ask.Wanted {
			if !c.May(a) {
				t.Fatalf("wants %s", a)
			}
		}
		for _, r := range ask.Resources {
			if !slices.Contains(c.Resources, r) {
				t.Fatalf("for %q", r)
			}
		}
	})
}

// FuzzClaims reads the claims parameter.
func FuzzClaims(f *testing.F) {
	for _, text := range []string{`{}`, `{"userinfo":{"email":null}}`, `{"id_token":{"acr":{"essential":true,"values":["urn:okno:level:verified"]},"sub":{"value":"x"}}}`, `null`, `[]`, `{"id_token":null}`,
		`{"id_token":{"acr":{"value":["x"]}}}`, strings.Repeat(`{"userinfo":`, 500), `{"userinfo":{"verified_claims":{"claims":{"x":null}}}}`} {
		f.Add(text)
	}
	p := &Provider{numbers: []string{"snils"}}
	c := client.Client{ID: "site", Required: []client.Attribute{client.Name}}
	f.Fuzz(func(t *testing.T, text string) {
		var ask Ask
		err := p.readClaims(c, url.Values{"claims": {text}}, &ask)
		if err != nil && RefusalOf(err) == nil {
			t.Fatal(err)
		}
		for _, a := range ask.Wanted {
			if a != client.Name {
				t.Fatalf("wants %s", a)
			}
		}
	})
}

// FuzzOwnTokens takes our own tokens apart: no value but one of ours has parts.
func FuzzOwnTokens(f *testing.F) {
	for _, value := range []string{"", "oka_a_b_c_d", "okr_a_1_b", "okr_a_-1_b", "okr_a_zzzzzzzzzzzzz_b", "oka_" + strings.Repeat("a", 400), "okr_a_1_b_c", "oka_a\x00_b_c_d", "okc_x", "okr__1_"} {
		f.Add(value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if parts, ok := cut(value, accessPrefix, 4); ok && accessPrefix+strings.Join(parts, "_") != value {
			t.Fatalf("%q %q", value, parts)
		}
		var p *Provider
		id, generation, ok := p.readRefresh(value)
		if ok && (generation < 1 || !base64url(id) || !strings.HasPrefix(value, refreshPrefix)) {
			t.Fatalf("%q %q %d", value, id, generation)
		}
		if compact(value) && strings.Count(value, ".") != 2 {
			t.Fatalf("%q", value)
		}
	})
}
