package module

import (
	"context"
	"errors"
	"go/types"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

const goodModules = `
-- example.com/good@v1.0.0/good.go --
// Package good is good.
package good

// Version says which it is.
func Version() string { return "1.0" }
-- example.com/good@v1.1.0/good.go --
// Package good is good.
package good

import (
	"fmt"
	"time"
)

// A Thing is something.
type Thing struct {
	// Since is when it began.
	Since time.Time
	n int
}

// String implements fmt.Stringer.
func (t *Thing) String() string { return fmt.Sprint(t.n) }

// Version says which it is.
func Version() string { return "1.1" }

// Limits.
const (
	Low = 1 // the lower one
	High = 2
)
-- example.com/good@v1.1.0/sub/other/sub.go --
package better

import "example.com/good"

func Things() []*good.Thing { return nil }
-- example.com/good@v1.1.0/internal/secret/s.go --
package secret
-- example.com/good@v1.1.0/cmd/good/main.go --
package main

func main() {}
-- example.com/good@v1.1.0/tests/x_test.go --
package tests
-- example.com/good@v1.1.0/elsewhere/x_plan9.go --
package elsewhere
`

func TestAModuleThatWasGotCanBeImported(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{})
	var progress []string
	added, err := s.Get(testContext(t), "example.com/good@v1.1.0", func(line string) { progress = append(progress, line) })
	if err != nil {
		t.Fatal(err)
	}
	if added.Module != "example.com/good" || added.Version != "v1.1.0" || len(added.Changes)+len(added.Notes) > 0 {
		t.Errorf("added %+v", added)
	}
	if len(progress) == 0 || !strings.Contains(progress[0], "downloading example.com/good v1.1.0") {
		t.Errorf("progress: %q", progress)
	}
	p := mustLoad(t, s, "example.com/good")
	if p.Name != "good" || p.ID != p.Path || p.Types.Scope().Lookup("Version") == nil || p.Hash == "" || p.Archives[p.ID] == "" {
		t.Errorf("loaded %+v", p)
	}
	for _, path := range []string{"fmt", "time", "runtime"} {
		if p.Archives[path] != "" || !strings.Contains(strings.Join(p.Needs, " ")+" ", path+" ") {
			t.Errorf("%s is not in Needs: %v", path, p.Needs)
		}
	}
	if again := mustLoad(t, s, "example.com/good"); again != p {
		t.Error("the package was loaded twice")
	}
}

func TestALatestVersionIsGotWithoutOneInTheQuery(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{})
	for _, query := range []string{"example.com/good", "example.com/good@latest", "example.com/good/sub/other"} {
		if added := mustGet(t, s, query); added.Module != "example.com/good" || added.Version != "v1.1.0" {
			t.Errorf("%s: %+v", query, added)
		}
	}
}

func TestTypesAreThoseOfTheKernelsStandardLibrary(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{})
	mustGet(t, s, "example.com/good@v1.1.0")
	better := mustLoad(t, s, "example.com/good/sub/other")
	if better.Name != "better" {
		t.Errorf("name %q", better.Name)
	}
	good := mustLoad(t, s, "example.com/good")
	std, err := w.types.Import("time")
	if err != nil {
		t.Fatal(err)
	}
	thing := good.Types.Scope().Lookup("Thing").Type()
	since := thing.Underlying().(*types.Struct).Field(0).Type()
	if !types.Identical(since, std.Scope().Lookup("Time").Type()) {
		t.Error("time.Time is another type")
	}
	things := better.Types.Scope().Lookup("Things").Type().(*types.Signature).Results().At(0).Type()
	if !types.Identical(things, types.NewSlice(types.NewPointer(thing))) {
		t.Errorf("%s is another type", things)
	}
	fmtPkg, err := w.types.Import("fmt")
	if err != nil {
		t.Fatal(err)
	}
	stringer := fmtPkg.Scope().Lookup("Stringer").Type().Underlying().(*types.Interface)
	if !types.Implements(types.NewPointer(thing), stringer) {
		t.Error("*Thing is no Stringer")
	}
}

func TestWhatCannotBeGotIsSaidInOneLine(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{})
	for query, want := range map[string]string{
		"example.com/good@v9.9.9":  "example.com/good@v9.9.9 was not found",
		"example.com/nothing":      "example.com/nothing was not found",
		"example.com/good/nothing": "was not found",
		"strings":                  "no host name",
		"":                         "is not a module",
		"-u":                       "is not a module",
		"example.com/a b":          "is not a module",
		"./here":                   "go.mod or go.work beside the notebook",
		"example.com/good@none":    "cannot be taken away",
	} {
		_, err := s.Get(testContext(t), query, nil)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("get %q: %v", query, err)
		}
	}
	mustGet(t, s, "example.com/good@v1.0.0") // nothing is broken
}

func TestAServerThatCannotBeReachedIsNamed(t *testing.T) {
	w := newWorld(t, goodModules, "")
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close() // nobody listens there now
	t.Setenv("GOPROXY", "http://"+l.Addr().String())
	s := w.open(t, Opts{})
	_, err = s.Get(testContext(t), "example.com/good", nil)
	if err == nil || !strings.Contains(err.Error(), l.Addr().String()+" cannot be reached") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestAPrivateModuleAsksForNoPassword(t *testing.T) {
	w := newWorld(t, "", "")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("WWW-Authenticate", `Basic realm="private"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
	}))
	defer srv.Close()
	t.Setenv("GOPROXY", srv.URL)
	s := w.open(t, Opts{})
	_, err := s.Get(testContext(t), "private.example.com/thing", nil)
	if err == nil || !strings.Contains(err.Error(), "asks for credentials") || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestACancelledGetEndsAtOnceAndChangesNothing(t *testing.T) {
	w := newWorld(t, goodModules, "")
	release := make(chan struct{})
	arrived := make(chan struct{}, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	defer close(release)
	t.Setenv("GOPROXY", srv.URL)
	s := w.open(t, Opts{})
	ctx, cancel := context.WithCancelCause(testContext(t))
	stopped := errors.New("stopped")
	var start time.Time
	go func() {
		<-arrived
		start = time.Now()
		cancel(stopped)
	}()
	_, err := s.Get(ctx, "example.com/good", nil)
	if !errors.Is(err, stopped) {
		t.Errorf("error %v", err)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %v", d)
	}
	text, err := os.ReadFile(s.modfile())
	if err != nil || strings.Contains(string(text), "good") {
		t.Errorf("go.mod: %s %v", text, err)
	}
}

func TestCloseEndsWhatGoesOn(t *testing.T) {
	w := newWorld(t, goodModules, "")
	arrived := make(chan struct{}, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	t.Setenv("GOPROXY", srv.URL)
	s := w.open(t, Opts{})
	go func() {
		<-arrived
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := s.Get(testContext(t), "example.com/good", nil); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
	if _, err := s.Load(testContext(t), "example.com/good"); !errors.Is(err, ErrClosed) {
		t.Errorf("error %v", err)
	}
}

const conflictModules = goodModules + `
-- example.com/shared@v1.0.0/shared.go --
package shared

func F() int { return 1 }
-- example.com/shared@v1.5.0/shared.go --
package shared

func F() int { return 2 }
-- example.com/greedy@v1.2.0/go.mod --
module example.com/greedy

go 1.26

require example.com/shared v1.5.0
-- example.com/greedy@v1.2.0/greedy.go --
package greedy

import "example.com/shared"

func G() int { return shared.F() }
-- example.com/mixed@v1.0.0/go.mod --
module example.com/mixed

go 1.26

require example.com/shared v1.5.0
-- example.com/mixed@v1.0.0/light/light.go --
package light

func L() int { return 1 }
-- example.com/mixed@v1.0.0/heavy/heavy.go --
package heavy

import "example.com/shared"

func H() int { return shared.F() }
`

func TestAModuleThatNeedsAnotherVersionThanTheKernelsIsRefused(t *testing.T) {
	w := newWorld(t, conflictModules, "")
	s := w.open(t, Opts{Host: pinned("example.com/shared@v1.0.0")})
	if p := mustLoad(t, s, "example.com/shared"); !strings.Contains(p.Dir, "shared@v1.0.0") {
		t.Errorf("a pinned module: %+v", p)
	}
	before, err := os.ReadFile(s.modfile())
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Get(testContext(t), "example.com/greedy@v1.2.0", nil)
	c, ok := asError[*Conflict](err)
	if !ok || c.Module != "example.com/shared" || c.Have != "v1.0.0" || c.Want != "v1.5.0" || c.By != "example.com/greedy@v1.2.0" {
		t.Errorf("%+v %v", c, err)
	}
	if want := "example.com/shared: the kernel was built with v1.0.0, example.com/greedy@v1.2.0 needs v1.5.0; "; !strings.HasPrefix(err.Error(), want) {
		t.Error(err)
	}
	_, err = s.Get(testContext(t), "example.com/shared@v1.5.0", nil)
	if c, ok := asError[*Conflict](err); !ok || c.Want != "v1.5.0" || c.By != "" {
		t.Errorf("%+v %v", c, err)
	}
	after, err := os.ReadFile(s.modfile())
	if err != nil || string(after) != string(before) {
		t.Errorf("go.mod was\n%s\nand is\n%s", before, after)
	}
	if p := mustLoad(t, s, "example.com/shared"); !strings.Contains(p.Dir, "shared@v1.0.0") {
		t.Errorf("a pinned module: %+v", p)
	}
}

func TestPackagesThatDoNotNeedTheConflictingModuleCanBeImported(t *testing.T) {
	w := newWorld(t, conflictModules, "")
	s := w.open(t, Opts{Host: pinned("example.com/shared@v1.0.0")})
	added := mustGet(t, s, "example.com/mixed@v1.0.0")
	if len(added.Notes) != 1 || !strings.Contains(added.Notes[0], "cannot be imported: example.com/mixed/heavy") {
		t.Errorf("notes %q", added.Notes)
	}
	mustLoad(t, s, "example.com/mixed/light")
	_, err := s.Load(testContext(t), "example.com/mixed/heavy")
	if c, ok := asError[*Conflict](err); !ok || c.By != "example.com/mixed@v1.0.0" || c.Package != "example.com/shared" {
		t.Errorf("%+v %v", c, err)
	}
	_, err = s.Get(testContext(t), "example.com/mixed/heavy@v1.0.0", nil)
	if c, ok := asError[*Conflict](err); !ok {
		t.Errorf("%+v %v", c, err)
	}
	mustGet(t, s, "example.com/good@v1.1.0") // which does not use it
	mustLoad(t, s, "example.com/mixed/light")
}

func TestAChangedVersionOfALoadedPackageNeedsANewWorker(t *testing.T) {
	w := newWorld(t, goodModules, "")
	s := w.open(t, Opts{})
	mustGet(t, s, "example.com/good@v1.0.0")
	old := mustLoad(t, s, "example.com/good")
	s.Opened(old)
	mustGet(t, s, "example.com/good@v1.1.0")
	_, err := s.Load(testContext(t), "example.com/good")
	if in, ok := asError[*InUse](err); !ok || in.Path != "example.com/good" {
		t.Fatalf("error %v", err)
	}
	s.Restarted()
	p := mustLoad(t, s, "example.com/good")
	if p.Hash == old.Hash || p.Types == old.Types || p.Types.Scope().Lookup("Thing") == nil {
		t.Error("it is still the old one")
	}
}
