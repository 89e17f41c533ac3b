package main

import (
	"os"
	"runtime/pprof"
)

// watched writes where the processor's time goes while f runs, when a file is named.
func watched(file string, f func() error) error {
	if file == "" {
		return f()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return f()
}
