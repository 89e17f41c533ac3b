package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// demo is a demo that this command started.
type demo struct {
	Portal   string
	Control  string
	People   []struct{ Level, Login, Password string }
	Officers []struct{ Role, Login, Password string }
	Sites    []struct {
		Client string `json:"client_id"`
		Origin string
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

// login is how a visitor signs in: name, password and the code of the authenticator, empty for residents.
func (d *demo) login(v visitor) (name, password, code string, err error) {
	for _, p := range d.People {
		if v.level != "" && p.Level == v.level {
			return p.Login, p.Password, "", nil
		}
	}
	first := true
	for _, o := range d.Officers {
		if v.role != "" && o.Role == v.role {
			if v.other && first {
				first = false
				continue
			}
			code, err = d.code(o.Login)
			return o.Login, o.Password, code, err
		}
	}
	return "", "", "", fmt.Errorf("the demo has nobody of level %q or role %q", v.level, v.role)
}

// code is an officer's code of a minute in which none was used yet.
func (d *demo) code(login string) (string, error) {
	var answer struct{ Code string }
	if err := d.advance(time.Minute); err != nil {
		return "", err
	}
	err := d.call("GET", "/totp?login="+url.QueryEscape(login), nil, &answer)
	return answer.Code, err
}

// advance moves the demo's clock.
func (d *demo) advance(way time.Duration) error {
	return d.call("POST", "/clock", map[string]string{"advance": way.String()}, nil)
}

// message is an SMS or an e-mail as the simulators keep it.
type message struct {
	Text  string
	Links []string
}

// newest waits for a message to somebody after the first n, and gives it.
func (d *demo) newest(box, to string, n int) (message, error) {
	for range 200 {
		var all []message
		if err := d.call("GET", "/"+box+"?to="+url.QueryEscape(to), nil, &all); err != nil {
			return message{}, err
		}
		if len(all) > n {
			return all[0], nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	return message{}, fmt.Errorf("no %s comes to %s", box, to)
}

// call asks the control API.
func (d *demo) call(method, path string, body, answer any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return err
	}
	r, err := http.NewRequest(method, d.Control+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer got.Body.Close()
	if content, err = io.ReadAll(got.Body); err != nil {
		return err
	}
	if got.StatusCode/100 != 2 {
		return fmt.Errorf("%s %s answers %d %s", method, path, got.StatusCode, content)
	}
	if answer == nil {
		return nil
	}
	return json.Unmarshal(content, answer)
}
