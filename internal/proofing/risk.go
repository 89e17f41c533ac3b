package proofing

import (
	"maps"
	"slices"
	"strings"

	"okno/internal/account"
	"okno/internal/db"
	"okno/internal/officer"
	"okno/internal/text"
)

// The risks for which a second officer must look (T-26).
const (
	sameSurname = "surname"
	sameAddress = "address"
)

// risk says why a second officer must look at this visitor, "" when nobody need:
// who has the officer's surname or address may be kin.
func (s *Service) risk(tx *db.Tx, o officer.Officer, id account.ID) (string, error) {
	visitor, err := s.profiles.Values(tx, id)
	if err != nil {
		return "", err
	}
	names := strings.Fields(o.Name)
	var own map[string]string
	if o.Account != "" {
		if own, err = s.profiles.Values(tx, account.ID(o.Account)); err != nil {
			return "", err
		}
	}
	if surname := s.surnameField(); surname != "" {
		if slices.ContainsFunc(append(names, own[surname]), func(n string) bool { return alikeNames(n, visitor[surname]) }) {
			return sameSurname, nil
		}
	}
	for _, theirs := range addresses(visitor) {
		if slices.Contains(addresses(own), theirs) {
			return sameAddress, nil
		}
	}
	return "", nil
}

// surnameField is the part of a name that kin share, "" in a country without one.
func (s *Service) surnameField() string {
	for _, part := range s.law.Names.Parts {
		if part.Autocomplete == "family-name" {
			return part.Code
		}
	}
	return ""
}

// alikeNames says that two surnames are the same up to a short ending, as those
// of husband and wife are in many languages.
func alikeNames(a, b string) bool {
	x, y := []rune(text.Fold(a)), []rune(text.Fold(b))
	if len(x) == 0 || len(y) == 0 {
		return false
	}
	common := 0
	for common < len(x) && common < len(y) && x[common] == y[common] {
		common++
	}
	const stem, ending = 4, 2
	return string(x) == string(y) || common >= stem && len(x)-common <= ending && len(y)-common <= ending
}

// addresses are the addresses of a profile, each in one comparable line.
func addresses(values map[string]string) []string {
	var all []string
	for _, which := range []string{registrationAddress, residenceAddress} {
		var parts []string
		for _, field := range slices.Sorted(maps.Keys(values)) {
			if code, ok := strings.CutPrefix(field, which+"."); ok && values[field] != "" {
				parts = append(parts, code+"="+text.Fold(values[field]))
			}
		}
		if len(parts) > 0 {
			all = append(all, strings.Join(parts, "|"))
		}
	}
	return all
}
