package cataloguepage

import (
	"fmt"
	"net/http"
	"time"

	"okno/internal/catalogue"
	"okno/internal/jurisdiction"
	"okno/internal/ui"
	"okno/internal/visit"
)

// centresPage is the list of centres by city (NAV-26, P-17, P-18). The full
// finder comes with package centre.
type centresPage struct {
	city    string // code, "" for all
	offers  string // code, "" for any
	cities  []cityCentres
	choices []ui.Choice
}

type cityCentres struct {
	name    string
	centres []jurisdiction.Centre
}

// operations are what a centre may offer, in the order of the filter.
var operations = [...]string{jurisdiction.ConfirmIdentity, jurisdiction.RestoreAccount, jurisdiction.DeleteAccount, jurisdiction.PickUp, jurisdiction.Advice}

// showCentres shows the centres of the chosen city, until another is asked for.
func showCentres(c *catalogue.Catalogue) visit.Handler {
	return func(w http.ResponseWriter, r *visit.Request) error {
		p := centresPage{city: r.Choices.City, offers: r.URL.Query().Get("offers")}
		if asked, ok := r.URL.Query()["city"]; ok {
			p.city = asked[0]
		}
		for _, city := range c.Law().Cities {
			p.choices = append(p.choices, ui.Choice{Value: city.Code, Label: city.Name.In(r.Lang())})
			if p.city != "" && p.city != city.Code {
				continue
			}
			if list := c.Centres(city.Code, p.offers); len(list) > 0 {
				p.cities = append(p.cities, cityCentres{city.Name.In(r.Lang()), list})
			}
		}
		return r.Show(w, visit.Page{Title: r.T("catalogue.centres.title"), Wide: true, Keep: kept, Body: centresBody(r, p)})
	}
}

func operationChoices(r *visit.Request) []ui.Choice {
	var list []ui.Choice
	for _, o := range operations {
		list = append(list, ui.Choice{Value: o, Label: r.T("catalogue.offer." + o)})
	}
	return list
}

// nothingNear is what to do when no centre is left.
func (p centresPage) nothingNear(r *visit.Request) ui.Empty {
	return ui.Empty{Title: r.T("catalogue.centres.none"), Text: r.T("catalogue.centres.none_text"),
		Link: ui.Link{Text: r.T("catalogue.centres.all"), Href: "/centres?city=&offers=" + p.known()}}
}

func (p centresPage) known() string {
	for _, o := range operations {
		if o == p.offers {
			return o
		}
	}
	return ""
}

func kindWords(r *visit.Request, centre jurisdiction.Centre) string {
	for _, k := range r.Law().CentreKinds {
		if k.Code == centre.Kind {
			return k.Name.In(r.Lang())
		}
	}
	return ""
}

// hoursLine is one run of days with the same hours: "Monday - Friday", "08:00-20:00".
type hoursLine struct{ days, times string }

// hoursWords groups the week by equal hours, from the reader's first weekday.
func hoursWords(r *visit.Request, h jurisdiction.Hours) []hoursLine {
	var lines []hoursLine
	for i := 0; i < 7; {
		first := (r.WeekStart() + time.Weekday(i)) % 7
		n := 1
		for i+n < 7 && h[(first+time.Weekday(n))%7] == h[first] {
			n++
		}
		days := r.Weekday(first)
		if n > 1 {
			days = r.T("catalogue.centres.days", "first", days, "last", r.Weekday((first+time.Weekday(n-1))%7))
		}
		lines = append(lines, hoursLine{days, timesWords(r, h, first)})
		i += n
	}
	return lines
}

func timesWords(r *visit.Request, h jurisdiction.Hours, day time.Weekday) string {
	if !h.Open(day) {
		return r.T("catalogue.centres.closed")
	}
	return r.Digits(fmt.Sprintf("%02d:%02d–%02d:%02d", h[day].From/60, h[day].From%60, h[day].To/60, h[day].To%60))
}
