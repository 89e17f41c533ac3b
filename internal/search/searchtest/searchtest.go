// Package searchtest makes documents and queries for measuring and testing
// internal/search. It invents everything and is never part of the product.
package searchtest

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"okno/internal/search"
)

// Languages are those of the generated documents.
var Languages = []string{"en", "ru", "fa"}

// Generate makes n documents in three languages, always the same for the same
// n: titles of 3 to 5 words, 2 synonyms, descriptions of 15 to 25, from
// vocabularies of common words and of rare ones (places, offices) that grow with n.
func Generate(n int) []search.Document {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	docs := make([]search.Document, n)
	for i := range docs {
		docs[i] = search.Document{
			ID: fmt.Sprintf("generated-%05d", i), Boost: 1 + random.Float64()/5,
			Codes: []string{fmt.Sprintf("F-%d/%d", i, 1+random.IntN(9))}, Text: map[string]search.Text{},
		}
		for _, lang := range Languages {
			docs[i].Text[lang] = text(random, lang, 400+n/2)
		}
	}
	return docs
}

// Queries makes n queries for the documents of Generate, in turn: exact, two
// words, an unfinished word, a typing mistake, a wrong layout and nonsense.
// Each comes with the reader's language.
func Queries(n int) [][2]string {
	random := rand.New(rand.NewPCG(2, uint64(n)))
	queries := make([][2]string, n)
	for i := range queries {
		lang := Languages[i%len(Languages)]
		queries[i] = [2]string{query(random, lang, i/len(Languages)%6), lang}
	}
	return queries
}

func query(random *rand.Rand, lang string, kind int) string {
	common := commonWords[lang]
	word := common[random.IntN(len(common))]
	switch kind {
	case 0:
		return word
	case 1:
		return word + " " + rareWord(lang, random.IntN(5000))
	case 2:
		runes := []rune(word)
		return common[random.IntN(len(common))] + " " + string(runes[:max(2, len(runes)-2)])
	case 3:
		return mistyped(random, word) + " " + mistyped(random, rareWord(lang, random.IntN(5000)))
	case 4:
		return "gfcgjhn " + mistyped(random, word)
	}
	words := make([]string, search.MaxQueryWords)
	for i := range words {
		words[i] = mistyped(random, mistyped(random, rareWord(lang, random.IntN(100_000))))
	}
	return strings.Join(words, " ")
}

// mistyped changes one letter for its neighbour in the word.
func mistyped(random *rand.Rand, word string) string {
	runes := []rune(word)
	i := random.IntN(len(runes) - 1)
	runes[i], runes[i+1] = runes[i+1], runes[i]
	return string(runes)
}

func text(random *rand.Rand, lang string, rare int) search.Text {
	return search.Text{
		Title:       sentence(random, lang, rare, 3+random.IntN(3)),
		Synonyms:    []string{sentence(random, lang, rare, 2), sentence(random, lang, rare, 2)},
		Description: sentence(random, lang, rare, 15+random.IntN(11)),
	}
}

// sentence takes two of three words from the common ones.
func sentence(random *rand.Rand, lang string, rare, n int) string {
	words := make([]string, n)
	for i := range words {
		if common := commonWords[lang]; random.IntN(3) > 0 {
			words[i] = common[random.IntN(len(common))]
		} else {
			words[i] = rareWord(lang, random.IntN(rare))
		}
	}
	return strings.Join(words, " ")
}

// rareWord is the i-th invented word: three or four syllables.
func rareWord(lang string, i int) string {
	syllables := syllablesOf[lang]
	n := len(syllables)
	word := syllables[i%n] + syllables[i/n%n] + syllables[(i/n/n+i*7)%n]
	if i%3 == 0 {
		word += syllables[(i*13)%n]
	}
	return word
}

var syllablesOf = map[string][]string{
	"en": strings.Fields("bar cen dol fer gim hul jan ket lor mun nav pol qua ris sten tor ul ven wick yar zen ash brom clif"),
	"ru": strings.Fields("бар вел гор дол жен зар кам лес мир нов пол рос сел тур уль фед хол цар чер шум щел эль юрь яр"),
	"fa": strings.Fields("بار تیم جان چال خور دول رام زند سام شاه طاق غار فرد قند کار گیل لار مان نیک وند هور یاس پار ژرف"),
}

var commonWords = map[string][]string{
	"en": strings.Fields(`passport licence certificate extract birth marriage divorce death pension benefit tax property land vehicle
		driving registration address school kindergarten doctor appointment fine duty payment statement court enforcement debt
		company business permit construction hunting fishing weapon residence citizenship visa migration document replacement
		renewal change name child family disability housing subsidy utility water electricity heating environment waste customs
		export import trade farm animal medical insurance employment unemployed training archive library museum sport army`),
	"ru": strings.Fields(`паспорт права справка выписка рождение брак развод смерть пенсия пособие налог недвижимость земля автомобиль
		вождение регистрация адрес школа садик врач запись штраф пошлина оплата сведения суд исполнение долг компания
		предприятие разрешение строительство охота рыбалка оружие проживание гражданство виза миграция документ замена
		продление изменение имя ребенок семья инвалидность жилье субсидия услуга вода электричество отопление экология отходы
		таможня вывоз ввоз торговля ферма животное полис страхование работа безработный обучение архив библиотека музей спорт армия`),
	"fa": strings.Fields(`گذرنامه گواهینامه گواهی رونوشت تولد ازدواج طلاق فوت بازنشستگی یارانه مالیات ملک زمین خودرو رانندگی
		ثبت نشانی مدرسه مهدکودک پزشک نوبت جریمه عوارض پرداخت صورتحساب دادگاه اجرا بدهی شرکت کسب پروانه ساختمان شکار ماهیگیری
		سلاح اقامت تابعیت روادید مهاجرت سند تعویض تمدید تغییر نام فرزند خانواده معلولیت مسکن وام خدمات آب برق گرمایش محیط
		پسماند گمرک صادرات واردات تجارت کشاورزی دام درمان بیمه اشتغال بیکار آموزش بایگانی کتابخانه موزه ورزش سربازی`),
}
