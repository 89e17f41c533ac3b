package jurisdiction

import (
	"bufio"
	"fmt"
	"hash/maphash"
	"io"
	"slices"

	"okno/internal/text"
)

// CommonPasswords is a list of breached and common passwords (AUTH-2). It keeps
// eight bytes a password; two passwords in a billion lists would be confused,
// and then only refused needlessly.
type CommonPasswords struct {
	seed   maphash.Seed
	hashes []uint64
}

// maxCommon bounds the list, so that a wrong file cannot fill memory.
const maxCommon = 5_000_000

// ReadCommonPasswords reads a list, one password a line, any order and case.
// Lines of fewer than four characters are dropped: they are refused by length.
func ReadCommonPasswords(from io.Reader) (*CommonPasswords, error) {
	list := &CommonPasswords{seed: maphash.MakeSeed()}
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		word := text.Fold(lines.Text())
		if len(word) < 4 {
			continue
		}
		if len(list.hashes) >= maxCommon {
			return nil, fmt.Errorf("read common passwords: more than %d", maxCommon)
		}
		list.hashes = append(list.hashes, maphash.String(list.seed, word))
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read common passwords: %w", err)
	}
	slices.Sort(list.hashes)
	list.hashes = slices.Clone(slices.Compact(list.hashes)) // no larger than it must be
	return list, nil
}

// Len is how many different passwords the list has.
func (c *CommonPasswords) Len() int {
	if c == nil {
		return 0
	}
	return len(c.hashes)
}

// Has says whether the folded password is in the list; an absent list has nothing.
func (c *CommonPasswords) Has(folded string) bool {
	if c == nil {
		return false
	}
	_, found := slices.BinarySearch(c.hashes, maphash.String(c.seed, folded))
	return found
}
