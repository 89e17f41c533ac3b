package application

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"

	"okno/internal/jurisdiction"
)

// wording tells one wording of a service's form from another: a fingerprint of
// each question, and one of the whole form.
type wording struct {
	asked map[string]string // by field
	whole string
}

// wordings are those of all services of the law, which is the same for as long
// as a house is open. They are made when the first is needed.
type wordings struct {
	once sync.Once
	of   map[*jurisdiction.Service]wording
}

// wording is how a service asks today.
func (s *Applications) wording(service *jurisdiction.Service) wording {
	s.wordings.once.Do(func() {
		s.wordings.of = map[*jurisdiction.Service]wording{}
		for _, known := range s.Law.Services {
			s.wordings.of[known] = wordingOf(known)
		}
	})
	if w, ok := s.wordings.of[service]; ok {
		return w
	}
	return wordingOf(service) // the law has dropped it
}

func wordingOf(s *jurisdiction.Service) wording {
	w := wording{asked: map[string]string{}}
	sum := sha256.New()
	for _, page := range s.Form {
		sum.Write([]byte(page.Code + "\x00" + page.When.Text() + "\x00"))
		for _, f := range page.Fields {
			w.asked[f.Code] = fingerprint(f)
			sum.Write([]byte(f.Code + w.asked[f.Code]))
		}
	}
	w.whole = hex.EncodeToString(sum.Sum(nil)[:12])
	return w
}

// fingerprint tells one wording of a question from another, so that after a
// change of the law only what changed is asked again.
func fingerprint(f jurisdiction.FormField) string {
	when := f.When.Text()
	f.Source, f.When = jurisdiction.Source{}, jurisdiction.Condition{}
	content, err := json.Marshal(f)
	if err != nil {
		panic("application: a question cannot be written: " + err.Error()) // plain data of the pack
	}
	sum := sha256.Sum256(append(content, when...))
	return hex.EncodeToString(sum[:6])
}
