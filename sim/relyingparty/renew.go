package relyingparty

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"okno/sim/control"
)

// renewBefore is how long before its end a session is renewed, as GovSSO's sites do (behaviour 2.4).
const renewBefore = 2 * time.Minute

// due says whether the session should be renewed now.
func (s *Site) due(one session) bool {
	return s.manner.renews && one.refresh != "" && one.Ends.Sub(s.config.Now()) <= renewBefore
}

// keepAlive renews the session when it is due. Many requests at once send the refresh token once. It returns the session as it then
// stands, or why it has ended; a provider that does not answer ends nothing before its time.
func (s *Site) keepAlive(ctx context.Context, id string, one session) (session, error) {
	if !s.due(one) {
		return one, nil
	}
	one.renewing.Lock()
	defer one.renewing.Unlock()
	s.mu.Lock()
	now, there := s.sessions[id]
	s.mu.Unlock()
	if !there {
		return session{}, refusal{Code: "login_required", Detail: "the session ended meanwhile"}
	}
	if !s.due(now) {
		return now, nil
	}
	fresh, err := s.renew(ctx, now)
	if err == nil {
		return s.replace(id, session{received: fresh, renewing: now.renewing})
	}
	no := refusalOf(err)
	s.record(Entry{Kind: NotRenewed, Reason: no.Code, Detail: no.Detail}.about(now.received))
	if no.Code == "unavailable" || no.Code == "temporarily_unavailable" {
		return now, nil
	}
	s.drop(id)
	no.Received = fresh
	return session{}, no
}

// renew spends the refresh token. What comes back must be about the same person and the same session at the provider, and is judged
// again, since a level may have fallen.
func (s *Site) renew(ctx context.Context, one session) (received, error) {
	p, err := s.meet()
	if err != nil {
		return received{}, refusal{Code: "unavailable", Detail: err.Error()}
	}
	token, err := s.oauth(p).TokenSource(s.speaking(ctx), &oauth2.Token{RefreshToken: one.refresh}).Token()
	if err != nil {
		return received{}, err
	}
	got, err := s.receive(ctx, p, token)
	if err != nil {
		return received{}, err
	}
	switch {
	case got.Subject != one.Subject || got.Session != "" && got.Session != one.Session:
		return received{}, refusal{Code: "token", Detail: "the renewed token is about another person or session"}
	case got.nonce != "" && !same(got.nonce, one.nonce):
		return received{}, refusal{Code: "token", Detail: "the renewed token has another nonce"}
	case !got.SignedInAt.IsZero() && !got.SignedInAt.Equal(one.SignedInAt):
		return received{}, refusal{Code: "token", Detail: "the renewed token has another time of sign-in"}
	}
	got.nonce, got.Session, got.SignedInAt = one.nonce, one.Session, one.SignedInAt
	return got, s.admit(got)
}

// replace puts the renewed session in the place of the old one, unless that was ended while the provider was asked.
func (s *Site) replace(id string, fresh session) (session, error) {
	s.mu.Lock()
	_, there := s.sessions[id]
	if there {
		s.sessions[id] = fresh
	}
	s.mu.Unlock()
	if !there {
		return session{}, refusal{Code: "login_required", Detail: "the session was ended while it was renewed"}
	}
	s.record(Entry{Kind: Renewed}.about(fresh.received))
	return fresh, nil
}

// renewNow answers the browser, which asks by itself two minutes before the end: {"ends": RFC 3339, "left": seconds}.
func (s *Site) renewNow(w http.ResponseWriter, r *http.Request) {
	id, one, ok := s.current(r)
	if !ok {
		control.Refuse(w, http.StatusUnauthorized, "nobody is signed in")
		return
	}
	one, err := s.keepAlive(r.Context(), id, one)
	if err != nil {
		control.Refuse(w, http.StatusUnauthorized, "the session has ended")
		return
	}
	control.Answer(w, http.StatusOK, map[string]any{
		"ends": one.Ends.UTC().Format(time.RFC3339), "left": int(one.Ends.Sub(s.config.Now()).Seconds()),
	})
}
