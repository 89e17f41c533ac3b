package inspect

import (
	"image"
	"image/color"
)

// upright shows an image as its EXIF orientation wants it, opaque, on white. It
// holds no pixels of its own, so turning costs no memory.
type upright struct {
	image.Image
	orientation int // 1 to 8
}

// turned wraps an image where there is something to turn or to make opaque.
func turned(img image.Image, orientation int) image.Image {
	opaque, ok := img.(interface{ Opaque() bool })
	if orientation == 1 && ok && opaque.Opaque() {
		return img
	}
	return upright{img, orientation}
}

// ColorModel is that of the colours that At gives.
func (u upright) ColorModel() color.Model { return color.RGBAModel }

// Bounds are those of the upright image, from (0, 0).
func (u upright) Bounds() image.Rectangle {
	b := u.Image.Bounds()
	if u.orientation >= 5 {
		return image.Rect(0, 0, b.Dy(), b.Dx())
	}
	return image.Rect(0, 0, b.Dx(), b.Dy())
}

// At is the colour at a point of the upright image.
func (u upright) At(x, y int) color.Color {
	b := u.Image.Bounds()
	w, h := b.Dx()-1, b.Dy()-1
	switch u.orientation {
	case 2:
		x = w - x
	case 3:
		x, y = w-x, h-y
	case 4:
		y = h - y
	case 5:
		x, y = y, x
	case 6:
		x, y = y, h-x
	case 7:
		x, y = w-y, h-x
	case 8:
		x, y = w-y, x
	}
	return onWhite(u.Image.At(b.Min.X+x, b.Min.Y+y))
}

func onWhite(c color.Color) color.Color {
	r, g, b, a := c.RGBA()
	rest := 0xffff - a
	return color.RGBA{R: uint8((r + rest) >> 8), G: uint8((g + rest) >> 8), B: uint8((b + rest) >> 8), A: 0xff}
}
