package jurisdiction

import (
	"testing"
	"time"
)

func TestHours(t *testing.T) {
	var h Hours
	if err := h.fromText("fri-sun 08:00-20:30, tue 10:00-12:00"); err != nil {
		t.Fatal(err)
	}
	t.Run("CTR-15 hours may run over the end of the week", func(t *testing.T) {
		for day, open := range map[time.Weekday]bool{time.Friday: true, time.Saturday: true, time.Sunday: true, time.Monday: false, time.Tuesday: true} {
			if h.Open(day) != open {
				t.Errorf("%s: %t", day, h.Open(day))
			}
		}
	})
	t.Run("CTR-11 an office that opens at 8:00 is open then and not a minute before", func(t *testing.T) {
		if !h.OpenAt(time.Friday, 8*60) || h.OpenAt(time.Friday, 8*60-1) {
			t.Error("the opening is wrong")
		}
	})
	t.Run("CTR-12 an office that closes after 19:00 is open at 19:00", func(t *testing.T) {
		if !h.OpenAt(time.Friday, 19*60) || h.OpenAt(time.Friday, 20*60+30) {
			t.Error("the closing is wrong")
		}
	})
	for _, bad := range []string{"", "fri", "day 08:00-09:00", "fri 09:00-08:00", "fri 08:00-25:00", "fri 8", "fri-xxx 08:00-09:00", "fri 08:99-19:00", "fri 08:00-20:00x", "fri 8:00-9:00"} {
		t.Run("hours like "+bad+" are refused", func(t *testing.T) {
			var h Hours
			if err := h.fromText(bad); err == nil {
				t.Errorf("%q passes as %v", bad, h)
			}
		})
	}
}
