package catalogue

import "okno/internal/jurisdiction"

// Opens lists the services that a level opens and the one below does not
// (LVL-02, LVL-13..37), in the jurisdiction's order.
func (c *Catalogue) Opens(level jurisdiction.AccountLevel) []*jurisdiction.Service {
	var list []*jurisdiction.Service
	for _, s := range c.law.Services {
		if s.Level("apply") == level {
			list = append(list, s)
		}
	}
	return list
}

// IsOpen says whether a level is enough to apply (CAT-19).
func IsOpen(s *jurisdiction.Service, level jurisdiction.AccountLevel) bool {
	return level >= s.Level("apply")
}

// Centres are the service centres of a city ("" is every city) that offer an
// operation ("" is any): NAV-26, P-17.
func (c *Catalogue) Centres(city, operation string) []jurisdiction.Centre {
	var list []jurisdiction.Centre
	for _, centre := range c.law.Centres {
		if (city == "" || centre.City == city) && (operation == "" || centre.DoesOffer(operation)) {
			list = append(list, centre)
		}
	}
	return list
}
