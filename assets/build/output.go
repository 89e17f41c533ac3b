package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// tidy removes what an earlier build left, once the new files and their manifest are there, so that the folder is
// whole at every moment.
func (o *output) tidy() error {
	kept := map[string]bool{".gitkeep": true, "manifest.json": true, "fonts": true}
	for _, hashed := range o.names {
		kept[hashed], kept[hashed+".br"], kept[hashed+".gz"] = true, true, true
	}
	entries, err := os.ReadDir(o.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		if kept[entry.Name()] {
			continue
		}
		if err := os.RemoveAll(filepath.Join(o.dir, entry.Name())); err != nil {
			return err
		}
	}
	return nil
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
