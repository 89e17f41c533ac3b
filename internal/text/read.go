package text

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// problems collects all mistakes of all files, so that they are mended in one go.
type problems []error

func (p *problems) add(file string, line int, format string, args ...any) {
	*p = append(*p, fmt.Errorf("%s:%d: %s", file, line, fmt.Sprintf(format, args...)))
}

func (p problems) err() error { return errors.Join(p...) }

// check holds an overlay's text against the one that it replaces.
func (p *problems) check(m message, key string, base map[string]message) {
	old, ok := base[key]
	if !ok {
		if !strings.HasPrefix(key, "currency.") {
			p.add(m.file, m.line, "%s: no such text to replace", key)
		}
		return
	}
	for _, v := range m.variables {
		if !slices.Contains(old.variables, v) {
			p.add(m.file, m.line, "%s: the variable {%s} is not given to this text", key, v)
		}
	}
}

// checkLanguage says that an overlay speaks a language that has no texts to replace.
func (p *problems) checkLanguage(lang string, over map[string]message, base map[string]map[string]message) {
	if base[lang] != nil {
		return
	}
	for key, m := range over {
		p.add(m.file, m.line, "%s: the language %s is not switched on", key, lang)
		return
	}
}

// read reads <lang>.yaml and <lang>/*.yaml.
func read(fsys fs.FS) (map[string]map[string]message, error) {
	var files []string
	for _, pattern := range []string{"*.yaml", "*/*.yaml"} {
		found, err := fs.Glob(fsys, pattern)
		if err != nil {
			return nil, fmt.Errorf("text: list files: %w", err)
		}
		files = append(files, found...)
	}
	var wrong problems
	texts := map[string]map[string]message{}
	for _, file := range files {
		lang := strings.TrimSuffix(strings.SplitN(file, "/", 2)[0], ".yaml")
		l := languageOf(lang)
		if l == nil {
			wrong.add(file, 1, "unknown language %q (known: %s)", lang, strings.Join(Known(), ", "))
			continue
		}
		if texts[lang] == nil {
			texts[lang] = map[string]message{}
		}
		content, err := fs.ReadFile(fsys, file)
		if err != nil {
			return nil, fmt.Errorf("text: read %s: %w", path.Base(file), err)
		}
		r := reader{file: file, lang: l, texts: texts[lang], wrong: &wrong}
		r.read(content)
	}
	return texts, wrong.err()
}

// reader reads one file into the texts of its language.
type reader struct {
	file  string
	lang  *language
	texts map[string]message
	wrong *problems
}

func (r *reader) read(content []byte) {
	file, err := parser.ParseBytes(content, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.wrong.add(r.file, lineOf(err), "not YAML: %s", firstLine(err))
		return
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		entries, ok := entriesOf(doc.Body)
		if !ok {
			r.wrong.add(r.file, line(doc.Body), "want a flat map of key: text")
			continue
		}
		for _, e := range entries {
			r.entry(e)
		}
	}
}

func (r *reader) entry(e *ast.MappingValueNode) {
	at := line(e.Key)
	key, ok := plainKey(e.Key)
	if !ok || !isKey(key) {
		r.wrong.add(r.file, at, "a key is lower-case words joined by dots, as in sign_in.code.title")
		return
	}
	if old, twice := r.texts[key]; twice {
		r.wrong.add(r.file, at, "%s: already at %s:%d", key, old.file, old.line)
		return
	}
	m := message{file: r.file, line: at}
	if forms, plural := entriesOf(e.Value); plural {
		r.pluralForms(key, forms, &m)
	} else {
		r.form(key, "", e.Value, &m)
	}
	m.collectVariables()
	r.texts[key] = m
}

func (r *reader) pluralForms(key string, entries []*ast.MappingValueNode, m *message) {
	p := r.lang.plural
	for _, e := range entries {
		category, _ := plainKey(e.Key)
		_, twice := m.forms.of(category)
		switch {
		case !isPluralCategory(category):
			r.wrong.add(r.file, line(e.Key), "%s: %q is not a plural category", key, category)
		case !slices.Contains(p.must, category) && !slices.Contains(p.extra, category):
			r.wrong.add(r.file, line(e.Key), "%s: %s has no plural category %q", key, r.lang.code, category)
		case twice:
			r.wrong.add(r.file, line(e.Key), "%s: %s stands twice", key, category)
		default:
			r.form(key, category, e.Value, m)
		}
	}
	for _, category := range p.must {
		if _, ok := m.forms.of(category); !ok {
			r.wrong.add(r.file, m.line, "%s: the plural category %q is missing", key, category)
		}
	}
}

func (r *reader) form(key, category string, value ast.Node, m *message) {
	written, ok := textOf(value)
	if !ok {
		r.wrong.add(r.file, m.line, "%s: want a text; put numbers, dates and yes or no in quotes", key)
		return
	}
	t, err := parseTemplate(strings.TrimSuffix(written, "\n"))
	if err != nil {
		r.wrong.add(r.file, m.line, "%s: %v", key, err)
		return
	}
	m.forms = append(m.forms, form{category, t})
}
