package main

import (
	"fmt"

	"okno/internal/secret"
)

type adminCommand struct {
	Keys adminKeys `cmd:"" help:"Make a key ring in an empty folder."`
}

type adminKeys struct {
	Dir string `arg:"" type:"path" help:"The folder, outside the database's backups."`
}

// Run makes the keys and ends.
func (c adminKeys) Run() error {
	if _, err := secret.CreateRing(c.Dir); err != nil {
		return err
	}
	fmt.Printf("Keys were made in %s. Back them up apart from the database: without them nothing sealed can be read.\n", c.Dir)
	return nil
}
