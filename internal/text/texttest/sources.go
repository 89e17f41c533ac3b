package texttest

import (
	"io/fs"
	"regexp"
	"strings"

	"okno/internal/text"
)

// Uses is what the sources say about keys.
type Uses struct {
	literals map[string]bool   // every string that looks like a key
	prefixes map[string]bool   // "check.result." of "check.result." + state
	asked    map[string]string // keys that are surely asked for, and where
}

var (
	remark  = regexp.MustCompile(`(?m)^\s*//.*$`)
	literal = regexp.MustCompile("[\"`]([a-z][a-z0-9_-]*(?:\\.[a-zA-Z0-9_-]+)+)[\"`]")
	prefix  = regexp.MustCompile(`"([a-z][a-z0-9_-]*\.(?:[a-z0-9_-]+\.)+)" ?\+`)
	asking  = regexp.MustCompile(`(?:\bT|fault\.New|fault\.Wrap|fault\.OneField)\((?:[\w."]+, )?"([a-z][a-z0-9_.-]*[a-z0-9_-])"[,)]`)
)

// Scan reads the Go and templ sources of the file system; tests, generated files
// and comments do not count.
func Scan(fsys fs.FS) (Uses, error) {
	u := Uses{map[string]bool{}, map[string]bool{}, map[string]string{}}
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && strings.HasSuffix(name, "node_modules") {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !isSource(name) {
			return err
		}
		content, err := fs.ReadFile(fsys, name)
		if err == nil {
			u.read(name, string(content))
		}
		return err
	})
	return u, err
}

func isSource(name string) bool {
	if strings.HasSuffix(name, ".templ") {
		return true
	}
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "_templ.go")
}

func (u Uses) read(name, source string) {
	source = remark.ReplaceAllString(source, "")
	for _, m := range literal.FindAllStringSubmatch(source, -1) {
		u.literals[m[1]] = true
	}
	for _, m := range prefix.FindAllStringSubmatch(source, -1) {
		u.prefixes[m[1]] = true
	}
	for _, m := range asking.FindAllStringSubmatch(source, -1) {
		u.asked[m[1]] = name
	}
}

// Unused lists the keys that no source names. A key counts as named if it stands
// in quotes, or if it begins with a prefix of two words or more that the sources
// join with something ("check.result." + state), or with one of the declared
// prefixes, for what is built in other ways. The forms of a notice (its SMS,
// subject, e-mail and button) are named by the notice's key.
func (u Uses) Unused(keys, declared []string) []string {
	var unused []string
	for _, key := range keys {
		if !u.literals[key] && !u.sent(key) && !u.built(key) && !beginsWith(key, declared) {
			unused = append(unused, key)
		}
	}
	return unused
}

// sent says whether the key is a form of a notice whose key the sources name.
func (u Uses) sent(key string) bool {
	for _, form := range []string{".sms", ".subject", ".email", ".button"} {
		if notice, is := strings.CutSuffix(key, form); is && u.literals[notice] {
			return true
		}
	}
	return false
}

func (u Uses) built(key string) bool {
	for p := range u.prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

func beginsWith(key string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(key, p) {
			return true
		}
	}
	return false
}

// Missing finds keys that the sources ask for and that have no text.
func (u Uses) Missing(p *text.Printer) []Finding {
	var found []Finding
	for key, file := range u.asked {
		if strings.Contains(key, ".") && !p.Has(key) {
			found = append(found, Finding{file, "there is no text " + key})
		}
	}
	return sorted(found)
}
