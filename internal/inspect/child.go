package inspect

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"
	"syscall"
)

// Argument is the one argument with which the binary becomes the child.
const Argument = "__inspect"

// The child's limits (FILE-6).
const (
	MemoryLimit = 256 << 20 // bytes of private writable memory
	CPULimit    = 10        // seconds
)

// answered is the head of the answer; that of the question is the Rules. A head is four bytes of length,
// big-endian, then JSON, then the bytes of the file.
type answered struct {
	Refused       string
	Vars          map[string]int
	Type          Type
	Width, Height int
	Pages         int
	Bytes         int // that follow
}

// ChildMain is the whole life of the child: it binds itself, reads the rules and
// the file, and answers. The entry point of the binary calls it, before anything
// else, when the only argument is Argument, and exits with 1 on an error.
func ChildMain(stdin io.Reader, stdout io.Writer) error {
	if err := bind(); err != nil {
		return err
	}
	var rules Rules
	if err := readHead(stdin, &rules); err != nil {
		return err
	}
	rules = rules.bounded()
	data, err := io.ReadAll(io.LimitReader(stdin, rules.MaxBytes+1))
	if err != nil {
		return fmt.Errorf("inspect: reading the file: %w", err)
	}
	return answer(stdout, look(data, rules))
}

// bind sets limits that the child cannot lift again.
func bind() error {
	runtime.GOMAXPROCS(1)
	debug.SetGCPercent(10) // collect harder, long before the wall
	debug.SetMaxStack(64 << 20)
	for resource, limit := range map[int]uint64{
		syscall.RLIMIT_DATA: MemoryLimit * raceFactor, syscall.RLIMIT_CPU: CPULimit, syscall.RLIMIT_FSIZE: 0, syscall.RLIMIT_CORE: 0, syscall.RLIMIT_NOFILE: 32,
	} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			return fmt.Errorf("inspect: limit %d: %w", resource, err)
		}
	}
	return nil
}

func answer(w io.Writer, v Verdict) error {
	vars := map[string]int{}
	for name, value := range v.Vars {
		vars[name] = value.(int)
	}
	if err := writeHead(w, answered{v.Refused, vars, v.Type, v.Width, v.Height, v.Pages, len(v.Clean)}); err != nil {
		return err
	}
	_, err := w.Write(v.Clean)
	return err
}

const maxHead = 4096

func writeHead(w io.Writer, head any) error {
	text, err := json.Marshal(head)
	if err != nil {
		return fmt.Errorf("inspect: head: %w", err)
	}
	_, err = w.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))
	return err
}

func readHead(r io.Reader, head any) error {
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return fmt.Errorf("inspect: head: %w", err)
	}
	n := binary.BigEndian.Uint32(size[:])
	if n > maxHead {
		return fmt.Errorf("inspect: head of %d bytes", n)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r, text); err != nil {
		return fmt.Errorf("inspect: head: %w", err)
	}
	return json.Unmarshal(text, head)
}
