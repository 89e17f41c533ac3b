// Package person keeps who somebody is, for life: one identifier (oid) that
// outlives every account (D-04). It holds no personal data: names and documents
// live with the account that claimed them, sealed.
//
// Table: person_person.
package person

import (
	"crypto/rand"
	"errors"
	"math/big"
	"strconv"

	"okno/internal/db"
)

// ID is the identifier of a person for life: ten decimal digits, random, never
// given twice. It goes to registered state systems only.
type ID string

const insertPerson db.SQL = `INSERT INTO person_person (id, created_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`

// Create makes a new person.
func Create(tx *db.Tx) (ID, error) {
	for range 10 {
		id := ID(strconv.FormatInt(1_000_000_000+below(9_000_000_000), 10))
		n, err := tx.Exec(insertPerson, string(id), db.At(tx.Now()))
		if err != nil {
			return "", err
		}
		if n == 1 {
			return id, nil
		}
	}
	return "", errors.New("person: no free identifier found in ten tries")
}

func below(n int64) int64 {
	v, err := rand.Int(rand.Reader, big.NewInt(n))
	if err != nil {
		panic("person: no randomness: " + err.Error())
	}
	return v.Int64()
}
