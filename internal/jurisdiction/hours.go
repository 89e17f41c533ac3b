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
		from, to, err := minutes(times)
		if err != nil {
			return err
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

// minutes reads "08:00-20:00" as minutes after midnight; the day ends at 24:00.
func minutes(times string) (from, to int, err error) {
	var hour, minute, lastHour, lastMinute int
	_, err = fmt.Sscanf(times, "%d:%d-%d:%d", &hour, &minute, &lastHour, &lastMinute)
	if err != nil || fmt.Sprintf("%02d:%02d-%02d:%02d", hour, minute, lastHour, lastMinute) != times || minute > 59 || lastMinute > 59 {
		return 0, 0, fmt.Errorf("%q is not like 08:00-20:00", times)
	}
	from, to = hour*60+minute, lastHour*60+lastMinute
	if from < 0 || to > 24*60 || from >= to {
		return 0, 0, fmt.Errorf("%q does not end after it begins", times)
	}
	return from, to, nil
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
