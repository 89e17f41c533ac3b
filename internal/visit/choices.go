package visit

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"okno/internal/db"
	"okno/internal/text"
	"okno/internal/ui"
	"okno/internal/web"
)

// Choices are what a visitor chose in the top line, kept in a cookie and, when
// signed in, with the account.
type Choices struct {
	Language string
	City     string // code, "" before one was chosen (NAV-05)
	Audience string // code of the user category (NAV-01)
	Large    bool   // larger and simpler
}

// Region is the code of the chosen city's region, "" before one was chosen.
func (r *Request) Region() string {
	for _, c := range r.site.Law.Cities {
		if c.Code == r.Choices.City {
			return c.Region
		}
	}
	return ""
}

func (s *Site) readChoices(hr *http.Request) Choices {
	c := Choices{Audience: s.Law.Audiences[0].Code}
	if kept, err := url.ParseQuery(cookie(hr, s.cookieName(choicesCookie))); err == nil {
		c.Language, c.City, c.Large = kept.Get("l"), kept.Get("c"), kept.Get("s") == "1"
		if s.hasAudience(kept.Get("a")) {
			c.Audience = kept.Get("a")
		}
	}
	if !s.hasCity(c.City) {
		c.City = ""
	}
	if languages := s.languages(); !slices.Contains(languages, c.Language) {
		c.Language = text.Negotiate(hr.Header.Get("Accept-Language"), languages)
	}
	return c
}

// languages are those that both the pack and the texts have, the pack's first one first.
func (s *Site) languages() []string {
	have := s.Texts.Languages()
	return slices.DeleteFunc(slices.Clone(s.Law.Languages), func(l string) bool { return !slices.Contains(have, l) })
}

func (s *Site) hasCity(code string) bool {
	for _, c := range s.Law.Cities {
		if c.Code == code {
			return true
		}
	}
	return false
}

func (s *Site) hasAudience(code string) bool {
	for _, a := range s.Law.Audiences {
		if a.Code == code {
			return true
		}
	}
	return false
}

func (c Choices) encode() string {
	v := url.Values{"l": {c.Language}, "a": {c.Audience}}
	if c.City != "" {
		v.Set("c", c.City)
	}
	if c.Large {
		v.Set("s", "1")
	}
	return v.Encode()
}

// MountChoices mounts the selectors of the top line. Each is a POST of the
// page's own form, so that what was typed comes back (screens.md 2.0).
func (s *Site) MountChoices() {
	s.Harmless("POST /language/{choice}", s.choose(func(c *Choices, v string) bool {
		c.Language = v
		return slices.Contains(s.languages(), v)
	}))
	s.Harmless("POST /location/{choice}", s.choose(func(c *Choices, v string) bool { c.City = v; return s.hasCity(v) }))
	s.Harmless("POST /category/{choice}", s.choose(func(c *Choices, v string) bool { c.Audience = v; return s.hasAudience(v) }))
	s.Harmless("POST /size/{choice}", s.choose(func(c *Choices, v string) bool {
		c.Large = v == "large"
		return v == "large" || v == "normal"
	}))
}

func (s *Site) choose(set func(*Choices, string) bool) Handler {
	return func(w http.ResponseWriter, r *Request) error {
		if err := r.readForm(w); err != nil {
			return err
		}
		choices := r.Choices
		if !set(&choices, r.PathValue("choice")) {
			return r.showNotFound(w)
		}
		s.setCookie(w, choicesCookie, choices.encode(), year, http.SameSiteLaxMode)
		if err := s.rememberChoices(r, choices); err != nil {
			return err
		}
		back := web.SafePath(r.Form.Text(ui.ReturnField), "/")
		return r.redirectKeeping(w, back)
	}
}

// Speak lets a browser that has never chosen a language see the first of the given
// ones that we have, until it is closed: a site sent somebody and said which
// languages he reads. A choice of the person's own always stands.
func (r *Request) Speak(w http.ResponseWriter, languages []string) {
	if len(languages) == 0 || cookie(r.Request, r.site.cookieName(choicesCookie)) != "" {
		return
	}
	choices, have := r.Choices, r.site.languages()
	for _, tag := range languages {
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if slices.Contains(have, primary) {
			choices.Language = primary
			r.site.setCookie(w, choicesCookie, choices.encode(), 0, http.SameSiteLaxMode)
			return
		}
	}
}

func (s *Site) rememberChoices(r *Request, c Choices) error {
	if r.Account.ID == "" {
		return nil
	}
	r.Choices = c
	return s.DB.Write(r.Context(), func(tx *db.Tx) error {
		return s.Accounts.SetChoices(tx, r.Account.ID, c.Language, r.Region(), c.Audience)
	})
}

// withoutSecrets drops what must not be kept: passwords, one-time codes and the form's key.
func withoutSecrets(values url.Values) url.Values {
	kept := url.Values{}
	for name, typed := range values {
		if strings.HasPrefix(name, "_") || name == "code" || strings.HasSuffix(name, "_otp") || strings.Contains(strings.ToLower(name), "password") || name == "repeat" || name == "old" {
			continue
		}
		kept[name] = typed
	}
	return kept
}
