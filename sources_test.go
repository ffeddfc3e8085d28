package main

import (
	"log/slog"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/symbols"
)

// What cells import from this module compiles from what the program carries.
func TestSourcesHoldWhatCellsImport(t *testing.T) {
	const module = "github.com/netherfield/netherfield/"
	imports := []string{module + "kernel/guard"}
	for _, path := range symbols.Packages() {
		if strings.HasPrefix(path, module) {
			imports = append(imports, path)
		}
	}
	host := &debug.BuildInfo{Settings: []debug.BuildSetting{{Key: "-trimpath", Value: "true"}, {Key: "CGO_ENABLED", Value: "1"}}}
	b := build.New(build.Opts{Cache: t.TempDir(), ReadOnly: []string{}, Sources: sources, Host: host, Logger: slog.New(slog.DiscardHandler)})
	if err := b.Available(t.Context()); err != nil {
		t.Skip(err)
	}
	if err := b.Warm(t.Context(), imports); err != nil {
		t.Error(err)
	}
}
