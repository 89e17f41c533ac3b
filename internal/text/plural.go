package text

// The plural categories of CLDR; a language uses some of them.
const (
	one   = "one"
	few   = "few"
	many  = "many"
	other = "other"
)

// plural is a language's rule for whole numbers: which category n takes, which
// categories a text must have, and which it may have besides.
type plural struct {
	of    func(n int64) string
	must  []string
	extra []string
}

// Russian and Polish need "other" for fractions only, which texts never count.
var (
	pluralOneIsOne = plural{oneIsOne, []string{one, other}, nil}
	pluralPersian  = plural{oneIsZeroOrOne, []string{one, other}, nil}
	pluralRussian  = plural{russianPlural, []string{one, few, many}, []string{other}}
	pluralPolish   = plural{polishPlural, []string{one, few, many}, []string{other}}
)

func isPluralCategory(s string) bool {
	switch s {
	case "zero", one, "two", few, many, other:
		return true
	}
	return false
}

// oneIsOne serves English, Albanian, Swahili and Norwegian.
func oneIsOne(n int64) string {
	if n == 1 || n == -1 {
		return one
	}
	return other
}

func oneIsZeroOrOne(n int64) string {
	if n >= -1 && n <= 1 {
		return one
	}
	return other
}

func russianPlural(n int64) string {
	ten, hundred := lastDigits(n)
	switch {
	case ten == 1 && hundred != 11:
		return one
	case ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14):
		return few
	}
	return many
}

func polishPlural(n int64) string {
	ten, hundred := lastDigits(n)
	switch {
	case n == 1 || n == -1:
		return one
	case ten >= 2 && ten <= 4 && (hundred < 12 || hundred > 14):
		return few
	}
	return many
}

func lastDigits(n int64) (ten, hundred int64) {
	hundred = n % 100
	if hundred < 0 {
		hundred = -hundred
	}
	return hundred % 10, hundred
}
