package portal

import (
	"errors"
	"log/slog"

	"okno/assets"
	"okno/internal/account"
	"okno/internal/audit"
	"okno/internal/db"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/officer"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/register/xroad"
	"okno/internal/outside/sms/smpp"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text"
	"okno/internal/vault"
	"okno/internal/visit"
	"okno/locale"
)

// house is everything, in the order of the floors.
type house struct {
	log   *slog.Logger
	db    *db.DB
	ring  *secret.Ring
	vault *vault.Vault
	jobs  *jobs.Queue
	audit *audit.Log
	texts *text.Catalogue
	law   *jurisdiction.Jurisdiction
	look  look

	sms       *smpp.Client
	email     *smtp.Client
	registers *xroad.Client

	accounts *account.Accounts
	officers *officer.Officers
	sessions *signin.Sessions

	site *visit.Site
}

// wire builds everything from bottom to top by plain constructors.
func wire(c Config, o Options, d *db.DB, ring *secret.Ring, law *jurisdiction.Jurisdiction) (*house, error) {
	h := &house{log: o.Log, db: d, ring: ring, law: law, vault: vault.New(ring), jobs: jobs.New(d, o.Log)}
	h.audit = &audit.Log{DB: d, Origin: host(c.Origin) + "/audit", Key: ring.Audit(), Witness: c.Witness}
	if err := h.words(); err != nil {
		return nil, err
	}
	if err := h.doors(c, o); err != nil {
		return nil, err
	}
	h.accounts = account.New(h.vault, account.RulesOf(law))
	h.officers = officer.New(h.vault)
	h.sessions = signin.NewSessions(h.accounts, h.officers, limitsOf(law.Rules.Sessions))

	h.site = &visit.Site{DB: d, Vault: h.vault, Accounts: h.accounts, Officers: h.officers, Sessions: h.sessions,
		Texts: h.texts, Law: law, Assets: h.look, Log: o.Log, Secure: c.secure()}
	h.mountRoutes()
	h.registerJobs()
	return h, nil
}

// words loads the texts and the built files.
func (h *house) words() error {
	texts, err := text.Load(locale.FS)
	if err != nil {
		return err
	}
	if own := h.law.Texts(); own != nil {
		if texts, err = texts.Overlay(own); err != nil {
			return err
		}
	}
	texts = texts.WithCurrency(h.law.Currency.Code, h.law.Currency.MinorUnits)
	h.texts = texts.WithReport(func(t text.Trouble) { h.log.Error("text", "trouble", t.String()) })
	set, err := assets.Load()
	h.look = look{set}
	return err
}

// doors opens the ways to the outside world.
func (h *house) doors(c Config, o Options) (err error) {
	if h.sms, err = smpp.New(c.SMS, smpp.Logger(o.Log)); err != nil {
		return err
	}
	if h.email, err = smtp.New(c.Email, o.Clock); err != nil {
		return err
	}
	h.registers, err = xroad.New(c.Registers, o.Clock)
	return err
}

func limitsOf(r jurisdiction.SessionRules) signin.Limits {
	l := signin.DefaultLimits
	l.Idle, l.Total = r.Idle, r.Total
	l.VerifiedIdle, l.VerifiedTotal = r.VerifiedIdle, r.VerifiedTotal
	l.StaffIdle, l.StaffTotal = r.OfficerIdle, r.OfficerTotal
	return l
}

func (h *house) close() error {
	var errs []error
	if h.sms != nil {
		errs = append(errs, h.sms.Close())
	}
	if h.registers != nil {
		h.registers.Close()
	}
	return errors.Join(append(errs, h.db.Close())...)
}
