package jurisdiction

import (
	"strings"

	"okno/internal/fault"
)

// judge applies the rule that an example names. It gives the kept form, the text
// key of the refusal ("" when it passes) and whether there is such a rule.
func (j *Jurisdiction) judge(e example) (kept, key string, known bool) {
	rule, code, _ := strings.Cut(e.Of, ":")
	var err error
	switch rule {
	case "identifier":
		var i Identifier
		if i, known = j.Identifier(code); known {
			kept, err = i.Normalise(e.Value)
		}
	case "name":
		if _, known = j.Names.Part(code); known {
			kept, err = j.Names.Check(code, e.Value)
		}
	case "phone":
		known = true
		kept, err = j.Phone.Normalise(e.Value)
	case "document":
		kind, field, _ := strings.Cut(code, ".")
		var d Document
		if d, known = j.Document(kind); known {
			var f DocumentField
			if f, known = d.Field(field); known {
				kept, err = f.Check(e.Value, exampleDay)
			}
		}
	case "address":
		var part AddressPart
		if part, known = byCode(j.Address, code, func(p AddressPart) string { return p.Code }); known {
			kept, err = part.check(e.Value)
		}
	case "password":
		known = true
		if broken := j.Passwords.Check(e.Value, e.Context); len(broken) > 0 {
			return "", broken[0].Key, true
		}
	}
	return kept, keyOf(err), known
}

func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.Of(err).Fields[0].Key
}
