package signin

import (
	"context"
	"errors"
	"time"

	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/secret"
)

// InvitationLasts is how long an officer has to set password and authenticator (AUTH-5).
const InvitationLasts = time.Hour

const (
	insertInvitation  db.SQL = `INSERT INTO signin_invitation (id, officer, secret, ends_at) VALUES ($1, $2, $3, $4)`
	revokeInvitations db.SQL = `UPDATE signin_invitation SET used_at = $2 WHERE officer = $1 AND used_at IS NULL`
)

// Invite makes the one-time token with which an officer sets password and
// authenticator at /desk/invitation?token=..., for the first time or anew. It
// lasts an hour; the officer's earlier tokens die.
func (s *Service) Invite(tx *db.Tx, id officer.ID, by audit.Actor) (token string, err error) {
	if _, err = tx.Exec(revokeInvitations, string(id), db.At(tx.Now())); err != nil {
		return "", err
	}
	key, err := s.accounts.Vault().Open(tx, string(id))
	if err != nil {
		return "", err
	}
	token = secret.Token()
	row := secret.Hash(token)
	if _, err = tx.Exec(insertInvitation, row, string(id), key.SealText(invitationPlace(row), newSecret()), db.At(tx.Now().Add(InvitationLasts))); err != nil {
		return "", err
	}
	return token, audit.Record(tx, audit.Entry{Actor: by, Act: "signin.invite", Subject: string(id), Object: "officer/" + string(id)})
}

func invitationPlace(row string) secret.Place {
	return secret.Place{Table: "signin_invitation", Column: "secret", Row: row}
}

// Invitation is what the invited officer sees.
type Invitation struct {
	Officer officer.Officer
	Secret  string // of the authenticator, base32
	Address string // the same as an otpauth:// address, for a QR code
	Ends    time.Time
}

const selectInvitation db.SQL = `SELECT officer, secret, ends_at FROM signin_invitation WHERE id = $1 AND used_at IS NULL AND ends_at > $2`

// Invitation reads a token; an Expired fault when it is used, old or unknown.
func (s *Service) Invitation(ctx context.Context, token string) (i Invitation, err error) {
	err = s.db.Read(ctx, func(tx *db.Tx) (err error) { i, err = s.invitation(tx, token); return err })
	return i, err
}

func (s *Service) invitation(tx *db.Tx, token string) (i Invitation, err error) {
	row := secret.Hash(token)
	var id officer.ID
	sealed, err := db.One(tx, func(r db.Row) (sealed []byte, err error) {
		var ends db.Time
		err = r.Scan(&id, &sealed, &ends)
		i.Ends = ends.Time
		return sealed, err
	}, selectInvitation, row, db.At(tx.Now()))
	if errors.Is(err, db.ErrNone) {
		return i, fault.New(fault.Expired, "signin.invitation.over")
	}
	if err != nil {
		return i, err
	}
	if i.Officer, err = s.officers.Get(tx, id); err != nil {
		return i, err
	}
	if !i.Officer.Ended.IsZero() {
		return i, fault.New(fault.Expired, "signin.invitation.over")
	}
	key, err := s.accounts.Vault().Open(tx, string(id))
	if err != nil {
		return i, err
	}
	if i.Secret, err = key.OpenText(invitationPlace(row), sealed); err != nil {
		return i, err
	}
	i.Address = address(s.law.Portal.In("en"), i.Officer.Login, i.Secret)
	return i, nil
}

// Acceptance is what an invited officer types.
type Acceptance struct{ Password, Repeat, Code string }

const useInvitation db.SQL = `UPDATE signin_invitation SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND ends_at > $2`

// Accept sets the officer's password and authenticator and makes an invited
// officer active. All sessions of the officer end. Refused fields: password,
// repeat, code.
func (s *Service) Accept(ctx context.Context, token string, a Acceptance) error {
	i, err := s.Invitation(ctx, token)
	if err != nil {
		return err
	}
	step := stepOf(i.Secret, a.Code, s.db.Clock().Now())
	wrong := chosen(s.StaffRules(), a.Password, a.Repeat, []string{i.Officer.Login, i.Officer.Name})
	if step == 0 {
		wrong = append(wrong, fault.Field{Name: "code", Key: "signin.invitation.code_wrong"})
	}
	if err := fault.Fields(wrong...); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, a.Password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, func(tx *db.Tx) error {
		if err := tx.ExecOne(useInvitation, secret.Hash(token), db.At(tx.Now())); errors.Is(err, db.ErrNone) {
			return fault.New(fault.Expired, "signin.invitation.over")
		} else if err != nil {
			return err
		}
		return s.equip(tx, i, hash, step)
	})
}

// equip gives an officer what he signs in with.
func (s *Service) equip(tx *db.Tx, i Invitation, hash string, step int64) error {
	id := i.Officer.ID
	if err := s.Set(tx, string(id), hash); err != nil {
		return err
	}
	if err := s.setTOTP(tx, id, i.Secret, step); err != nil {
		return err
	}
	if err := s.sessions.EndAll(tx, string(id), "", "password"); err != nil {
		return err
	}
	if err := forgetBrowsers(tx, string(id), ""); err != nil {
		return err
	}
	if !i.Officer.Active {
		if err := s.officers.Activate(tx, id); err != nil {
			return err
		}
	}
	return audit.Record(tx, audit.Entry{Actor: i.Officer.By(), Act: "signin.equip", Subject: string(id), Object: "officer/" + string(id)})
}

// staffShortest is the shortest password of an officer (D-11).
const staffShortest = 12

// StaffRules are the password rules of officers: the profile nist, whatever the
// residents' profile is, with at least twelve characters.
func (s *Service) StaffRules() *jurisdiction.Passwords {
	rules := s.law.Passwords
	own := jurisdiction.PasswordProfile{Code: "staff", Min: staffShortest, Max: 256}
	for _, p := range rules.Profiles {
		if p.Code == "nist" {
			own.Min, own.Max = max(p.Min, staffShortest), p.Max
		}
	}
	rules.Profiles, rules.InForce = []jurisdiction.PasswordProfile{own}, own.Code
	return &rules
}
