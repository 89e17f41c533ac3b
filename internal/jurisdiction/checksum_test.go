package jurisdiction

import (
	"testing"

	"pgregory.net/rapid"
)

// TestChecksums holds each family to values published with its standard.
func TestChecksums(t *testing.T) {
	snils := Checksum{Family: "mod101", Weights: [][]int{{9, 8, 7, 6, 5, 4, 3, 2, 1}}, From: 1001998}
	inn := Checksum{Family: "mod11", Weights: [][]int{{7, 2, 4, 10, 3, 5, 9, 4, 6, 8}, {3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8}}}
	cases := []struct {
		name  string
		rule  Checksum
		value string
		holds bool
	}{
		{"PRF-08 the textbook SNILS holds", snils, "11223344595", true},
		{"PRF-08 a SNILS with two digits swapped does not", snils, "11223344559", false},
		{"PRF-08 a sum of 100 has the check digits 00", snils, "08765430300", true},
		{"PRF-08 a SNILS up to 001-001-998 is not checked", snils, "00100199800", true},
		{"PRF-08 a SNILS after 001-001-998 is checked", snils, "00100199900", false},
		{"PRF-22 an INN with both check digits right holds", inn, "500100732259", true},
		{"PRF-22 an INN with the first check digit wrong does not", inn, "500100732249", false},
		{"PRF-22 an INN with the second check digit wrong does not", inn, "500100732258", false},
		{"Luhn holds", Checksum{Family: "luhn"}, "79927398713", true},
		{"Luhn refuses", Checksum{Family: "luhn"}, "79927398710", false},
		{"ISO 7064 11-10 holds", Checksum{Family: "iso7064-11-10"}, "07945", true},
		{"ISO 7064 11-10 refuses", Checksum{Family: "iso7064-11-10"}, "07946", false},
		{"ISO 7064 97-10 holds", Checksum{Family: "iso7064-97-10"}, "79444", true},
		{"ISO 7064 97-10 holds with letters, as an IBAN moved round", Checksum{Family: "iso7064-97-10"}, "WEST12345698765432GB82", true},
		{"ISO 7064 97-10 refuses", Checksum{Family: "iso7064-97-10"}, "79445", false},
		{"Verhoeff holds", Checksum{Family: "verhoeff"}, "2363", true},
		{"Verhoeff refuses", Checksum{Family: "verhoeff"}, "2364", false},
		{"an unknown family refuses", Checksum{Family: "magic"}, "1", false},
		{"a letter among digits refuses", snils, "1122334459A", false},
		{"nothing refuses", Checksum{Family: "luhn"}, "", false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.rule.holds(c.value); got != c.holds {
				t.Errorf("%s: %t", c.value, got)
			}
		})
	}
}

func TestVerhoeffCatchesSwaps(t *testing.T) {
	t.Run("Verhoeff catches every swap of neighbours and every wrong digit", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			body := rapid.StringMatching(`[0-9]{3,12}`).Draw(t, "body")
			value := ""
			for d := '0'; d <= '9'; d++ {
				if verhoeff(body + string(d)) {
					if value != "" {
						t.Fatal("two check digits")
					}
					value = body + string(d)
				}
			}
			i := rapid.IntRange(0, len(value)-2).Draw(t, "place")
			swapped := []byte(value)
			swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
			if string(swapped) != value && verhoeff(string(swapped)) {
				t.Fatalf("%s and %s both hold", value, swapped)
			}
		})
	})
}
