package centre_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"okno/internal/centre"
	"okno/internal/clock"
	"okno/internal/jurisdiction"
	"okno/internal/text/texttest"
	"okno/jurisdictions"
)

func law(t *testing.T, code string) *jurisdiction.Jurisdiction {
	t.Helper()
	pack, err := jurisdictions.Pack(code)
	if err != nil {
		t.Fatal(err)
	}
	j, err := jurisdiction.Load(pack)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func TestNearest(t *testing.T) {
	for _, code := range []string{"ru", "xs"} {
		j := law(t, code)
		d := centre.New(j)
		t.Run("CTR-20 only centres that really confirm are offered, in "+code, func(t *testing.T) {
			found := d.Nearest(j.Cities[0].Code, jurisdiction.ConfirmIdentity)
			if len(found) == 0 || len(found) == len(j.Centres) && code == "ru" {
				t.Fatal(len(found))
			}
			for _, c := range found {
				if !c.DoesOffer(jurisdiction.ConfirmIdentity) {
					t.Error(c.Code)
				}
			}
		})
		t.Run("CTR-05 the centres of the city come first and then the farther ones, in "+code, func(t *testing.T) {
			for _, city := range j.Cities {
				found := d.Nearest(city.Code)
				if len(found) != len(j.Centres) {
					t.Fatal(len(found))
				}
				if !slices.IsSortedFunc(found, func(a, b centre.Near) int {
					if a.SameCity != b.SameCity {
						return map[bool]int{true: -1, false: 1}[a.SameCity]
					}
					return a.Kilometres - b.Kilometres
				}) {
					t.Error(city.Code)
				}
			}
		})
		t.Run("CTR-21 every centre is offered to everybody, in "+code, func(t *testing.T) {
			if len(d.Nearest("")) != len(j.Centres) {
				t.Fatal("some are left out")
			}
		})
	}
	d := centre.New(law(t, "ru"))
	t.Run("CTR-17 the distance is about right", func(t *testing.T) {
		for _, c := range d.Nearest("moscow") {
			if c.Code == "st_petersburg_mfc" && (c.Kilometres < 620 || c.Kilometres > 650) {
				t.Fatal(c.Kilometres)
			}
		}
	})
	t.Run("OPR-17 the nearest centre that can is found from one that cannot", func(t *testing.T) {
		found := d.NearestTo("moscow_post", jurisdiction.ConfirmIdentity)
		if len(found) == 0 || found[0].City != "moscow" || found[0].Code == "moscow_post" {
			t.Fatal(found)
		}
		if found = d.NearestTo("moscow_mfc", jurisdiction.ConfirmIdentity); found[0].Code != "moscow_mfc" {
			t.Fatal("a centre that can is not its own nearest")
		}
	})
}

func TestHours(t *testing.T) {
	j := law(t, "ru")
	d := centre.New(j)
	c, _ := d.Get("moscow_mfc") // mon-fri 08:00-20:00, sat 09:00-16:00
	en, ru, fa := texttest.Load(t).For("en"), texttest.Load(t).For("ru"), texttest.Load(t).For("fa")
	at := func(after time.Duration) time.Time { return clock.Noon.Add(after) } // Monday, 15:00 in Moscow
	for _, tt := range []struct {
		name  string
		after time.Duration
		want  string
	}{
		{"open", 0, "Open now, until 20:00"},
		{"at the last minute", 4*time.Hour + 59*time.Minute, "Open now, until 20:00"},
		{"closed at closing time", 5 * time.Hour, "Closed now. Opens tomorrow at 08:00"},
		{"before it opens", -8 * time.Hour, "Closed now. Opens today at 08:00"},
		{"on Saturday evening", 5*24*time.Hour + 3*time.Hour, "Closed now. Opens again: Monday, 08:00"},
	} {
		t.Run("CTR-15 opening hours are told in words: "+tt.name, func(t *testing.T) {
			if got := d.Now(en, c, at(tt.after)); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := strings.Join(centre.Hours(en, c.Hours), "; "); got != "Monday – Friday: 08:00–20:00; Saturday: 09:00–16:00; Sunday: closed" {
		t.Error(got)
	}
	if got := centre.Hours(ru, c.Hours); len(got) != 3 || !strings.Contains(got[0], "08:00–20:00") {
		t.Error(got)
	}
	if got := centre.Hours(fa, c.Hours); len(got) != 3 || !strings.Contains(got[0], "۰۹:۰۰") {
		t.Error("the week does not begin on Saturday: ", got)
	}
	if got := centre.Distance(en, centre.Near{Kilometres: 12}); got != "About 12 km away" {
		t.Error(got)
	}
	if s := d.OpenNow(jurisdiction.Centre{City: "moscow"}, clock.Noon); s.Open || s.Days != -1 {
		t.Error(s)
	}
}
