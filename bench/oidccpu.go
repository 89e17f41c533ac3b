package main

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of /proc/PID/stat, the same on every Linux that Go runs on.
const tick = time.Second / 100

// used is the processor time of a process, and that of its children which ended.
func used(process string) (own, children time.Duration, err error) {
	fields, err := stat(process)
	if err != nil {
		return 0, 0, err
	}
	var n [4]int64 // utime, stime, cutime, cstime: fields 14 to 17 of proc(5)
	for i := range n {
		if n[i], err = strconv.ParseInt(fields[11+i], 10, 64); err != nil {
			return 0, 0, err
		}
	}
	return time.Duration(n[0]+n[1]) * tick, time.Duration(n[2]+n[3]) * tick, nil
}

// stat are the fields of a process from the third one on: after the name, which
// may hold blanks.
func stat(process string) ([]string, error) {
	text, err := os.ReadFile("/proc/" + process + "/stat")
	if err != nil {
		return nil, err
	}
	at := strings.LastIndexByte(string(text), ')')
	fields := strings.Fields(string(text[at+1:]))
	if at < 0 || len(fields) < 20 {
		return nil, fmt.Errorf("the state of process %s cannot be read", process)
	}
	return fields, nil
}

// postgresCPU is the processor time of all processes of a PostgreSQL server, those
// that ended too.
func postgresCPU(cluster string) (time.Duration, error) {
	u, err := url.Parse(cluster)
	if err != nil {
		return 0, err
	}
	text, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	own, ended, err := used(first)
	if err != nil {
		return 0, err
	}
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	sum := own + ended
	for _, dir := range all {
		fields, err := stat(filepath.Base(dir))
		if err != nil || fields[1] != first { // it has just ended, or is of somebody else
			continue
		}
		if one, _, err := used(filepath.Base(dir)); err == nil {
			sum += one
		}
	}
	return sum, nil
}
