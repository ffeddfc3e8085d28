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

func TestTheDistributionsProgramsAreAcceptedOrRefused(t *testing.T) {
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
	accepted, refused, rejected := 0, 0, 0
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
		_, err = newFrontend(t).Prepare(1, string(src)+"\nmain()\n")
		var ds Diagnostics
		var ref *Refusal
		switch {
		case err == nil:
			accepted++
		case errors.As(err, &ref):
			refused++
		case errors.As(err, &ds):
			rejected++
		default:
			t.Errorf("%s: %v", file, err)
		}
	}
	t.Logf("%d programs accepted, %d refused, %d rejected", accepted, refused, rejected)
}
