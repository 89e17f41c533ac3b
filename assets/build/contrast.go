package main

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// pair is a colour that must stand out from the colour behind it; the names are tokens without "--ds-color-".
type pair struct {
	front, back string
	least       float64
}

// pairs are the pairs that pages are made of (screens.md 3.2, row 30).
func pairs() []pair {
	var all []pair
	for _, back := range []string{"neutral-background-default", "accent-background-tinted", "neutral-surface-tinted"} {
		all = append(all, pair{"neutral-text-default", back, 7}, pair{"neutral-text-subtle", back, 4.5},
			pair{"accent-text-subtle", back, 4.5}, pair{"neutral-border-strong", back, 3})
	}
	for _, colour := range []string{"accent", "success", "warning", "danger", "info"} {
		all = append(all, pair{colour + "-text-default", colour + "-surface-tinted", 7},
			pair{colour + "-text-subtle", colour + "-surface-tinted", 4.5})
	}
	return append(all, pair{"accent-base-contrast-default", "accent-base-default", 4.5},
		pair{"danger-text-subtle", "neutral-background-default", 4.5}, pair{"accent-base-default", "neutral-background-default", 3})
}

var token = regexp.MustCompile(`--ds-color-([a-z-]+): (#[0-9a-f]{6})`)

// checkContrast reads the tokens of a theme and refuses a pair that is too close, in light and in dark.
func checkContrast(tokens string) error {
	var wrong []string
	for _, scheme := range []string{"light", "dark"} {
		_, rest, found := strings.Cut(tokens, "@layer ds.theme.color-scheme."+scheme)
		block, _, _ := strings.Cut(rest, "@media")
		colours := map[string]string{}
		for _, m := range token.FindAllStringSubmatch(block, -1) {
			colours[m[1]] = m[2]
		}
		for _, p := range pairs() {
			if colours[p.front] == "" || colours[p.back] == "" {
				wrong = append(wrong, fmt.Sprintf("%s: %s or %s is no colour (scheme found: %v)", scheme, p.front, p.back, found))
			} else if c := contrast(colours[p.front], colours[p.back]); c < p.least {
				wrong = append(wrong, fmt.Sprintf("%s: %s %s on %s %s is %.2f, less than %.1f", scheme, p.front, colours[p.front], p.back, colours[p.back], c, p.least))
			}
		}
	}
	if len(wrong) > 0 {
		return fmt.Errorf("contrast:\n  %s", strings.Join(wrong, "\n  "))
	}
	return nil
}

// contrast is the ratio of WCAG 2.2 of two colours written as #rrggbb, 1 to 21.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(colour string) float64 {
	var r, g, b int
	fmt.Sscanf(colour, "#%02x%02x%02x", &r, &g, &b)
	linear := func(n int) float64 {
		v := float64(n) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(r) + 0.7152*linear(g) + 0.0722*linear(b)
}
