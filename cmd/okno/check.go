package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"okno/internal/audit"
	"okno/internal/clock"
	"okno/internal/jurisdiction"
	"okno/internal/portal"
)

type checkCommand struct {
	Config       checkConfig       `cmd:"" help:"Name all mistakes of a configuration."`
	Jurisdiction checkJurisdiction `cmd:"" help:"Name file and line of every mistake of a jurisdiction pack."`
}

type checkConfig struct {
	File string `arg:"" type:"path" help:"The configuration file."`
}

// Run checks and ends.
func (c checkConfig) Run() error {
	config, err := portal.ReadConfig(c.File)
	if err != nil {
		return err
	}
	warnings, unusable := config.CheckFiles(clock.System{}.Now())
	for _, w := range warnings {
		fmt.Println("Warning:", w)
	}
	if err := errors.Join(config.Validate(), unusable); err != nil {
		return err
	}
	fmt.Println("The configuration is complete.")
	return nil
}

type checkJurisdiction struct {
	Dir string `arg:"" help:"The pack's folder, or the code of a pack in the binary."`
}

// Run checks and ends.
func (c checkJurisdiction) Run() error {
	law, err := portal.Law(c.Dir)
	var problems jurisdiction.Problems
	if errors.As(err, &problems) {
		for _, p := range problems {
			fmt.Println(p)
		}
		return fmt.Errorf("%d mistakes in %s", len(problems), c.Dir)
	}
	if err != nil {
		return err
	}
	fmt.Printf("%s: no mistakes. %d services, %d authorities, %d registers.\n", law.Code, len(law.Services), len(law.Authorities), len(law.Registers))
	return nil
}

type auditCommand struct {
	Verify   auditVerify   `cmd:"" help:"Prove that nothing was changed, removed or slipped in."`
	Receipts auditReceipts `cmd:"" help:"Prove a person's file of receipts, without a database or a network."`
}

type auditVerify struct{ configured }

// Run verifies the log and ends with an error when something is wrong.
func (c auditVerify) Run(ctx context.Context) error {
	p, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer p.Close()
	return verify(ctx, p)
}

func verify(ctx context.Context, p *portal.Portal) error {
	report, err := p.VerifyAudit(ctx)
	if err != nil {
		return err
	}
	for _, problem := range report.Problems {
		fmt.Println(problem)
	}
	if len(report.Problems) > 0 {
		return errors.New("the audit log is not sound")
	}
	fmt.Printf("The audit log is sound: %d entries, %d witnessed checkpoints, root %s\n", report.Entries, report.Checkpoints, report.Root)
	return nil
}

// auditReceipts needs no installation: whoever holds a file and the published key can run it.
type auditReceipts struct {
	File string `arg:"" help:"The file of receipts, from \"Who looked at my data\"." type:"existingfile"`
	Key  string `help:"The log's published public key; without it the key in the file is taken, which proves only that the file is whole."`
}

// Run checks and lists what the receipts say.
func (c auditReceipts) Run() error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	all, err := audit.CheckReceipts(file, c.Key)
	if err != nil {
		return err
	}
	for _, s := range all {
		fmt.Printf("%s  %-8s  %-24s  %s\n", s.At.Format(time.RFC3339), s.By, s.Act, s.Object)
	}
	fmt.Printf("%d receipts hold.\n", len(all))
	if c.Key == "" {
		fmt.Println("The key was taken from the file: compare it with the one that the portal publishes.")
	}
	return nil
}
