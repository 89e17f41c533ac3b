package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"
)

// source is one file that people wrote.
type source struct {
	path, folder string // from the root
	lines        int
	tree         *ast.File
}

// house is all sources, tests and generated files left out.
type house struct {
	files *token.FileSet
	all   []source
}

func read(root string) (*house, error) {
	h := &house{files: token.NewFileSet()}
	for _, top := range []string{"assets", "bench", "cmd", "internal", "journeys", "jurisdictions", "locale", "sim"} {
		err := filepath.WalkDir(filepath.Join(root, top), func(path string, entry fs.DirEntry, err error) error {
			if os.IsNotExist(err) && path == filepath.Join(root, top) {
				return filepath.SkipDir
			}
			if err != nil {
				return err
			}
			if entry.IsDir() {
				if name := entry.Name(); name == "node_modules" || name == "testdata" || name == "dist" {
					return filepath.SkipDir
				}
				return nil
			}
			if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, "_templ.go") {
				return nil
			}
			return h.add(root, path)
		})
		if err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *house) add(root, path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	name, err := filepath.Rel(root, path)
	if err != nil {
		return err
	}
	tree, err := parser.ParseFile(h.files, name, text, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	h.all = append(h.all, source{path: name, folder: filepath.Dir(name), lines: bytes.Count(text, []byte("\n")), tree: tree})
	return nil
}

// floors is the list in internal/archtest/floors.go.
func (h *house) floors() ([]string, error) {
	for _, s := range h.all {
		if s.path != filepath.Join("internal", "archtest", "floors.go") {
			continue
		}
		var found []string
		ast.Inspect(s.tree, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Names) != 1 || spec.Names[0].Name != "floors" || len(spec.Values) != 1 {
				return true
			}
			if list, ok := spec.Values[0].(*ast.CompositeLit); ok {
				for _, item := range list.Elts {
					found = append(found, h.text(item))
				}
			}
			return false
		})
		if len(found) > 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("internal/archtest/floors.go has no list named floors")
}

// calls visits every call of a method or function by its last name.
func (h *house) calls(visit func(s source, on, name string, call *ast.CallExpr)) {
	for _, s := range h.all {
		ast.Inspect(s.tree, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			fun := call.Fun
			if generic, ok := fun.(*ast.IndexExpr); ok {
				fun = generic.X
			}
			if selector, ok := fun.(*ast.SelectorExpr); ok {
				visit(s, h.text(selector.X), selector.Sel.Name, call)
			}
			return true
		})
	}
}

// routes are the mounts of pages: site.Public("GET /x", ...), site.Resident(level, "GET /x", ...) in any order of arguments.
func (h *house) routes() []string {
	var found []string
	h.calls(func(s source, _, name string, call *ast.CallExpr) {
		if name != "Public" && name != "Resident" && name != "Officer" && name != "Harmless" && name != "Machine" {
			return
		}
		pattern, rest := "", []string{}
		for _, argument := range call.Args {
			if text := h.text(argument); pattern == "" && strings.Contains(text, " /") {
				pattern = text
			} else if _, calls := argument.(*ast.CallExpr); !calls {
				rest = append(rest, text)
			}
		}
		if method, path, ok := strings.Cut(pattern, " "); ok {
			who := strings.TrimSpace(strings.ToLower(name) + " " + strings.Join(rest[:min(1, len(rest))], " "))
			found = append(found, fmt.Sprintf("%-34s %-5s %-38s %s", path, method, who, s.folder))
		}
	})
	sort.Strings(found)
	return found
}

// jobs are the handlers, what runs by itself, and who listens to which event.
func (h *house) jobs() []string {
	words := map[string]string{"Handle": "handles", "HandleAs": "handles", "Every": "runs every", "Subscribe": "listens", "Publish": "publishes"}
	var found []string
	h.calls(func(s source, on, name string, call *ast.CallExpr) {
		if words[name] == "" || on != "jobs" || len(call.Args) < 2 {
			return
		}
		var what []string
		for _, argument := range call.Args[1:] {
			what = append(what, h.text(argument))
		}
		found = append(found, fmt.Sprintf("%-30s %-11s %s", s.folder, words[name], strings.Join(what, ", ")))
	})
	sort.Strings(found)
	return found
}

// text is an expression as written; a string without its quotes.
func (h *house) text(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
		return e.Value
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return h.text(e.X) + "." + e.Sel.Name
	case *ast.BinaryExpr:
		return h.text(e.X) + e.Op.String() + h.text(e.Y)
	case *ast.CompositeLit:
		return h.text(e.Type) + "{}"
	case *ast.CallExpr:
		return h.text(e.Fun) + "()"
	case *ast.UnaryExpr:
		return e.Op.String() + h.text(e.X)
	case *ast.StarExpr:
		return "*" + h.text(e.X)
	case *ast.FuncLit:
		var kinds []string
		for _, field := range e.Type.Params.List {
			kinds = append(kinds, h.text(field.Type))
		}
		return "func(" + strings.Join(kinds, ", ") + ")"
	default:
		return "..."
	}
}

var table = regexp.MustCompile(`(?i)CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)`)

// readTables lists the tables of the schema; a table is named <package>_<thing>.
func readTables(root string) ([]string, error) {
	paths, err := filepath.Glob(filepath.Join(root, "internal", "db", "schema", "*.sql"))
	if err != nil {
		return nil, err
	}
	var found []string
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		for _, m := range table.FindAllSubmatch(text, -1) {
			owner, _, _ := strings.Cut(string(m[1]), "_")
			found = append(found, fmt.Sprintf("%-30s internal/%-16s %s", m[1], owner, filepath.Base(path)))
		}
	}
	return found, nil
}
