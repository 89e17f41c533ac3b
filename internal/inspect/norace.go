//go:build !race

package inspect

const raceFactor = 1
