// Package signin lets people in and out: passwords, second factors, sessions and
// what slows a guesser down (LOG, PWD, SEC, AUTH, SESS). Residents and officers
// sign in here; what they may do is decided by package account and officer.
//
// It never shows whether a login exists and never keeps a secret in clear.
//
// Tables: signin_session and those of the files beside this one. Sessions are
// made by Begin and by nothing else (AUTH-9).
package signin
