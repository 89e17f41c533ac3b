package cataloguepage_test

import (
	"strings"
	"testing"

	"okno/internal/db/dbtest"
)

// paths are all pages of the package that every pack has.
var paths = []string{"/", "/services", "/authorities", "/search", "/search?q=passport", "/search?q=qqzzxx", "/help", "/help?q=account", "/help/levels",
	"/news", "/terms", "/centres", "/centres?city=&offers=confirm", "/centres?city=nowhere", "/payment"}

func TestEveryPageInEveryLanguageOfEveryPack(t *testing.T) {
	for _, pack := range []string{"ru", "xs"} {
		d, now := dbtest.SQLite(t)
		w := newWorld(t, d, now, pack)
		all := paths
		for _, s := range w.Law.Services {
			all = append(all, "/services/"+s.ID)
		}
		for _, c := range w.Law.Categories {
			all = append(all, "/categories/"+c.Code)
		}
		for _, a := range w.Law.Authorities {
			all = append(all, "/authorities/"+a.Code)
		}
		for _, q := range w.Law.Questions {
			all = append(all, "/help/"+q.Code)
		}
		for _, n := range w.Law.News {
			all = append(all, "/news/"+n.Code)
		}
		for _, lang := range w.Law.Languages {
			if !strings.Contains("en ru fa", lang) {
				continue
			}
			t.Run("NAV-04 D-24 "+pack+" in "+lang, func(t *testing.T) {
				b := w.Browser().Speak(lang).For(t)
				for _, path := range all {
					if p := b.Open(path); p.Status != 200 || p.H1() == "" {
						t.Errorf("%s: %d %q", path, p.Status, p.H1())
					}
				}
			})
		}
	}
}
