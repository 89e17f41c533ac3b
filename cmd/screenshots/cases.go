package main

import (
	"fmt"
	"path"
	"regexp"
)

var printedCode = regexp.MustCompile(`[0-9A-Z]{4}(-[0-9A-Z]{4}){3}`)

// apply applies for a passport, has it corrected and decided upon, and verifies what was given.
func (w *walk) apply() {
	w.visit("/services/foreign_passport/apply")
	w.press("#page")
	for _, page := range [][]string{
		{"kind", "chip10", "purpose", "first"},
		{"latin_name", "PETROVA MARIIA", "postcode", "160000", "region", "Вологодская область", "city", "Вологда", "street", "Липовая", "house", "1"},
		{"changed_name", "no", "occupation", "retired", "secrets", "no"},
		{"photo"},
		{"office", "*", "consent", "*"},
	} {
		w.page(page)
	}
	w.shot("check answers")
	w.journeyPage(path.Dir(w.path())+"/discard", "discard")
	w.journeyPage(path.Dir(w.path())+"/check", "check answers again")
	w.press("#page")
	w.shot("sent")
	id := path.Base(w.path())
	w.journeyPage("/applications/"+id+"/withdraw", "withdraw")
	w.visit("/applications")
	w.decide(id)
}

// page photographs one page of the form as it comes and with mistakes, and fills it in; a page of one name asks for a file.
func (w *walk) page(typed []string) {
	name := path.Base(w.path())
	w.shot(name)
	w.press("#page")
	w.refused(name + " with errors")
	if len(typed) == 1 {
		w.do(func() error { return w.c.attach(typed[0]) })
		typed = nil
	}
	w.send(typed...)
}

// decide is the office's side, and the applicant's answers between.
func (w *walk) decide(id string) {
	desk, mine := "/desk/cases/"+id, "/applications/"+id
	w.officer("case_worker")
	w.journeyPage("/desk/cases", "desk, inbox")
	w.journeyPage(desk+"/look", "desk, look")
	w.press(`form[action$="/take"]`)
	w.shot("desk, case")
	w.journeyPage(desk+"/correction", "desk, correction")
	w.send("fields", "photo", "reason", "incorrect", "words", "Фотография тёмная. Сделайте новую при дневном свете.")
	w.shot("desk, correction asked")
	w.journeyPage(mine, "correction asked")
	w.journeyPage(mine+"/correct", "correct")
	w.do(func() error { return w.c.attach("photo") })
	w.press("#page")
	w.shot("corrected")
	w.open(desk + "?for=decide")
	w.journeyPage(desk+"/decision", "desk, decision")
	w.send("outcome", "grant", "words", "Приходите с паспортом.")
	w.shot("desk, preview")
	w.press(`form[action$="/decide"]`)
	w.shot("desk, decided")
	w.journeyPage(mine, "decided")
	w.verify()
}

// journeyPage opens an address that is another for everybody, and photographs it under a name.
func (w *walk) journeyPage(address, name string) {
	w.open(address)
	w.shot(name)
}

// verify looks up the document whose code stands on the page.
func (w *walk) verify() {
	var code string
	w.do(func() error {
		words, err := ask[string](w.c, `document.querySelector("main").innerText`)
		if code = printedCode.FindString(words); err == nil && code == "" {
			err = fmt.Errorf("the page shows no code of a document")
		}
		return err
	})
	w.visit("/verify")
	w.send("code", code)
	w.shot("verified document")
}

func (w *walk) statement() {
	w.journeyPage("/services/pension_statement/apply", "start")
	w.press("#page")
	w.shot("statement")
}
