package inspect

import (
	"slices"

	"okno/internal/fault"
)

// Type is a media type that can be inspected.
type Type string

// The types that there are; everything else is refused.
const (
	JPEG Type = "image/jpeg"
	PNG  Type = "image/png"
	WebP Type = "image/webp"
	PDF  Type = "application/pdf"
)

// Photos are the types to list where an image is wanted.
func Photos() []Type { return []Type{JPEG, PNG, WebP} }

// Rules say what a file must be. A zero bound means the default beside it; no
// bound can be raised above the most that is given there.
type Rules struct {
	Types     []Type // allowed; none allows nothing
	MaxBytes  int64  // default 5 MiB, at most 20 MiB
	MinWidth  int    // pixels, after turning upright
	MinHeight int
	MaxWidth  int // default 10,000 pixels, the most
	MaxHeight int // default 10,000 pixels, the most
	MaxPixels int // width times height; default 20 million, the most; deep PNG and some progressive JPEG stop at 8 to 12 million, where the child would run out of memory
	MaxPages  int // of a PDF; default 50, at most 500
}

func (r Rules) bounded() Rules {
	r.MaxBytes = bound(r.MaxBytes, 5<<20, 20<<20)
	r.MaxWidth = bound(r.MaxWidth, 10_000, 10_000)
	r.MaxHeight = bound(r.MaxHeight, 10_000, 10_000)
	r.MaxPixels = bound(r.MaxPixels, 20_000_000, 20_000_000)
	r.MaxPages = bound(r.MaxPages, 50, 500)
	return r
}

func bound[N int | int64](n, byDefault, most N) N {
	if n <= 0 {
		return byDefault
	}
	return min(n, most)
}

func (r Rules) allow(t Type) bool { return slices.Contains(r.Types, t) }

// Verdict is what became of a file: either Refused is a text key that says what
// to do, with its variables, or Clean holds the bytes to keep.
type Verdict struct {
	Refused string     // text key "file. ...", empty when the file is good
	Vars    fault.Vars // of the text: whole numbers
	Clean   []byte     // an image as JPEG without metadata; a PDF as it came
	Type    Type       // of Clean
	Width   int        // of an image, pixels, upright
	Height  int
	Pages   int // of a PDF
}

// OK says whether the file is good.
func (v Verdict) OK() bool { return v.Refused == "" }

func refuse(key string) Verdict { return Verdict{Refused: key} }

func (v Verdict) with(name string, n int) Verdict {
	vars := fault.Vars{name: n}
	for k, old := range v.Vars {
		vars[k] = old
	}
	v.Vars = vars
	return v
}

// refusals are the keys that a child may answer.
func refusals() []string {
	return []string{"file.empty", "file.too_big", "file.not_image", "file.not_allowed", "file.archive", "file.broken", "file.extra_content",
		"file.too_wide", "file.too_tall", "file.too_many_pixels", "file.too_small",
		"file.pdf_broken", "file.pdf_locked", "file.pdf_active", "file.pdf_too_long"}
}
