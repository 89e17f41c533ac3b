package portal_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"okno/internal/portal"
)

// whole is a configuration without a mistake.
const whole = `
origin: https://okno.example
data: data
keys: keys
jurisdiction: ru
database: {sqlite: okno.db}
sms: {address: "127.0.0.1:2775", system_id: okno, password_file: password, source: Okno}
email: {host: mail.example, from: no-reply@okno.example}
registers: {client: RU/GOV/00000001/OKNO}
`

func read(t *testing.T, text string) (portal.Config, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{"okno.yaml": text, "password": "secret"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return portal.ReadConfig(filepath.Join(dir, "okno.yaml"))
}

func TestConfig(t *testing.T) {
	t.Run("a whole configuration is accepted and its paths belong to its folder", func(t *testing.T) {
		c, err := read(t, whole)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Validate(); err != nil {
			t.Fatal(err)
		}
		if !filepath.IsAbs(c.Data) || !filepath.IsAbs(c.Database.SQLite) || c.Witness == "" {
			t.Fatalf("%+v", c)
		}
	})
	t.Run("DEP-4 all mistakes are named at once", func(t *testing.T) {
		c, err := read(t, "origin: http://okno.example\nproxies: [nonsense]\nworkers: -1\n")
		if err != nil {
			t.Fatal(err)
		}
		text := c.Validate().Error()
		for _, word := range []string{"origin", "data", "keys", "jurisdiction", "proxies", "database", "sms", "email", "workers"} {
			if !strings.Contains(text, word+":") && !strings.Contains(text, word+".") {
				t.Errorf("%s is not named in:\n%s", word, text)
			}
		}
	})
	t.Run("an unknown or repeated key is named with its line", func(t *testing.T) {
		for _, bad := range []string{whole + "colour: red\n", whole + "data: other\n", "origin: [\n"} {
			if _, err := read(t, bad); err == nil || !strings.Contains(err.Error(), "okno.yaml") {
				t.Errorf("%v", err)
			}
		}
	})
	t.Run("CRYPTO-6 plain http is for loopback only", func(t *testing.T) {
		for origin, fine := range map[string]bool{"http://127.0.0.1:8080": true, "http://localhost": true, "http://[::1]:1": true, "https://okno.example": true,
			"http://okno.example": false, "https://okno.example/path": false, "okno.example": false, "https://user@okno.example": false, "ftp://okno.example": false} {
			c, err := read(t, strings.Replace(whole, "https://okno.example", origin, 1))
			if err != nil {
				t.Fatal(err)
			}
			if (c.Validate() == nil) != fine {
				t.Errorf("%s: %v", origin, c.Validate())
			}
		}
	})
}
