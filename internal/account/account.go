// Package account keeps accounts, their confirmed contacts, the evidence about
// who holds them, and the level that follows from the evidence (LVL, D-05).
//
// An account belongs to a person (package person) but is not the person: it can
// be closed and made again. What is personal is sealed under the account's key
// in the vault (subject: the account's id). The package never sets a level: it
// computes one from evidence rows each time it is asked.
//
// Tables: account_account, account_contact, account_evidence, account_number.
// Event out: account.level_changed.
package account

import (
	"errors"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/person"
	"okno/internal/secret"
	"okno/internal/vault"
)

// ID names an account. It is also the subject of its key in the vault and of
// audit entries about its holder's data.
type ID string

// Rules are what the jurisdiction decides about levels.
type Rules struct {
	// StandardRegisters are the registers that must all confirm (LVL-07, LVL-09).
	StandardRegisters []string
	// ProofWays are the ways of proof that make an account verified (LVL-08).
	ProofWays []Way
	// UniqueNumber is the profile field of which one account may hold a value ("snils", Q-51).
	UniqueNumber string
}

// Accounts are all accounts.
type Accounts struct {
	vault *vault.Vault
	rules Rules
}

// New makes the accounts of a vault under a jurisdiction's rules.
func New(v *vault.Vault, rules Rules) *Accounts { return &Accounts{v, rules} }

// Rules gives the jurisdiction's rules about levels.
func (a *Accounts) Rules() Rules { return a.rules }

// Account is an account without its personal data, but for the name that its
// holder gave, which stands in the page's corner (LOG-09).
type Account struct {
	ID       ID
	Person   person.ID
	Open     bool
	Language string
	Region   string
	Category string
	Name     Name
	Created  time.Time
}

// Name is what the holder is called, as typed. Full is in the order in which the jurisdiction writes names.
type Name struct {
	Full  string `json:"full"`  // "Ирина Соколова"
	Short string `json:"short"` // for the corner of the page
}

// Opening is what a new account is opened with.
type Opening struct {
	Name     Name
	Language string
	Region   string
	Category string
}

const insertAccount db.SQL = `INSERT INTO account_account
	(id, person, state, language, region, category, name, created_at) VALUES ($1, $2, 'open', $3, $4, $5, $6, $7)`

// Create opens an account for a new person and makes its key.
func (a *Accounts) Create(tx *db.Tx, o Opening) (ID, error) {
	who, err := person.Create(tx)
	if err != nil {
		return "", err
	}
	id := ID(secret.NewID())
	key, err := a.vault.Create(tx, string(id))
	if err != nil {
		return "", err
	}
	name, err := sealJSON(key, namePlace(id), o.Name)
	if err != nil {
		return "", err
	}
	_, err = tx.Exec(insertAccount, string(id), string(who), o.Language, o.Region, o.Category, name, db.At(tx.Now()))
	return id, err
}

func namePlace(id ID) secret.Place {
	return secret.Place{Table: "account_account", Column: "name", Row: string(id)}
}

const selectAccount db.SQL = `SELECT id, person, state, language, region, category, name, created_at FROM account_account WHERE id = $1`

type accountRow struct {
	Account
	name []byte
}

func scanAccount(r db.Row) (row accountRow, err error) {
	var state string
	var created db.Time
	err = r.Scan(&row.ID, &row.Person, &state, &row.Language, &row.Region, &row.Category, &row.name, &created)
	row.Open, row.Created = state == "open", created.Time
	return row, err
}

// Get reads an account; a NotFound fault when there is none.
func (a *Accounts) Get(tx *db.Tx, id ID) (Account, error) {
	row, err := db.One(tx, scanAccount, selectAccount, string(id))
	if errors.Is(err, db.ErrNone) {
		return Account{}, fault.New(fault.NotFound, "account.not_found")
	}
	if err != nil || !row.Open {
		return row.Account, err
	}
	key, err := a.vault.Open(tx, string(id))
	if err != nil {
		return row.Account, err
	}
	err = openJSON(key, namePlace(id), row.name, &row.Name)
	return row.Account, err
}

// Opened is the condition, for statements of other packages, that the account $1 is
// open and was not erased: what IsOpen asks.
const Opened = `EXISTS (SELECT 1 FROM account_account WHERE id = $1 AND state = 'open') AND ` + vault.Held

const selectOpen db.SQL = `SELECT 1 WHERE ` + Opened

// IsOpen says whether there is an open account with this id that was not erased.
func (a *Accounts) IsOpen(tx *db.Tx, id ID) (bool, error) {
	return db.Exists(tx, selectOpen, string(id))
}

// AheadOpen lets the answer of IsOpen come with the one to what is asked next.
func (a *Accounts) AheadOpen(tx *db.Tx, id ID) { tx.Ahead(selectOpen, string(id)) }

// Ahead lets what Get and Standing will read come with the answer to what is asked next.
func (a *Accounts) Ahead(tx *db.Tx, id ID) {
	tx.Ahead(selectAccount, string(id))
	a.vault.Ahead(tx, string(id))
	a.AheadStanding(tx, id)
}

const updateName db.SQL = `UPDATE account_account SET name = $2 WHERE id = $1`

// SetName keeps what the holder is called after the profile has changed.
func (a *Accounts) SetName(tx *db.Tx, id ID, name Name) error {
	key, err := a.vault.Open(tx, string(id))
	if err != nil {
		return err
	}
	sealed, err := sealJSON(key, namePlace(id), name)
	if err != nil {
		return err
	}
	return tx.ExecOne(updateName, string(id), sealed)
}

const updateChoices db.SQL = `UPDATE account_account SET language = $2, region = $3, category = $4 WHERE id = $1`

// SetChoices keeps the language, region and user category that the holder chose;
// messages follow the language.
func (a *Accounts) SetChoices(tx *db.Tx, id ID, language, region, category string) error {
	return tx.ExecOne(updateChoices, string(id), language, region, category)
}

// Key opens the account's data key.
func (a *Accounts) Key(tx *db.Tx, id ID) (secret.Key, error) { return a.vault.Open(tx, string(id)) }

// Vault is the vault behind the accounts.
func (a *Accounts) Vault() *vault.Vault { return a.vault }

// ByHolder is the audit actor for the account's holder.
func ByHolder(id ID) audit.Actor { return audit.Actor{Kind: audit.Resident, ID: string(id)} }
