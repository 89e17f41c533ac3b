package esia

import (
	"context"
	"net/url"
	"regexp"

	"okno/internal/client"
	"okno/internal/oidc"
)

// Authorize takes a request that a system sent the browser with. A Refusal is shown
// on a page of ours, because there is no good address to send the browser to; all
// others go back to the system inside the answer.
func (e *ESIA) Authorize(ctx context.Context, values url.Values, v oidc.Visitor) (oidc.Next, error) {
	next, err := e.authorize(ctx, values, v)
	e.Hear(client.ID(values.Get("client_id")), authorizePath, err)
	return next, err
}

// authorizePath is where refusals of requests are told to have happened.
const authorizePath = "/aas/oauth2/ac"

func (e *ESIA) authorize(ctx context.Context, values url.Values, v oidc.Visitor) (oidc.Next, error) {
	c, err := e.find(ctx, values)
	if err != nil {
		return oidc.Next{}, err
	}
	if !c.Live() { // no browser is led to a system that was closed, not even with an error
		return oidc.Next{Client: c}, refuse(oidc.UnauthorizedClient, notForClient)
	}
	ask := oidc.Ask{Client: c.ID, Redirect: values.Get("redirect_uri"), MaxAge: -1, Level: c.Level, Dialect: Dialect}
	if !c.RedirectsTo(ask.Redirect) {
		return oidc.Next{Client: c}, refuse(oidc.InvalidRequest, badRedirect)
	}
	signature, err := e.read(c, values, &ask)
	if err != nil {
		return e.back(c, ask, err)
	}
	next, err := e.Begin(ctx, c, ask, v, signature.Show)
	if err != nil {
		return e.back(c, ask, err)
	}
	return next, nil
}

// back sends a refusal to the system.
func (e *ESIA) back(c client.Client, ask oidc.Ask, err error) (oidc.Next, error) {
	refusal := oidc.RefusalOf(err)
	if refusal == nil {
		return oidc.Next{}, err
	}
	e.Hear(c.ID, authorizePath, err)
	return oidc.Next{Step: oidc.Done, Client: c, Answer: e.Refused(ask, refusal), Strange: e.Strange(c, ask.Redirect)}, nil
}

// read checks everything of a request whose address is good. The state is looked at
// first, because every answer carries it.
func (e *ESIA) read(c client.Client, values url.Values, ask *oidc.Ask) (signature oidc.Signature, err error) {
	state := values.Get("state")
	if state != "" && !goodState(state) {
		return signature, refuse(oidc.InvalidRequest, badParameter)
	}
	ask.State = state
	if err := needed(values, "state", "timestamp", "client_secret", "response_type"); err != nil {
		return signature, err
	}
	if values.Get("response_type") != "code" {
		return signature, refuse(oidc.UnsupportedResponse, badResponseType)
	}
	if !speaks(c) || !c.Is(client.Code) {
		return signature, refuse(oidc.UnauthorizedClient, notForClient)
	}
	if err := timely(values.Get("timestamp"), e.DB.Clock().Now()); err != nil {
		return signature, err
	}
	if signature, err = e.signature(c, values, ""); err != nil {
		return signature, err
	}
	if err := e.readScopes(c, values.Get("scope"), ask); err != nil {
		return signature, err
	}
	return signature, readRest(c, values, ask)
}

var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// readRest reads what may be left out: access_type, PKCE and permissions.
func readRest(c client.Client, values url.Values, ask *oidc.Ask) error {
	bad := refuse(oidc.InvalidRequest, badParameter)
	switch values.Get("access_type") {
	case "", "online":
	case "offline":
		if c.Is(client.Refresh) {
			ask.Scopes = append(ask.Scopes, client.Offline)
		}
	default:
		return bad
	}
	if challenge := values.Get("code_challenge"); challenge != "" {
		if values.Get("code_challenge_method") != "S256" || !challengeForm.MatchString(challenge) {
			return bad
		}
		ask.Challenge = challenge
	}
	if !goodPermissions(values.Get("permissions")) {
		return bad
	}
	return nil
}
