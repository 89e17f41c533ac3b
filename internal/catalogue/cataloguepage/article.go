package cataloguepage

import (
	"bytes"

	"github.com/a-h/templ"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"

	"okno/internal/jurisdiction"
)

// articles are the bodies of help, news and terms as safe HTML, by the article's
// kind and code and the language.
type articles map[[3]string]string

// The kinds of articles.
const (
	question = "question"
	news     = "news"
	terms    = "terms"
)

// renderArticles makes every body once, at start.
func renderArticles(law *jurisdiction.Jurisdiction) articles {
	all, policy := articles{}, bluemonday.UGCPolicy()
	for kind, list := range map[string][]jurisdiction.Article{question: law.Questions, news: law.News, terms: law.Terms} {
		for _, a := range list {
			for lang, body := range a.Body {
				all[[3]string{kind, a.Code, lang}] = markdown(policy, body)
			}
		}
	}
	return all
}

func markdown(policy *bluemonday.Policy, text string) string {
	var out bytes.Buffer
	if err := goldmark.Convert([]byte(text), &out); err != nil {
		return templ.EscapeString(text)
	}
	return policy.Sanitize(out.String())
}

// body shows an article's text in a language of the pack.
func (a articles) body(kind string, of jurisdiction.Article, lang string) templ.Component {
	if _, ok := of.Body[lang]; !ok {
		lang = "en"
	}
	return templ.Raw(a[[3]string{kind, of.Code, lang}])
}
