//go:build !linux

package main

import "os"

// exchange swaps two folders; for the length of two renames the second is not there.
func exchange(a, b string) error {
	aside := b + ".aside"
	if err := os.Rename(b, aside); err != nil {
		return err
	}
	if err := os.Rename(a, b); err != nil {
		return err
	}
	return os.Rename(aside, a)
}
