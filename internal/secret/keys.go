package secret

import (
	"cmp"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The keys that have generations, and those that have one file.
const (
	wrapName = "wrap"
	sealName = "seal"
)

var keyNames = []string{"index", "pepper", "code"}

// CreateRing writes a new ring into a folder that holds none yet.
func CreateRing(dir string) (*Ring, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	for _, name := range append([]string{wrapName + "-1"}, keyNames...) {
		if err := makeKey(dir, name); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{sealName + "-1", "audit"} {
		if err := makeSigner(dir, name); err != nil {
			return nil, err
		}
	}
	return OpenRing(dir)
}

// HasRing says whether the folder holds a ring.
func HasRing(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "audit.key"))
	return err == nil
}

// CompleteRing makes a ring where there is none, and the first sealing key where a
// ring has none yet; it says which files it made. No other key is ever made up for
// a ring: what was sealed or indexed with a lost one could not be read with a new one.
func CompleteRing(dir string) (made []string, err error) {
	if !HasRing(dir) {
		if _, err := CreateRing(dir); err != nil {
			return nil, err
		}
		keys, err := Keys(dir)
		for _, k := range keys {
			made = append(made, k.Name)
		}
		return made, err
	}
	if names, _ := filepath.Glob(filepath.Join(dir, sealName+"-*.key")); len(names) > 0 {
		return nil, nil
	}
	return []string{sealName + "-1"}, makeSigner(dir, sealName+"-1")
}

// Rotate makes the next generation of a key, "seal" or "wrap", and gives its name.
// Whoever opens the ring from then on seals or wraps with the new one; what was
// sealed or wrapped before stays readable. The other keys have no generations.
func Rotate(dir, key string) (name string, err error) {
	if key != wrapName && key != sealName {
		return "", fmt.Errorf("secret: the key %q has no generations; %s and %s have", key, sealName, wrapName)
	}
	if _, err := OpenRing(dir); err != nil {
		return "", err
	}
	names, err := generations(dir, key)
	if err != nil {
		return "", err
	}
	name = key + "-" + strconv.Itoa(generation(names[len(names)-1])+1)
	if key == wrapName {
		return name, makeKey(dir, name)
	}
	return name, makeSigner(dir, name)
}

// generations are the names of a key's files, oldest first; at least one, or an error.
func generations(dir, key string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, key+"-*.key"))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".key")
		if generation(name) < 1 {
			return nil, fmt.Errorf("secret: %s is no generation of the key %s: name it %s-1.key or %s-2.key", file, key, key, key)
		}
		names = append(names, name)
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("secret: no %s-1.key in %s; okno admin keys makes it", key, dir)
	}
	slices.SortFunc(names, func(a, b string) int { return cmp.Compare(generation(a), generation(b)) })
	return names, nil
}

func generation(name string) int {
	n, _ := strconv.Atoi(name[strings.LastIndex(name, "-")+1:])
	return n
}

// KeyFile describes a key of a ring without showing it.
type KeyFile struct {
	Name      string // of the file, without .key
	Algorithm string
	Use       string
	InForce   bool   // false: an older generation, which only opens or verifies
	Print     string // first 16 hex digits of the key's SHA-256, to compare two nodes by
	Public    string // public half of a signing key, base64; "" for others
}

// Keys lists what a ring holds, with the newest generation first (CRYPTO-5).
func Keys(dir string) ([]KeyFile, error) {
	if _, err := OpenRing(dir); err != nil {
		return nil, err
	}
	var list []KeyFile
	for _, k := range []KeyFile{
		{Name: wrapName, Algorithm: "AES-256-GCM", Use: "wraps the keys of people"},
		{Name: sealName, Algorithm: "Ed25519", Use: "seals issued documents"},
		{Name: "index", Algorithm: "HMAC-SHA-256", Use: "blind indexes"},
		{Name: "pepper", Algorithm: "HMAC-SHA-256", Use: "pepper of passwords and lasting codes"},
		{Name: "code", Algorithm: "HMAC-SHA-256", Use: "one-time codes, form keys"},
		{Name: "audit", Algorithm: "Ed25519", Use: "signs checkpoints of the audit log"},
	} {
		names := []string{k.Name}
		if k.Name == wrapName || k.Name == sealName {
			var err error
			if names, err = generations(dir, k.Name); err != nil {
				return nil, err
			}
			slices.Reverse(names)
		}
		for i, name := range names {
			k.Name, k.InForce = name, i == 0
			described, err := k.describe(dir)
			if err != nil {
				return nil, err
			}
			list = append(list, described)
		}
	}
	return list, nil
}

func (k KeyFile) describe(dir string) (KeyFile, error) {
	size := 32
	if k.Algorithm == "Ed25519" {
		size = ed25519.PrivateKeySize
	}
	key, err := readKey(dir, k.Name, size)
	if err != nil {
		return k, err
	}
	sum := sha256.Sum256(key)
	k.Print = hex.EncodeToString(sum[:8])
	if size == ed25519.PrivateKeySize {
		k.Public = base64.StdEncoding.EncodeToString(ed25519.PrivateKey(key).Public().(ed25519.PublicKey))
	}
	return k, nil
}

func makeKey(dir, name string) error {
	key := make([]byte, 32)
	rand.Read(key)
	return writeKey(dir, name, key)
}

func makeSigner(dir, name string) error {
	_, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return err
	}
	return writeKey(dir, name, private)
}

func writeKey(dir, name string, key []byte) error {
	file, err := os.OpenFile(filepath.Join(dir, name+".key"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := file.WriteString(base64.StdEncoding.EncodeToString(key) + "\n"); err != nil {
		file.Close()
		return err
	}
	if err := file.Sync(); err != nil {
		file.Close()
		return err
	}
	return file.Close()
}
