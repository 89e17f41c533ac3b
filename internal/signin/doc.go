// Package signin lets people in and out: passwords, second factors, sessions and
// what slows a guesser down (LOG, PWD, SEC, AUTH, SESS). Residents and officers
// sign in here; what they may do is decided by package account and officer.
//
// A sign-in is one read, one password hash and one write. The hash is computed
// before the write, but nobody looks at the outcome until the try is counted in
// the same transaction, so that of any number of parallel guesses no more are
// compared than the lane allows (OTP-3). A login that nobody has costs the same
// work, is delayed in the same way and gets the same answer (AUTH-7).
//
// Every notice of a new browser, a new password or a new contact carries a link by
// which the holder says "not me" without signing in (AUTH-6): it locks the
// password until another one is chosen there.
//
// It never shows whether a login exists and never keeps a secret in clear.
//
// Tables: signin_session, signin_password, signin_old_password, signin_lane,
// signin_browser, signin_totp, signin_invitation, signin_doubt, signin_event. Jobs: signin.tidy, signin.ending.
// Event in: account.level_changed. Events out: signin.ended, signin.all_ended. Sessions are made by Begin and by nothing else
// (AUTH-9).
package signin
