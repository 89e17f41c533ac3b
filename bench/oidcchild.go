package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"

	"okno/internal/portal"
)

// childWord makes this binary a server for another one of it: what a server costs
// is told by its process alone, so it must not share one with those who ask.
const childWord = "serve-for-bench"

// child serves what it is told until it is told to stop: a house by its okno.yaml,
// as okno serve does, or the bare provider.
func child(words []string) int {
	flags := flag.NewFlagSet(childWord, flag.ContinueOnError)
	config := flags.String("config", "", "okno.yaml of a house")
	bare := flags.String("bare", "", "address of the bare provider")
	work := flags.Bool("work", false, "run jobs too")
	profile := flags.String("profile", "", "write a processor profile to this file")
	heap := flags.String("heap", "", "write what the memory holds to this file, at the start and at the end")
	if flags.Parse(words) != nil {
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()
	err := watched(*profile, func() error {
		if *bare != "" {
			return serveBareProvider(ctx, *bare)
		}
		return serveConfigured(ctx, *config, *work, *heap)
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		return 1
	}
	return 0
}

func serveConfigured(ctx context.Context, file string, work bool, heap string) error {
	c, err := portal.ReadConfig(file)
	if err != nil {
		return err
	}
	p, err := portal.Open(ctx, c, portal.Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return err
	}
	defer p.Close()
	p.Partners.UsePeople(nil) // as in the demo: the sites prove themselves by a secret, which only the sandbox takes
	sockets, err := portal.OpenSockets(ctx, p.Config)
	if err != nil {
		return err
	}
	portal.BoundMemory()
	if err := holds(heap, "start"); err != nil {
		return err
	}
	err = p.ServeAt(ctx, sockets, work)
	return errors.Join(err, holds(heap, "end"))
}

// process is a server of ours in a process of its own.
type process struct {
	address string
	pid     int
	command *exec.Cmd
	ended   chan error
}

// launch starts this binary as a server on an address and waits until it answers.
func launch(ctx context.Context, address string, words ...string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &process{address: address, command: exec.Command(self, append([]string{childWord}, words...)...), ended: make(chan error, 1)}
	p.command.Stderr = os.Stderr
	if !slices.Contains(words, "-heap") { // okno serve keeps no account of its memory: neither may what is measured in its place
		p.command.Env = append(os.Environ(), "GODEBUG=memprofilerate=0")
	}
	p.command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel ends the child with the thread that began it
		err := p.command.Start()
		started <- err
		if err == nil {
			p.ended <- p.command.Wait()
		}
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	p.pid = p.command.Process.Pid
	if err := p.await(ctx); err != nil {
		return nil, errors.Join(err, p.kill())
	}
	return p, nil
}

func (p *process) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		select {
		case err := <-p.ended:
			p.ended <- err
			return fmt.Errorf("the server did not start: %w", err)
		default:
		}
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", p.address)
		if err == nil {
			return conn.Close()
		}
		if ctx.Err() != nil {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// stop lets the server end by itself.
func (p *process) stop() error {
	p.command.Process.Signal(syscall.SIGTERM)
	return <-p.ended
}

// kill ends the server as a power cut would (kill -9).
func (p *process) kill() error {
	err := p.command.Process.Kill()
	<-p.ended
	return err
}

// cpu is the processor time that the server has used so far.
func (p *process) cpu() (time.Duration, error) {
	own, _, err := used(strconv.Itoa(p.pid))
	return own, err
}

// freeAddress names an address on which nobody listens.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
