package text

import (
	"strconv"
	"strings"
)

// minus is the sign of negative numbers in running text; from right to left a mark
// keeps it before the digits.
func (p *Printer) minus() string {
	if p.language.dir == "rtl" {
		return "\u200e\u2212"
	}
	return "\u2212"
}

// Number is a whole number with the language's digits and groups: "1,234", "1 234",
// "۱٬۲۳۴". Codes, years and references are not numbers: leave them as strings.
func (p *Printer) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = p.minus(), digits[1:]
	}
	return sign + p.Digits(p.grouped(digits))
}

// Decimal is a decimal number written "-1234.50" in the language's way, with as
// many decimals as given; a string that is not such a number is returned as it is.
func (p *Printer) Decimal(s string) string {
	whole, fraction, pointed := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = p.minus(), whole[1:]
	}
	if !allDigits(whole) || pointed && !allDigits(fraction) {
		return s
	}
	written := p.grouped(whole)
	if pointed {
		written += p.language.decimal + fraction
	}
	return sign + p.Digits(written)
}

// Money is an amount of the currency's smallest unit ("RUB", 140000 = 1 400 ₽) with
// its sign where the language puts it. Decimals are shown only if there are any.
func (p *Printer) Money(amount int64, currency string) string {
	digits := p.currencyDigits(currency)
	s := strconv.FormatInt(amount, 10)
	sign := ""
	if amount < 0 {
		sign, s = p.minus(), s[1:]
	}
	if missing := digits + 1 - len(s); missing > 0 {
		s = strings.Repeat("0", missing) + s
	}
	whole, fraction := s[:len(s)-digits], s[len(s)-digits:]
	written := p.grouped(whole)
	if strings.Trim(fraction, "0") != "" {
		written += p.language.decimal + fraction
	}
	return sign + put(p.language.money, "amount", p.Digits(written), "currency", p.currencySign(currency))
}

// currencyDigits is how many decimals a currency has (ISO 4217); two if nobody
// says otherwise.
func (p *Printer) currencyDigits(code string) int {
	if digits, ok := p.catalogue.currencies[code]; ok {
		return digits
	}
	switch code {
	case "JPY", "KRW", "ISK", "VND", "CLP", "UGX", "RWF":
		return 0
	case "KWD", "BHD", "OMR", "JOD", "TND", "LYD", "IQD":
		return 3
	}
	return 2
}

func (p *Printer) currencySign(code string) string {
	if m, ok := p.texts["currency."+code]; ok {
		sign, _ := m.forms.of("")
		return sign.String()
	}
	if sign, ok := p.language.currencies[code]; ok {
		return sign
	}
	if strings.HasPrefix(p.language.money, "{currency}{") {
		return code + "\u00a0"
	}
	return code
}

// Digits turns 0 to 9 into the digits of the language's running text: Persian
// ones in Persian, the same ones elsewhere. Never use it on what people copy:
// codes, phone numbers, document numbers.
func (p *Printer) Digits(s string) string {
	if p.language.digits == "" {
		return s
	}
	digits := []rune(p.language.digits)
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return digits[r-'0']
		}
		return r
	}, s)
}

func (p *Printer) grouped(digits string) string {
	if len(digits) < p.language.groupFrom {
		return digits
	}
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(p.language.group)
		}
		b.WriteRune(d)
	}
	return b.String()
}

func allDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
