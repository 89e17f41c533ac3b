package partner

import (
	"context"
	"strconv"
	"time"

	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jobs"
)

// Ends is the timer that looks whether a site's certificate is about to end, and
// tells the organisation so. It is a reminder to look: what is replaced or removed
// meanwhile is told to nobody.
type Ends struct {
	Site  client.ID
	Print string // of the certificate
}

// Kind implements jobs.Args.
func (Ends) Kind() string { return "partner.certificate_ends" }

// toldBefore is how long before the end of a certificate its organisation is told.
var toldBefore = [...]time.Duration{SoonOver, 7 * 24 * time.Hour, 0}

// remind sets the timers of a site's certificates that are still to come; setting
// them again changes nothing.
func remind(tx *db.Tx, c client.Client) error {
	for _, one := range Certificates(c) {
		for _, before := range toldBefore {
			at := one.Until.Add(time.Second - before)
			if !at.After(tx.Now()) {
				continue
			}
			uniq := string(c.ID) + "/" + one.Print + "/" + strconv.Itoa(int(before/(24*time.Hour)))
			if _, err := jobs.AddOnce(tx, at, uniq, Ends{c.ID, one.Print}); err != nil {
				return err
			}
		}
	}
	return nil
}

// warn tells an organisation that the last certificate of a site ends soon or has
// ended, when it is still the one that the timer was set for.
func (s *Service) warn(ctx context.Context, e Ends) error {
	return s.DB.Write(ctx, func(tx *db.Tx) error {
		c, err := s.Clients.Read(tx, e.Site)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		o, err := organisation(tx, c.Owner)
		if err != nil || o.Over() != nil {
			return err
		}
		last, ends := Ending(c, tx.Now())
		if !ends || last.Print != e.Print || c.Paused {
			return nil
		}
		key := "partner.notice.certificate_soon"
		if last.At(tx.Now()) == Over {
			key = "partner.notice.certificate_over"
		}
		return s.tell(tx, c.Owner, key, "/partners/sites/"+string(e.Site)+"/esia")
	})
}
