package main

import (
	"fmt"
	"math"
)

// danger is the colour of errors in light, fixed by the theme program.
const danger = "#C01B1B"

// hueDistance is the angle between the hues of two colours written as #rrggbb, 0 to 180 degrees.
func hueDistance(a, b string) (float64, error) {
	x, err := hue(a)
	if err != nil {
		return 0, err
	}
	y, err := hue(b)
	if err != nil {
		return 0, err
	}
	d := math.Abs(x - y)
	return math.Min(d, 360-d), nil
}

func hue(colour string) (float64, error) {
	var r, g, b int
	if n, err := fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b); n != 3 || err != nil {
		return 0, fmt.Errorf("%q is not a colour like #14507a", colour)
	}
	top, low := float64(max(r, g, b)), float64(min(r, g, b))
	if top == low {
		return 0, fmt.Errorf("%q is grey and has no hue", colour)
	}
	span := top - low
	var h float64
	switch top {
	case float64(r):
		h = math.Mod(float64(g-b)/span, 6)
	case float64(g):
		h = float64(b-r)/span + 2
	default:
		h = float64(r-g)/span + 4
	}
	return math.Mod(h*60+360, 360), nil
}
