package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// clockCalls are the functions that read or wait for the wall clock.
var clockCalls = []string{"Now", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Since", "Until"}

// mayTime may read the wall clock: its home, the jobs' loop, simulators and test tools.
func mayTime(path string) bool {
	return path == "internal/clock" || path == "internal/jobs" || strings.HasPrefix(path, "sim/") ||
		slices.Contains(testPackages, path) || isTool(path) || floorOf(path) >= 0 && floors[floorOf(path)] == "adapters"
}

// source calls f with every hand-written file of the product.
func source(t *testing.T, f func(p module, file string, set *token.FileSet, parsed *ast.File)) {
	t.Helper()
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			if strings.HasSuffix(name, "_templ.go") {
				continue
			}
			set := token.NewFileSet()
			parsed, err := parser.ParseFile(set, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
			if err != nil {
				t.Fatal(err)
			}
			f(p, p.ImportPath+"/"+name, set, parsed)
		}
	}
}

func TestWallClock(t *testing.T) {
	source(t, func(p module, file string, set *token.FileSet, parsed *ast.File) {
		if mayTime(p.ImportPath) {
			return
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if pkg, name := selector(n); pkg == "time" && slices.Contains(clockCalls, name) {
				t.Errorf("%s:%d: time.%s; take the time from tx.Now() or a clock.Clock", file, set.Position(n.Pos()).Line, name)
			}
			return true
		})
	})
}

func TestEnvironment(t *testing.T) {
	source(t, func(p module, file string, set *token.FileSet, parsed *ast.File) {
		if p.ImportPath == "internal/portal" || slices.Contains(testPackages, p.ImportPath) || isTool(p.ImportPath) {
			return
		}
		ast.Inspect(parsed, func(n ast.Node) bool {
			if pkg, name := selector(n); pkg == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, name) {
				t.Errorf("%s:%d: os.%s; only portal reads the environment", file, set.Position(n.Pos()).Line, name)
			}
			return true
		})
	})
}

func TestNoInit(t *testing.T) {
	source(t, func(p module, file string, set *token.FileSet, parsed *ast.File) {
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s:%d: func init; wire it in portal", file, set.Position(f.Pos()).Line)
			}
		}
	})
}

// unescaped are the only functions that write HTML that they have not escaped:
// articles of a pack, cleaned by an allow-list when they are read, and what templates
// have drawn already.
var unescaped = []string{"internal/catalogue/cataloguepage/article.go", "internal/visit/show.go"}

func TestHTML(t *testing.T) {
	t.Run("WEB-4 nothing that was typed is written as HTML", func(t *testing.T) {
		source(t, func(_ module, file string, set *token.FileSet, parsed *ast.File) {
			ast.Inspect(parsed, func(n ast.Node) bool {
				pkg, name := selector(n)
				bad := pkg == "templ" && (name == "Raw" || name == "UnsafeCSS" || name == "SafeScript") || pkg == "template" && name == "HTML"
				if bad && !slices.Contains(unescaped, file) {
					t.Errorf("%s:%d: %s.%s writes what is not escaped", file, set.Position(n.Pos()).Line, pkg, name)
				}
				return true
			})
		})
		for _, file := range templates(t) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(string(text), "templ.Raw(") || strings.Contains(string(text), "templ.UnsafeCSS") {
				t.Errorf("%s writes what is not escaped", file)
			}
		}
	})
}

// templates are the product's templates.
func templates(t *testing.T) (all []string) {
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".templ") {
			all = append(all, path)
		}
		return err
	})
	if err != nil || len(all) < 50 {
		t.Fatal(err, len(all))
	}
	return all
}

func selector(n ast.Node) (pkg, name string) {
	s, ok := n.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	x, ok := s.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	return x.Name, s.Sel.Name
}

// statement is one constant of type db.SQL.
type statement struct {
	pkg, name, text, at string
}

// statements collects every db.SQL constant; a constant may be built of others
// of its package with +.
func statements(t *testing.T) []statement {
	t.Helper()
	var all []statement
	known := map[string]map[string]string{}
	var waiting []func()
	source(t, func(p module, file string, set *token.FileSet, parsed *ast.File) {
		if known[p.ImportPath] == nil {
			known[p.ImportPath] = map[string]string{}
		}
		for _, d := range parsed.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				for i, name := range v.Names {
					if i >= len(v.Values) {
						continue
					}
					expression, isSQL, at := v.Values[i], isSQLType(v.Type), file+":"+strconv.Itoa(set.Position(name.Pos()).Line)
					waiting = append(waiting, func() {
						if text, ok := evaluate(expression, known[p.ImportPath]); ok && isSQL {
							all = append(all, statement{p.ImportPath, name.Name, text, at})
						}
					})
					remember(known[p.ImportPath], name.Name, expression)
				}
			}
		}
	})
	for range 2 {
		all = nil
		for _, f := range waiting {
			f()
		}
	}
	return all
}

func remember(known map[string]string, name string, e ast.Expr) {
	if text, ok := evaluate(e, known); ok {
		known[name] = text
	}
}

func isSQLType(e ast.Expr) bool {
	if pkg, name := selector(e); pkg == "db" && name == "SQL" {
		return true
	}
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "SQL"
}

func evaluate(e ast.Expr, known map[string]string) (string, bool) {
	switch v := e.(type) {
	case *ast.BasicLit:
		if v.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(v.Value)
		return text, err == nil
	case *ast.Ident:
		text, ok := known[v.Name]
		return text, ok
	case *ast.BinaryExpr:
		left, ok := evaluate(v.X, known)
		right, also := evaluate(v.Y, known)
		return left + right, ok && also
	case *ast.ParenExpr:
		return evaluate(v.X, known)
	}
	return "", false
}
