// Package site is the door to the sites that sign people in with us: how they hear
// that somebody has signed out.
package site

import "context"

// Site tells a site something. An error means that the site has not confirmed; the
// caller tries again later.
type Site interface {
	// SayGoodbye posts a logout token to the address that the site registered.
	SayGoodbye(ctx context.Context, address, token string) error
}
