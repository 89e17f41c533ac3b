// Package registration opens an account: a name, one contact that is proved by a
// code or a link, and a password (REG, GEN-10, GEN-17). What comes out is a
// simplified account and a signed-in browser.
//
// A registration belongs to the browser that began it, and no address names it.
// Until its contact is proved it reserves nothing: whoever proves the contact
// first gets the account, and every other pending registration of that contact
// ends (REC-6, T-13). A contact that somebody already has is treated like any
// other, page for page and row for row, so that nobody learns whose it is
// (AUTH-7, P-38); only its holder is told.
//
// It never keeps a code, a link or a password in clear, never finds an account by
// its e-mail alone (D-07), and gives no level: the account computes it.
//
// Tables: registration_registration, registration_contact. Job: registration.tidy. Messages: code,
// letter, taken, mail, welcome (texts registration.message.*).
package registration
