package jurisdiction

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile is the largest file of a pack, in bytes. A pack is written by people;
// more than this is a mistake, and the limit keeps a bad pack from filling memory.
const maxFile = 1 << 20

// maxDepth is how deep a pack file may nest.
const maxDepth = 40

// decoder turns one YAML file into typed values and gathers every mistake. It
// exists beside the library's own strict mode because that stops at the first.
//
// A struct's field is found by its tag: `yaml:"name"` must be there,
// `yaml:"name,optional"` may be missing and then keeps its value.
type decoder struct {
	file      string
	languages []string // those that every Words must have; none: not checked
	problems  Problems
}

// custom is a value that reads itself from a scalar's text.
type custom interface{ fromText(text string) error }

var (
	sourceType   = reflect.TypeFor[Source]()
	durationType = reflect.TypeFor[time.Duration]()
	wordsType    = reflect.TypeFor[Words]()
	customType   = reflect.TypeFor[custom]()
)

// decode reads data into the value that into points at.
func (d *decoder) decode(data []byte, into any) {
	root := d.parse(data)
	if root == nil {
		return
	}
	d.value(root, reflect.ValueOf(into).Elem(), 0)
}

func (d *decoder) parse(data []byte) (root ast.Node) {
	if len(data) > maxFile {
		d.add(0, "is larger than %d bytes", maxFile)
		return nil
	}
	defer func() {
		if trouble := recover(); trouble != nil { // the YAML library on foreign bytes
			d.add(1, "is not YAML")
			root = nil
		}
	}()
	file, err := parser.ParseBytes(data, 0)
	if err != nil {
		d.syntax(err)
		return nil
	}
	for _, doc := range file.Docs {
		if doc == nil || doc.Body == nil {
			continue
		}
		if root != nil {
			d.add(line(doc.Body), "a second YAML document is not allowed")
			return root
		}
		root = doc.Body
	}
	if root == nil {
		d.add(1, "is empty")
	}
	return root
}

// syntax takes line and reason out of "[3:5] reason\n source lines".
func (d *decoder) syntax(err error) {
	text, _, _ := strings.Cut(err.Error(), "\n")
	at := 1
	if place, rest, ok := strings.Cut(strings.TrimPrefix(text, "["), "] "); ok {
		row, _, _ := strings.Cut(place, ":")
		if n, err := strconv.Atoi(row); err == nil {
			at, text = n, rest
		}
	}
	d.add(at, "%s", text)
}

func (d *decoder) add(at int, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: at, Text: fmt.Sprintf(format, args...)})
}

func line(n ast.Node) int {
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 {
		n = m.Values[0]
	}
	if v, ok := n.(*ast.MappingValueNode); ok && v.Key != nil {
		n = v.Key
	}
	if token := n.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}

func (d *decoder) value(n ast.Node, to reflect.Value, depth int) {
	if depth > maxDepth {
		d.add(line(n), "is nested too deeply")
		return
	}
	if to.CanAddr() && to.Addr().Type().Implements(customType) {
		d.custom(n, to.Addr().Interface().(custom))
		return
	}
	if to.Type() == durationType {
		d.duration(n, to)
		return
	}
	switch to.Kind() {
	case reflect.Pointer:
		to.Set(reflect.New(to.Type().Elem()))
		d.value(n, to.Elem(), depth+1)
	case reflect.Struct:
		d.structure(n, to, depth)
	case reflect.Map:
		d.mapping(n, to, depth)
	case reflect.Slice:
		d.list(n, to, depth)
	default:
		d.scalar(n, to)
	}
}

func (d *decoder) pairs(n ast.Node) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return m.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	d.add(line(n), "should be a list of `key: value`")
	return nil
}

func (d *decoder) structure(n ast.Node, to reflect.Value, depth int) {
	fields, needed := fieldsOf(to, d.file, line(n))
	seen := map[string]bool{}
	for _, pair := range d.pairs(n) {
		key, ok := scalarText(pair.Key)
		field, known := fields[key]
		switch {
		case !ok || pair.Value == nil:
			d.add(line(pair), "the key is not plain text")
		case !known:
			d.add(line(pair), "unknown key %q; known here: %s", key, keysOf(fields))
		case seen[key]:
			d.add(line(pair), "the key %q is given twice", key)
		default:
			d.value(pair.Value, field, depth+1)
		}
		seen[key] = true
	}
	for _, key := range needed {
		if !seen[key] {
			d.add(line(n), "the key %q is missing", key)
		}
	}
}

// fieldsOf maps yaml keys to the struct's fields and lists the keys that must be there.
func fieldsOf(to reflect.Value, file string, at int) (map[string]reflect.Value, []string) {
	fields := map[string]reflect.Value{}
	var needed []string
	for i := range to.NumField() {
		info := to.Type().Field(i)
		if info.Type == sourceType {
			to.Field(i).Set(reflect.ValueOf(Source{File: file, Line: at}))
			continue
		}
		tag, ok := info.Tag.Lookup("yaml")
		if !ok {
			continue
		}
		key, rest, _ := strings.Cut(tag, ",")
		fields[key] = to.Field(i)
		if rest != "optional" {
			needed = append(needed, key)
		}
	}
	return fields, needed
}

func (d *decoder) mapping(n ast.Node, to reflect.Value, depth int) {
	pairs := d.pairs(n)
	to.Set(reflect.MakeMapWithSize(to.Type(), len(pairs)))
	for _, pair := range pairs {
		text, ok := scalarText(pair.Key)
		if !ok || pair.Value == nil {
			d.add(line(pair), "the key is not plain text")
			continue
		}
		key := reflect.New(to.Type().Key()).Elem()
		if read, ok := key.Addr().Interface().(custom); ok {
			if err := read.fromText(text); err != nil {
				d.add(line(pair), "%v", err)
				continue
			}
		} else {
			key.SetString(text)
		}
		if to.MapIndex(key).IsValid() {
			d.add(line(pair), "the key %q is given twice", text)
			continue
		}
		value := reflect.New(to.Type().Elem()).Elem()
		d.value(pair.Value, value, depth+1)
		to.SetMapIndex(key, value)
	}
	if to.Type() == wordsType {
		d.words(to.Interface().(Words), line(n))
	}
}

// words makes sure that a text is there in every language of the pack and in no other.
func (d *decoder) words(w Words, at int) {
	for _, lang := range d.languages {
		if strings.TrimSpace(w[lang]) == "" {
			d.add(at, "the text is missing in %q", lang)
		}
	}
	for lang := range w {
		if len(d.languages) > 0 && !slices.Contains(d.languages, lang) {
			d.add(at, "the pack does not speak %q", lang)
		}
	}
}

func (d *decoder) list(n ast.Node, to reflect.Value, depth int) {
	seq, ok := n.(*ast.SequenceNode)
	if !ok {
		d.add(line(n), "should be a list")
		return
	}
	to.Set(reflect.MakeSlice(to.Type(), len(seq.Values), len(seq.Values)))
	for i, item := range seq.Values {
		if item == nil {
			d.add(line(n), "an item of the list is empty")
			continue
		}
		d.value(item, to.Index(i), depth+1)
	}
}
