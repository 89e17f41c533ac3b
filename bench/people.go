package main

import (
	"context"
	"fmt"

	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/portal"
	"okno/internal/profile"
)

const password = "Tulip;7Okna"

// resident is one invented person.
type resident struct {
	id    account.ID
	phone string
}

// settle makes residents from number first on, all with the same password hash,
// as registration, the profile and the checks would have left them.
func settle(ctx context.Context, p *portal.Portal, first, n int, hash string) ([]resident, error) {
	all := make([]resident, 0, n)
	for done := 0; done < n; {
		batch := min(200, n-done)
		var made []resident
		err := p.DB.Write(ctx, func(tx *db.Tx) error {
			made = made[:0]
			for i := range batch {
				one, err := settleOne(tx, p, first+done+i, hash)
				if err != nil {
					return err
				}
				made = append(made, one)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		all = append(all, made...)
		done += batch
	}
	return all, nil
}

func settleOne(tx *db.Tx, p *portal.Portal, number int, hash string) (resident, error) {
	full := fmt.Sprintf("Соколова Ирина %d", number)
	id, err := p.Accounts.Create(tx, account.Opening{Name: account.Name{Full: full, Short: "Ирина"}, Language: "ru",
		Category: p.Law.Audiences[0].Code, Region: p.Law.Cities[0].Region})
	if err != nil {
		return resident{}, err
	}
	by := account.ByHolder(id)
	one := resident{id, fmt.Sprintf("+7916%07d", number)}
	for kind, value := range map[account.ContactKind]string{account.Phone: one.phone, account.Email: fmt.Sprintf("irina%d@example.org", number)} {
		if err := p.Accounts.AddContact(tx, id, kind, value); err != nil {
			return one, err
		}
		if _, _, err := p.Accounts.Add(tx, id, account.Evidence{Way: account.ByContact, Source: string(kind)}, by); err != nil {
			return one, err
		}
	}
	if err := p.SignIn.Set(tx, string(id), hash); err != nil {
		return one, err
	}
	return one, proveOne(tx, p, id, number, by)
}

// proveOne fills the profile and gives the evidence of a standard account.
func proveOne(tx *db.Tx, p *portal.Portal, id account.ID, number int, by audit.Actor) error {
	snils := nationalNumber(number)
	values := map[string]string{"family_name": "Соколова", "given_name": "Ирина", "patronymic": "Сергеевна", "birth_date": "1987-03-14",
		"sex": "female", p.Accounts.Rules().UniqueNumber: snils}
	if err := p.Profiles.Set(tx, id, values, profile.Holder, by); err != nil {
		return err
	}
	if err := p.Accounts.Claim(tx, id, snils, false, by); err != nil {
		return err
	}
	for _, register := range p.Accounts.Rules().StandardRegisters {
		if _, _, err := p.Accounts.Add(tx, id, account.Evidence{Way: account.ByRegister, Source: register}, by); err != nil {
			return err
		}
	}
	return nil
}

// nationalNumber is the n-th SNILS: nine digits and a checksum over them.
func nationalNumber(n int) string {
	digits := fmt.Sprintf("%09d", 100_000_000+n)
	sum := 0
	for i, d := range digits {
		sum += int(d-'0') * (9 - i)
	}
	return fmt.Sprintf("%s%02d", digits, sum%101%100)
}
