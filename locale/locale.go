// Package locale carries the product's texts: <language>/<package>.yaml.
//
// A language is switched on by adding its folder with all keys of the English one
// (internal/archtest checks that they are complete). It holds no code.
package locale

import "embed"

// FS holds the text files; text.Load reads it.
//
//go:embed */*.yaml
var FS embed.FS
