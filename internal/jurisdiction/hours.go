package jurisdiction

import (
	"fmt"
	"strings"
	"time"
)

// Hours are the opening hours of a week: from and to in minutes after midnight,
// by weekday; both 0 when closed. A pack writes "mon-fri 08:00-20:00, sat 09:00-14:00".
type Hours [7]struct{ From, To int }

var weekdayWords = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// Open says whether it is open on that weekday.
func (h Hours) Open(day time.Weekday) bool { return h[day%7].To > 0 }

// OpenAt says whether it is open at that minute of the day (CTR-11, CTR-12).
func (h Hours) OpenAt(day time.Weekday, minute int) bool {
	return h.Open(day) && h[day%7].From <= minute && minute < h[day%7].To
}

func (h *Hours) fromText(s string) error {
	for _, part := range strings.Split(s, ",") {
		days, times, ok := strings.Cut(strings.TrimSpace(part), " ")
		if !ok {
			return fmt.Errorf("%q is not like mon-fri 08:00-20:00", part)
		}
		first, last, err := weekdays(days)
		if err != nil {
			return err
		}
		var fromHour, fromMinute, toHour, toMinute int
		if n, err := fmt.Sscanf(times, "%d:%d-%d:%d", &fromHour, &fromMinute, &toHour, &toMinute); n != 4 || err != nil {
			return fmt.Errorf("%q is not like 08:00-20:00", times)
		}
		from, to := fromHour*60+fromMinute, toHour*60+toMinute
		if from < 0 || to > 24*60 || from >= to {
			return fmt.Errorf("%q does not end after it begins", times)
		}
		for d := first; ; d = (d + 1) % 7 {
			h[d].From, h[d].To = from, to
			if d == last {
				break
			}
		}
	}
	return nil
}

func weekdays(s string) (first, last int, err error) {
	from, to, ok := strings.Cut(s, "-")
	if !ok {
		to = from
	}
	first, last = weekday(from), weekday(to)
	if first < 0 || last < 0 {
		return 0, 0, fmt.Errorf("%q is not a weekday (sun, mon, tue, wed, thu, fri, sat)", s)
	}
	return first, last, nil
}

func weekday(s string) int {
	for i, w := range weekdayWords {
		if s == w {
			return i
		}
	}
	return -1
}
