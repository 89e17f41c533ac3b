package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"okno/internal/fault"
)

// TestMain lets the test binary be the child, as the product's binary is.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 {
		child := map[string]func() error{
			Argument:  func() error { return ChildMain(os.Stdin, os.Stdout) },
			"__hog":   hog,
			"__probe": probe,
		}[os.Args[1]]
		if child != nil {
			if err := child(); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	os.Exit(m.Run())
}

// hog binds itself and takes more memory than it may, then answers well.
func hog() error {
	if err := bind(); err != nil {
		return err
	}
	var held [][]byte
	for range 40 * raceFactor {
		page := make([]byte, 8<<20)
		for i := 0; i < len(page); i += 4096 {
			page[i] = 1
		}
		held = append(held, page)
	}
	defer runtime.KeepAlive(held)
	return answer(os.Stdout, refuse("file.empty"))
}

type probed struct {
	CPU, Data   uint64
	Environment int
	Networks    []string
	CanWrite    bool
}

// probe binds itself and tells what it can reach.
func probe() error {
	if err := bind(); err != nil {
		return err
	}
	var p probed
	var limit syscall.Rlimit
	for resource, into := range map[int]*uint64{syscall.RLIMIT_CPU: &p.CPU, syscall.RLIMIT_DATA: &p.Data} {
		if err := syscall.Getrlimit(resource, &limit); err != nil {
			return err
		}
		*into = limit.Max
	}
	p.Environment = len(os.Environ())
	interfaces, err := net.Interfaces()
	if err != nil {
		return err
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp != 0 {
			p.Networks = append(p.Networks, i.Name)
		}
	}
	path := filepath.Join(os.TempDir(), fmt.Sprintf("inspect-probe-%d", os.Getpid()))
	p.CanWrite = os.WriteFile(path, []byte("x"), 0o600) == nil
	os.Remove(path)
	return json.NewEncoder(os.Stdout).Encode(p)
}

func self(t testing.TB) string {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// script makes a child of a shell script.
func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "child")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

var everything = Rules{Types: []Type{JPEG, PNG, WebP, PDF}}

func TestChild(t *testing.T) {
	t.Run("FILE-5 metadata is stripped, GPS with it", func(t *testing.T) {
		photo := withExif(jpegOf(t, 40, 20), 1, "GPS 55.7558N 37.6173E")
		v, err := Run(context.Background(), self(t), bytes.NewReader(photo), everything)
		if err != nil || !v.OK() {
			t.Fatal(v.Refused, err)
		}
		if bytes.Contains(v.Clean, []byte("GPS")) || bytes.Contains(v.Clean, []byte("Exif")) {
			t.Error("metadata stayed")
		}
		if v.Type != JPEG || v.Width != 40 || v.Height != 20 {
			t.Errorf("got %s %d x %d", v.Type, v.Width, v.Height)
		}
	})
	t.Run("FILE-6 the child has 256 MiB, 10 s, no network, no environment and writes no file", func(t *testing.T) {
		out := &capped{most: 1 << 16}
		child := script(t, "exec "+self(t)+" __probe")
		if err := startAndWait(context.Background(), child, strings.NewReader(""), out, everything); err != nil {
			t.Fatal(err)
		}
		var p probed
		if err := json.Unmarshal(out.held.Bytes(), &p); err != nil {
			t.Fatal(err)
		}
		if p.CPU != CPULimit || p.Data != MemoryLimit*raceFactor || p.CanWrite || len(p.Networks) > 0 {
			t.Errorf("got %+v", p)
		}
		if p.Environment > 1 { // the shell between sets PWD
			t.Errorf("%d variables", p.Environment)
		}
	})
	t.Run("FILE-1 no file is bigger than the rules", func(t *testing.T) {
		v, err := Run(context.Background(), self(t), io.LimitReader(endless{}, 1<<40), Rules{Types: Photos(), MaxBytes: 1 << 20})
		if err != nil || v.Refused != "file.too_big" || v.Vars["max"] != 1 {
			t.Errorf("got %+v, %v", v, err)
		}
	})
	t.Run("an upload that breaks is its own error", func(t *testing.T) {
		_, err := Run(context.Background(), self(t), iotest.ErrReader(io.ErrUnexpectedEOF), everything)
		if !errors.Is(err, io.ErrUnexpectedEOF) || fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
	t.Run("an ended context is its own error", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := Run(ctx, self(t), strings.NewReader("x"), everything); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

func TestBadChild(t *testing.T) {
	for name, child := range map[string]string{
		"killed":                        "kill -9 $$",
		"hung":                          "exec sleep 60",
		"silent":                        "exit 0",
		"garbled":                       "echo garbage that is no answer at all",
		"endless":                       "exec yes",
		"out of memory":                 "exec " + self(t) + " __hog",
		"refusing in words of its own":  `printf '\000\000\000\021{"Refused":"evil"}'`,
		"passing what nobody asked for": `printf '\000\000\000\036{"Type":"text/html","Bytes":1}<x'`,
		"failing":                       "exit 1",
	} {
		t.Run("FILE-6 a child that is "+name+" is unavailable", func(t *testing.T) {
			_, err := run(context.Background(), script(t, child), strings.NewReader("file"), everything, 3*time.Second)
			if !fault.Is(err, fault.Unavailable) || !fault.HasKey(err, "file.unavailable") {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a binary that is not there is unavailable", func(t *testing.T) {
		if _, err := Run(context.Background(), "/nowhere", strings.NewReader("x"), everything); !fault.Is(err, fault.Unavailable) {
			t.Errorf("got %v", err)
		}
	})
}

func TestBombs(t *testing.T) {
	bombs := map[string][]byte{
		"50,000 pixels wide":    pngHeader(50_000, 10),
		"2 billion pixels each": pngHeader(1<<31-1, 1<<31-1),
		"pixels that unpack":    pngHeader(4000, 4000),
		"a PDF nested deep":     pdfOf("<< /Type /Catalog /Pages 2 0 R /X "+strings.Repeat("[", 300_000)+strings.Repeat("]", 300_000)+" >>", pdfPages, pdfPage),
		"a PDF that unpacks":    xrefBomb(t, 900<<20),
	}
	runtime.GC()
	before := residentPeak(t)
	for name, bomb := range bombs {
		t.Run("FILE-6 a bomb does no harm: "+name, func(t *testing.T) {
			v, err := Run(context.Background(), self(t), bytes.NewReader(bomb), Rules{Types: everything.Types, MaxBytes: 20 << 20})
			if err != nil && !fault.Is(err, fault.Unavailable) {
				t.Fatal(err)
			}
			if err == nil && v.OK() {
				t.Error("passed")
			}
			t.Logf("refused %q, unavailable %v", v.Refused, err != nil)
		})
	}
	t.Run("FILE-6 the parent's memory stays flat", func(t *testing.T) {
		if grown := residentPeak(t) - before; grown > 32<<20 {
			t.Errorf("grew by %d MiB", grown>>20)
		}
	})
}

func TestBiggest(t *testing.T) {
	for name, file := range map[string][]byte{
		"20 million pixels, turned":          withExif(jpegOf(t, 5000, 4000), 6, ""),
		"12.5 million pixels of eight bytes": pngDeep(t, 5000, 2500),
	} {
		t.Run("FILE-6 the biggest photo that is allowed fits into the child: "+name, func(t *testing.T) {
			start := time.Now()
			v, err := Run(context.Background(), self(t), bytes.NewReader(file), everything)
			if err != nil || !v.OK() {
				t.Fatal(v.Refused, err)
			}
			t.Logf("%s", time.Since(start))
		})
	}
}

// residentPeak is the most memory that this process has held, in bytes.
func residentPeak(t *testing.T) int64 {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return usage.Maxrss << 10
}
