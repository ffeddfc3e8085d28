package engine

// This file lets tests run compiled cells: plugins open only in a program that
// was built like them, so the worker is the kernel's own binary.

import (
	"debug/buildinfo"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/netherfield/netherfield/kernel/build"
)

// kernelDir is where kernelBinary has put it; TestMain removes it.
var kernelDir string

// kernelBinary builds the kernel once for all tests.
var kernelBinary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "netherfield-test-")
	if err != nil {
		return "", err
	}
	kernelDir = dir
	file := filepath.Join(dir, "netherfield")
	cmd := exec.Command("go", "build", "-trimpath", "-o", file, ".")
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the kernel does not build: %w\n%s", err, out)
	}
	return file, nil
})

// startCompiling starts an engine that compiles what it must.
func startCompiling(t testing.TB) *Engine {
	t.Helper()
	bin, err := kernelBinary()
	if err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(bin)
	if err != nil {
		t.Fatal(err)
	}
	b := build.New(build.Opts{Sources: kernelSources(t), Host: info})
	e, err := Start(Opts{Worker: []string{bin, "worker"}, Builder: b})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	// Here, so that no cell waits for it and says so.
	e.units.warmer.prepare(t.Context(), nil)
	return e
}

// kernelSources returns what the kernel embeds of its own source.
func kernelSources(t testing.TB) fs.FS {
	t.Helper()
	out := fstest.MapFS{}
	root := os.DirFS("../..")
	for _, name := range []string{"go.mod", "go.sum", "display", "kernel/guard"} {
		err := fs.WalkDir(root, name, func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := fs.ReadFile(root, name)
			out[name] = &fstest.MapFile{Data: text}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}
