package search

import (
	"strings"
	"unicode"
)

// soundOf is the coarse sound of a word in Latin letters, the same for паспорт,
// "pasport" and "passport". Persian writes few vowels, so its sound has none;
// skeletonOf gives the same of a Latin word. Empty for scripts without a table.
func soundOf(word string) string {
	var b strings.Builder
	for _, r := range word {
		switch s, ok := cyrillicSounds[r]; {
		case ok:
			b.WriteString(s)
		case persianSounds[r] != "":
			b.WriteString(persianSounds[r])
		case r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case !strings.ContainsRune("ьъاعهیو", r):
			return ""
		}
	}
	return coarse(b.String())
}

// coarse folds the spellings that romanisations disagree on.
func coarse(latin string) string {
	latin = soundSpellings.Replace(latin)
	latin = soundSpellings2.Replace(latin)
	var b strings.Builder
	var last rune
	for _, r := range latin {
		if r != last {
			b.WriteRune(r)
		}
		last = r
	}
	return b.String()
}

var soundSpellings = strings.NewReplacer(
	"shch", "s", "sch", "s", "sh", "s", "zh", "z", "kh", "h", "ch", "c", "ts", "c", "tz", "c", "ph", "f", "ck", "k", "gh", "g",
	"yu", "u", "ju", "u", "iu", "u", "ya", "a", "ja", "a", "ia", "a", "yo", "e", "jo", "e", "ye", "e", "je", "e", "ie", "e",
	"w", "v", "q", "g", "x", "h", "'", "",
)

var soundSpellings2 = strings.NewReplacer("y", "i", "j", "i")

func skeletonOf(sound string) string {
	return coarse(strings.Map(func(r rune) rune {
		if strings.ContainsRune("aeiouh", r) {
			return -1
		}
		return r
	}, sound))
}

var cyrillicSounds = map[rune]string{
	'а': "a", 'б': "b", 'в': "v", 'г': "g", 'д': "d", 'е': "e", 'ж': "zh", 'з': "z", 'и': "i", 'й': "i", 'к': "k", 'л': "l",
	'м': "m", 'н': "n", 'о': "o", 'п': "p", 'р': "r", 'с': "s", 'т': "t", 'у': "u", 'ф': "f", 'х': "kh", 'ц': "ts", 'ч': "ch",
	'ш': "sh", 'щ': "shch", 'ы': "i", 'э': "e", 'ю': "yu", 'я': "ya",
}

// Vowel letters are left out; so is he, which is often silent. v, u and o share a letter.
var persianSounds = map[rune]string{
	'ب': "b", 'پ': "p", 'ت': "t", 'ث': "s", 'ج': "z", 'چ': "c", 'ح': "", 'خ': "k", 'د': "d", 'ذ': "z", 'ر': "r", 'ز': "z", 'ژ': "z",
	'س': "s", 'ش': "s", 'ص': "s", 'ض': "z", 'ط': "t", 'ظ': "z", 'غ': "g", 'ف': "f", 'ق': "g", 'ک': "k", 'گ': "g", 'ل': "l", 'م': "m",
	'ن': "n",
}

func isLatin(word string) bool {
	for _, r := range word {
		if r >= 0x80 || !unicode.IsLetter(r) {
			return false
		}
	}
	return word != ""
}

// persianSkeleton brings a Latin word to the consonants that Persian writing
// shows: j is z here, kh is k, v is not written apart from u.
func persianSkeleton(latin string) string {
	latin = strings.NewReplacer("kh", "k", "j", "z", "v", "", "w", "", "y", "", "ch", "c").Replace(latin)
	return skeletonOf(coarse(latin))
}
