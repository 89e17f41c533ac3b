package text

import "strings"

// PseudoLang is the code of the pseudo-language, a private variant of English.
const PseudoLang = "en-x-pseudo"

// Pseudo returns a printer whose texts are the English ones with accents, between
// brackets and 40 % longer: pages are tested with it for room (Polish and Russian
// need it) and for texts that were written into the page instead of a file.
func (c *Catalogue) Pseudo() *Printer {
	texts := make(map[string]message, len(c.texts[english.code]))
	for key, m := range c.texts[english.code] {
		m.forms = stretchForms(m.forms)
		texts[key] = m
	}
	p := newPrinter(c, &english, texts)
	p.lang = PseudoLang
	return p
}

func stretchForms(all forms) forms {
	stretched := make(forms, len(all))
	for i, f := range all {
		stretched[i] = form{f.category, stretch(f.template)}
	}
	return stretched
}

func stretch(t template) template {
	length := 0
	longer := template{{words: "⟦"}}
	for _, s := range t {
		length += len([]rune(s.words))
		longer = append(longer, segment{words: accents.Replace(s.words), variable: s.variable})
	}
	room := max(length*4/10-2, 0) // the brackets count
	return append(longer, segment{words: strings.Repeat(" ·", room/2) + strings.Repeat("·", room%2) + "⟧"})
}

var accents = strings.NewReplacer("a", "á", "e", "ë", "i", "ï", "o", "ø", "u", "û", "y", "ÿ",
	"A", "Å", "E", "É", "I", "Î", "O", "Ö", "U", "Ü", "c", "ç", "n", "ñ", "s", "š")
