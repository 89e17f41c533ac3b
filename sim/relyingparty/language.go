package relyingparty

import (
	"net/http"
	"strings"

	"golang.org/x/text/language"
)

// languages are those that the pages are written in; the first is for everybody else.
var languages = []string{"en", "ru", "fa"}

var matcher = language.NewMatcher([]language.Tag{language.English, language.Russian, language.Persian})

// language is the reader's: asked for in the address (ui_locales), chosen before, or the browser's.
func (s *Site) language(r *http.Request) string {
	for _, wanted := range []string{strings.ReplaceAll(r.URL.Query().Get("ui_locales"), " ", ","), s.cookie(r, "lang"), r.Header.Get("Accept-Language")} {
		tags, _, err := language.ParseAcceptLanguage(wanted)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, sure := matcher.Match(tags...); sure > language.No {
			return languages[i]
		}
	}
	return languages[0]
}

// say is a text in a language, with its {variables} filled in pairs of name and value.
func say(lang, key string, vars ...string) string {
	i := 0
	for n, l := range languages {
		if l == lang {
			i = n
		}
	}
	pairs := make([]string, 0, len(vars))
	for n := 0; n+1 < len(vars); n += 2 {
		pairs = append(pairs, "{"+vars[n]+"}", vars[n+1])
	}
	return strings.NewReplacer(pairs...).Replace(texts[key][i])
}
