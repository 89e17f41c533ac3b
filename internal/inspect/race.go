//go:build race

package inspect

// The race detector's own memory counts as the child's.
const raceFactor = 8
