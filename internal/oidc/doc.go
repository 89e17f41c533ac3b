// Package oidc is the OpenID provider: it tells other sites who has signed in, how
// well that is proved and what the person agreed to show (SSO).
//
//	Authorize ─┐                       ┌─ SignIn   not signed in, or too long ago
//	           ├─> dispatch (dispatch) ┼─ Raise    the level is too low
//	Continue ──┘     from what is in   ├─ Barred   the site does not take the proof
//	   ^             the database      ├─ Consent  more is asked than was agreed to
//	   │                               └─ Done     a code, or an error, for the site
//	   └── every page leads back here; pages never lead to one another
//
// Every one-time value (code, refresh token, pushed request, assertion, proof) is
// spent by one conditional update that must change one row, in the transaction of
// its audit line (OTP-2, OIDC-5, OIDC-9). Tokens are never stored: a table holds
// the hash of a code and the count of a refresh token, from which a key outside
// the database tells a true one. It never gives a lower level in silence and never
// sends a browser to an address that is not registered.
//
// Tables: oidc_flow, oidc_pushed, oidc_grant, oidc_once, oidc_key, oidc_farewell,
// oidc_device. Jobs: oidc.farewell, oidc.keys, oidc.tidy. Events in:
// consent.stopped, signin.ended, signin.all_ended, account.level_changed.
package oidc
