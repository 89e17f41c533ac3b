// Package proofing is how a person proves to be that person (IDC), so that the
// account becomes verified: at the desk of a service centre (OPR), by the code of
// an envelope that a desk handed over, and, later, by letter, signature and bank.
//
// At a desk an officer compares the visitor with the document and types the
// document's number, which the server compares with the profile (OPR-04); then
// the visitor proves to hold a second channel: a code on the visitor's own phone,
// or the envelope (D-10). Kin and the like need a second officer (T-26). Only
// then is evidence added; the level follows from it (D-05). The package never
// sets a level, never searches by name, never shows a number before somebody has
// said why, and never confirms an officer by himself.
//
// Tables: proofing_case, proofing_operator, proofing_search, proofing_pass,
// proofing_envelope, proofing_repudiation. Jobs: proofing.expire_case,
// proofing.tidy.
// Events out: none of its own; package account publishes the level's change.
package proofing
