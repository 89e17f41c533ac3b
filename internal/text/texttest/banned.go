package texttest

import (
	"slices"
	"strings"
	"unicode"
)

// banned are the words that the content style guide (4, 10, 18) keeps out, in all
// forms that a text could use. A word with a space is a phrase.
var banned = map[string][]string{
	"en": {
		"submit", "submits", "submitted", "submitting", "please", "oops", "sorry", "invalid", "forbidden",
		"failed", "failure", "simply", "just", "easy", "easily", "click", "ok", "wrong password", "illegal",
		"he", "she", "his", "her", "he/she", "unfortunately", "whoops", "uh", "utilize", "via",
		"authenticate", "authorisation", "authorization", "credentials", "terminate",
	},
	"ru": {
		"пожалуйста", "ой", "упс", "извините", "сожалению", "неверный", "неверная", "неверное", "неверные",
		"некорректный", "некорректная", "некорректное", "некорректные", "недопустимый", "недопустимая",
		"недопустимое", "недопустимые", "невалидный", "запрещено", "просто", "легко", "кликните", "нажмите сюда",
		"ок", "сабмит", "аутентификация", "авторизация", "авторизуйтесь", "осуществить", "произвести",
		"осуществляется", "вышеуказанный", "нижеследующий", "данный", "он/она",
	},
	"fa": {
		"لطفا", "لطفاً", "متأسفانه", "متاسفانه", "متأسفیم", "اوپس", "نامعتبر", "ممنوع", "شکست خورد", "ناموفق",
		"به سادگی", "به\u200cسادگی", "به آسانی", "به\u200cآسانی", "کلیک", "اوکی", "احراز اصالت", "سابمیت",
	},
}

// bannedIn lists the banned words of a text, and signs that no text may have:
// exclamation marks, emoji, words in capitals are judged by shouted.
func bannedIn(lang, plain string) []string {
	var found []string
	lower := " " + strings.Join(wordsOf(strings.ToLower(plain)), " ") + " "
	for _, word := range banned[lang] {
		if strings.Contains(lower, " "+strings.Join(wordsOf(word), " ")+" ") {
			found = append(found, word)
		}
	}
	for _, r := range plain {
		if r == '!' || r == '¡' || unicode.Is(unicode.So, r) && !isPlainSign(r) {
			found = append(found, string(r))
		}
	}
	return append(found, shouted(lang, plain)...)
}

func isPlainSign(r rune) bool { return slices.Contains([]rune("№°©"), r) }

// wordsOf keeps letters, marks, joiners, apostrophes and slashes together.
func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && r != '\u200c' && r != '\'' && r != '/' && r != '-'
	})
}

// shouted lists the words of five or more letters in capitals: abbreviations are
// shorter, and SNILS is the one that the reference land has.
func shouted(lang, plain string) []string {
	if lang == "fa" {
		return nil
	}
	var found []string
	for _, word := range wordsOf(plain) {
		letters := []rune(word)
		if len(letters) >= 5 && word == strings.ToUpper(word) && word != "SNILS" && word != "СНИЛС" {
			found = append(found, word)
		}
	}
	return found
}
