package module

import (
	"context"
	"fmt"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

const userFiles = `
-- go.mod --
module example.com/me

go 1.21

require (
	example.com/good v1.0.0
	example.com/old v1.0.0
)

replace example.com/old => ./forks/old
-- notebooks/note.ipynb --
{}
-- stats/stats.go --
// Package stats counts.
package stats

import (
	"embed"
	"time"

	"example.com/good"
	"example.com/me/internal/base"
)

//go:embed words.txt all:tables
var Files embed.FS

// T is a type.
type T struct{ At time.Time }

// Mean is the mean.
func Mean() int { return base.One + len(good.Version()) }
-- stats/words.txt --
one two
-- stats/tables/.hidden --
h
-- stats/tables/a.csv --
a
-- stats/extra_windows.go --
package stats

func Mean() string { return "" }
-- internal/base/base.go --
package base

const One = 1
-- plain/plain.go --
package plain

func F() int { return 1 }
-- plain/internal/deep/deep.go --
package deep
-- uses/old.go --
package uses

import "example.com/old"

func Old() string { return old.Name }
-- broken/broken.go --
package broken

func F() int { return "x" }
-- lost/lost.go --
package lost

import _ "example.com/lost/package"
-- program/main.go --
package main

func main() {}
-- forks/old/go.mod --
module example.com/old
-- forks/old/old.go --
package old

const Name = "fork"
`

func TestTheModuleBesideTheNotebookCanBeImported(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	before := snapshotOf(t, w.user)
	s := w.open(t, Opts{Dir: filepath.Join(w.user, "notebooks")})
	p := mustLoad(t, s, "example.com/me/stats")
	if p.Path == p.ID || Original(p.ID) != p.Path || p.Types.Path() != p.ID || p.Types.Name() != "stats" {
		t.Errorf("loaded %+v", p)
	}
	if got := p.GoFiles; !slices.Equal(got, []string{"stats.go"}) {
		t.Errorf("files %q", got)
	}
	var ids []string
	for id := range p.Archives {
		ids = append(ids, Original(id))
	}
	slices.Sort(ids)
	if want := []string{"example.com/good", "example.com/me/internal/base", "example.com/me/stats"}; !slices.Equal(ids, want) {
		t.Errorf("archives %q", ids)
	}
	if p := mustLoad(t, s, "example.com/me/uses"); p.Types.Scope().Lookup("Old") == nil {
		t.Error("a replaced module")
	}
	mustLoad(t, s, "example.com/old")
	mustLoad(t, s, "example.com/good") // required by the user's go.mod
	mustLoad(t, s, "example.com/me/internal/base")
	if after := snapshotOf(t, w.user); after != before {
		t.Errorf("the user's files were\n%s\nand are\n%s", before, after)
	}
}

// snapshotOf returns all files of a directory.
func snapshotOf(t *testing.T, dir string) string {
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		fmt.Fprintf(&b, "%s: %q\n", path, text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWhatCannotBeImportedIsExplained(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: filepath.Join(w.user, "notebooks")})
	for path, want := range map[string]string{
		"example.com/me/plain/internal/deep": "internal to another module or directory",
		"example.com/good/internal/secret":   "internal to another module or directory",
		"example.com/me/program":             "it is a program",
		"example.com/me/nothing":             "no such directory in " + w.user,
		"example.com/me/broken":              filepath.Join(w.user, "broken", "broken.go") + ":3:23: cannot use \"x\"",
		"example.com/good/nothing":           "is not in example.com/good@v1.0.0; ",
		"github.com/some/thing/v2/sub":       "%get github.com/some/thing/v2",
		"golang.org/x/exp/maps":              "%get golang.org/x/exp",
		"nothing/like/this":                  "neither in the standard library",
		"../stats":                           "full import path",
		"C":                                  "cannot use cgo",
		"":                                   "no import path",
		"example.com/...":                    "no import path",
	} {
		_, err := s.Load(testContext(t), path)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("load %q: %v", path, err)
		}
	}
	_, err := s.Load(testContext(t), "example.com/me/lost")
	if u, ok := asError[*UnknownImport](err); !ok || u.Path != "example.com/lost/package" || u.By != "example.com/me/lost" || u.Module != "example.com/lost/package" {
		t.Errorf("%+v %v", u, err)
	}
	mustGet(t, s, "example.com/good@v1.1.0")
	for path, want := range map[string]string{
		"example.com/good/cmd/good":  "it is a program",
		"example.com/good/tests":     "it has only tests",
		"example.com/good/elsewhere": "build constraints exclude all its Go files here: x_plan9.go",
	} {
		_, err := s.Load(testContext(t), path)
		if n, ok := asError[*NotImportable](err); !ok || !strings.Contains(n.Reason, want) {
			t.Errorf("load %q: %v", path, err)
		}
	}
}

func TestAChangedFileMakesANewPackage(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: w.user})
	plain, stats := mustLoad(t, s, "example.com/me/plain"), mustLoad(t, s, "example.com/me/stats")
	s.Opened(plain)
	s.Opened(stats)
	changed := func() string {
		paths, err := s.Changed(testContext(t))
		if err != nil {
			t.Fatal(err)
		}
		return strings.Join(paths, " ")
	}
	if got := changed(); got != "" {
		t.Errorf("changed: %s", got)
	}
	write(t, w.user, map[string]string{"internal/base/base.go": "package base\n\nconst One = 100\n"})
	if got := changed(); got != "example.com/me/stats" {
		t.Errorf("changed: %s", got)
	}
	stats2 := mustLoad(t, s, "example.com/me/stats")
	if stats2.ID == stats.ID || stats2.Hash == stats.Hash || stats2.Types == stats.Types {
		t.Error("a package does not follow what it needs")
	}
	if mustLoad(t, s, "example.com/me/plain") != plain {
		t.Error("another package has changed")
	}
	// A file that is as it was gives the package that was.
	write(t, w.user, map[string]string{"internal/base/base.go": "package base\n\nconst One = 1\n"})
	if p := mustLoad(t, s, "example.com/me/stats"); p.ID != stats.ID || p.Types != stats.Types || p.Hash != stats.Hash {
		t.Error("the old text gives a new package")
	}
	// A new file, an embedded file and a new import count.
	for _, files := range []map[string]string{
		{"stats/more.go": "package stats\n\nfunc More() {}\n"},
		{"stats/words.txt": "three\n"},
		{"stats/tables/b.csv": "b\n"},
		{"stats/more.go": "package stats\n\nimport \"example.com/me/plain\"\n\nfunc More() { plain.F() }\n"},
	} {
		before := mustLoad(t, s, "example.com/me/stats")
		time.Sleep(2 * time.Millisecond) // a coarse clock of files
		write(t, w.user, files)
		if p := mustLoad(t, s, "example.com/me/stats"); p.ID == before.ID {
			t.Errorf("%v: nothing has changed", files)
		}
	}
	// A mistake is an error until it is mended.
	write(t, w.user, map[string]string{"plain/plain.go": "package plain\n\nfunc F() int {\n"})
	if _, err := s.Load(testContext(t), "example.com/me/plain"); err == nil || !strings.Contains(err.Error(), "plain.go:4:1: syntax error") {
		t.Errorf("a syntax error: %v", err)
	}
	write(t, w.user, map[string]string{"plain/plain.go": "package plain\n\nfunc F() int { return 2 }\n"})
	mustLoad(t, s, "example.com/me/plain")
}

func TestAGoModMayAppearChangeAndBreak(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{Dir: w.user})
	mustGet(t, s, "example.com/good@v1.1.0")
	if _, err := s.Load(testContext(t), "me/plain"); err == nil {
		t.Fatal("there is no module yet")
	}
	write(t, w.user, map[string]string{"go.mod": "module me\n\ngo 1.26\n", "plain/plain.go": "package plain\n"})
	mustLoad(t, s, "me/plain")
	mustLoad(t, s, "example.com/good/sub/other") // still there
	write(t, w.user, map[string]string{"go.mod": "module me\n\nreqire x\n"})
	for _, path := range []string{"me/plain", "example.com/nothing"} {
		if _, err := s.Load(testContext(t), path); err == nil || !strings.Contains(err.Error(), filepath.Join(w.user, "go.mod")+":3") {
			t.Errorf("load %s: %v", path, err)
		}
	}
	mustLoad(t, s, "example.com/good/sub/other")
	write(t, w.user, map[string]string{"go.mod": "module me\n\ngo 1.99\n"})
	if _, err := s.Load(testContext(t), "me/plain"); err == nil || !strings.Contains(err.Error(), "needs Go 1.99") {
		t.Errorf("a newer Go: %v", err)
	}
	write(t, w.user, map[string]string{"go.mod": "module me\n"})
	mustLoad(t, s, "me/plain")
}

func TestAWorkspaceBesideTheNotebookIsHonoured(t *testing.T) {
	w := newWorld(t, goodModules, `
-- go.work --
go 1.26

use (
	./one
	two
)

replace example.com/good v1.0.0 => ./good
-- good/go.mod --
module example.com/good
-- good/good.go --
package good

const Here = true
-- one/go.mod --
module example.com/one/v2

go 1.26

require example.com/good v1.0.0

replace example.com/good => ../nowhere
-- one/one.go --
package one

import (
	"example.com/good"
	"gopkg.example/two.v3/part"
)

const Here = good.Here && part.Here
-- two/go.mod --
module gopkg.example/two.v3

go 1.26
-- two/part/part.go --
package part

const Here = true
-- three/go.mod --
module example.com/three
-- three/three.go --
package three
`)
	s := w.open(t, Opts{Dir: filepath.Join(w.user, "one")})
	if p := mustLoad(t, s, "example.com/one/v2"); p.Name != "one" || p.Types.Scope().Lookup("Here").(*types.Const).Val().String() != "true" {
		t.Errorf("loaded %+v", p)
	}
	mustLoad(t, s, "gopkg.example/two.v3/part")
	if _, err := s.Load(testContext(t), "example.com/three"); err == nil {
		t.Error("a module that the workspace does not use was found")
	}
	write(t, w.user, map[string]string{"go.work": "go 1.26\n\nuse ./nowhere\n"})
	if _, err := s.Load(testContext(t), "gopkg.example/two.v3/part"); err == nil || !strings.Contains(err.Error(), "which has no go.mod") {
		t.Errorf("a directory without a module: %v", err)
	}
}

func TestAConflictInTheUsersGoModIsExplained(t *testing.T) {
	w := newWorld(t, conflictModules, `
-- go.mod --
module example.com/me

go 1.26

require example.com/shared v1.5.0
-- a/a.go --
package a

import "example.com/shared"

func A() int { return shared.F() }
-- b/b.go --
package b
`)
	s := w.open(t, Opts{Dir: w.user, Host: pinned("example.com/shared@v1.0.0")})
	mustLoad(t, s, "example.com/me/b")
	_, err := s.Load(testContext(t), "example.com/me/a")
	if c, ok := asError[*Conflict](err); !ok || c.Have != "v1.0.0" || c.Want != "v1.5.0" || c.By != filepath.Join(w.user, "go.mod") {
		t.Errorf("%+v %v", c, err)
	}
	write(t, w.user, map[string]string{
		"go.mod":         "module example.com/me\n\nrequire example.com/shared v1.0.0\n\nreplace example.com/shared => ./shared\n",
		"shared/go.mod":  "module example.com/shared\n",
		"shared/here.go": "package shared\n\nfunc F() int { return 3 }\n",
	})
	_, err = s.Load(testContext(t), "example.com/me/a")
	if c, ok := asError[*Conflict](err); !ok || c.Dir != filepath.Join(w.user, "shared") || c.By != filepath.Join(w.user, "go.mod") {
		t.Errorf("%+v %v", c, err)
	}
	write(t, w.user, map[string]string{"go.mod": "module example.com/me\n\nrequire example.com/shared v1.0.0\n"})
	mustLoad(t, s, "example.com/me/a")
}

func TestAPackageWithCgoIsBuiltByTheGoCommand(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil {
		t.Skip("THERE IS NO C COMPILER: packages with cgo are not tested")
	}
	w := newWorld(t, "", `
-- go.mod --
module me

go 1.26
-- c/c.go --
package c

// int twice(int x) { return 2*x; }
import "C"

import "me/base"

func Twice(x int) base.Int { return base.Int(C.twice(C.int(x))) }
-- base/base.go --
package base

type Int int
-- top/top.go --
package top

import (
	"me/base"
	"me/c"
)

func Four() base.Int { return c.Twice(2) }
`)
	s := w.open(t, Opts{Dir: w.user})
	p := mustLoad(t, s, "me/top")
	if p.ID == p.Path || p.Archives["me/c"] == "" || p.Archives["me/base"] == "" {
		t.Errorf("archives %v", p.Archives)
	}
	if !slices.Contains(p.Needs, "runtime/cgo") {
		t.Errorf("needs %v", p.Needs)
	}
	s.Opened(p)
	write(t, w.user, map[string]string{"base/base.go": "package base\n\ntype Int int64\n"})
	if _, err := s.Load(testContext(t), "me/top"); err == nil || !strings.Contains(err.Error(), "%reset") {
		t.Errorf("error %v", err)
	}
	s.Restarted()
	p2 := mustLoad(t, s, "me/top")
	four := p2.Types.Scope().Lookup("Four").Type().(*types.Signature).Results().At(0).Type()
	if got := four.Underlying().String(); got != "int64" {
		t.Errorf("base.Int is %s", got)
	}
}

func TestDocsAreThoseOfTheSource(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: w.user})
	mustGet(t, s, "example.com/good@v1.1.0")
	mustLoad(t, s, "example.com/good")
	for name, want := range map[string]string{
		"":             "Package good is good.",
		"Thing":        "A Thing is something.",
		"Thing.Since":  "Since is when it began.",
		"Thing.String": "String implements fmt.Stringer.",
		"Low":          "the lower one\n\nLimits.",
		"High":         "Limits.",
		"Nothing":      "",
	} {
		if got := s.Doc("example.com/good", name); got != want {
			t.Errorf("doc of %q: %q", name, got)
		}
	}
	p := mustLoad(t, s, "example.com/me/stats")
	if got := s.Doc(p.ID, "Mean"); got != "Mean is the mean." {
		t.Errorf("doc by ID: %q", got)
	}
	write(t, w.user, map[string]string{"stats/more.go": "package stats\n\n// Mode is new.\nfunc Mode() {}\n"})
	mustLoad(t, s, "example.com/me/stats")
	if got := s.Doc("example.com/me/stats", "Mode"); got != "Mode is new." {
		t.Errorf("doc of a new file: %q", got)
	}
	if got := s.Doc("example.com/unknown", ""); got != "" {
		t.Errorf("doc of nothing: %q", got)
	}
}

func TestPackagesOfModulesAreListedForCompletion(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: w.user})
	wait := func(want string) {
		t.Helper()
		got := ""
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
			start := time.Now()
			got = strings.Join(s.Paths(), " ")
			if d := time.Since(start); d > 10*time.Second {
				t.Fatalf("Paths took %v", d)
			}
			if got == want {
				return
			}
		}
		t.Fatalf("paths: %s, want %s", got, want)
	}
	own := "example.com/me/broken example.com/me/internal/base example.com/me/lost example.com/me/plain example.com/me/stats example.com/me/uses example.com/old"
	wait(own)
	mustGet(t, s, "example.com/good@v1.1.0")
	wait("example.com/good example.com/good/sub/other " + own)
	if got := s.ByName("better"); !slices.Equal(got, []string{"example.com/good/sub/other"}) {
		t.Errorf("better is %q", got)
	}
	if got := s.Name("example.com/good/sub/other"); got != "better" {
		t.Errorf("name %q", got)
	}
	if got := s.Doc("example.com/good", "Version"); got != "Version says which it is." {
		t.Errorf("doc of a package that is not loaded: %q", got)
	}
}

func TestALoadEndsWithItsContext(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: w.user})
	ctx, cancel := context.WithCancel(testContext(t))
	cancel()
	if _, err := s.Load(ctx, "example.com/me/plain"); err != context.Canceled {
		t.Errorf("error %v", err)
	}
	mustLoad(t, s, "example.com/me/plain")
}
