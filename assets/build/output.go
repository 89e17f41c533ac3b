package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/andybalholm/brotli"
)

// output is the folder of finished files.
type output struct {
	dir   string
	names map[string]string // "okno.css" -> "okno.3f2a91c0.css"
}

// fresh makes an empty folder beside the one that will be replaced.
func fresh(dist string) (*output, error) {
	dir, err := os.MkdirTemp(filepath.Dir(dist), ".dist-")
	if err != nil {
		return nil, err
	}
	return &output{dir: dir, names: map[string]string{}}, os.Chmod(dir, 0o755)
}

// replace puts the finished folder in the place of dist, whole and in one step. Nothing is touched but the time of the
// manifest when both hold the same files.
func (o *output) replace(dist string) error {
	now, err := listing(o.dir)
	if err != nil {
		return err
	}
	if before, err := listing(dist); err == nil && maps.Equal(before, now) {
		return os.Rename(filepath.Join(o.dir, "manifest.json"), filepath.Join(dist, "manifest.json"))
	}
	if err := os.MkdirAll(dist, 0o755); err != nil {
		return err
	}
	return exchange(o.dir, dist)
}

// listing leads from every file below a folder to the sum of its contents.
func listing(dir string) (map[string][sha256.Size]byte, error) {
	found := map[string][sha256.Size]byte{}
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		found[name] = sha256.Sum256(content)
		return err
	})
	return found, err
}

// write stores a file under a hashed name with its compressed twins, and returns its size after brotli.
func (o *output) write(name string, content []byte) (int, error) {
	sum := sha256.Sum256(content)
	ext := filepath.Ext(name)
	hashed := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:4]) + ext
	o.names[name] = hashed
	path := filepath.Join(o.dir, hashed)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		return 0, err
	}
	br, err := brotliOf(content)
	if err != nil {
		return 0, err
	}
	gz, err := gzipOf(content)
	if err != nil {
		return 0, err
	}
	if err := os.WriteFile(path+".gz", gz, 0o644); err != nil {
		return 0, err
	}
	fmt.Printf("%-28s %7d bytes, %6d brotli, %6d gzip\n", hashed, len(content), len(br), len(gz))
	return len(br), os.WriteFile(path+".br", br, 0o644)
}

// file stores a file of the source tree.
func (o *output) file(name, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	_, err = o.write(name, content)
	return err
}

// plain copies a file that no browser asks for: its own name, no twins.
func (o *output) plain(name, from string) error {
	content, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	path := filepath.Join(o.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o644)
}

func brotliOf(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err := w.Close()
	return b.Bytes(), err
}

func gzipOf(content []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
