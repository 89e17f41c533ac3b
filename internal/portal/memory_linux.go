package portal

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// forgetBinary tells the kernel that this process needs none of the binary's code and
// constants now in its memory. What it needs is there again at the first touch, from
// the kernel's cache; what only the start needed is not (wiring, packs, texts, tables
// of the libraries). It only saves memory: where the kernel does not tell what is
// mapped, nothing changes.
func forgetBinary() {
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		return
	}
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for _, m := range untouched(maps, self) {
		syscall.Syscall(syscall.SYS_MADVISE, m.begin, m.end-m.begin, syscall.MADV_DONTNEED)
	}
}

// mapped is a part of the memory, from its first byte to the one after its last.
type mapped struct{ begin, end uintptr }

// untouched are the parts of a file that cannot be written and hold no page of which
// the process has its own copy (as those that a loader adjusted at the start): giving
// such a page up loses nothing. The text is that of /proc/self/smaps (proc(5)).
func untouched(smaps []byte, file string) (parts []mapped) {
	var at mapped
	ours := false
	for lines := bufio.NewScanner(bytes.NewReader(smaps)); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 {
			continue
		}
		switch {
		case !strings.HasSuffix(fields[0], ":"):
			_, err := fmt.Sscanf(fields[0], "%x-%x", &at.begin, &at.end)
			ours = err == nil && len(fields) >= 6 && fields[1][1] == '-' && strings.HasSuffix(lines.Text(), " "+file)
		case fields[0] == "Anonymous:" && ours && fields[1] == "0":
			parts = append(parts, at)
		}
	}
	return parts
}
