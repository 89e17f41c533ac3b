package jurisdiction

import (
	"fmt"
	"strings"
)

// Checksum is a rule of check digits from a closed family; the pack picks one
// and gives its weights.
//
//	none          any value
//	mod11         each list of weights gives one check digit at its own place: (sum mod 11) mod 10
//	mod101        weights over the digits before the last two; sum mod 101, 100 counts as 00;
//	              values up to `from` (compared without the check digits) are not checked
//	luhn          ISO/IEC 7812
//	iso7064-11-10 ISO 7064 hybrid, digits
//	iso7064-97-10 ISO 7064, digits and Latin letters (A is 10 ... Z is 35)
//	verhoeff      Verhoeff's dihedral check
type Checksum struct {
	Family  string  `yaml:"family"`
	Weights [][]int `yaml:"weights,optional"` // mod11: one list per check digit; mod101: one list
	From    int     `yaml:"from,optional"`    // mod101: numbers up to this are unchecked
}

var checksums = map[string]func(Checksum, string) bool{
	"none":          func(Checksum, string) bool { return true },
	"mod11":         Checksum.mod11,
	"mod101":        Checksum.mod101,
	"luhn":          func(_ Checksum, v string) bool { return luhn(v) },
	"iso7064-11-10": func(_ Checksum, v string) bool { return iso11(v) },
	"iso7064-97-10": func(_ Checksum, v string) bool { return iso97(v) },
	"verhoeff":      func(_ Checksum, v string) bool { return verhoeff(v) },
}

// holds says whether the value's check digits are right. A character that the
// family does not know makes it false.
func (c Checksum) holds(value string) bool {
	rule, ok := checksums[c.Family]
	return ok && rule(c, value)
}

// mistake says what is wrong with the rule itself; empty when nothing is.
func (c Checksum) mistake() string {
	if _, ok := checksums[c.Family]; !ok {
		return fmt.Sprintf("the checksum family %q is not known", c.Family)
	}
	weighted := c.Family == "mod11" || c.Family == "mod101"
	switch {
	case weighted && len(c.Weights) == 0:
		return "the checksum needs weights"
	case !weighted && len(c.Weights) > 0:
		return fmt.Sprintf("the checksum family %q takes no weights", c.Family)
	case c.Family == "mod101" && len(c.Weights) != 1:
		return "mod101 takes one list of weights"
	}
	for _, list := range c.Weights {
		if len(list) == 0 || len(list) > 32 {
			return "a list of weights has 1 to 32 numbers"
		}
	}
	return ""
}

// mod11 checks the digit after the weighted ones, for each list of weights: a
// list of n weights says the digit n+1.
func (c Checksum) mod11(value string) bool {
	d, ok := digits(value)
	if !ok {
		return false
	}
	for _, weights := range c.Weights {
		if len(weights) >= len(d) || weigh(weights, d)%11%10 != d[len(weights)] {
			return false
		}
	}
	return true
}

func (c Checksum) mod101(value string) bool {
	d, ok := digits(value)
	if !ok || len(c.Weights) != 1 || len(d) != len(c.Weights[0])+2 {
		return false
	}
	body := 0
	for _, digit := range d[:len(d)-2] {
		body = body*10 + digit
	}
	if body <= c.From {
		return true
	}
	check := d[len(d)-2]*10 + d[len(d)-1]
	return weigh(c.Weights[0], d)%101%100 == check
}

func weigh(weights, d []int) int {
	sum := 0
	for i, w := range weights {
		sum += w * d[i]
	}
	return sum
}

func digits(value string) ([]int, bool) {
	d := make([]int, 0, len(value))
	for _, r := range value {
		if r < '0' || r > '9' {
			return nil, false
		}
		d = append(d, int(r-'0'))
	}
	return d, len(d) > 0
}

func luhn(value string) bool {
	d, ok := digits(value)
	sum := 0
	for i := range d {
		n := d[len(d)-1-i]
		if i%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return ok && sum%10 == 0
}

func iso11(value string) bool {
	d, ok := digits(value)
	if !ok {
		return false
	}
	p := 10
	for _, n := range d[:len(d)-1] {
		s := (p + n) % 10
		if s == 0 {
			s = 10
		}
		p = s * 2 % 11
	}
	return (p+d[len(d)-1])%10 == 1
}

func iso97(value string) bool {
	rest := 0
	for _, r := range value {
		n := strings.IndexRune("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", r)
		switch {
		case n < 0:
			return false
		case n < 10:
			rest = (rest*10 + n) % 97
		default:
			rest = (rest*100 + n) % 97
		}
	}
	return rest == 1
}

// Verhoeff's tables: multiplication in the dihedral group of order ten, and the
// permutation that is applied once more at each place.
var (
	dihedral = [10]string{"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
		"5987604321", "6598710432", "7659821043", "8765932104", "9876543210"}
	permuted = [8]string{"0123456789", "1576283094", "5803796142", "8916043527", "9453126870",
		"4286573901", "2793806415", "7046913258"}
)

func verhoeff(value string) bool {
	d, ok := digits(value)
	check := byte('0')
	for i := range d {
		n := d[len(d)-1-i]
		check = dihedral[check-'0'][permuted[i%8][n]-'0']
	}
	return ok && check == '0'
}
