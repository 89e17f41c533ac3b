package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// SampleLayout is the page around the gallery: the whole shell with invented content, for the demo and for tests.
// The caller sets Style, Script, Icon and Theme.
func SampleLayout(w Words, signedIn bool) Layout {
	t := func(word string) string { return w.T("ui.gallery." + word) }
	l := Layout{
		W: w, Title: t("title"), Site: t("site"), Official: t("official"), Form: true, Wide: true,
		Selectors: Selectors{{Label: t("category"), Icon: "person", Now: t("citizens"), Options: []Option{
			{Action: "/category/citizens", Text: t("citizens"), Current: true}, {Action: "/category/companies", Text: t("companies")},
		}}, {Label: t("location"), Icon: "place", Ask: true, Options: []Option{{Action: "/location/1", Text: t("city")}}, More: "/location", MoreTxt: t("cities")}, {Label: t("language"), Icon: "language", Now: t("this_language"), Options: []Option{
			{Action: "/lang/en", Text: "English", Lang: "en", Current: w.Lang() == "en"},
			{Action: "/lang/ru", Text: "Русский", Lang: "ru", Current: w.Lang() == "ru"},
			{Action: "/lang/fa", Text: "فارسی", Lang: "fa", Current: w.Lang() == "fa"},
		}}},
		Resize: Option{Action: "/size/large", Text: t("larger")},
		Menu: []Link{
			{Text: t("home"), Href: "/", Icon: "home"}, {Text: t("catalogue"), Href: "/services", Icon: "services", Current: true},
			{Text: t("account"), Href: "/account", Icon: "person"}, {Text: t("payment"), Href: "/payment", Icon: "payment"},
			{Text: t("support"), Href: "/help", Icon: "help"},
		},
		Bar:    []Link{{Text: t("authorities"), Href: "/authorities"}, {Text: t("services"), Href: "/services"}, {Text: t("finder"), Href: "/search"}},
		Search: "/search",
		SignIn: Link{Text: t("signin"), Href: "/signin"}, Register: Link{Text: t("register"), Href: "/register"},
		Crumbs: []Link{{Text: t("home"), Href: "/"}, {Text: t("title"), Href: "/ui", Current: true}},
		Help:   Help{Phone: "8 800 100-70-10", Tel: "+78001007010", Hours: t("hours"), Links: []Link{{Text: t("write"), Href: "/help/write"}}},
		Footer: []Link{{Text: t("centres"), Href: "/centres"}, {Text: t("terms"), Href: "/terms"}},
		Bottom: t("bottom"),
	}
	if signedIn {
		l.Person = &SignedIn{Name: t("person"), Href: "/account", Exit: "/signout"}
		l.Session = Session{Seconds: 1800, Stay: "/session/stay"}
	}
	return l
}

// GalleryPage is the whole page of the gallery, for who mounts it at /ui; the addresses are those of the built files.
func GalleryPage(w Words, theme, style, script, icon, logo string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, out io.Writer) error {
		l := SampleLayout(w, true)
		l.Theme, l.Style, l.Script, l.Icon, l.Logo = theme, style, script, icon, logo
		return l.Render(templ.WithChildren(ctx, Gallery(w)), out)
	})
}

// sampleConditions are the rules of a password as the gallery shows them.
func sampleConditions(w Words) []Condition {
	return []Condition{
		{Text: w.T("ui.gallery.rule_length"), Test: `^.{8,}$`},
		{Text: w.T("ui.gallery.rule_capital"), Test: `[A-Z]`},
		{Text: w.T("ui.gallery.rule_digit"), Test: `[0-9]`},
		{Text: w.T("ui.gallery.rule_same"), Test: `(.)\1`, Absent: true},
	}
}
