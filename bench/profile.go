package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
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

// holds writes what the memory holds at a moment, when a file is named: the heap's
// profile as of the last collection, and beside it the runtime's and the kernel's sums.
func holds(file, moment string) error {
	if file == "" {
		return nil
	}
	out, err := os.Create(file + "-" + moment)
	if err != nil {
		return err
	}
	defer out.Close()
	kernel, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		return err
	}
	peak, err := memory("self", "VmHWM")
	if err != nil {
		return err
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	cpu := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/user:cpu-seconds"}}
	metrics.Read(cpu)
	sums := fmt.Sprintf("peak %.1f MiB; heap: in use %d, idle %d, released %d, next collection at %d; stacks %d; runtime %d; collections %d, which took %.2f s beside %.2f s of work\n%s",
		peak, m.HeapInuse, m.HeapIdle, m.HeapReleased, m.NextGC, m.StackInuse, m.MSpanSys+m.MCacheSys+m.BuckHashSys+m.GCSys+m.OtherSys, m.NumGC,
		cpu[0].Value.Float64(), cpu[1].Value.Float64(), kernel)
	return errors.Join(pprof.WriteHeapProfile(out), os.WriteFile(file+"-"+moment+".txt", []byte(sums), 0o644))
}
