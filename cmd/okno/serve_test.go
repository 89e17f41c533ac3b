package main

import (
	"context"
	"syscall"
	"testing"
)

func TestHangup(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	acted := make(chan bool)
	onHangup(ctx, func() { acted <- true })
	for range 2 { // the test ends by its time limit when a hangup is not heard
		if err := syscall.Kill(syscall.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		<-acted
	}
}
