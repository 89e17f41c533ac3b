package inspect

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"

	"golang.org/x/image/webp"
)

const (
	jpegQuality  = 90
	decodeBudget = 96 << 20 // bytes that decoding may take: the Go runtime takes memory in steps of 64 MiB, measured by TestBiggest
)

func lookAtImage(data []byte, t Type, rules Rules) Verdict {
	a, ok := dissect(data, t)
	if !ok {
		return refuse("file.broken")
	}
	if a.end != len(data) {
		return refuse("file.extra_content")
	}
	config, err := header(data, t)
	if err != nil {
		return refuse("file.broken")
	}
	if v := checkSize(config, a, rules); !v.OK() {
		return v
	}
	decoded, err := decode(data, t)
	if err != nil || decoded.Bounds().Dx() != config.Width || decoded.Bounds().Dy() != config.Height {
		return refuse("file.broken")
	}
	var out bytes.Buffer
	upright := turned(decoded, a.orientation)
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return refuse("file.broken")
	}
	size := upright.Bounds()
	return Verdict{Clean: out.Bytes(), Type: JPEG, Width: size.Dx(), Height: size.Dy()}
}

func header(data []byte, t Type) (image.Config, error) {
	switch t {
	case JPEG:
		return jpeg.DecodeConfig(bytes.NewReader(data))
	case PNG:
		return png.DecodeConfig(bytes.NewReader(data))
	}
	return webp.DecodeConfig(bytes.NewReader(data))
}

func decode(data []byte, t Type) (image.Image, error) {
	switch t {
	case JPEG:
		return jpeg.Decode(bytes.NewReader(data))
	case PNG:
		return png.Decode(bytes.NewReader(data))
	}
	return webp.Decode(bytes.NewReader(data))
}

// checkSize judges the header alone, before a pixel is decoded.
func checkSize(c image.Config, a anatomy, rules Rules) Verdict {
	w, h := c.Width, c.Height
	if a.orientation >= 5 {
		w, h = h, w
	}
	switch {
	case w < 1 || h < 1:
		return refuse("file.broken")
	case w > rules.MaxWidth:
		return refuse("file.too_wide").with("width", w).with("max", rules.MaxWidth)
	case h > rules.MaxHeight:
		return refuse("file.too_tall").with("height", h).with("max", rules.MaxHeight)
	}
	most := min(rules.MaxPixels, decodeBudget/decodeCost(c.ColorModel, a))
	if w*h > most {
		return refuse("file.too_many_pixels").with("width", w).with("height", h).with("max", max(1, most/1_000_000))
	}
	if w < rules.MinWidth || h < rules.MinHeight {
		return refuse("file.too_small").with("width", w).with("height", h).
			with("min_width", max(1, rules.MinWidth)).with("min_height", max(1, rules.MinHeight))
	}
	return Verdict{}
}

// decodeCost is the memory that a pixel takes while it is decoded, at most.
func decodeCost(model color.Model, a anatomy) int {
	switch {
	case a.coefficient > 4:
		return a.coefficient
	case model == color.RGBA64Model || model == color.NRGBA64Model || model == color.Gray16Model:
		return 8
	}
	return 4
}
