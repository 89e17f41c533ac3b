package xroad

import (
	"fmt"
	"math"
	"regexp"
	"time"

	"okno/internal/outside/register"
)

// readAnswer reads the answer of the service "checks" to the question with this key.
func readAnswer(body []byte, key string) (register.Answer, error) {
	o, err := readObject(body)
	if err != nil {
		return register.Answer{}, err
	}
	if o["key"] != any(key) {
		return register.Answer{}, fmt.Errorf("%w: key", errJSON)
	}
	var a register.Answer
	result, err := o.text("result", 16)
	if err != nil {
		return a, err
	}
	switch a.Result = register.Result(result); a.Result {
	case register.Match, register.Mismatch, register.Review:
	default:
		return register.Answer{}, fmt.Errorf("%w: result", errJSON)
	}
	if a.Reference, err = o.text("reference", 128); err != nil {
		return register.Answer{}, err
	}
	at, err := o.text("checked_at", 64)
	if err != nil {
		return register.Answer{}, err
	}
	if a.CheckedAt, err = time.Parse(time.RFC3339, at); err != nil {
		return register.Answer{}, fmt.Errorf("%w: checked_at", errJSON)
	}
	a.CheckedAt = a.CheckedAt.UTC()
	a.Deceased = a.Result == register.Mismatch && o["note"] == any("deceased")
	return a, nil
}

var (
	pointsPattern   = regexp.MustCompile(`^[0-9]{1,9}(\.[0-9]{1,6})?$`)
	currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)
)

// readStatement reads the answer of the service "statements".
func readStatement(body []byte, key string) (register.Statement, error) {
	none := register.Statement{}
	o, err := readObject(body)
	if err != nil {
		return none, err
	}
	if o["key"] != any(key) {
		return none, fmt.Errorf("%w: key", errJSON)
	}
	s, err := readAccount(o)
	if err != nil {
		return none, err
	}
	employers, err := o.objects("employers")
	if err != nil {
		return none, err
	}
	sum := int64(0)
	for _, e := range employers {
		employer, err := readEmployer(e)
		if err != nil {
			return none, err
		}
		for _, c := range employer.Contributions {
			if c.Amount > math.MaxInt64-sum {
				return none, fmt.Errorf("%w: amount", errJSON)
			}
			sum += c.Amount
		}
		s.Employers = append(s.Employers, employer)
	}
	if sum != s.Total {
		return none, fmt.Errorf("%w: total is not the sum", errJSON)
	}
	return s, nil
}

func readAccount(o object) (register.Statement, error) {
	var s register.Statement
	var err error
	if s.AsOf, err = o.text("as_of", 10); err != nil {
		return s, err
	}
	if _, err = time.Parse(time.DateOnly, s.AsOf); err != nil {
		return s, fmt.Errorf("%w: as_of", errJSON)
	}
	if s.Currency, err = o.text("currency", 3); err != nil || !currencyPattern.MatchString(s.Currency) {
		return s, fmt.Errorf("%w: currency", errJSON)
	}
	if s.Points, err = o.text("points", 16); err != nil || !pointsPattern.MatchString(s.Points) {
		return s, fmt.Errorf("%w: points", errJSON)
	}
	months, err := o.whole("experience_months")
	if err != nil || months > 1200 {
		return s, fmt.Errorf("%w: experience_months", errJSON)
	}
	s.ExperienceMonths = int(months)
	s.Total, err = o.whole("total")
	return s, err
}

func readEmployer(o object) (register.Employer, error) {
	name, err := o.text("name", 500)
	if err != nil {
		return register.Employer{}, err
	}
	contributions, err := o.objects("contributions")
	if err != nil {
		return register.Employer{}, err
	}
	employer := register.Employer{Name: name}
	for _, c := range contributions {
		year, err := c.whole("year")
		if err != nil || year < 1900 || year > 2200 {
			return employer, fmt.Errorf("%w: year", errJSON)
		}
		amount, err := c.whole("amount")
		if err != nil {
			return employer, err
		}
		employer.Contributions = append(employer.Contributions, register.Contribution{Year: int(year), Amount: amount})
	}
	return employer, nil
}
