package application

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"okno/internal/db"
	"okno/internal/jurisdiction"
	"okno/internal/outside/register"
	"okno/internal/secret"
	"okno/internal/text"
)

// Result is what an applicant gets: the lines of the document, frozen on the day
// they were made, in the applicant's language. The PDF is made of it each time and
// comes out the same byte by byte.
type Result struct {
	Service    string          `json:"service"`
	Authority  string          `json:"authority"` // name, as printed
	Number     string          `json:"number"`
	Code       string          `json:"code"` // sixteen letters and digits with which anybody can look
	Seal       string          `json:"seal"` // signature over what anybody may see
	Lang       string          `json:"lang"`
	Title      string          `json:"title"`
	Text       string          `json:"text,omitempty"`
	Bring      string          `json:"bring,omitempty"`
	Office     string          `json:"office,omitempty"` // where to collect
	Rows       []ResultRow     `json:"rows"`
	Employers  []ResultPayment `json:"employers,omitempty"` // PEN-05
	Total      string          `json:"total,omitempty"`
	IssuedOn   string          `json:"issued_on"`
	ValidUntil string          `json:"valid_until,omitempty"`
}

// ResultRow is one line.
type ResultRow struct{ Label, Value string }

// ResultPayment is what an employer paid for a year.
type ResultPayment struct{ Employer, Year, Amount string }

// GroupedCode is the code in groups of four, as it is printed.
func (r Result) GroupedCode() string {
	var groups []string
	for i := 0; i < len(r.Code); i += 4 {
		groups = append(groups, r.Code[i:min(i+4, len(r.Code))])
	}
	return strings.Join(groups, "-")
}

const insertResult db.SQL = `INSERT INTO application_result (case_id, code_idx, code, service, authority, number, issued_on, valid_until, content)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`

// codeLetters: sixteen of Letters' alphabet are about eighty bits.
const codeLetters = 16

// makeResult freezes what a granted case gives (GEN-14: the same as at the counter).
func (s *Applications) makeResult(tx *db.Tx, key secret.Key, c Case, kept content) error {
	return s.keepResult(tx, key, c, s.newResult(tx, c, kept, nil))
}

func (s *Applications) keepResult(tx *db.Tx, key secret.Key, c Case, r Result) error {
	plain, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = tx.Exec(insertResult, string(c.ID), s.codeIndex(r.Code), key.SealText(resultPlace(c.ID, "code"), r.Code), c.Service.ID, c.Authority, c.Number,
		r.IssuedOn, db.Text(r.ValidUntil), key.Seal(resultPlace(c.ID, "content"), plain))
	return err
}

func resultPlace(id ID, column string) secret.Place {
	return secret.Place{Table: "application_result", Column: column, Row: string(id)}
}

func (s *Applications) codeIndex(code string) string {
	return s.Accounts.Vault().Index("application_result.code", code)
}

func (s *Applications) newResult(tx *db.Tx, c Case, kept content, st *register.Statement) Result {
	def := c.Service.Result
	p := s.Texts.For(kept.Lang)
	authority, _ := s.Law.Authority(c.Authority)
	today := s.today(tx)
	f := s.sentForm(tx, c, kept)
	r := Result{Service: c.Service.ID, Authority: authority.Name.In(p.Lang()), Number: c.Number, Code: secret.Letters(codeLetters), Lang: p.Lang(),
		Title: def.Title.In(p.Lang()), Text: wordsIn(def.Text, p.Lang()), Bring: wordsIn(def.Bring, p.Lang()), IssuedOn: today.String()}
	if v, ok := def.ValidityFor(f.Facts(), f.Values()); ok {
		r.ValidUntil = validUntil(today, v).String()
	}
	if office, ok := c.Service.Field(def.Office); ok {
		r.Office = Shown(p, s.Law, office, kept.Answers[def.Office])
	}
	w := resultWriter{s: s, p: p, c: c, kept: kept, result: &r, statement: st, today: today}
	for _, field := range def.Fields {
		w.add(field)
	}
	r.Seal = s.seal(r, c)
	return r
}

func wordsIn(w jurisdiction.Words, lang string) string {
	if len(w) == 0 {
		return ""
	}
	return w.In(lang)
}

func validUntil(from text.Day, v jurisdiction.Validity) text.Day {
	t := time.Date(from.Year+v.Years, time.Month(from.Month+v.Months), from.Day, 0, 0, 0, 0, time.UTC)
	if t.Day() != from.Day { // 31 January and a month, 29 February and a year: the month's last day
		t = t.AddDate(0, 0, -t.Day())
	}
	return text.DayOf(t, time.UTC)
}

// resultWriter fills the lines of a result.
type resultWriter struct {
	s         *Applications
	p         *text.Printer
	c         Case
	kept      content
	result    *Result
	statement *register.Statement
	today     text.Day
}

func (w resultWriter) add(f jurisdiction.ResultField) {
	if f.From == "statement.employers" {
		w.employers()
		return
	}
	if value := w.value(f.From); value != "" {
		w.result.Rows = append(w.result.Rows, ResultRow{f.Label.In(w.p.Lang()), value})
	}
	if f.From == "statement.total" {
		w.result.Total = w.value(f.From)
	}
}

func (w resultWriter) value(from string) string {
	place, name, _ := strings.Cut(from, ".")
	switch place {
	case "profile":
		return w.profile(name)
	case "answers":
		field, _ := w.c.Service.Field(name)
		return Shown(w.p, w.s.Law, field, w.kept.Answers[name])
	case "statement":
		return w.ofStatement(name)
	}
	switch from {
	case "case.number":
		return w.c.Number
	case "case.filed_on":
		return w.p.ShortDate(text.DayOf(w.c.Filed, w.s.Law.Zone))
	case "case.decided_on":
		return w.p.ShortDate(w.today)
	case "result.valid_until":
		return w.p.ShortDate(parseDay(w.result.ValidUntil))
	}
	return ""
}

func (w resultWriter) profile(name string) string {
	for _, fact := range w.kept.Profile {
		if fact.Field == name && fact.Value != "" {
			return shownFact(w.p, w.s.Law, fact)
		}
	}
	if name == "full_name" || name == "name" {
		return w.kept.Name
	}
	return ""
}

func (w resultWriter) ofStatement(name string) string {
	if w.statement == nil {
		return ""
	}
	switch name {
	case "as_of":
		return w.p.ShortDate(parseDay(w.statement.AsOf))
	case "points":
		return w.p.Decimal(w.statement.Points)
	case "experience_months":
		return w.p.T("application.statement.experience", "years", w.statement.ExperienceMonths/12, "months", w.statement.ExperienceMonths%12)
	case "total":
		return w.p.Money(w.statement.Total, w.statement.Currency)
	}
	return ""
}

func (w resultWriter) employers() {
	for _, e := range w.statement.Employers {
		for _, paid := range e.Contributions {
			w.result.Employers = append(w.result.Employers, ResultPayment{Employer: e.Name, Year: w.p.Digits(itoa(paid.Year)),
				Amount: w.p.Money(paid.Amount, w.statement.Currency)})
		}
	}
}

const selectResult db.SQL = `SELECT content FROM application_result WHERE case_id = $1`

// resultOf is a case's result; nil before there is one.
func (s *Applications) resultOf(tx *db.Tx, key secret.Key, id ID) (*Result, error) {
	sealed, err := db.One(tx, db.Scalar[[]byte], selectResult, string(id))
	if errors.Is(err, db.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	plain, err := key.Open(resultPlace(id, "content"), sealed)
	if err != nil {
		return nil, err
	}
	var r Result
	return &r, json.Unmarshal(plain, &r)
}
