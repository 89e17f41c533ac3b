package ui

import (
	"strings"

	"github.com/a-h/templ"
)

// Option is one entry of a selector of the header: pressing it posts the page's form to Action, so that what was
// typed is not lost (screens.md 2.0, language switch).
type Option struct {
	Action  string // "/language/ru"
	Text    string
	Lang    string // language of Text, if another than the page's
	Current bool
}

// Selector is a list of options under a button of the top line. Shown in the words of the current option.
type Selector struct {
	Label   string // "Your location"
	Icon    string // "place", "language", "person"
	Now     string // what is chosen; Label if nothing is
	Options []Option
	More    string // address of the page with all options, empty = none
	MoreTxt string
	Ask     bool // draws the eye: nothing is chosen yet (NAV-05)
}

// Selectors are selectors side by side. They are the same on every page.
type Selectors []Selector

func (s Selector) shown() string {
	if s.Now != "" {
		return s.Now
	}
	return s.Label
}

// short is the code of the present language in capitals, for narrow windows; empty for other selectors.
func (s Selector) short() string {
	for _, option := range s.Options {
		if option.Current && option.Lang != "" {
			return strings.ToUpper(option.Lang)
		}
	}
	return ""
}

// Link is a word that leads somewhere.
type Link struct {
	Text    string
	Href    string
	Current bool
	Icon    string
}

// SignedIn is the person on the page.
type SignedIn struct {
	Name string // as the person writes it
	Href string // to the account
	Exit string // address to which Exit posts
}

// Help is the same line on the same place of every page (WCAG 3.2.6).
type Help struct {
	Phone string // as shown: "8 800 100-70-10"
	Tel   string // as dialled: "+78001007010"
	Hours string // "free, round the clock"
	Links []Link // "Ask us to call you", "Write to us"
}

// Session makes the notice before sign-out (screens.md 2.0, Time). Zero = nobody is signed in.
type Session struct {
	Seconds int    // until sign-out by idleness
	Stay    string // address that a script posts to in order to stay
}

// Refresh reloads or moves the page without scripts.
type Refresh struct {
	Seconds int
	To      string // empty = the same page
	Polls   bool   // the page has a part with data-poll: with scripts that part alone changes, and the reader's place stays
}

func (r Refresh) content() string {
	if r.To == "" {
		return number(r.Seconds)
	}
	return number(r.Seconds) + ";url=" + r.To
}

// Layout is the whole page around main: what stands in the same place everywhere (NAV-01..11, NAV-21, LOG-09..12).
// Children are the contents of main.
type Layout struct {
	W           Words
	Title       string // of the page, without the site's name
	Failed      bool   // the form was refused: the title begins with "Error:"
	Description string

	Site     string // "Okno"
	Home     string // "/" if empty
	Official string // "This is the real site: the address ends in .example"
	Theme    string // "okno" or the theme of the jurisdiction
	Style    string // address of the style sheet
	Script   string // address of the script
	Icon     string // address of the favicon
	Logo     string // address of the country's mark beside the name; the house's own mark if empty
	Large    bool   // "larger and simpler"
	Resize   Option // the switch between normal and large
	Staff    bool   // a workplace: wide, without the residents' menus
	Wide     bool   // main takes the whole width, for lists and the home page

	// Form says that the page has a form with id "page", which the selectors post; else the layout makes an empty one.
	Form bool

	Selectors templ.Component // category, location and language: Selectors, or what they look like
	Return    string          // the page's own address, to which the selectors lead back
	Menu      []Link          // five items, NAV-09
	Bar       []Link          // authorities, state services, service search, NAV-10
	Search    string          // address of the search page; empty = no search line
	Words     string          // what was searched for
	Ways      templ.Component // what DrawWays drew of a layout like this one; nil: it is drawn now
	Foot      templ.Component // the same of DrawFoot
	SignIn    Link
	Register  Link
	Person    *SignedIn
	ActFor    templ.Component // the band "You act for ..."

	Crumbs  []Link
	Back    *Link
	Session Session
	Refresh *Refresh
	Help    Help
	Footer  []Link
	Bottom  string // "© ..." or the name of the state
}

func (l Layout) home() string {
	if l.Home == "" {
		return "/"
	}
	return l.Home
}

func (l Layout) title() string {
	if l.Failed {
		return l.W.T("ui.error") + " " + l.Title + " - " + l.Site
	}
	return l.Title + " - " + l.Site
}

func (l Layout) size() string {
	if l.Large {
		return "lg"
	}
	return "md"
}

// ReturnField is the field of the page's form that holds Layout.Return.
const ReturnField = "_return"

// Step is the place in a journey: always as text, with a bar beside it that only decorates.
type Step struct {
	W    Words
	N    int    // from 1
	Of   int    // how many
	Name string // "Confirm your number"
}
