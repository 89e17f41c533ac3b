package ui

import "github.com/a-h/templ"

// Components with contents take them as children. With a literal write
//
//	@ui.Notice{Tone: ui.Info}.Around() {
//		<p>...</p>
//	}
//
// because the template language cannot tell a literal's brace from that of its children; with a variable "@notice { }" does.

// Around is the page with children as the contents of main.
func (l Layout) Around() templ.Component { return l.view() }

// Around is the box with children under its text.
func (n Notice) Around() templ.Component { return n.view() }

// Around is the card with children under its facts.
func (c Card) Around() templ.Component { return c.view() }

// Around is the form with children as its fields.
func (f Filters) Around() templ.Component { return f.view() }

// Around is the box with children as its contents.
func (d Details) Around() templ.Component { return d.view() }

// Around is the panel with children under its text.
func (c Confirmation) Around() templ.Component { return c.view() }

// Around is the box with children under its action.
func (s Status) Around() templ.Component { return s.view() }
