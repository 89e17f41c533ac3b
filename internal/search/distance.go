package search

import (
	"math/bits"
	"unicode/utf8"
)

// allowedEdits is how many typing mistakes a word of so many letters may have:
// none below 4, one in 4 to 7, two beyond (screens.md S02).
func allowedEdits(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4 || n > maxWordRunes:
		return 0
	case n < 8:
		return 1
	}
	return 2
}

func masksNear(a, b uint64, edits int) bool {
	return bits.OnesCount64(a&^b) <= edits && bits.OnesCount64(b&^a) <= edits
}

// distance counts the letters that are missing, extra, wrong or swapped with
// their neighbour between two words of at most maxWordRunes; anything above
// limit is returned as limit+1.
func distance(a []rune, text string, limit int) int {
	var rows [3][maxWordRunes + 2]uint8
	var b [maxWordRunes + 1]rune
	n := 0
	for _, r := range text {
		if n > maxWordRunes {
			return limit + 1
		}
		b[n] = r
		n++
	}
	if len(a) > maxWordRunes || n > maxWordRunes {
		return limit + 1
	}
	for j := 0; j <= n; j++ {
		rows[0][j] = uint8(j)
	}
	for i := 1; i <= len(a); i++ {
		row, above, above2 := &rows[i%3], &rows[(i+2)%3], &rows[(i+1)%3]
		row[0] = uint8(i)
		best := row[0]
		for j := 1; j <= n; j++ {
			cost := uint8(1)
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d := min(above[j]+1, row[j-1]+1, above[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d = min(d, above2[j-2]+1)
			}
			row[j] = d
			best = min(best, d)
		}
		if int(best) > limit {
			return limit + 1
		}
	}
	return int(rows[len(a)%3][n])
}
