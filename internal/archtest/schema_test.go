package archtest

import (
	"io/fs"
	"testing"

	"okno/internal/db/schema"
)

func schemaFiles(t *testing.T) map[string]string {
	t.Helper()
	files := map[string]string{}
	names, err := fs.Glob(schema.FS, "*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal("no schema files: ", err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(schema.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(content)
	}
	return files
}
