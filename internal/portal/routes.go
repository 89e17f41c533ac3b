package portal

import (
	"net/url"

	"okno/internal/registration/registrationpage"
)

// mountRoutes is the list of everything that can be visited, in the order in
// which residents meet it. Who may enter stands in each face's Mount.
func (h *house) mountRoutes() {
	h.Site.MountChoices()
	registrationpage.Mount(h.Site, h.Registration)
	h.Site.Machine("GET /assets/{name}", h.Look)
}

func host(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return origin
	}
	return u.Host
}
