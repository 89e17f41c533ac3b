package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"okno/sim/ca"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"okno": func() { os.Exit(run(os.Args[1:])) }})
}

// TestCommands runs the scripts of testdata, which read like a manual.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata", Cmds: map[string]func(*testscript.TestScript, bool, []string){"pair": pair, "take": take}})
}

// take sets a variable to the first group of an expression in a file: take NAME FILE EXPRESSION
func take(ts *testscript.TestScript, _ bool, words []string) {
	found := regexp.MustCompile(words[2]).FindStringSubmatch(ts.ReadFile(words[1]))
	if len(found) != 2 {
		ts.Fatalf("%s holds no %s", words[1], words[2])
	}
	ts.Setenv(words[0], found[1])
}

// pair makes NAME.crt and NAME.key for a server: pair NAME HOST...
func pair(ts *testscript.TestScript, _ bool, words []string) {
	a, err := ca.Open(ca.Config{Dir: ts.MkAbs(".")})
	ts.Check(err)
	_, err = a.Server(words[0], words[1:]...)
	ts.Check(err)
}
