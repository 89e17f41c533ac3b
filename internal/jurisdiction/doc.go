// Package jurisdiction is the law of one country as the house uses it: levels,
// national numbers, documents, names, passwords, calendars, offices, registers
// and services, loaded from a data pack (jurisdictions/<code>), checked whole at
// start and given out as typed values.
//
// Load reports every mistake of a pack with its file and line and runs the
// pack's own examples. Domains receive the part they need, by value or by
// pointer, and never change it: a Jurisdiction is read-only after Load.
//
// The package never holds anything about a particular country, never reads the
// clock (the day is an argument), never opens a database or a network
// connection, and never panics on a pack, however broken.
package jurisdiction
