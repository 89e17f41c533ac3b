package secret_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"okno/internal/fault"
	"okno/internal/secret"
)

func ring(t testing.TB) *secret.Ring {
	t.Helper()
	r, err := secret.CreateRing(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestSeal(t *testing.T) {
	r := ring(t)
	key, wrapped, wrap := r.NewKey("p1")
	at := secret.Place{Table: "profile_value", Column: "value", Row: "r1"}
	sealed := key.SealText(at, "Ирина")
	t.Run("a sealed value comes back at its place", func(t *testing.T) {
		again, err := r.Unwrap("p1", wrapped, wrap)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := again.OpenText(at, sealed); err != nil || got != "Ирина" {
			t.Fatal(got, err)
		}
	})
	t.Run("CRYPTO-1 a value moved to another row, column, table or person cannot be unsealed", func(t *testing.T) {
		other, _, _ := r.NewKey("p2")
		same, err := r.Unwrap("p1", wrapped, wrap)
		if err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]func() (string, error){
			"row": func() (string, error) {
				return same.OpenText(secret.Place{Table: at.Table, Column: at.Column, Row: "r2"}, sealed)
			},
			"column": func() (string, error) {
				return same.OpenText(secret.Place{Table: at.Table, Column: "x", Row: at.Row}, sealed)
			},
			"table": func() (string, error) {
				return same.OpenText(secret.Place{Table: "x", Column: at.Column, Row: at.Row}, sealed)
			},
			"shift": func() (string, error) {
				return same.OpenText(secret.Place{Table: "profile_value" + "v", Column: "alue", Row: at.Row}, sealed)
			},
			"person": func() (string, error) { return other.OpenText(at, sealed) },
		} {
			if got, err := try(); !errors.Is(err, secret.ErrSealed) {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
	})
	t.Run("CRYPTO-2 a person's key opens only for its person and with the ring's key", func(t *testing.T) {
		if _, err := r.Unwrap("p2", wrapped, wrap); !errors.Is(err, secret.ErrSealed) {
			t.Fatal(err)
		}
		if _, err := ring(t).Unwrap("p1", wrapped, wrap); !errors.Is(err, secret.ErrSealed) {
			t.Fatal(err)
		}
	})
	t.Run("every changed byte is found", func(t *testing.T) {
		for i := range sealed {
			bad := bytes.Clone(sealed)
			bad[i] ^= 1
			if _, err := key.Open(at, bad); !errors.Is(err, secret.ErrSealed) {
				t.Fatal(i, err)
			}
		}
		for n := range len(sealed) {
			if _, err := key.Open(at, sealed[:n]); err == nil {
				t.Fatal("a cut value opened")
			}
		}
	})
}

func TestRing(t *testing.T) {
	t.Run("SECR-1 a key file that others may read, that is short or all zero is refused", func(t *testing.T) {
		for name, spoil := range map[string]func(file string) error{
			"readable": func(f string) error { return os.Chmod(f, 0o644) },
			"short":    func(f string) error { return os.WriteFile(f, []byte("c2hvcnQ="), 0o600) },
			"zero": func(f string) error {
				return os.WriteFile(f, []byte(base64.StdEncoding.EncodeToString(make([]byte, 32))), 0o600)
			},
			"nonsense": func(f string) error { return os.WriteFile(f, []byte("!!!"), 0o600) },
			"missing":  os.Remove,
		} {
			dir := t.TempDir()
			if _, err := secret.CreateRing(dir); err != nil {
				t.Fatal(err)
			}
			if err := spoil(filepath.Join(dir, "index.key")); err != nil {
				t.Fatal(err)
			}
			if _, err := secret.OpenRing(dir); err == nil {
				t.Errorf("%s: opened", name)
			}
		}
	})
	t.Run("a ring is never overwritten", func(t *testing.T) {
		dir := t.TempDir()
		if _, err := secret.CreateRing(dir); err != nil {
			t.Fatal(err)
		}
		if _, err := secret.CreateRing(dir); err == nil {
			t.Fatal("overwritten")
		}
	})
	t.Run("CRYPTO-3 a blind index tells fields and rings apart and shows nothing", func(t *testing.T) {
		r := ring(t)
		again := r.Index("a", "x")
		if r.Index("a", "x") != again || again == r.Index("b", "x") || r.Index("a", "x") == ring(t).Index("a", "x") {
			t.Fatal("indexes are wrong")
		}
		if r.Index("ab", "c") == r.Index("a", "bc") {
			t.Fatal("parts run together")
		}
	})
	t.Run("OTP-4 what is kept of a code does not show it without the key", func(t *testing.T) {
		kept := ring(t).CodeMAC("registration", "row", "123456")
		if strings.Contains(kept, "123456") || kept == ring(t).CodeMAC("registration", "row", "123456") {
			t.Fatal(kept)
		}
	})
}

func TestKeys(t *testing.T) {
	dir := t.TempDir()
	first, err := secret.CreateRing(dir)
	if err != nil {
		t.Fatal(err)
	}
	document := []byte("document")
	old := first.Seal(document)
	t.Run("CRYPTO-4 a document sealed before the key was rotated verifies after it, and the new key seals", func(t *testing.T) {
		for range 11 { // past nine: numbers count as numbers
			if _, err := secret.Rotate(dir, "seal"); err != nil {
				t.Fatal(err)
			}
		}
		r, err := secret.OpenRing(dir)
		if err != nil {
			t.Fatal(err)
		}
		fresh := r.Seal(document)
		if !r.Sealed(document, old) || !r.Sealed(document, fresh) || bytes.Equal(old, fresh) || first.Sealed(document, fresh) {
			t.Fatal("old or new seal is wrong")
		}
		keys := r.SealKeys()
		if len(keys) != 12 || !ed25519.Verify(keys[0], document, old) || !ed25519.Verify(keys[11], document, fresh) {
			t.Fatal("the generations are out of order")
		}
		if r.Sealed([]byte("another"), old) || r.Sealed(document, nil) || ring(t).Sealed(document, old) {
			t.Fatal("a false seal was accepted")
		}
	})
	t.Run("CRYPTO-4 a value wrapped before the wrapping key was rotated opens after it", func(t *testing.T) {
		_, wrapped, wrap := first.NewKey("p")
		name, err := secret.Rotate(dir, "wrap")
		if err != nil || name != "wrap-2" {
			t.Fatal(name, err)
		}
		r, err := secret.OpenRing(dir)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Unwrap("p", wrapped, wrap); err != nil {
			t.Fatal(err)
		}
		if _, _, newest := r.NewKey("q"); newest != "wrap-2" {
			t.Fatal(newest)
		}
	})
	t.Run("the other keys have no generations", func(t *testing.T) {
		for _, key := range []string{"index", "pepper", "code", "audit", "", "../seal"} {
			if _, err := secret.Rotate(dir, key); err == nil {
				t.Error(key)
			}
		}
	})
	t.Run("CRYPTO-5 the list names every file of the ring with its algorithm and shows no key", func(t *testing.T) {
		keys, err := secret.Keys(dir)
		if err != nil {
			t.Fatal(err)
		}
		files, _ := filepath.Glob(filepath.Join(dir, "*.key"))
		if len(keys) != len(files) {
			t.Fatal(len(keys), len(files))
		}
		for _, k := range keys {
			content, err := os.ReadFile(filepath.Join(dir, k.Name+".key"))
			if err != nil || k.Algorithm == "" || k.Use == "" || len(k.Print) != 16 {
				t.Fatal(k, err)
			}
			if text := strings.TrimSpace(string(content)); strings.Contains(text, k.Print) || k.Public == text {
				t.Error(k.Name, "is shown")
			}
		}
		if keys[0].Name != "wrap-2" || !keys[0].InForce || keys[1].InForce {
			t.Fatal(keys[:2])
		}
	})
	t.Run("a ring without a sealing key gets one, and no other key is ever made up", func(t *testing.T) {
		dir := t.TempDir()
		if made, err := secret.CompleteRing(dir); err != nil || len(made) != 6 {
			t.Fatal(made, err)
		}
		os.Remove(filepath.Join(dir, "seal-1.key"))
		if _, err := secret.OpenRing(dir); err == nil || !strings.Contains(err.Error(), "okno admin keys") {
			t.Fatal(err)
		}
		if made, err := secret.CompleteRing(dir); err != nil || len(made) != 1 || made[0] != "seal-1" {
			t.Fatal(made, err)
		}
		if made, err := secret.CompleteRing(dir); err != nil || made != nil {
			t.Fatal(made, err)
		}
		os.Remove(filepath.Join(dir, "index.key"))
		if made, err := secret.CompleteRing(dir); err != nil || made != nil {
			t.Fatal(made, err)
		}
		if _, err := secret.OpenRing(dir); err == nil {
			t.Fatal("opened without the key of the indexes")
		}
	})
}

func TestRandom(t *testing.T) {
	t.Run("codes have their length and alphabet and differ", func(t *testing.T) {
		seen := map[string]bool{}
		for range 2000 {
			code := secret.Digits(12)
			if len(code) != 12 || strings.Trim(code, "0123456789") != "" || seen[code] {
				t.Fatal(code)
			}
			seen[code] = true
			if l := secret.Letters(8); len(l) != 8 || strings.ContainsAny(l, "01OILU") {
				t.Fatal(l)
			}
		}
		one, other := secret.Token(), secret.Token()
		if len(one) != 43 || one == other {
			t.Fatal("token")
		}
	})
}

func TestHasher(t *testing.T) {
	ctx := context.Background()
	h := ring(t).Hasher()
	t.Run("AUTH-3 a password is known again, another one is not, and old parameters are told", func(t *testing.T) {
		encoded, err := h.Hash(ctx, "Vetka;Snega42!")
		if err != nil || !strings.HasPrefix(encoded, "$argon2id$v=19$m=19456,t=2,p=1$") {
			t.Fatal(encoded, err)
		}
		if ok, stale, err := h.Verify(ctx, "Vetka;Snega42!", encoded); !ok || stale || err != nil {
			t.Fatal(ok, stale, err)
		}
		if ok, _, _ := h.Verify(ctx, "vetka;Snega42!", encoded); ok {
			t.Fatal("another password was accepted")
		}
		if ok, _, _ := ring(t).Hasher().Verify(ctx, "Vetka;Snega42!", encoded); ok {
			t.Fatal("without the pepper the password was accepted")
		}
		old := strings.Replace(encoded, "t=2", "t=3", 1)
		if _, stale, err := h.Verify(ctx, "x", old); !stale || err != nil {
			t.Fatal(stale, err)
		}
	})
	t.Run("nonsense is no hash", func(t *testing.T) {
		for _, bad := range []string{"", "x", "$argon2id$v=19$m=99999999,t=2,p=1$AAAA$AAAA", "$argon2id$v=19$m=19456,t=0,p=1$AAAA$AAAA", "$2a$10$abc"} {
			if _, _, err := h.Verify(ctx, "x", bad); err == nil {
				t.Errorf("%q", bad)
			}
		}
	})
	t.Run("AUTH-3 when too many wait, the next is told to come later", func(t *testing.T) {
		var refused, done atomic.Int64
		var wg sync.WaitGroup
		for range 160 {
			wg.Go(func() {
				err := h.Waste(ctx, "x")
				switch {
				case err == nil:
					done.Add(1)
				case fault.Is(err, fault.TooMany):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if refused.Load() == 0 || done.Load() < 64 {
			t.Fatal(refused.Load(), done.Load())
		}
	})
}
