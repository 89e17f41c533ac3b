package portal

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"sync/atomic"

	"okno/assets"
	"okno/internal/account"
	"okno/internal/application"
	"okno/internal/audit"
	"okno/internal/blob"
	"okno/internal/catalogue"
	"okno/internal/check"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/esia"
	"okno/internal/inspect"
	"okno/internal/jobs"
	"okno/internal/jurisdiction"
	"okno/internal/mailbox"
	"okno/internal/notify"
	"okno/internal/officer"
	"okno/internal/oidc"
	"okno/internal/outside/email/smtp"
	"okno/internal/outside/register/xroad"
	"okno/internal/outside/scanner"
	"okno/internal/outside/scanner/clamd"
	"okno/internal/outside/site/backchannel"
	"okno/internal/outside/sms"
	"okno/internal/outside/sms/smpp"
	"okno/internal/overview"
	"okno/internal/partner"
	"okno/internal/pdf"
	"okno/internal/profile"
	"okno/internal/proofing"
	"okno/internal/registration"
	"okno/internal/secret"
	"okno/internal/signin"
	"okno/internal/text"
	"okno/internal/vault"
	"okno/internal/visit"
	"okno/locale"
)

// house is everything, in the order of the floors.
type house struct {
	Log      *slog.Logger
	DB       *db.DB
	Ring     *secret.Ring
	Vault    *vault.Vault
	Jobs     *jobs.Queue
	AuditLog *audit.Log
	Texts    *text.Catalogue
	Law      *jurisdiction.Jurisdiction
	Look     look

	SMS       *smpp.Client
	receipts  atomic.Pointer[notify.Notices] // who hears of delivered SMS, once it exists
	Email     *smtp.Client
	Registers *xroad.Client
	Sites     *backchannel.Client

	Accounts *account.Accounts
	Officers *officer.Officers
	Notices  *notify.Notices
	Sessions *signin.Sessions
	SignIn   *signin.Service
	Profiles *profile.Profiles

	Registration *registration.Service
	Checks       *check.Checks
	Proofing     *proofing.Service
	Files        *blob.Files
	Applications *application.Applications
	Catalogue    *catalogue.Catalogue
	Mailbox      *mailbox.Mailbox
	Overview     *overview.Overview
	Clients      *client.Clients
	Partners     *partner.Service
	Provider     *oidc.Provider
	ESIA         *esia.ESIA
	Fonts        *pdf.Fonts

	Site *visit.Site
}

// wire builds everything from bottom to top by plain constructors.
func wire(c Config, o Options, d *db.DB, ring *secret.Ring, law *jurisdiction.Jurisdiction) (*house, error) {
	h := &house{Log: o.Log, DB: d, Ring: ring, Law: law, Vault: vault.New(ring), Jobs: jobs.New(d, o.Log)}
	h.AuditLog = &audit.Log{DB: d, Origin: host(c.Origin) + "/audit", Key: ring.Audit(), Witness: c.Witness}
	if err := h.words(); err != nil {
		return nil, err
	}
	if err := h.doors(c, o); err != nil {
		return nil, err
	}
	h.Accounts = account.New(h.Vault, account.RulesOf(law))
	h.Officers = officer.New(h.Vault)
	var err error
	if h.Notices, err = notify.New(d, h.Accounts, h.Texts, notify.Doors{SMS: h.SMS, Email: h.Email}, noticesOf(c, o, law), o.Log); err != nil {
		return nil, err
	}
	h.receipts.Store(h.Notices)
	h.Sessions = signin.NewSessions(h.Accounts, h.Officers, limitsOf(law.Rules.Sessions))
	h.SignIn = signin.New(d, h.Sessions, law, h.Notices)
	h.Profiles = profile.New(d, h.Accounts, law, profileNotices{h.Notices}, h.SignIn)

	h.Registration = &registration.Service{DB: d, Accounts: h.Accounts, Sessions: h.Sessions, Notices: h.Notices, Passwords: h.SignIn,
		Hasher: ring.Hasher(), Texts: h.Texts, Law: law}

	h.Checks = check.New(d, h.Accounts, h.Profiles, h.Registers, h.Notices)
	known := knowledge{h.Profiles}
	h.Proofing = proofing.New(d, h.Accounts, h.Officers, known, h.Notices, law)
	if err := h.paperwork(c, o, known); err != nil {
		return nil, err
	}
	if err := h.provider(c, o); err != nil {
		return nil, err
	}
	h.Site = &visit.Site{DB: d, Vault: h.Vault, Accounts: h.Accounts, Officers: h.Officers, Sessions: h.Sessions,
		Texts: h.Texts, Law: law, Assets: h.Look, Log: o.Log, Host: host(c.Origin), Hosts: visit.Hosts{Portal: c.Origin, Identity: c.Identity.Origin}, Secure: c.secure()}
	if err := h.mountRoutes(); err != nil {
		return nil, err
	}
	h.registerJobs()
	return h, nil
}

// provider builds what signs people in to other sites.
func (h *house) provider(c Config, o Options) error {
	h.Clients = client.New(h.DB)
	h.Partners = &partner.Service{DB: h.DB, Accounts: h.Accounts, Officers: h.Officers, Clients: h.Clients, Notices: h.Notices, Law: h.Law, Look: inspector(o.Self), Log: o.Log}
	h.Provider = &oidc.Provider{DB: h.DB, Vault: h.Vault, Accounts: h.Accounts, Profiles: h.Profiles, Sessions: h.Sessions, Clients: h.Clients, Law: h.Law,
		Issuer: c.identity() + "/id", Mutual: c.TLS.Mutual.Origin, Limits: oidc.DefaultLimits, Partners: h.Partners, Log: o.Log}
	if err := h.Provider.Open(context.Background()); err != nil {
		return err
	}
	var err error
	if h.ESIA, err = esia.New(h.Provider, c.ESIA.Issuer, h.Texts.For("en")); err != nil {
		return err
	}
	h.ESIA.Checks = h.Checks
	h.Partners.Verifies = func(c *x509.Certificate) bool {
		return slices.ContainsFunc(h.ESIA.Verifiers, func(v esia.Verifier) bool { return v.Reads(c) })
	}
	return nil
}

// paperwork builds what deals with files, applications and letters.
func (h *house) paperwork(c Config, o Options, known knowledge) (err error) {
	var scan scanner.Scanner
	if c.Scanner.Address != "" {
		scan = &clamd.Client{Network: c.Scanner.Network, Address: c.Scanner.Address}
	}
	if h.Files, err = blob.New(h.DB, h.Vault, filepath.Join(c.Data, "files"), inspector(o.Self), scan, blob.Limits{Files: int64(5 * h.Law.Rules.Files.CaseFiles), Bytes: 5 * h.Law.Rules.Files.CaseBytes}, o.Log); err != nil {
		return err
	}
	h.Mailbox = mailbox.New(h.DB, h.Accounts, h.Notices)
	h.Applications = &application.Applications{DB: h.DB, Accounts: h.Accounts, Officers: h.Officers, Law: h.Law, Texts: h.Texts,
		Profiles: application.FromProfile(h.Profiles), Notices: h.Notices, Post: h.Mailbox, Files: h.Files, Statements: h.Registers,
		Registers: h.Registers, Claims: h.Checks, Mail: h.Email, Fonts: h.Fonts, Origin: c.Origin, Log: o.Log}
	if h.Catalogue, err = catalogue.New(h.DB, h.Law, h.Accounts, catalogue.Sources{Profiles: known, Drafts: drafts{h.Applications}}); err != nil {
		return err
	}
	h.Overview = overview.New(h.DB, h.Law, h.tasks(), nil, o.Log)
	return nil
}

// inspector looks into what people send in, in a child process of this binary.
func inspector(self string) blob.Inspect {
	return func(ctx context.Context, r io.Reader, rules inspect.Rules) (inspect.Verdict, error) {
		return inspect.Run(ctx, self, r, rules)
	}
}

// words loads the texts and the built files.
func (h *house) words() error {
	texts, err := text.Load(locale.FS)
	if err != nil {
		return err
	}
	if own := h.Law.Texts(); own != nil {
		if texts, err = texts.Overlay(own); err != nil {
			return err
		}
	}
	texts = texts.WithCurrency(h.Law.Currency.Code, h.Law.Currency.MinorUnits)
	h.Texts = texts.WithReport(func(t text.Trouble) { h.Log.Error("text", "trouble", t.String()) })
	set, err := assets.Load()
	if err != nil {
		return err
	}
	h.Look = look{set}
	if err := h.refuseCommon(set); err != nil {
		return err
	}
	fonts, err := fs.Sub(set.Files(), "fonts")
	if err != nil {
		return err
	}
	h.Fonts = pdf.FontsWhenNeeded(fonts, "DejaVuSans", "Vazirmatn")
	return nil
}

// refuseCommon gives the password rules the list of breached passwords (AUTH-2).
func (h *house) refuseCommon(set *assets.Set) error {
	file, err := set.Passwords()
	if err != nil {
		return err
	}
	defer file.Close()
	list, err := jurisdiction.ReadCommonPasswords(file)
	if err != nil {
		return err
	}
	h.Law.Passwords.UseCommon(list)
	return nil
}

// doors opens the ways to the outside world.
func (h *house) doors(c Config, o Options) (err error) {
	if h.SMS, err = smpp.New(c.SMS, smpp.Logger(o.Log), smpp.OnReceipt(h.delivered)); err != nil {
		return err
	}
	if h.Email, err = smtp.New(c.Email, o.Clock); err != nil {
		return err
	}
	h.Sites = backchannel.New(c.Sites, o.SitesTransport)
	h.Registers, err = xroad.New(c.Registers, o.Clock)
	return err
}

// delivered hands a gateway's receipt to the notices. One that comes before they
// exist is of an earlier process and is lost, which changes nothing but a mark.
func (h *house) delivered(ctx context.Context, d sms.Delivery) error {
	if notices := h.receipts.Load(); notices != nil {
		return notices.Delivered(ctx, d)
	}
	return nil
}

func limitsOf(r jurisdiction.SessionRules) signin.Limits {
	l := signin.DefaultLimits
	l.Idle, l.Total = r.Idle, r.Total
	l.VerifiedIdle, l.VerifiedTotal = r.VerifiedIdle, r.VerifiedTotal
	l.StaffIdle, l.StaffTotal = r.OfficerIdle, r.OfficerTotal
	return l
}

// noticesOf is what the configuration and the country say about messages.
func noticesOf(c Config, o Options, law *jurisdiction.Jurisdiction) notify.Settings {
	s := notify.Settings{Origin: c.Origin, Portal: law.Portal, Zone: law.Zone, Quiet: notify.DefaultQuiet, Limits: notify.Limits{Code: law.Rules.Code}}
	if o.NoQuietHours {
		s.Quiet = notify.Hours{}
	}
	if o.CodesPerAddress > 0 {
		s.Limits.Code.PerAddress = o.CodesPerAddress
	}
	for _, contact := range law.Contacts {
		if contact.Kind == "phone" && s.Support == "" {
			s.Support = contact.Value
		}
	}
	return s
}

func (h *house) close() error {
	var errs []error
	if h.SMS != nil {
		errs = append(errs, h.SMS.Close())
	}
	if h.Registers != nil {
		h.Registers.Close()
	}
	if h.Partners != nil {
		h.Partners.Settle()
	}
	return errors.Join(append(errs, h.DB.Close())...)
}
