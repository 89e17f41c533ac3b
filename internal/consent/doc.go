// Package consent keeps what a person lets a site see, for what and until when
// (S23, OIDC-12): each agreement is a row, an older one stays as history, and at
// most one for a person and a site is in force.
//
// It never gives data to anybody: package oidc does, after asking here. Data that
// a law gives to a site needs no consent and is not kept here.
//
// Table: consent_consent. Event out: consent.stopped. Event in:
// account.level_changed needs none: levels are no consent.
package consent
