package oidc

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"okno/internal/client"
	"okno/internal/profile"
)

// verifiedClaims is the claim of OpenID Connect for Identity Assurance 1.0.
const verifiedClaims = "verified_claims"

// VerifiedWish is one wish for verified claims: under what verification, and which.
type VerifiedWish struct {
	Verification map[string]wish `json:"verification"`
	Claims       map[string]wish `json:"claims"`
}

// VerifiedWishes are those of a request, by where the answer goes.
type VerifiedWishes struct {
	UserInfo []VerifiedWish `json:"userinfo,omitempty"`
	IDToken  []VerifiedWish `json:"id_token,omitempty"`
}

// wish is what a request says of one element: nothing (null), or what it must be.
type wish struct {
	Value  any    `json:"value,omitempty"`
	Values []any  `json:"values,omitempty"`
	MaxAge *int64 `json:"max_age,omitempty"` // seconds, of times
}

// met says whether a value is what was wished for.
func (w wish) met(value any) bool {
	return (w.Value == nil || w.Value == value) && (len(w.Values) == 0 || slices.Contains(w.Values, value))
}

// framework names the rules under which we verify people.
func (p *Provider) framework() string { return "okno_" + p.Law.Code }

// mostWishes is how many wishes for verified claims one request may hold.
const mostWishes = 8

// readVerified reads the wishes of a request, one or a list. What we can never
// meet (another trust framework, evidence that we do not tell) is left out; what is
// not in the form of the standard is refused.
func (p *Provider) readVerified(raw json.RawMessage) (list []VerifiedWish, err error) {
	wrong := refuse(InvalidRequest, "claims")
	all := []json.RawMessage{raw}
	if len(raw) > 0 && raw[0] == '[' {
		if json.Unmarshal(raw, &all) != nil || len(all) == 0 || len(all) > mostWishes {
			return nil, wrong
		}
	}
	for _, one := range all {
		var asked struct {
			Verification map[string]json.RawMessage `json:"verification"`
			Claims       map[string]wish            `json:"claims"`
		}
		if json.Unmarshal(one, &asked) != nil || asked.Verification == nil || len(asked.Claims) == 0 {
			return nil, wrong
		}
		w := VerifiedWish{map[string]wish{}, asked.Claims}
		possible := true
		for name, element := range asked.Verification {
			if !slices.Contains(verificationElements, name) {
				possible = possible && !demanded(element)
				continue
			}
			var is wish
			if json.Unmarshal(element, &is) != nil {
				return nil, wrong
			}
			w.Verification[name] = is
		}
		if possible && w.Verification["trust_framework"].met(p.framework()) {
			list = append(list, w)
		}
	}
	return list, nil
}

// verificationElements are those that we tell of a verification.
var verificationElements = []string{"trust_framework", "assurance_level", "time", "verification_process"}

// demanded says whether an element that we do not know is asked for with anything
// that must be fulfilled, at any depth.
func demanded(raw json.RawMessage) bool {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) == nil {
		return len(list) > 0
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return true // neither null nor an object
	}
	for name, member := range members {
		switch name {
		case "value", "values", "max_age":
			return true
		case "essential", "purpose":
			continue
		}
		if demanded(member) {
			return true
		}
	}
	return false
}

// verifiedNames are the claims that can be in verified_claims, for discovery.
func (p *Provider) verifiedNames() []string {
	names := []string{"name"}
	attributes := []client.Attribute{client.Name, client.BirthDate, client.BirthPlace, client.Sex}
	for _, code := range p.numbers {
		attributes = append(attributes, client.Number(code))
	}
	for _, a := range attributes {
		names = slices.AppendSeq(names, maps.Values(p.fieldsOf(a)))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// confirmed are the claims that a register or a desk has confirmed, of what was granted.
func (p *Provider) confirmed(g Grant, known profile.Profile) map[string]string {
	all := map[string]string{}
	for _, a := range g.Detail.Attributes {
		for field, name := range p.fieldsOf(a) {
			if v := known.Value(field); v.Confirmed() {
				all[name] = v.Text
			}
		}
	}
	if slices.Contains(g.Detail.Attributes, client.Name) && wholeName(known) {
		all["name"] = known.FullName()
	}
	return all
}

// wholeName says whether every part of the name was confirmed.
func wholeName(known profile.Profile) bool {
	parts := known.Name()
	for code := range parts {
		if !known.Value(code).Confirmed() {
			return false
		}
	}
	return len(parts) > 0
}

// verified answers wishes for verified claims: of what was asked inside and agreed
// to only what was confirmed, and of the verification what was asked; nil when
// that is nothing. One wish is answered by one object, several by a list.
func (p *Provider) verified(g Grant, known profile.Profile, wishes []VerifiedWish, now time.Time) any {
	if len(wishes) == 0 {
		return nil
	}
	confirmed := p.confirmed(g, known)
	var answers []map[string]any
	for _, w := range wishes {
		claims := map[string]any{}
		for name, is := range w.Claims {
			if text, ok := confirmed[name]; ok && is.met(text) {
				claims[name] = text
			}
		}
		if verification := p.verification(g, w, now); verification != nil && len(claims) > 0 {
			answers = append(answers, map[string]any{"verification": verification, "claims": claims})
		}
	}
	switch len(answers) {
	case 0:
		return nil
	case 1:
		return answers[0]
	}
	return answers
}

// verification tells what was asked of how the person was verified; nil when that
// is not as it was wished for.
func (p *Provider) verification(g Grant, w VerifiedWish, now time.Time) map[string]any {
	all := map[string]any{"trust_framework": p.framework(), "assurance_level": g.Level.String()}
	var at time.Time
	if g.Detail.Proof != nil {
		at = time.Unix(g.Detail.Proof.At, 0).In(p.Law.Zone)
		all["time"], all["verification_process"] = at.Format(time.RFC3339), string(g.Detail.Proof.Way)
	}
	told := map[string]any{"trust_framework": p.framework()}
	for name, is := range w.Verification {
		value := all[name]
		if !is.met(value) || is.MaxAge != nil && (name != "time" || at.IsZero() || now.Unix()-at.Unix() > *is.MaxAge) {
			return nil
		}
		if value != nil {
			told[name] = value
		}
	}
	return told
}
