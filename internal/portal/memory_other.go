//go:build !linux

package portal

// forgetBinary is for Linux alone.
func forgetBinary() {}
