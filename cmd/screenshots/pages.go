package main

// visitor is somebody who looks at pages.
type visitor struct {
	name  string
	level string // of a person: "simplified", "standard", "verified"
	role  string // of an officer: "operator", "case_worker", "auditor", "admin"
	entry string // page on which this visitor signs in
	pages []string
}

// visitors is the list of all pages, each under who may see it. A page that is not there yet answers 404 and is marked.
func visitors() []visitor {
	return []visitor{
		{name: "nobody", pages: []string{
			"/", "/services", "/services/foreign_passport", "/authorities", "/search?q=passport", "/help", "/news", "/terms", "/centres",
			"/verify", "/location", "/id/registration", "/id/signin", "/id/recovery", "/desk/signin", "/ui", "/no-such-page",
		}},
		{name: "simplified", level: "simplified", entry: "/id/signin", pages: []string{
			"/account", "/id/profile/user", "/id/profile/edit", "/id/check", "/id/settings", "/id/security",
		}},
		{name: "standard", level: "standard", entry: "/id/signin", pages: []string{
			"/account", "/id/profile/user", "/id/check", "/id/proofing", "/centres",
		}},
		{name: "verified", level: "verified", entry: "/id/signin", pages: []string{
			"/account", "/applications", "/payment", "/mail", "/id/profile/user", "/id/settings", "/id/security", "/services/foreign_passport",
		}},
		{name: "operator", role: "operator", entry: "/desk/signin", pages: []string{"/desk", "/desk/proofing"}},
		{name: "case_worker", role: "case_worker", entry: "/desk/signin", pages: []string{"/desk", "/desk/cases"}},
		{name: "auditor", role: "auditor", entry: "/desk/signin", pages: []string{"/desk", "/desk/audit"}},
		{name: "admin", role: "admin", entry: "/desk/signin", pages: []string{"/desk", "/desk/officers", "/desk/jobs"}},
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
