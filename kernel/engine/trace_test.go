package engine

// This file reads the traces in testdata/traces: each holds a unit as cells
// become, what a process that ran it wrote when it died, and what the user is
// to see of that. The flag -record runs the units anew.

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"
)

var (
	record = flag.Bool("record", false, "run the units in testdata/traces and keep their traces")
	update = flag.Bool("update", false, "write what is seen of the traces into their files")
)

// seen is what the user can see of a failure.
func seen(f *Failure) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", f.Message)
	if f.Goroutine {
		b.WriteString("in a goroutine\n")
	}
	for _, fr := range f.Frames {
		fmt.Fprintf(&b, "%s\n", fr)
	}
	if f.Depth > 0 {
		b.WriteString("… more calls\n")
	}
	return b.String()
}

func cellSeven(unit string) int {
	if unit == "cell/5f0c8a1b" {
		return 7
	}
	return 0
}

func TestTracesAreTrimmedToTheUsersCalls(t *testing.T) {
	files, err := filepath.Glob("testdata/traces/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no traces: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			part := map[string]*txtar.File{}
			for i := range a.Files {
				part[a.Files[i].Name] = &a.Files[i]
			}
			if *record {
				part["trace"].Data = lastWordsOf(t, part["unit.go"].Data)
			}
			tr, ok := readTrace(string(part["trace"].Data))
			if !ok {
				t.Fatalf("not understood:\n%s", part["trace"].Data)
			}
			got := seen(tr.failure(cellSeven))
			if *update || *record {
				part["shows"].Data = []byte(got)
				if err := os.WriteFile(file, txtar.Format(a), 0o666); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(string(part["shows"].Data), got); d != "" {
				t.Error(d)
			}
		})
	}
}

// lastWordsOf runs a unit and returns what the process writes when it dies.
func lastWordsOf(t *testing.T, unit []byte) []byte {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":           "module cell\n\ngo 1.26\n",
		"main.go":          "package main\n\nimport unit \"cell/5f0c8a1b\"\n\nfunc main() { unit.Run() }\n",
		"5f0c8a1b/unit.go": string(unit),
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-trimpath", "-o", "prog", ".")
	build.Dir = dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var words bytes.Buffer
	run := exec.Command(filepath.Join(dir, "prog"))
	run.Stderr = &words
	if err := run.Run(); err == nil {
		t.Fatal("the unit did not die")
	}
	return words.Bytes()
}

func TestTextThatOnlyLooksLikeATraceIsLeftAlone(t *testing.T) {
	for _, text := range []string{
		"",
		"panic: not really\n",
		"fatal error: no configuration\nuse -c\n",
		"goroutine 1 [running]:\nmain.main()\n\t/x.go:3 +0x1d\n",
		"SIGHUP: x",
		"runtime: something\n",
	} {
		if tr, ok := readTrace(text); ok {
			t.Errorf("%q: understood as %+v", text, tr)
		}
	}
}

func TestTextBeforeATraceIsKept(t *testing.T) {
	tr, ok := readTrace("panic: a log line\nanother\nfatal error: concurrent map writes\n\ngoroutine 5 [running]:\n" +
		"cell/5f0c8a1b.f(0x1)\n\t/cell:4 +0x85\n")
	if !ok || tr.before != "panic: a log line\nanother\n" || tr.cause != "fatal error: concurrent map writes" {
		t.Fatalf("%v %+v", ok, tr)
	}
	if got, want := seen(tr.failure(cellSeven)), "fatal error: concurrent map writes\ncell [7] line 4 in f\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestCallsOfTheInterpreterAreNotShown(t *testing.T) {
	tr, ok := readTrace(`fatal error: concurrent map read and map write

goroutine 9 [running]:
internal/runtime/maps.fatal({0x1, 0x2})
	runtime/panic.go:1181 +0x18
maps.Copy[...](...)
	maps/maps.go:10
reflect.Value.call({0x1?, 0x2?, 0x3?}, {0x4, 0x4}, {0x5, 0x1, 0x1})
	reflect/value.go:584 +0xca6
github.com/netherfield/netherfield/kernel/engine/interp.(*callSite).native(0x1)
	github.com/netherfield/netherfield/kernel/engine/interp/call.go:245 +0x1d
created by github.com/netherfield/netherfield/kernel/engine.(*worker).serve in goroutine 1
	github.com/netherfield/netherfield/kernel/engine/worker.go:121 +0x1d
`)
	if !ok {
		t.Fatal("not understood")
	}
	if got, want := seen(tr.failure(cellSeven)), "fatal error: concurrent map read and map write\nmaps.Copy\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzReadTrace(f *testing.F) {
	files, _ := filepath.Glob("testdata/traces/*.txtar")
	for _, file := range files {
		if a, err := txtar.ParseFile(file); err == nil {
			for _, part := range a.Files {
				if part.Name == "trace" {
					f.Add(string(part.Data))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		tr, ok := readTrace(text)
		if !ok {
			return
		}
		if tr.cause == "" {
			t.Error("no cause")
		}
		fail := tr.failure(cellSeven)
		for _, fr := range fail.Frames {
			if s := fr.String(); strings.ContainsAny(s, "ꞑꞐ\n") {
				t.Errorf("frame %q", s)
			}
		}
	})
}
