package main

// visitor is somebody who looks at pages.
type visitor struct {
	name  string
	level string // of a person: "simplified", "standard", "verified"
	role  string // of an officer: "operator", "case_worker", "auditor", "admin"
	other bool   // the second officer of the role
	entry string // page on which this visitor signs in
	pages []string
}

// visitors is the list of all pages, each under who may see it. A page that is not there yet answers 404 and is marked.
func visitors() []visitor {
	return []visitor{
		{name: "nobody", pages: []string{
			"/", "/services", "/services/foreign_passport", "/authorities", "/search?q=passport", "/search?q=qqqq", "/help", "/help/levels", "/help/join", "/news", "/terms", "/centres",
			"/news/open", "/categories/passports", "/payment", "/verify", "/id/signin", "/id/recovery", "/desk/signin", "/ui", "/no-such-page",
		}},
		{name: "simplified", level: "simplified", entry: "/id/signin", pages: []string{
			"/account", "/id/profile/user", "/id/profile/edit", "/id/check", "/id/proofing", "/services/foreign_passport/apply",
		}},
		{name: "standard", level: "standard", entry: "/id/signin", pages: []string{
			"/", "/account", "/id/profile/user", "/id/check", "/id/proofing/code",
		}},
		{name: "verified", level: "verified", entry: "/id/signin", pages: []string{
			"/account", "/applications", "/mail", "/id/profile/user", "/services/foreign_passport",
		}},
		{name: "auditor", role: "auditor", entry: "/desk/signin", pages: []string{"/desk", "/desk/audit", "/desk/cases"}},
		{name: "admin", role: "admin", entry: "/desk/signin", pages: []string{"/desk", "/desk/officers", "/desk/officers/new", "/desk/jobs"}},
	}
}

// shape is a width of the window and what the person's system prefers.
type shape struct {
	width  int64
	scheme string
}

func shapes() []shape {
	return []shape{{390, "light"}, {1280, "light"}, {390, "dark"}, {1280, "dark"}}
}

// addresses visits the pages that an address leads to, as each visitor.
func (w *walk) addresses() {
	for _, v := range visitors() {
		w.through(v.name, func() {
			w.do(func() error { return w.c.enter(w.d, v) })
			w.speak()
			for _, path := range v.pages {
				w.open(path)
				w.shoot(path, wanted(path))
			}
		})
	}
}

// wanted is how a page should answer: the simplified visitor is told which level the way to the centre needs.
func wanted(path string) int {
	switch path {
	case "/no-such-page":
		return 404
	case "/id/proofing", "/desk/cases":
		return 403
	}
	return 200
}
