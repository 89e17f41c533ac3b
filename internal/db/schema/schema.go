// Package schema holds the files that make the tables, in the order of their
// numbers. A released file never changes; a new one only adds (expand first,
// contract a release later). A table is named after the package that owns it.
package schema

import "embed"

// FS holds the files NNNN_what.sql.
//
//go:embed *.sql
var FS embed.FS
