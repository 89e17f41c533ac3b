package partner_test

import (
	"testing"

	"okno/internal/client"
	"okno/internal/partner"
)

func TestPushing(t *testing.T) {
	number := client.Client{ID: "library", Stage: client.Sandbox, Optional: []client.Attribute{client.Number("snils")}}
	drafted, wished := number, number
	wished.PAR = true
	plain := client.Client{ID: "library", Stage: client.Production}
	t.Run("OIDC-7 the console says when a site must push because of its data", func(t *testing.T) {
		for name, one := range map[string]struct {
			site partner.Site
			want string
			note bool
		}{
			"in the sandbox it is free":   {partner.Site{Live: number}, "partner.answer.par.no", true},
			"drafted for production":      {partner.Site{Live: plain, Draft: &drafted}, "partner.answer.par.must", true},
			"asked for production":        {partner.Site{Live: number, Request: &partner.Request{}}, "partner.answer.par.must", true},
			"it wished so itself":         {partner.Site{Live: wished}, "partner.answer.par.yes", false},
			"it asks for nothing of risk": {partner.Site{Live: plain}, "partner.answer.par.no", false},
		} {
			if got := one.site.Pushing(); got != one.want || one.site.MustPush() != one.note {
				t.Errorf("%s: %s, %v", name, got, one.site.MustPush())
			}
		}
	})
}
