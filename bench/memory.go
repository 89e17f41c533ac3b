package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// memory reads a line of a process's status, in MiB: VmRSS is what is resident,
// VmHWM the most that ever was.
func memory(process, line string) (float64, error) {
	status, err := os.ReadFile("/proc/" + process + "/status")
	if err != nil {
		return 0, err
	}
	_, rest, ok := strings.Cut(string(status), line+":")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0, fmt.Errorf("no %s of process %s", line, process)
	}
	kib, err := strconv.ParseFloat(fields[0], 64)
	return kib / 1024, err
}

// forgetPeak makes VmHWM of this process begin anew.
func forgetPeak() error { return os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }
