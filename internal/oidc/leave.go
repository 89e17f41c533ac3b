package oidc

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/secret"
	"okno/internal/signin"
)

// ownClaims are those of an ID token of ours that comes back as a hint.
type ownClaims struct {
	Issuer   string   `json:"iss"`
	Subject  string   `json:"sub"`
	Audience audience `json:"aud"`
	SID      string   `json:"sid"`
}

// ownToken reads an ID token of ours for a client, also one that is over.
func (p *Provider) ownToken(token string, c client.Client) (claims ownClaims, err error) {
	payload, err := p.verifyOwn(context.Background(), token, typeID)
	if err != nil {
		return claims, err
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return claims, errToken
	}
	if claims.Issuer != p.Issuer || c.ID != "" && (len(claims.Audience) != 1 || claims.Audience[0] != string(c.ID)) || len(claims.Audience) != 1 {
		return claims, errToken
	}
	return claims, nil
}

// Leaving is a site's wish that the person signs out (RP-initiated logout).
type Leaving struct {
	Client client.Client // zero: the wish does not say whose
	SID    string
	Return string // where to go afterwards, "" to stay with us
	Sure   bool   // a valid hint of the present session: no question is needed (OIDC-14)
}

// Leave reads such a wish. A wrong hint or an address that is not registered never
// leads anywhere: the person is asked, and stays (BadLogoutRedirectUri and its kin).
func (p *Provider) Leave(ctx context.Context, values url.Values, v Visitor) (l Leaving, err error) {
	if !single(values) {
		return l, refuse(InvalidRequest, "repeated")
	}
	hint := values.Get("id_token_hint")
	if hint == "" && values.Has("dialect") {
		return p.leaveDialect(ctx, values)
	}
	if hint == "" {
		return l, nil
	}
	claims, err := p.ownToken(hint, client.Client{})
	if err != nil {
		return l, refuse(InvalidRequest, "id_token_hint")
	}
	if id := values.Get("client_id"); id != "" && id != claims.Audience[0] {
		return l, refuse(InvalidRequest, "id_token_hint")
	}
	if l.Client, err = p.Clients.Find(ctx, client.ID(claims.Audience[0])); err != nil {
		return l, err
	}
	l.SID = claims.SID
	l.Sure = v.Session.Anyone() && secret.Equal(claims.SID, p.sid(l.Client, v.Session.Line))
	if uri := values.Get("post_logout_redirect_uri"); uri != "" && l.Client.Live() { // to a site that was closed nobody is led
		if !slices.Contains(l.Client.PostLogout, uri) {
			return l, refuse(InvalidRequest, "post_logout")
		}
		if l.Sure || !p.Strange(l.Client, uri) {
			l.Return = Answer{Redirect: uri, Params: stateOf(values)}.Address()
		}
	}
	return l, nil
}

func stateOf(values url.Values) url.Values {
	if state := values.Get("state"); state != "" && len(state) <= longestState {
		return url.Values{"state": {state}}
	}
	return nil
}

// Entered lists the sites that were entered in a session, for the sign-out page and the list of sessions (S22).
func (p *Provider) Entered(tx *db.Tx, line string) ([]client.Client, error) {
	grants, err := db.All(tx, scanGrant, selectEntered, line)
	if err != nil {
		return nil, err
	}
	var list []client.Client
	seen := map[client.ID]bool{}
	for _, g := range grants {
		if seen[g.Client] {
			continue
		}
		seen[g.Client] = true
		c, err := p.Clients.Get(tx, g.Client)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// open are the grants that live in a session and end with it.
func open(tx *db.Tx, line string) ([]Grant, error) {
	grants, err := db.All(tx, scanGrant, selectEntered, line)
	return slices.DeleteFunc(grants, func(g Grant) bool { return g.Detail.Offline || !g.Live(tx.Now()) }), err
}

// Others lists the sites that are open in a session, but for one.
func (p *Provider) Others(tx *db.Tx, line string, but client.ID) (list []client.Client, err error) {
	grants, err := open(tx, line)
	if err != nil {
		return nil, err
	}
	seen := map[client.ID]bool{but: true}
	for _, g := range grants {
		if seen[g.Client] {
			continue
		}
		seen[g.Client] = true
		c, err := p.Clients.Get(tx, g.Client)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, nil
}

// Depart ends what one site was given in a session, because the person signed out
// there, where other sites are open in it: whether to stay in at those is the person's
// choice (behaviour.md 2.4). It says whether there are any; if not, nothing is done and
// the whole session is to end. At somebody else's computer there is no choice.
func (p *Provider) Depart(ctx context.Context, s signin.Session, site client.ID) (others bool, err error) {
	if s.Shared {
		return false, nil
	}
	var there []Grant
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		list, err := p.Others(tx, s.Line, site)
		if others = len(list) > 0; err != nil || !others {
			return err
		}
		if there, err = open(tx, s.Line); err != nil {
			return err
		}
		there = slices.DeleteFunc(there, func(g Grant) bool { return g.Client != site })
		return revokeAll(tx, there, "left")
	})
	for _, g := range there {
		p.recent.forget(g.ID)
	}
	return others, err
}
