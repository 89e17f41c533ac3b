package portal

import (
	"math"
	"runtime"
	"runtime/debug"
)

// What a crowd that signs in may add to the memory of a house at rest: a hash on
// each core (secret.Hasher) and room for everything else.
const (
	hashMemory = 19 << 20
	crowdRoom  = 48 << 20
)

// BoundMemory is the one place that says how the process uses memory. It gives back
// what only the start needed, and makes the runtime collect harder when the process
// grows beyond what it holds now, a hash for each core and 48 MiB. Spent hashes are
// large: without a bound 64 sign-ins at once made a house on two cores grow by 138
// MiB on SQLite and 150 on PostgreSQL, with it by 99 and 95 (measured by bench
// crowd; the goal is cores x 19 MiB + 64 MiB, here 102).
//
// Below the bound it collects as often as Go does by default. Half as often takes
// 15 MiB more under the load of bench oidc-memory (113 instead of 98) and saves a
// twenty-fifth of the processor's time (3.3 instead of 7.2 per cent go to the
// collector); twice as often takes 12 MiB less. What was set before, as by
// GOMEMLIMIT, stays.
func BoundMemory() {
	if debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	debug.FreeOSMemory()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	atRest := m.HeapAlloc + m.Sys - m.HeapSys
	debug.SetMemoryLimit(int64(atRest) + int64(runtime.GOMAXPROCS(0))*hashMemory + crowdRoom)
}
