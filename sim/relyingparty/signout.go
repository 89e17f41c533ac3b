package relyingparty

import (
	"net/http"
	"net/url"
	"time"

	"okno/sim/control"
)

// leaveLife is how long the provider's page may keep a person who signs out.
const leaveLife = time.Hour

// signOut ends the session here and asks the provider to end its own (OpenID Connect RP-Initiated Logout).
func (s *Site) signOut(w http.ResponseWriter, r *http.Request) {
	id, one, ok := s.current(r)
	s.drop(id)
	s.setCookie(w, "session", "")
	s.leaveAlone(w)
	if !ok {
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return
	}
	s.record(Entry{Kind: SignedOut}.about(one.received))
	if s.manner.esia {
		s.signOutOfESIA(w, r)
		return
	}
	p, err := s.meet()
	if err != nil || p.EndSessionURL == "" {
		http.Redirect(w, r, "/signed-out", http.StatusSeeOther)
		return
	}
	state := s.leave()
	http.Redirect(w, r, p.EndSessionURL+"?"+url.Values{
		"id_token_hint": {one.rawID}, "client_id": {s.config.ClientID}, "post_logout_redirect_uri": {s.PostLogoutURI()},
		"state": {state}, "ui_locales": {s.language(r)},
	}.Encode(), http.StatusSeeOther)
}

// leave remembers a sign-out under way.
func (s *Site) leave() string {
	state, now := random(), s.config.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for other, until := range s.leaving {
		if now.After(until) {
			delete(s.leaving, other)
		}
	}
	s.leaving[state] = now.Add(leaveLife)
	return state
}

// signedOut is where the provider sends people back to.
func (s *Site) signedOut(w http.ResponseWriter, r *http.Request) {
	state := r.URL.Query().Get("state")
	if s.manner.esia {
		state = s.cookie(r, "leaving")
		s.setCookie(w, "leaving", "")
	}
	s.mu.Lock()
	until, ours := s.leaving[state]
	delete(s.leaving, state)
	s.mu.Unlock()
	everywhere := ours && s.config.Now().Before(until)
	if everywhere {
		s.record(Entry{Kind: CameBack})
	}
	s.show(w, r, http.StatusOK, "signedout", view{Everywhere: everywhere})
}

// backchannel takes a logout token from the provider (OpenID Connect Back-Channel Logout 1.0).
func (s *Site) backchannel(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 2*tokenLimit)
	raw := r.PostFormValue("logout_token")
	w.Header().Set("Cache-Control", "no-store")
	mode, delay := s.mode.Now()
	if mode == Hang {
		s.record(Entry{Kind: LogoutUnanswered, Reason: string(mode)})
		<-r.Context().Done()
		return
	}
	if !control.Wait(r.Context(), delay) {
		s.record(Entry{Kind: LogoutUnanswered, Reason: "delay"})
		return
	}
	if mode == Fail {
		s.record(Entry{Kind: LogoutUnanswered, Reason: string(mode)})
		control.Refuse(w, http.StatusInternalServerError, "this site was switched to fail")
		return
	}
	entry, why := s.takeLogout(r, raw)
	if why != "" {
		s.record(Entry{Kind: LogoutRefused, Reason: why})
		control.Answer(w, http.StatusBadRequest, map[string]string{"error": "invalid_request", "error_description": why})
		return
	}
	s.record(entry)
	w.WriteHeader(http.StatusOK)
}

// takeLogout verifies a logout token and ends what it names. why is empty when it was good. A token works once.
func (s *Site) takeLogout(r *http.Request, raw string) (e Entry, why string) {
	if raw == "" || len(raw) > tokenLimit {
		return e, "there is no logout token of a fit size"
	}
	if typeOf(raw) != "logout+jwt" {
		return e, "the token is not of the type logout+jwt"
	}
	p, err := s.meet()
	if err != nil {
		return e, "our provider cannot be asked for its keys"
	}
	token, err := s.verifier(p).VerifyLogout(r.Context(), raw)
	if err != nil {
		return e, "the token was not made by our provider for this site, or is past its time"
	}
	now := s.config.Now()
	if token.IssuedAt.After(now.Add(skew)) {
		return e, "the token comes from the future"
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, until := range s.spent {
		if now.After(until) {
			delete(s.spent, id)
		}
	}
	if _, again := s.spent[token.TokenID]; again {
		return e, "the token was used before"
	}
	s.spent[token.TokenID] = token.Expiry
	e = Entry{Kind: LogoutTaken, Subject: token.Subject, Session: token.SessionID}
	for id, one := range s.sessions {
		if (token.SessionID == "" || one.Session == token.SessionID) && (token.Subject == "" || one.Subject == token.Subject) {
			delete(s.sessions, id)
			e.Ended++
		}
	}
	return e, ""
}
