package signinpage_test

import (
	"strings"
	"testing"
	"time"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

func TestExactPasswords(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB, now *clock.Fake) {
		h := newHouse(t, d, now)
		b := h.Browser()
		h.enter(b, phone, password).MustBe(200, "/account")
		change := func(old, fresh string, status int) {
			t.Helper()
			p := b.Open("/id/settings/password").Fill("Present password", old).Fill("New password", fresh).Fill("Repeat the new password", fresh)
			p.Press("Change password").MustBe(status, "/id/settings/password")
		}
		enters := func(typed string, status int) {
			t.Helper()
			now.Advance(16 * time.Minute) // no lane rests
			path := map[int]string{200: "/account", 422: "/id/signin"}[status]
			b = h.Browser()
			h.enter(b, phone, typed).MustBe(status, path)
		}
		spaced := " Tulip;7 Okna "
		t.Run("AUTH-1 spaces at the ends of a password belong to it", func(t *testing.T) {
			change(password, spaced, 200)
			enters(strings.TrimSpace(spaced), 422)
			enters(spaced, 200)
			change(strings.TrimSpace(spaced), password, 422)
		})
		long := strings.Repeat("aB3;", 32) // 128
		t.Run("AUTH-1 128 characters are accepted, 129 refused, none is cut", func(t *testing.T) {
			change(spaced, long+"x", 422)
			change(spaced, long, 200)
			enters(long[:127], 422)
			enters(long+"x", 422)
			enters(long, 200)
		})
		t.Run("AUTH-1 a password is not normalised", func(t *testing.T) {
			h.setPassword(h.irina, "Cafe\u0301;7Okna")
			enters("Caf\u00e9;7Okna", 422)
			enters("Cafe\u0301;7Okna", 200)
		})
	})
}
