package text

import (
	"slices"
	"strings"

	bcp47 "golang.org/x/text/language"
)

// longestAccept is how much of an Accept-Language header is looked at; real ones
// are shorter, longer ones are somebody's experiment.
const longestAccept = 200

// Negotiate chooses the language of a reader from the Accept-Language header: the
// wanted one of the supported languages, the first supported one if none fits or
// the header is nonsense. It returns "" only if nothing is supported.
func Negotiate(accept string, supported []string) string {
	if len(supported) == 0 {
		return ""
	}
	if len(accept) > longestAccept {
		accept = accept[:max(strings.LastIndexByte(accept[:longestAccept], ','), 0)]
	}
	wanted, weights, err := bcp47.ParseAcceptLanguage(accept)
	if err != nil {
		return supported[0]
	}
	for i, tag := range wanted {
		if weights[i] <= 0 {
			continue
		}
		if code := baseOf(tag); slices.Contains(supported, code) {
			return code
		}
	}
	return supported[0]
}

// baseOf is the language that we write for a tag: both other names of written
// Norwegian lead to bokmål.
func baseOf(tag bcp47.Tag) string {
	base, _ := tag.Base()
	switch code := base.String(); code {
	case "no", "nn":
		return norwegian.code
	default:
		return code
	}
}
