package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"okno/internal/audit"
	"okno/internal/client"
	"okno/internal/db"
	"okno/internal/fault"
	"okno/internal/officer"
	"okno/internal/oidc"
	"okno/internal/portal"
	"okno/internal/secret"
	"okno/internal/signin"
)

type adminCommand struct {
	Keys    adminKeys    `cmd:"" help:"Make, show or rotate the keys of a ring."`
	Officer adminOfficer `cmd:"" help:"Invite an officer: prints a link that works once, for an hour."`
	Site    adminSite    `cmd:"" help:"Close a site at once, when no officer can."`
	Signing adminSigning `cmd:"" help:"Show the keys that sign tokens for other sites, or make their successors now."`
}

type adminSite struct {
	Stop adminStop `cmd:"" help:"Close a site now: nobody signs in there. Two officers open it again."`
}

type adminStop struct {
	configured
	ID     string `arg:"" help:"Identifier of the site."`
	Reason string `required:"" help:"Why, as the people of the site read it."`
}

// Run closes the site.
func (c adminStop) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	switch err := p.Partners.StopByConsole(ctx, client.ID(c.ID), c.Reason); {
	case fault.Is(err, fault.NotFound):
		return fmt.Errorf("no organisation has a site %q", c.ID)
	case fault.Is(err, fault.Conflict):
		return fmt.Errorf("the site %q is closed already, or not registered yet", c.ID)
	case err != nil:
		return err
	}
	fmt.Printf("Nobody signs in at %s any more; other nodes follow within seconds. Two officers open it again at /desk/partners.\n", c.ID)
	return nil
}

type adminSigning struct {
	configured
	Show  bool `xor:"what" help:"List the keys: since when they sign, until when, and the print of the certificate that sites built for ESIA pin."`
	Hurry bool `xor:"what" help:"Let the successor of the key for sites built for ESIA sign a day later too, not after 30 days: when a key may have become known."`

	Withdraw string `xor:"what" placeholder:"KEY" help:"Take a key that is known to others out of use now: what it signed counts no more, and a new key signs at once."`
}

// Run shows the keys, or makes the successors and says when they sign.
func (c adminSigning) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	switch {
	case c.Show:
		return showSigning(ctx, p.Provider)
	case c.Withdraw != "":
		return withdraw(ctx, p.Provider, c.Withdraw)
	case c.Hurry:
		err = p.Provider.HurryKeys(ctx)
	default:
		err = p.Provider.RotateKeys(ctx)
	}
	if err != nil {
		return err
	}
	fmt.Println("New signing keys are published now; the old ones stay published until their last token is over.")
	if c.Hurry {
		fmt.Println("All sign from tomorrow on. Tell the systems built for ESIA today: they pin certificates, and the month's notice is not kept.")
	} else {
		fmt.Println("Those of OpenID Connect sign from tomorrow on, those for systems built for ESIA in 30 days.")
	}
	return nil
}

// withdraw takes a key out of use and says what is left to do.
func withdraw(ctx context.Context, p *oidc.Provider, id string) error {
	if err := p.WithdrawKey(ctx, id); fault.Is(err, fault.NotFound) {
		return fmt.Errorf("no key %q is published: okno admin signing --show lists them", id)
	} else if err != nil {
		return err
	}
	fmt.Println("The key is withdrawn: what it signed counts no more. Running nodes follow within 20 seconds; sites read the keys again within 5 minutes.")
	fmt.Println("Tell the sites (docs/operate.md, \"A key that leaked\"), and those built for ESIA the new certificate: they cannot sign people in before they have it.")
	return nil
}

// showSigning lists the keys that sign tokens, never a value.
func showSigning(ctx context.Context, p *oidc.Provider) error {
	keys, err := p.SigningKeys(ctx)
	if err != nil {
		return err
	}
	moment := func(t time.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.UTC().Format("2006-01-02 15:04")
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "KEY\tALGORITHM\tSTATE\tSIGNS FROM\tSUCCESSOR\tSHOWN UNTIL\tCERTIFICATE")
	for _, k := range keys {
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Algorithm, k.State(p.DB.Clock().Now()), moment(k.Signs), moment(k.Successor), moment(k.Hidden), cmp.Or(k.Print, "-"))
	}
	return out.Flush()
}

type adminKeys struct {
	Dir    string `arg:"" type:"path" help:"The folder, outside the database's backups."`
	Show   bool   `xor:"what" help:"List the keys of the ring, never their values."`
	Rotate string `xor:"what" placeholder:"KEY" help:"Make the next generation of a key: seal or wrap. What was sealed before stays readable."`
}

// Run makes, shows or rotates keys and ends.
func (c adminKeys) Run() error {
	switch {
	case c.Show:
		return c.show()
	case c.Rotate != "":
		name, err := secret.Rotate(c.Dir, c.Rotate)
		if err != nil {
			return err
		}
		fmt.Printf("%s.key was made in %s. Copy it to every node, back it up, and start the nodes again.\n", name, c.Dir)
		return nil
	}
	made, err := secret.CompleteRing(c.Dir)
	if err != nil {
		return err
	}
	if len(made) == 0 {
		return fmt.Errorf("%s holds a whole ring already; nothing was changed", c.Dir)
	}
	fmt.Printf("Keys were made in %s: %s. Back them up apart from the database: without them nothing sealed can be read.\n", c.Dir, strings.Join(made, ", "))
	return nil
}

func (c adminKeys) show() error {
	keys, err := secret.Keys(c.Dir)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "KEY\tALGORITHM\tSTATE\tPRINT\tUSE\tPUBLIC")
	for _, k := range keys {
		state := "in force"
		if !k.InForce {
			state = "old"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%s\t%s\n", k.Name, k.Algorithm, state, k.Print, k.Use, k.Public)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	fmt.Println("The keys that sign tokens for other sites lie in the database: okno admin signing --show")
	return nil
}

type adminOfficer struct {
	configured
	Login     string   `required:"" help:"What the officer signs in with."`
	Name      string   `help:"The officer's name."`
	Roles     []string `name:"role" help:"operator, case_worker, supervisor, auditor, registrar or admin; may be given several times."`
	Gives     []string `name:"gives" help:"Roles that an admin may give to others; all when left out."`
	Days      int      `default:"365" help:"For how many days the rights hold, 1 to 365."`
	Renew     bool     `help:"Make the rights of an officer who exists hold for another 365 days; needs --login only."`
	Authority string   `help:"Code of the authority whose cases the officer decides."`
	Centre    string   `help:"Code of the centre at which an operator works."`
}

// Run adds the officer and prints the link.
func (c adminOfficer) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	if c.Renew {
		return c.renew(ctx, p)
	}
	if c.Days < 1 || time.Duration(c.Days)*24*time.Hour > officer.LongestGrant {
		return fmt.Errorf("--days must be 1 to 365")
	}
	if _, ok := p.Law.Authority(c.Authority); c.Authority != "" && !ok {
		return fmt.Errorf("%s has no authority %q", p.Law.Code, c.Authority)
	}
	if _, ok := p.Law.Centre(c.Centre); c.Centre != "" && !ok {
		return fmt.Errorf("%s has no centre %q", p.Law.Code, c.Centre)
	}
	o := officer.Officer{Login: c.Login, Name: c.Name, Authority: c.Authority, Centre: c.Centre}
	for _, r := range c.Roles {
		o.Roles = append(o.Roles, officer.Role(r))
	}
	for _, r := range c.Gives {
		o.Gives = append(o.Gives, officer.Role(r))
	}
	var token string
	err = p.DB.Write(ctx, func(tx *db.Tx) error {
		o.Until = tx.Now().AddDate(0, 0, c.Days)
		id, err := p.Officers.Add(tx, o, audit.BySystem("console"))
		if err != nil {
			return err
		}
		token, err = p.SignIn.Invite(tx, id, audit.BySystem("console"))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("%s sets password and authenticator here, once, within %s:\n%s/desk/invitation?token=%s\n", c.Name, signin.InvitationLasts, p.Config.Origin, token)
	return nil
}

func (c adminOfficer) renew(ctx context.Context, p *portal.Portal) error {
	var o officer.Officer
	err := p.DB.Write(ctx, func(tx *db.Tx) (err error) {
		o, err = p.Officers.Renew(tx, c.Login, audit.BySystem("console"))
		return err
	})
	if err != nil {
		return err
	}
	fmt.Printf("The rights of %s hold until %s.\n", o.Login, o.Until.Format(time.DateOnly))
	return nil
}
