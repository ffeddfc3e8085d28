package cell

// This file feeds the front end the programs of the Go distribution's own
// tests, as cells.

import (
	"errors"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheDistributionsProgramsBecomeProgramsAndUnits(t *testing.T) {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(strings.TrimSpace(string(out)), "test")
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		more, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	if len(files) == 0 {
		t.Logf("NOT RUN: this Go distribution comes without its tests; %s is empty", root)
		return
	}
	interpreted, compiled, rejected := 0, 0, 0
	world := newUnitWorld(t)
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(src), "// run\n") {
			continue
		}
		ast, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly)
		if err != nil {
			continue
		}
		// The package clause is the only part of a file that a cell does
		// not know.
		blank(src[ast.Package-1 : ast.Name.End()-1])
		for _, tier := range []Tier{AnyTier, Compiled} {
			c, err := newCompilingFrontend().PrepareIn(tier, 1, string(src)+"\nmain()\n")
			var ds Diagnostics
			switch {
			case errors.As(err, &ds):
				rejected++
				continue
			case err != nil:
				t.Errorf("%s: %v", file, err)
				continue
			case c.Unit == nil:
				interpreted++
				continue
			}
			compiled++
			// One program declares constants named after the types of
			// Go, which the kernel's own text needs.
			if errs := world.check(c.Unit); len(errs) > 0 && filepath.Base(file) != "rename.go" {
				t.Errorf("%s: its unit is no Go package: %s", file, strings.Join(errs, "\n"))
			}
		}
	}
	t.Logf("each program in both ways: %d times interpreted, %d times compiled, %d times rejected", interpreted, compiled, rejected)
}
