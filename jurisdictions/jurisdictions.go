// Package jurisdictions holds the data packs of the countries that Okno knows:
// ru, the reference, and xs, an invented land that differs in everything (D-24).
// It holds data only; internal/jurisdiction reads and checks them.
package jurisdictions

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed all:ru all:xs
var packs embed.FS

// Codes are the packs inside the binary, the reference first.
func Codes() []string { return []string{"ru", "xs"} }

// Pack is the pack of a code, for jurisdiction.Load.
func Pack(code string) (fs.FS, error) {
	for _, known := range Codes() {
		if known == code {
			return fs.Sub(packs, code)
		}
	}
	return nil, fmt.Errorf("there is no jurisdiction %q", code)
}
