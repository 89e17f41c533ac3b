package cataloguepage

import (
	"net/http"

	"okno/internal/catalogue"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// helpPage is what help shows: found questions, or the popular and the other ones.
type helpPage struct {
	words    string
	found    []jurisdiction.Article
	popular  []jurisdiction.Article
	others   []jurisdiction.Article
	articles articles
}

// showHelp shows questions and their search (NAV-13, NAV-18, SUP-01, P-08).
func showHelp(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p := helpPage{words: readQuery(r.URL.Query()).words, popular: c.PopularQuestions(), articles: a}
		for _, q := range c.Law().Questions {
			if !q.Popular {
				p.others = append(p.others, q)
			}
		}
		if p.words != "" {
			var err error
			if p.found, err = c.Ask(r.Context(), p.words, r.Lang()); err != nil {
				return err
			}
		}
		return r.Show(w, visit.Page{Title: r.T("catalogue.help.title"), Keep: kept, Body: helpBody(r, p)})
	}
}

// showQuestion shows one question with its answer.
func showQuestion(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		q, ok := catalogue.Article(c.Law().Questions, r.PathValue("slug"))
		if !ok {
			return fault.New(fault.NotFound, "catalogue.no_question")
		}
		return r.Show(w, visit.Page{Title: q.Title.In(r.Lang()), Section: "/help", Crumbs: helpCrumbs(r), Keep: kept, Body: questionBody(r, a, q)})
	}
}

func helpCrumbs(r *visit.Request) []ui.Link {
	return []ui.Link{home(r), {Text: r.T("catalogue.help.title"), Href: "/help"}}
}

// showNews lists all news, the newest first (NAV-19).
func showNews(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: r.T("catalogue.news.title"), Keep: kept, Body: newsBody(r, c.Law().News)})
	}
}

// showNewsItem shows one piece of news.
func showNewsItem(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		n, ok := catalogue.Article(c.Law().News, r.PathValue("slug"))
		if !ok {
			return fault.New(fault.NotFound, "catalogue.no_news")
		}
		crumbs := []ui.Link{home(r), {Text: r.T("catalogue.news.title"), Href: "/news"}}
		return r.Show(w, visit.Page{Title: n.Title.In(r.Lang()), Crumbs: crumbs, Keep: kept, Body: newsItemBody(r, a, n)})
	}
}

// showTerms shows terms of use and of confidentiality; reading them is free (NAV-27, Q-61).
func showTerms(c *catalogue.Catalogue, a articles) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		return r.Show(w, visit.Page{Title: r.T("catalogue.terms.title"), Keep: kept, Body: termsBody(r, a, c.Law().Terms)})
	}
}

// showPayment says honestly what can be paid here today (NAV-09).
func showPayment(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		var paid []*jurisdiction.Service
		for _, s := range c.Law().Services {
			if len(s.Duties) > 0 {
				paid = append(paid, s)
			}
		}
		return r.Show(w, visit.Page{Title: r.T("catalogue.payment.title"), Keep: kept, Body: paymentBody(r, paid)})
	}
}
