package build

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestAFullDiskIsTold(t *testing.T) {
	out, err := run(t.Context(), "/", os.Environ(), "go", "env", "GOTOOLDIR")
	if err != nil {
		t.Fatal(err)
	}
	for broken, says := range map[string]string{"compile": "write unit.a: no space left on device", "link": "ld: unit.so: No space left on device"} {
		tools := t.TempDir()
		for _, tool := range []string{"compile", "link"} {
			if err := os.Symlink(filepath.Join(strings.TrimSpace(string(out)), tool), filepath.Join(tools, tool)); err != nil {
				t.Fatal(err)
			}
		}
		os.Remove(filepath.Join(tools, broken))
		if err := os.Rename(script(t, "echo "+says+"; exit 1"), filepath.Join(tools, broken)); err != nil {
			t.Fatal(err)
		}
		b := builder(t, func(o *Opts) { o.Go = fakeGo(t, "GOTOOLDIR", tools) })
		if _, err := b.Build(t.Context(), small("cell/full")); err == nil || !strings.HasPrefix(err.Error(), "there is no space left for compiled cells in "+b.opts.Cache) {
			t.Errorf("%s: got %v", broken, err)
		}
	}
	b := builder(t)
	if err := b.explainFull(fmt.Errorf("keeping: %w", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC})); !strings.HasPrefix(err.Error(), "there is no space left") {
		t.Error(err)
	}
}

func TestAvailableNeedsAPlaceToWriteTo(t *testing.T) {
	err := builder(t, func(o *Opts) { o.Cache = "/proc/cache" }).Available(t.Context())
	if err == nil || !strings.Contains(err.Error(), "set NETHERFIELD_CACHE to another directory") {
		t.Errorf("got %v", err)
	}
}

func TestPreparationsHaveLowPriority(t *testing.T) {
	// A child that is started when the priority is surely set.
	out, err := run(patient(t.Context()), "/", os.Environ(), "sh", "-c", "sleep 0.3; nice")
	if err != nil || strings.TrimSpace(string(out)) == "0" {
		t.Errorf("got %q, %v", out, err)
	}
}
