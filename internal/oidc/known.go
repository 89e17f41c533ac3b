package oidc

import (
	"context"
	"strconv"
	"time"

	"okno/internal/account"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
)

// Lawful is a site that is given data by law, for the person's list (S23).
type Lawful struct {
	Client  client.Client
	Entered time.Time // the last time
}

const selectStanding db.SQL = `SELECT client, max(created_at) FROM oidc_grant WHERE account = $1 GROUP BY client ORDER BY client`

// Lawful lists the sites that a person has entered lately and that are given data
// by law, without a consent that could be stopped.
func (p *Provider) Lawful(tx *db.Tx, who account.ID) (list []Lawful, err error) {
	all, err := db.All(tx, func(r db.Row) (l Lawful, err error) {
		var at db.Time
		err = r.Scan(&l.Client.ID, &at)
		l.Entered = at.Time
		return l, err
	}, selectStanding, string(who))
	if err != nil {
		return nil, err
	}
	for _, l := range all {
		if l.Client, err = p.Clients.Get(tx, l.Client.ID); err != nil {
			return nil, err
		}
		if l.Client.ByLaw() {
			list = append(list, l)
		}
	}
	return list, nil
}

// How often a person may type a word of a device: ten times in an hour.
const (
	wordTries = 10
	wordPause = time.Hour
)

const takePlace db.SQL = `INSERT INTO oidc_once (id, until) VALUES ($1, $2)
	ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE oidc_once.until <= $3`

// TryWord counts a try at a device's word before the word is compared, in a
// transaction of its own, so that a try which is refused is counted as well (OTP-3).
// A TooMany fault when ten were made in the last hour.
func (p *Provider) TryWord(ctx context.Context, who account.ID) error {
	return p.DB.Write(ctx, func(tx *db.Tx) error {
		for place := range wordTries {
			id := "word/" + string(who) + "/" + strconv.Itoa(place)
			n, err := tx.Exec(takePlace, id, db.At(tx.Now().Add(wordPause)), db.At(tx.Now()))
			if err != nil || n == 1 {
				return err
			}
		}
		return fault.New(fault.TooMany, "sites.word_busy").After(wordPause)
	})
}
