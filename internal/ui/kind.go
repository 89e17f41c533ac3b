package ui

import "github.com/a-h/templ"

// Kind says what is typed into a field; it decides keyboard, autofill and direction (screens.md 2.0, input table).
type Kind int

// The kinds of the input table.
const (
	Plain           Kind = iota // any text, in the direction of what is typed
	GivenName                   // first name
	FamilyName                  // surname
	AdditionalName              // patronymic
	Mobile                      // phone number, left to right
	Email                       // e-mail address, left to right
	Login                       // phone, e-mail or national number at sign-in
	NewPassword                 // a password being chosen
	CurrentPassword             // a password at sign-in
	OneTimeCode                 // a code from SMS, e-mail or an app
	LetterCode                  // a code from a letter
	Digits                      // a national number or a document number made of digits
	Document                    // a document number with letters
	StreetAddress               // street, house, flat
	Postcode                    // postal code
	City                        // town
	IBAN                        // bank account
	SearchWords                 // words to search for
	WholeNumber                 // a count
)

type kindRow struct{ typ, inputmode, autocomplete, dir string }

func (k Kind) row() kindRow {
	switch k {
	case GivenName:
		return kindRow{"text", "", "given-name", "auto"}
	case FamilyName:
		return kindRow{"text", "", "family-name", "auto"}
	case AdditionalName:
		return kindRow{"text", "", "additional-name", "auto"}
	case Mobile:
		return kindRow{"tel", "tel", "tel", "ltr"}
	case Email:
		return kindRow{"email", "email", "email", "ltr"}
	case Login:
		return kindRow{"text", "email", "username webauthn", "ltr"}
	case NewPassword:
		return kindRow{"password", "", "new-password", "ltr"}
	case CurrentPassword:
		return kindRow{"password", "", "current-password webauthn", "ltr"}
	case OneTimeCode:
		return kindRow{"text", "numeric", "one-time-code", "ltr"}
	case LetterCode, Document, IBAN:
		return kindRow{"text", "", "off", "ltr"}
	case Digits:
		return kindRow{"text", "numeric", "off", "ltr"}
	case StreetAddress:
		return kindRow{"text", "", "street-address", "auto"}
	case Postcode:
		return kindRow{"text", "", "postal-code", "auto"}
	case City:
		return kindRow{"text", "", "address-level2", "auto"}
	case SearchWords:
		return kindRow{"search", "", "off", "auto"}
	case WholeNumber:
		return kindRow{"text", "numeric", "off", "ltr"}
	default:
		return kindRow{"text", "", "", "auto"}
	}
}

// attributes are those of the input element, apart from name, value and description.
func (k Kind) attributes() templ.Attributes {
	row := k.row()
	a := templ.Attributes{"type": row.typ, "dir": row.dir}
	if row.inputmode != "" {
		a["inputmode"] = row.inputmode
	}
	if row.autocomplete != "" {
		a["autocomplete"] = row.autocomplete
	}
	if k != Plain && k != StreetAddress && k != SearchWords {
		a["spellcheck"] = "false"
	}
	if row.dir == "ltr" {
		a["autocapitalize"] = "none"
	}
	if k == SearchWords {
		a["enterkeyhint"] = "search"
	}
	return a
}
