// Package centre finds service centres: the nearest ones that do what a person
// needs, how far they are, and whether they are open now, in words (CTR).
//
// Centres are data of the jurisdiction; the package only reads them. It never
// asks a map service, never learns where a person is (the chosen city is enough)
// and owns no table.
package centre

import (
	"math"
	"slices"
	"strings"

	"okno/internal/jurisdiction"
)

// Directory is all centres of a jurisdiction.
type Directory struct{ law *jurisdiction.Jurisdiction }

// New makes the directory of a jurisdiction.
func New(law *jurisdiction.Jurisdiction) *Directory { return &Directory{law} }

// Near is a centre and how far it is.
type Near struct {
	jurisdiction.Centre
	Kilometres int  // as the crow flies, from the middle of the city or from another centre; rounded, so approximate (CTR-17)
	SameCity   bool // in the city that was asked for
}

// Nearest lists the centres that do all the named operations, those of the city
// first and then the farther ones (CTR-05). Only those that really do them are
// offered (CTR-20), wherever a person is registered (CTR-21). Without a known
// city all are listed in the order of the data, at no distance.
func (d *Directory) Nearest(city string, offers ...string) []Near {
	from, known := d.law.City(city)
	return d.sorted(func(c jurisdiction.Centre) Near {
		n := Near{Centre: c, SameCity: c.City == city}
		if known {
			n.Kilometres = kilometres(from.Latitude, from.Longitude, c.Latitude, c.Longitude)
		}
		return n
	}, offers)
}

// NearestTo lists the centres that do all the named operations, nearest to a
// centre first; a centre that does them itself comes first of all (OPR-17).
func (d *Directory) NearestTo(code string, offers ...string) []Near {
	from, known := d.law.Centre(code)
	return d.sorted(func(c jurisdiction.Centre) Near {
		n := Near{Centre: c, SameCity: known && c.City == from.City}
		if known {
			n.Kilometres = kilometres(from.Latitude, from.Longitude, c.Latitude, c.Longitude)
		}
		return n
	}, offers)
}

func (d *Directory) sorted(measure func(jurisdiction.Centre) Near, offers []string) []Near {
	var all []Near
	for _, c := range d.law.Centres {
		if doesAll(c, offers) {
			all = append(all, measure(c))
		}
	}
	slices.SortStableFunc(all, func(a, b Near) int {
		if a.SameCity != b.SameCity {
			if a.SameCity {
				return -1
			}
			return 1
		}
		return a.Kilometres - b.Kilometres
	})
	return all
}

func doesAll(c jurisdiction.Centre, offers []string) bool {
	for _, o := range offers {
		if !c.DoesOffer(o) {
			return false
		}
	}
	return true
}

// Get finds a centre by its code.
func (d *Directory) Get(code string) (jurisdiction.Centre, bool) {
	return d.law.Centre(strings.TrimSpace(code))
}

const earth = 6371.0 // kilometres, mean radius

// kilometres is the length of the great circle between two points in degrees, rounded.
func kilometres(lat1, lon1, lat2, lon2 float64) int {
	rad := func(degrees float64) float64 { return degrees * math.Pi / 180 }
	dLat, dLon := rad(lat2-lat1), rad(lon2-lon1)
	h := math.Sin(dLat/2)*math.Sin(dLat/2) + math.Cos(rad(lat1))*math.Cos(rad(lat2))*math.Sin(dLon/2)*math.Sin(dLon/2)
	return int(math.Round(2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))))
}
