package partner

import (
	"reflect"
	"slices"

	"okno/internal/client"
)

// harmless says whether a site in production may change so without officers: keys,
// certificates, contact and pausing; less than before, as an address or an
// attribute that goes; and what holds the site itself to more (PAR, DPoP).
func harmless(old, n client.Client) bool {
	fewer := within(n.Redirects, old.Redirects) && within(n.PostLogout, old.PostLogout) && within(n.Resources, old.Resources) &&
		within(n.Scopes, old.Scopes) && within(n.Grants, old.Grants) && within(n.Required, old.Required) && within(n.Optional, slices.Concat(old.Optional, old.Required)) &&
		within(old.Refuses, n.Refuses) && n.Level >= old.Level && (n.LogoutURI == old.LogoutURI || n.LogoutURI == "") &&
		(n.PAR || !old.PAR) && (n.DPoP || !old.DPoP)
	return fewer && reflect.DeepEqual(rest(old), rest(n))
}

// keysOnly says whether nothing differs but what proves a site, and pausing.
func keysOnly(old, n client.Client) bool {
	n.Keys, n.Thumbprints, n.Certificates, n.Paused = old.Keys, old.Thumbprints, old.Certificates, old.Paused
	return reflect.DeepEqual(old, n)
}

// rest is what of a site people or officers have to look at before it changes.
func rest(c client.Client) client.Client {
	c.Keys.Keys, c.Thumbprints, c.Certificates, c.Contact, c.Reason, c.Paused = nil, nil, nil, "", "", false
	c.Redirects, c.PostLogout, c.Resources, c.Scopes, c.Grants, c.Required, c.Optional, c.Refuses = nil, nil, nil, nil, nil, nil, nil, nil
	c.Level, c.LogoutURI, c.PAR, c.DPoP = 0, "", false, false
	if len(c.Law) == 0 {
		c.Law = nil
	}
	return c
}

func within[T comparable](small, large []T) bool {
	return !slices.ContainsFunc(small, func(one T) bool { return !slices.Contains(large, one) })
}

// Fields are the parts of a site that differ between two versions, by the names
// that the pages give them.
func Fields(old, n client.Client) (names []string) {
	differ := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			names = append(names, name)
		}
	}
	differ("name", old.Name, n.Name)
	differ("logo", old.Logo, n.Logo)
	differ("purpose", old.Purpose, n.Purpose)
	differ("contact", old.Contact, n.Contact)
	differ("law", old.Law, n.Law)
	differ("redirects", old.Redirects, n.Redirects)
	differ("post_logout", old.PostLogout, n.PostLogout)
	differ("logout_uri", old.LogoutURI, n.LogoutURI)
	differ("native", old.Native, n.Native)
	differ("method", old.Method, n.Method)
	differ("required", old.Required, n.Required)
	differ("optional", old.Optional, n.Optional)
	differ("reason", old.Reason, n.Reason)
	differ("level", old.Level, n.Level)
	differ("refuses", old.Refuses, n.Refuses)
	differ("grants", old.Grants, n.Grants)
	differ("scopes", old.Scopes, n.Scopes)
	differ("resources", old.Resources, n.Resources)
	differ("introspect", old.Introspect, n.Introspect)
	differ("lasts", old.Life(), n.Life())
	differ("state", old.Registered, n.Registered)
	differ("sector", old.Sector, n.Sector)
	differ("signature", old.RS256, n.RS256)
	differ("par", old.PAR, n.PAR)
	differ("dpop", old.DPoP, n.DPoP)
	return names
}
