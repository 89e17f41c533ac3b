package search

import (
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/russian"
)

// stem cuts the inflection off a folded word, by the rules of a language. A
// language without rules keeps its words as they are; typing mistakes and
// prefixes still find most of its inflected forms.
func stem(lang, word string) string {
	if utf8.RuneCountInString(word) < 3 {
		return word
	}
	switch lang {
	case "en":
		return snowball(word, english.Stem)
	case "ru":
		return russianStem(word)
	case "fa":
		return persianStem(word)
	}
	return word
}

func snowball(word string, rules func(*snowballstem.Env) bool) string {
	env := snowballstem.NewEnv(word)
	rules(env)
	return env.Current()
}

// russianStem mends two things after Snowball that matter for names of
// documents: the fleeting vowel (справка, справок) and -ение beside -ить.
func russianStem(word string) string {
	s := snowball(word, russian.Stem)
	runes := []rune(s)
	n := len(runes)
	if n >= 5 && strings.HasSuffix(s, "ок") && strings.ContainsRune(russianConsonants, runes[n-3]) {
		return string(runes[:n-2]) + "к"
	}
	if n >= 5 && strings.HasSuffix(s, "ен") && strings.HasSuffix(word[len(s)-len("ен"):], "ени"+lastRune(word)) {
		return string(runes[:n-2])
	}
	return s
}

const russianConsonants = "бвгджзклмнпрстфхцчшщ"

func lastRune(s string) string {
	_, size := utf8.DecodeLastRuneInString(s)
	return s[len(s)-size:]
}

// persianSuffixes are tried longest first, more than once: plural and its
// ezafe, possessives, comparatives, the indefinite ye.
var persianSuffixes = []string{
	"هایشان", "هایمان", "هایتان", "هایی", "هایم", "هایت", "هایش", "ترین", "شان", "مان", "تان",
	"های", "ها", "ات", "تر", "ام", "اش", "ی",
}

// persianStem cuts plural, possessive and comparative endings as long as three
// letters stay, and the silent he of گذرنامه is kept.
func persianStem(word string) string {
	for range 2 {
		cut := cutPersianSuffix(word)
		if cut == word {
			break
		}
		word = cut
	}
	return word
}

func cutPersianSuffix(word string) string {
	for _, suffix := range persianSuffixes {
		base, ok := strings.CutSuffix(word, suffix)
		if ok && utf8.RuneCountInString(base) >= 3 {
			return base
		}
	}
	return word
}

// emptyWords carry no meaning in a question. A query of nothing else is searched as it stands.
var emptyWords = wordSet(`
	a an the to of for in on at and or my i me we is are do does can how what where when with want need get please
	в во на и или с со к ко о об от до по за из у для я мне мы мой моя мое мои как где что когда чтобы хочу надо нужно нужна нужен нужны можно ли это
	و یا در به از که را با برای من ما این چگونه چطور کجا چه ها های هایی می است هست کنم کنیم شود میخواهم خواهم باید چی رو
`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range plainWords(list) {
		set[w] = true
	}
	return set
}
