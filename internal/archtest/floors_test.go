package archtest

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// module is one package as the go command lists it.
type module struct {
	ImportPath string
	Imports    []string
	Dir        string
	GoFiles    []string
}

// packages lists the packages of the main module, without tests.
func packages(t *testing.T) []module {
	t.Helper()
	list := exec.Command("go", "list", "-json=ImportPath,Imports,Dir,GoFiles", "./...")
	list.Dir = "../.."
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []module
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var m module
		if err := d.Decode(&m); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		m.ImportPath = strings.TrimPrefix(m.ImportPath, "okno/")
		all = append(all, m)
	}
}

// floorOf finds the line of a package: its own, its folder's, faces or adapters.
func floorOf(path string) int {
	if i := slices.Index(floors, path); i >= 0 {
		return i
	}
	name := path[strings.LastIndex(path, "/")+1:]
	parts := strings.Split(path, "/")
	switch {
	case strings.HasPrefix(path, "internal/outside/") && len(parts) == 4:
		return slices.Index(floors, "adapters")
	case strings.HasPrefix(path, "internal/") && len(parts) > 2 && (strings.HasSuffix(name, "page") || strings.HasSuffix(name, "desk") || strings.HasSuffix(name, "api")):
		return slices.Index(floors, "faces")
	case strings.HasPrefix(path, "internal/") && len(parts) > 2:
		return floorOf(strings.Join(parts[:len(parts)-1], "/")) // a package cut by noun stands on its folder's floor
	}
	return -1
}

func isTool(path string) bool {
	return strings.HasPrefix(path, "cmd/") && path != "cmd/okno" || strings.HasPrefix(path, "assets/") || strings.HasPrefix(path, "bench") || strings.HasPrefix(path, "tools/")
}

func TestFloors(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(testPackages, p.ImportPath) || slices.Contains(dataPackages, p.ImportPath) || strings.HasPrefix(p.ImportPath, "sim/") || isTool(p.ImportPath) {
			continue
		}
		mine := floorOf(p.ImportPath)
		if mine < 0 {
			t.Errorf("%s stands on no floor: add it to floors.go", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			imported, ours := strings.CutPrefix(imported, "okno/")
			if !ours || slices.Contains(dataPackages, imported) {
				continue
			}
			if slices.Contains(testPackages, imported) {
				t.Errorf("%s imports %s, which is for tests", p.ImportPath, imported)
			} else if sim := strings.HasPrefix(imported, "sim/"); sim && p.ImportPath != "internal/demo" {
				t.Errorf("%s must not import %s: only the demo starts simulators", p.ImportPath, imported)
			} else if theirs := floorOf(imported); !sim && theirs >= mine && !within(p.ImportPath, imported) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
		}
	}
}

// within says whether one package is cut out of the other's folder.
func within(a, b string) bool {
	return strings.HasPrefix(a, b+"/") && floorOf(a) == floorOf(b)
}

func TestAllowedImports(t *testing.T) {
	for _, p := range packages(t) {
		if slices.Contains(testPackages, p.ImportPath) || isTool(p.ImportPath) {
			continue
		}
		for _, imported := range p.Imports {
			who, limited := allowed[imported]
			if limited && !slices.ContainsFunc(who, func(w string) bool { return stands(p.ImportPath, w) }) {
				t.Errorf("%s must not import %s", p.ImportPath, imported)
			}
		}
		if stands(p.ImportPath, "sim") {
			for _, imported := range p.Imports {
				if strings.HasPrefix(imported, "okno/internal") {
					t.Errorf("%s must not import %s: a misread protocol would be copied into both ends", p.ImportPath, imported)
				}
			}
		}
	}
}

func stands(path, where string) bool {
	if where == "faces" || where == "adapters" {
		return floorOf(path) >= 0 && floors[floorOf(path)] == where
	}
	return path == where || strings.HasPrefix(path, where+"/")
}

// portalSide are the packages of the catalogue and the cases; the rest of the house is
// shared ground or the identity system.
var portalSide = []string{"internal/catalogue", "internal/application", "internal/overview"}

// identitySide are the packages of the identity system, with their faces and cuts.
var identitySide = []string{"internal/account", "internal/signin", "internal/registration", "internal/profile", "internal/check", "internal/proofing",
	"internal/client", "internal/partner", "internal/consent", "internal/oidc", "internal/esia"}

func TestTwoFaces(t *testing.T) {
	t.Run("D-02 the identity system knows nothing of the portal", func(t *testing.T) {
		imports := map[string][]string{}
		for _, p := range packages(t) {
			imports[p.ImportPath] = p.Imports
		}
		in := func(path string, side []string) bool {
			return slices.ContainsFunc(side, func(s string) bool { return stands(path, s) })
		}
		var reach func(from, path string, seen map[string]bool)
		reach = func(from, path string, seen map[string]bool) {
			for _, imported := range imports[path] {
				imported, ours := strings.CutPrefix(imported, "okno/")
				if !ours || seen[imported] {
					continue
				}
				seen[imported] = true
				if in(imported, portalSide) {
					t.Errorf("%s reaches %s by %s", from, imported, path)
				}
				reach(from, imported, seen)
			}
		}
		looked := 0
		for path := range imports {
			if in(path, identitySide) && !slices.Contains(testPackages, path) {
				reach(path, path, map[string]bool{})
				looked++
			}
		}
		if looked < len(identitySide) {
			t.Errorf("only %d packages were looked at", looked)
		}
	})
}
