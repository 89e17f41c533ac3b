package inspect

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"sync"
	"syscall"
	"time"

	"okno/internal/fault"
)

// WallLimit ends a child that neither answers nor uses its processor time.
const WallLimit = 20 * time.Second

// Run inspects a file in a child process. self is the path of the program's own
// binary. The file is read from r as far as the rules allow and never held here
// whole; the answer is. An error is that of r, that of ctx, or a fault of kind
// Unavailable with the key "file.unavailable": the child did not start, was
// killed by a limit, hung or answered garbage. A refusal is not an error.
func Run(ctx context.Context, self string, r io.Reader, rules Rules) (Verdict, error) {
	return run(ctx, self, r, rules, WallLimit)
}

func run(ctx context.Context, self string, r io.Reader, rules Rules, wall time.Duration) (Verdict, error) {
	rules = rules.bounded()
	limited, cancel := context.WithTimeout(ctx, wall)
	defer cancel()
	file := &upload{r: io.LimitReader(r, rules.MaxBytes+1)}
	out := &capped{most: maxAnswer}
	err := startAndWait(limited, self, file, out, rules)
	switch {
	case ctx.Err() != nil:
		return Verdict{}, ctx.Err()
	case limited.Err() == nil && file.err() != nil:
		return Verdict{}, fmt.Errorf("inspect: reading the upload: %w", file.err())
	case err != nil:
		return Verdict{}, fault.Wrap(fault.Unavailable, "file.unavailable", err)
	}
	v, err := readAnswer(out.held.Bytes(), rules)
	if err != nil {
		return Verdict{}, fault.Wrap(fault.Unavailable, "file.unavailable", err)
	}
	return v, nil
}

// maxAnswer is the most that a child may write: an image of 20 million pixels
// encoded anew stays below it, and so does a PDF, which passes as it came.
const maxAnswer = 48 << 20

// startAndWait takes the network away by the first means that the kernel grants.
func startAndWait(ctx context.Context, self string, file io.Reader, out io.Writer, rules Rules) error {
	var err error
	for _, attributes := range isolations() {
		var head bytes.Buffer
		if err = writeHead(&head, rules); err != nil {
			return err
		}
		child := exec.CommandContext(ctx, self, Argument)
		child.Env, child.Dir = []string{}, "/"
		child.Stdin, child.Stdout = io.MultiReader(&head, file), out
		words := &lastWords{}
		child.Stderr = words
		child.SysProcAttr = attributes
		child.Cancel = func() error { return syscall.Kill(-child.Process.Pid, syscall.SIGKILL) }
		child.WaitDelay = time.Second
		if err = child.Start(); err == nil {
			if err = child.Wait(); err != nil {
				return fmt.Errorf("inspect: child: %w: %q", err, words.held)
			}
			return nil
		}
		if !slices.ContainsFunc(namespaceRefusals(), func(e error) bool { return errors.Is(err, e) }) {
			break
		}
	}
	return fmt.Errorf("inspect: starting the child: %w", err)
}

// isolations lists the ways to start the child, the safest first.
func isolations() []*syscall.SysProcAttr {
	own := []syscall.SysProcIDMap{{ContainerID: 65534, HostID: syscall.Getuid(), Size: 1}}
	group := []syscall.SysProcIDMap{{ContainerID: 65534, HostID: syscall.Getgid(), Size: 1}}
	return []*syscall.SysProcAttr{
		{Setpgid: true, Cloneflags: syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC, UidMappings: own, GidMappings: group},
		{Setpgid: true, Cloneflags: syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC},
		{Setpgid: true},
	}
}

func namespaceRefusals() []error {
	return []error{syscall.EPERM, syscall.EACCES, syscall.EINVAL, syscall.ENOSYS, syscall.ENOSPC, syscall.EUSERS}
}

// readAnswer believes nothing that was not agreed.
func readAnswer(raw []byte, rules Rules) (Verdict, error) {
	rest := bytes.NewReader(raw)
	var a answered
	if err := readHead(rest, &a); err != nil {
		return Verdict{}, err
	}
	clean := raw[len(raw)-rest.Len():]
	if len(clean) != a.Bytes {
		return Verdict{}, fmt.Errorf("inspect: %d bytes announced, %d came", a.Bytes, len(clean))
	}
	if a.Refused != "" {
		if !slices.Contains(refusals(), a.Refused) || len(clean) > 0 {
			return Verdict{}, errors.New("inspect: the child refused in words of its own")
		}
		return Verdict{Refused: a.Refused, Vars: varsOf(a.Vars)}, nil
	}
	image := a.Type == JPEG && sniff(clean) == JPEG && a.Width > 0 && a.Height > 0 && (rules.allow(JPEG) || rules.allow(PNG) || rules.allow(WebP))
	pdf := a.Type == PDF && sniff(clean) == PDF && rules.allow(PDF) && a.Pages > 0
	if !image && !pdf {
		return Verdict{}, errors.New("inspect: the child passed what was not asked for")
	}
	return Verdict{Clean: clean, Type: a.Type, Width: a.Width, Height: a.Height, Pages: a.Pages}, nil
}

func varsOf(numbers map[string]int) fault.Vars {
	vars := fault.Vars{}
	for name, n := range numbers {
		vars[name] = n
	}
	return vars
}

// upload remembers why reading the file failed; a reader that hangs may outlive Run.
type upload struct {
	r  io.Reader
	mu sync.Mutex
	e  error
}

// Read is io.Reader's.
func (u *upload) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err != nil && err != io.EOF {
		u.mu.Lock()
		u.e = err
		u.mu.Unlock()
	}
	return n, err
}

func (u *upload) err() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.e
}

// capped holds what the child writes, up to a bound.
type capped struct {
	held bytes.Buffer
	most int
}

// Write refuses what is beyond the bound, which ends the child.
func (c *capped) Write(p []byte) (int, error) {
	if c.held.Len()+len(p) > c.most {
		return 0, errors.New("inspect: the child writes too much")
	}
	return c.held.Write(p)
}

// lastWords keeps the beginning of what the child says when it dies, for the
// log: the runtime's reason, never a part of the file.
type lastWords struct{ held []byte }

// Write never refuses.
func (l *lastWords) Write(p []byte) (int, error) {
	l.held = append(l.held, p[:min(len(p), 120-len(l.held))]...)
	return len(p), nil
}
