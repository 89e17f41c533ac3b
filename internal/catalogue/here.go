package catalogue

import "okno/internal/jurisdiction"

// Here says whether a service can be had online where somebody lives (GEN-15,
// CAT-15, P-27). Its values are words of text keys and addresses.
type Here string

// The values.
const (
	HereOnline    Here = "online"    // the form is here
	HereSomewhere Here = "somewhere" // online in some regions; none was chosen yet
	HereElsewhere Here = "elsewhere" // online, but not in this region
	HereLater     Here = "later"     // the form is being made; today by a visit
	HereVisit     Here = "visit"     // by a visit only
)

// AllHere lists the values in the order of the filter.
func AllHere() []Here {
	return []Here{HereOnline, HereSomewhere, HereElsewhere, HereLater, HereVisit}
}

// HereOf judges a service for a region; "" means that none was chosen.
func HereOf(s *jurisdiction.Service, region string) Here {
	switch {
	case s.Availability == jurisdiction.Visit:
		return HereVisit
	case s.Availability == jurisdiction.Later:
		return HereLater
	case len(s.Regions) > 0 && region == "":
		return HereSomewhere
	case !s.OfferedIn(region):
		return HereElsewhere
	}
	return HereOnline
}

// Cost is what a service costs, in the smallest units of the currency. All zero: nothing.
type Cost struct {
	From, To           int64 // when paid elsewhere; equal when there is one price
	PortalFrom, Portal int64 // when paid on the portal: the least and the most
}

// Free says that there is no duty.
func (c Cost) Free() bool { return c.To == 0 }

// Discounted says that paying on the portal costs less.
func (c Cost) Discounted() bool { return c.Portal < c.To }

// CostOf is the range of a service's duties. A duty with a condition is one of
// several prices; duties without a condition are always owed and add up.
func CostOf(s *jurisdiction.Service) Cost {
	var always, least, most Cost
	one := false
	for _, d := range s.Duties {
		if d.When.Text() == "" {
			always.From, always.PortalFrom = always.From+d.Amount, always.PortalFrom+d.OnPortal()
			continue
		}
		if !one || d.Amount < least.From {
			least.From, least.PortalFrom = d.Amount, d.OnPortal()
		}
		if d.Amount > most.From {
			most.From, most.PortalFrom = d.Amount, d.OnPortal()
		}
		one = true
	}
	return Cost{always.From + least.From, always.From + most.From, always.PortalFrom + least.PortalFrom, always.PortalFrom + most.PortalFrom}
}
