package archtest

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"okno/internal/clock"
	"okno/internal/db"
	"okno/internal/db/dbtest"
)

// table finds the tables that a statement names.
var table = regexp.MustCompile(`(?i)\b(?:FROM|JOIN|INTO|UPDATE)\s+([a-z_]+)`)

// forbidden is what the portable subset leaves out (architecture 6).
var forbidden = regexp.MustCompile(`(?i)\bnow\(\)|CURRENT_TIMESTAMP|\bINTERVAL\b|\bANY\s*\(|->|\bLIKE\b|\blower\s*\(|\bgreatest\s*\(|SELECT\s+\*|\bSKIP LOCKED\b`)

// fragment begins a piece that is only used inside other statements.
var starts = regexp.MustCompile(`(?i)^\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

func TestEverySQLPreparesOnBoth(t *testing.T) {
	all := statements(t)
	if len(all) < 30 {
		t.Fatalf("only %d statements found: the search is broken", len(all))
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Fake) {
		for _, s := range all {
			if !starts.MatchString(s.text) {
				continue
			}
			if err := d.Prepare(context.Background(), db.SQL(s.text)); err != nil {
				t.Errorf("%s %s: %v", s.at, s.name, err)
			}
		}
	})
}

func TestSQLIsPortable(t *testing.T) {
	for _, s := range statements(t) {
		if s.pkg == "internal/db" {
			continue
		}
		if bad := forbidden.FindString(s.text); bad != "" {
			t.Errorf("%s %s: %q is outside the portable subset", s.at, s.name, bad)
		}
	}
}

func TestTablesHaveOneOwner(t *testing.T) {
	for _, s := range statements(t) {
		owner := s.pkg[strings.LastIndex(s.pkg, "/")+1:]
		for _, found := range table.FindAllStringSubmatch(s.text, -1) {
			name := strings.ToLower(found[1])
			if !strings.Contains(name, "_") || owner == "report" || owner == "bench" { // bench makes rows older, where no clock can
				continue // or a name of a WITH clause
			}
			if before, _, _ := strings.Cut(name, "_"); before != owner {
				t.Errorf("%s %s touches %s, which belongs to %s", s.at, s.name, name, before)
			}
		}
	}
}

// plain columns of the schema that may hold free text although no person is named in them.
var personal = regexp.MustCompile(`(?i)^\s+(name|phone|email|address|snils|surname|given_name|family_name|birth\w*|passport\w*|value|login|typed)\s+TEXT`)

func TestSchemaHoldsNoPersonalDataInClear(t *testing.T) {
	t.Run("CRYPTO-3 no column of personal data is plain text", func(t *testing.T) {
		for name, content := range schemaFiles(t) {
			for i, line := range strings.Split(content, "\n") {
				if personal.MatchString(line) {
					t.Errorf("%s:%d: %s; seal it and look it up by a blind index", name, i+1, strings.TrimSpace(line))
				}
			}
		}
	})
}
