package jurisdiction

import (
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Name is the name of a country in a language: the pack's own word, else that
// of CLDR, else the code.
func (c Citizenship) Name(code, lang string) string {
	if words, ok := c.Names[code]; ok {
		return words.In(lang)
	}
	region, err := language.ParseRegion(code)
	if err != nil {
		return code
	}
	tag, err := language.Parse(lang)
	if err != nil {
		tag = language.English
	}
	if name := display.Regions(tag).Name(region); name != "" {
		return name
	}
	return code
}

// Has says whether the citizenship may be chosen (PRF-10).
func (c Citizenship) Has(code string) bool {
	if code == c.Own {
		return true
	}
	for _, known := range c.Codes {
		if known == code {
			return true
		}
	}
	return false
}
