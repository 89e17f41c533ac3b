package jurisdiction

import (
	"strings"

	"okno/internal/fault"
	"okno/internal/text"
)

// Phone are the rules for phone numbers: the countries whose mobile numbers get
// an SMS (security.md 1: country list), the own one first.
type Phone struct {
	Countries []PhoneCountry `yaml:"countries"`
}

// PhoneCountry is one country's numbers.
type PhoneCountry struct {
	Source
	Code    string `yaml:"code"`             // ISO 3166
	Calling string `yaml:"calling"`          // "7", without +
	Trunk   string `yaml:"trunk,optional"`   // what is dialled inside the country: "8"
	Mobile  string `yaml:"mobile"`           // expression of the national number of a mobile
	Example string `yaml:"example"`          // national number, belongs to nobody
	Display string `yaml:"display,optional"` // "### ###-##-##" for the national number
	mobile  *pattern
}

// Normalise reads a phone number as people type it and gives "+" and digits
// (E.164). A number without a country is of the own country. Refused as
// fault.Invalid, field "phone".
func (p Phone) Normalise(typed string) (string, error) {
	value := strings.NewReplacer("(", "", ")", "").Replace(strip(text.FoldDigits(strings.TrimSpace(typed))))
	if value == "" {
		return "", fault.OneField("phone", "jurisdiction.missing", nil)
	}
	number, foreign := strings.CutPrefix(value, "+")
	if !foreign {
		number, foreign = strings.CutPrefix(value, "00")
	}
	if strings.Trim(number, "0123456789") != "" {
		return "", p.refuse("jurisdiction.phone.digits")
	}
	if foreign {
		return p.foreign(number)
	}
	own := p.Countries[0]
	for _, prefix := range []string{"", own.Trunk, own.Calling} {
		if national, ok := strings.CutPrefix(number, prefix); ok && own.mobile.MatchString(national) {
			return "+" + own.Calling + national, nil
		}
	}
	return "", p.refuse("jurisdiction.phone.shape")
}

func (p Phone) foreign(number string) (string, error) {
	called := false
	for _, c := range p.Countries {
		national, ok := strings.CutPrefix(number, c.Calling)
		if ok && c.mobile.MatchString(national) {
			return "+" + number, nil
		}
		called = called || ok
	}
	if called {
		return "", p.refuse("jurisdiction.phone.shape")
	}
	return "", p.refuse("jurisdiction.phone.country")
}

func (p Phone) refuse(key string) error {
	return fault.OneField("phone", key, fault.Vars{"example": p.Show("+" + p.Countries[0].Calling + p.Countries[0].Example)})
}

// Show groups a normalised number for reading: "+7 901 123-45-67".
func (p Phone) Show(number string) string {
	for _, c := range p.Countries {
		national, ok := strings.CutPrefix(number, "+"+c.Calling)
		if ok && c.mobile.MatchString(national) {
			return "+" + c.Calling + " " + Identifier{Display: c.Display}.Show(national)
		}
	}
	return number
}
