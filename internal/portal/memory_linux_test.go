package portal

import (
	"os"
	"slices"
	"testing"
)

func TestForgetBinary(t *testing.T) {
	const smaps = `00400000-01588000 r-xp 00000000 fe:00 10240007                           /usr/bin/okno
Size:              18000 kB
Anonymous:             0 kB
VmFlags: rd ex mr mw me
01588000-02b67000 r--p 01188000 fe:00 10240007                           /usr/bin/okno
Anonymous:             0 kB
02b67000-02b68000 r--p 02767000 fe:00 10240007                           /usr/bin/okno
Anonymous:             4 kB
02b68000-02f0e000 rw-p 02768000 fe:00 10240007                           /usr/bin/okno
Anonymous:             0 kB
4fa5d000000-4fa5f000000 r--p 00000000 00:00 0
Anonymous:             0 kB
7f57a43f2000-7f57a4548000 r-xp 00026000 fe:00 326269                     /opt/usr/bin/okno
Anonymous:             0 kB
`
	t.Run("only parts of the binary that hold nothing of the process's own are given up", func(t *testing.T) {
		want := []mapped{{0x400000, 0x1588000}, {0x1588000, 0x2b67000}}
		if got := untouched([]byte(smaps), "/usr/bin/okno"); !slices.Equal(got, want) {
			t.Errorf("gives up %x, want %x", got, want)
		}
	})
	t.Run("this very binary has such parts, and runs on without them", func(t *testing.T) {
		maps, err := os.ReadFile("/proc/self/smaps")
		if err != nil {
			t.Fatal(err)
		}
		self, err := os.Executable()
		if err != nil {
			t.Fatal(err)
		}
		if len(untouched(maps, self)) == 0 {
			t.Fatal("nothing was found")
		}
		forgetBinary()
		if again, err := os.ReadFile("/proc/self/smaps"); err != nil || len(untouched(again, self)) == 0 {
			t.Errorf("afterwards: %v", err)
		}
	})
}
