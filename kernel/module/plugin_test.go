package module

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// A host opens plugins one after the other, in the way of the kernel's worker.
const hostFiles = `
-- go.mod --
module host

go 1.26

require example.com/shared v1.0.0
-- main.go --
package main

import (
	"fmt"
	"os"
	"plugin"

	"example.com/shared"
)

func main() {
	fmt.Println(shared.F())
	for _, file := range os.Args[1:] {
		if _, err := plugin.Open(file); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
}
`

func TestEditionsOfAPackageLiveInOneProcess(t *testing.T) {
	if _, err := exec.LookPath("gcc"); err != nil || runtime.GOOS != "linux" {
		t.Skip("THERE IS NO C COMPILER: no plugin is opened")
	}
	w := newWorld(t, conflictModules, `
-- go.mod --
module example.com/me

go 1.26

require example.com/shared v1.0.0
-- top/top.go --
package top

import (
	"fmt"

	"example.com/me/base"
	"example.com/shared"
)

var calls int

func Text() string {
	calls++
	return fmt.Sprintf("%T %d %d", base.T{}, calls, shared.F())
}
-- base/base.go --
package base

type T struct{ One int }
`)
	ctx := testContext(t)
	s := w.open(t, Opts{Dir: w.user, Host: pinned("example.com/shared@v1.0.0")})
	mustGet(t, s, "example.com/good@v1.1.0")
	host := t.TempDir()
	write(t, host, files(hostFiles))
	goHere := func(args ...string) []byte {
		t.Helper()
		tools, err := s.tools(ctx)
		if err != nil {
			t.Fatal(err)
		}
		out, err := s.exec(ctx, command{dir: host, env: append(s.environ(tools), "GOFLAGS=-mod=mod"), argv: append([]string{tools.Go}, args...)})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	goHere("build", "-trimpath", "-o", "host", ".")
	one := mustLoad(t, s, "example.com/me/top")
	first := unit(t, s, "first", one, `fmt.Println("1:", top.Text(), top.Text())`)
	write(t, w.user, map[string]string{"base/base.go": "package base\n\ntype T struct{ One, Two int }\n"})
	two := mustLoad(t, s, "example.com/me/top")
	second := unit(t, s, "second", two, `fmt.Println("2:", top.Text())`)
	third := unit(t, s, "third", one, `fmt.Println("3:", top.Text())`)
	fourth := unit(t, s, "fourth", mustLoad(t, s, "example.com/good/sub/other"), `fmt.Println("4:", len(better.Things()))`)
	out, err := exec.CommandContext(ctx, filepath.Join(host, "host"), first, second, third, fourth).CombinedOutput()
	want := "1\n1: base.T 1 1 base.T 2 1\n2: base.T 1 1\n3: base.T 3 1\n4: 0\n"
	if err != nil || string(out) != want {
		t.Errorf("%v: %s, want %s", err, out, want)
	}
}

// unit links a plugin that imports a package, as package build does.
func unit(t *testing.T, s *Session, name string, p *Package, body string) string {
	t.Helper()
	ctx := testContext(t)
	tools, err := s.tools(ctx)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.go": fmt.Sprintf("package main\n\nimport (\n\t%q\n\t%s %q\n)\n\nfunc init() { %s }\n\nfunc main() {}\n", "fmt", p.Types.Name(), p.Types.Path(), body)})
	needs := append(slices.Clone(p.Needs), "runtime/cgo", "fmt")
	list, err := s.goTool(ctx, append([]string{"list", "-modfile=" + s.modfile(), "-export", "-deps", "-buildmode=plugin", "-trimpath", "-json=ImportPath,Export", "--"}, needs...)...)
	if err != nil {
		t.Fatal(err)
	}
	archives := maps.Clone(p.Archives)
	for dec := json.NewDecoder(bytes.NewReader(list)); dec.More(); {
		var l listed
		if err := dec.Decode(&l); err != nil {
			t.Fatal(err)
		}
		if l.Export != "" {
			archives[l.ImportPath] = l.Export
		}
	}
	var cfg strings.Builder
	for path, file := range archives {
		fmt.Fprintf(&cfg, "packagefile %s=%s\n", path, file)
	}
	write(t, dir, map[string]string{"importcfg": cfg.String()})
	for _, argv := range [][]string{
		{"compile", "-p", "cell/" + name, "-trimpath", dir + "=>", "-dynlink", "-importcfg", "importcfg", "-pack", "-o", "a.a", "a.go"},
		{"link", "-buildmode=plugin", "-pluginpath=cell/" + name, "-s", "-w", "-importcfg", "importcfg", "-o", name + ".so", "a.a"},
	} {
		argv[0] = filepath.Join(tools.Tools, argv[0])
		if _, err := s.exec(ctx, command{dir: dir, env: s.environ(tools), argv: argv}); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, name+".so")
}

// root is the directory of the kernel's module.
func root(t *testing.T) string {
	dir, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// The module comes from the real proxy, into an empty module cache, beside the
// kernel's own modules.
func TestARealModuleIsGotFromTheRealProxy(t *testing.T) {
	proxy, set := os.LookupEnv("GOPROXY")
	w := newWorld(t, "", `
-- go.mod --
module example.com/me

go 1.26
-- show/show.go --
package show

import (
	"github.com/netherfield/netherfield/display"
	"golang.org/x/exp/constraints"
)

func Show[T constraints.Integer](T) display.Bundle { return display.Text("x") }
`)
	if err := os.Unsetenv("GOPROXY"); err != nil { // newWorld puts it back
		t.Fatal(err)
	}
	if set {
		t.Setenv("GOPROXY", proxy)
	}
	for _, name := range []string{"GONOSUMDB", "GOSUMDB", "GOFLAGS"} {
		if err := os.Unsetenv(name); err != nil {
			t.Fatal(err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	s, err := Open(Opts{Dir: w.user, Kernel: root(t), Types: w.types})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const version = "v0.0.0-20231110203233-9a3e6036ecaa"
	added, err := s.Get(ctx, "golang.org/x/exp@"+version, func(line string) { t.Log(line) })
	if err != nil {
		t.Fatalf("THE MODULE PROXY GAVE NO golang.org/x/exp, so that nothing of real modules is tested: %v", err)
	}
	if added.Module != "golang.org/x/exp" || added.Version != version {
		t.Errorf("added %+v", added)
	}
	start := time.Now()
	p, err := s.Load(ctx, "golang.org/x/exp/maps")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("loaded in %v", time.Since(start))
	if p.Name != "maps" || p.Types.Scope().Lookup("Keys") == nil || !strings.Contains(s.Doc(p.Path, "Keys"), "Keys returns the keys") {
		t.Errorf("loaded %+v", p)
	}
	start = time.Now()
	if again, err := s.Load(ctx, "golang.org/x/exp/maps"); again != p || err != nil {
		t.Errorf("loaded again: %v", err)
	}
	t.Logf("loaded again in %v", time.Since(start))
	show, err := s.Load(ctx, "example.com/me/show")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(show.Needs, kernelPath+"/display") {
		t.Errorf("needs %v", show.Needs)
	}
	if show.Archives["golang.org/x/exp/constraints"] == "" || show.Archives[kernelPath+"/display"] != "" {
		t.Errorf("archives %v", show.Archives)
	}
	if _, err := s.Load(ctx, kernelPath+"/internal/cli"); err == nil {
		t.Error("a package internal to the kernel was loaded")
	}
}
