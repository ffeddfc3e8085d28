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
	const client = module + "runtime/client"
	imports := []string{module + "kernel/guard"}
	for _, path := range symbols.Packages() {
		if strings.HasPrefix(path, module) && path != client {
			imports = append(imports, path)
		}
	}
	links(t, "cell/all", 10<<20, imports...)
	// It speaks HTTP, which is most of this; score_text needs no cell to import it.
	links(t, "cell/client", 14<<20, module+"kernel/guard", client)
}

// links builds a cell that imports packages, and checks how large it is.
func links(t *testing.T, name string, budget int64, imports ...string) {
	t.Helper()
	var source strings.Builder
	source.WriteString("package main\n")
	for _, path := range imports {
		fmt.Fprintf(&source, "import _ %q\n", path)
	}
	b := builder(t)
	file, err := b.Build(t.Context(), build.Unit{Path: name, Source: []byte(source.String()), Imports: imports})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(file)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("a cell that imports %d packages of this module has %d bytes", len(imports), info.Size())
	if info.Size() > budget {
		t.Errorf("a cell that imports %d packages of this module has %d bytes, more than %d", len(imports), info.Size(), budget)
	}
}
