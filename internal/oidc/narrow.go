package oidc

import (
	"slices"
	"strconv"
	"strings"

	"okno/internal/client"
)

// lettersOnce is how many letters make an access token unlike every other; what
// follows them says which of the granted scopes it has.
const lettersOnce = 10

// mostScopes is how many scopes can be told apart in an access token.
const mostScopes = 63

// scopesNamed says which of the granted scopes a call names (RFC 6749 section 6):
// bit n stands for the nth of them, 0 for all. False when it names one that was not granted.
func (g Grant) scopesNamed(call Call) (some uint64, ok bool) {
	for _, name := range strings.Fields(call.Form.Get("scope")) {
		at := slices.Index(g.Detail.Scopes, name)
		if at < 0 || at >= mostScopes {
			return 0, false
		}
		some |= 1 << at
	}
	return some, true
}

// some is the grant as a token sees it that has only some of its scopes: of the
// attributes it opens those of its scopes, and those that were asked for without one.
func (p *Provider) some(g Grant, scopes uint64) Grant {
	if scopes == 0 {
		return g
	}
	var kept []string
	opened, left := map[client.Attribute]bool{}, map[client.Attribute]bool{}
	for at, name := range g.Detail.Scopes {
		has := at < mostScopes && scopes&(1<<at) != 0
		if has {
			kept = append(kept, name)
		}
		for _, a := range client.AttributesOf(name, p.numbers) {
			opened[a], left[a] = true, left[a] || has
		}
	}
	var attributes []client.Attribute
	for _, a := range g.Detail.Attributes {
		if left[a] || !opened[a] {
			attributes = append(attributes, a)
		}
	}
	g.Detail.Scopes, g.Detail.Attributes, g.scopes = kept, attributes, scopes
	return g
}

// once are the letters of a new access token, with the scopes that it has.
func (g Grant) once(letters string) string {
	if g.scopes == 0 {
		return letters
	}
	return letters + strconv.FormatUint(g.scopes, 36)
}

// scopesIn reads what once has written; all when there is nothing.
func scopesIn(once string) uint64 {
	if len(once) <= lettersOnce {
		return 0
	}
	some, err := strconv.ParseUint(once[lettersOnce:], 36, 64)
	if err != nil {
		return 0 // the value was ours, or nobody asks
	}
	return some
}
