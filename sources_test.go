package main

import (
	"fmt"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/symbols"
)

const module = "github.com/netherfield/netherfield/"

// builder returns what compiles cells, from the sources that the program carries.
func builder(t *testing.T) *build.Builder {
	host := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "-trimpath", Value: "true"}, {Key: "CGO_ENABLED", Value: "1"}}}
	b := build.New(build.Opts{Cache: t.TempDir(), ReadOnly: []string{}, Sources: sources, Host: host, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Available(t.Context()); err != nil {
		t.Fatal(err)
	}
	return b
}

// What cells import from this module compiles from what the program carries, and a
// cell that links the whole library is still small: what it weighs is read from disk
// and mapped by every such cell.
func TestCellsLinkTheLibraryFromTheSources(t *testing.T) {
	imports := []string{module + "kernel/guard"}
	for _, path := range symbols.Packages() {
		if strings.HasPrefix(path, module) {
			imports = append(imports, path)
		}
	}
	var source strings.Builder
	source.WriteString("package main\n")
	for _, path := range imports {
		fmt.Fprintf(&source, "import _ %q\n", path)
	}
	b := builder(t)
	file, err := b.Build(t.Context(), build.Unit{Path: "cell/all", Source: []byte(source.String()), Imports: imports})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	const budget = 10 << 20
	t.Logf("a cell that imports %d packages of this module has %d bytes", len(imports), info.Size())
	if info.Size() > budget {
		t.Errorf("a cell that imports %d packages of this module has %d bytes, more than %d", len(imports), info.Size(), budget)
	}
}
