// Command testdb starts a private PostgreSQL server as an unprivileged user, runs
// a command with its address in the environment, and stops the server again:
//
//	go run ./cmd/testdb go test ./...
//
// It is for tests only: the server keeps nothing.
package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"okno/internal/db/dbtest"
)

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: testdb COMMAND [ARGUMENT ...]")
		os.Exit(2)
	}
	os.Exit(run(os.Args[1:]))
}

func run(words []string) int {
	defer os.RemoveAll(filepath.Join(os.TempDir(), fmt.Sprintf("okno-pg-%d", os.Getpid())))
	admin, err := dbtest.StartCluster()
	if err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
		return 1
	}
	command := exec.Command(words[0], words[1:]...)
	command.Env = append(os.Environ(), dbtest.ClusterVariable+"="+admin)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err = command.Run()
	var ended *exec.ExitError
	if errors.As(err, &ended) {
		return ended.ExitCode()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
		return 1
	}
	return 0
}
