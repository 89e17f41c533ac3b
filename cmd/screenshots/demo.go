package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// demo is a demo that this command started.
type demo struct {
	Portal  string
	Control string
	People  []struct{ Level, Login, Password string }

	Officers []struct {
		Role, Login, Password string
		TOTP                  string `json:"totp_secret"`
	}

	folder string
	cmd    *exec.Cmd
	ended  chan error
}

// startDemo runs "okno demo" and waits until it has written where it answers.
func startDemo(ctx context.Context, binary, country string) (*demo, error) {
	folder, err := os.MkdirTemp("", "okno-screenshots-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(folder, "demo.json")
	d := &demo{folder: folder, ended: make(chan error, 1)}
	d.cmd = exec.CommandContext(ctx, binary, "demo", "--data", filepath.Join(folder, "data"), "--listen", "127.0.0.1:0",
		"--control", "127.0.0.1:0", "--json", file, "--jurisdiction", country)
	d.cmd.Stderr = os.Stderr
	d.cmd.Cancel = func() error { return d.cmd.Process.Signal(syscall.SIGTERM) }
	if err := d.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	go func() { d.ended <- d.cmd.Wait() }()
	if err := d.wait(ctx, file); err != nil {
		d.stop()
		return nil, err
	}
	return d, nil
}

// wait reads the file as soon as it is there; the demo writes it whole.
func (d *demo) wait(ctx context.Context, file string) error {
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	late := time.NewTimer(time.Minute)
	defer late.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case err := <-d.ended:
			d.ended <- err
			return fmt.Errorf("the demo ended before it answered: %v", err)
		case <-late.C:
			return errors.New("the demo does not answer after a minute")
		case <-look.C:
			if content, err := os.ReadFile(file); err == nil {
				return json.Unmarshal(content, d)
			}
		}
	}
}

// stop ends the demo and removes its folder.
func (d *demo) stop() {
	d.cmd.Process.Signal(syscall.SIGTERM)
	<-d.ended
	os.RemoveAll(d.folder)
}

// login is how a visitor signs in: name, password and the secret of the authenticator, empty for residents.
func (d *demo) login(v visitor) (name, password, secret string, err error) {
	for _, p := range d.People {
		if v.level != "" && p.Level == v.level {
			return p.Login, p.Password, "", nil
		}
	}
	for _, o := range d.Officers {
		if v.role != "" && o.Role == v.role {
			return o.Login, o.Password, o.TOTP, nil
		}
	}
	return "", "", "", fmt.Errorf("the demo has nobody of level %q or role %q", v.level, v.role)
}
