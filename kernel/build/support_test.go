package build

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"

	"go.uber.org/goleak"
)

const guardPath = "github.com/netherfield/netherfield/kernel/guard"

// What all tests share: a program that opens plugins, and a cache that has the
// packages that most units import.
var (
	hostFile  string
	hostInfo  *debug.BuildInfo
	warmCache string
	sources   fstest.MapFS
)

func TestMain(m *testing.M) {
	if os.Getenv("BUILD_TEST_ROLE") != "" {
		other()
		return
	}
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "build")
		if err != nil {
			log.Fatal(err)
		}
		defer os.RemoveAll(dir)
		os.Unsetenv("NETHERFIELD_CACHE_READONLY")
		hostFile, warmCache = filepath.Join(dir, "host"), filepath.Join(dir, "warm")
		if out, err := exec.Command("go", "build", "-trimpath", "-o", hostFile, "./testdata/host").CombinedOutput(); err != nil {
			log.Fatalf("building the host: %v\n%s", err, out)
		}
		load()
		if err := New(Opts{Cache: warmCache, Sources: sources, Host: hostInfo}).Warm(context.Background(), []string{"fmt", "strings", "sort", guardPath}); err != nil {
			log.Fatal(err)
		}
		code := m.Run()
		if err := goleak.Find(); code == 0 && err != nil {
			log.Print(err)
			code = 1
		}
		return code
	}())
}

// load reads what describes the host.
func load() {
	var err error
	if hostInfo, err = buildinfo.ReadFile(hostFile); err != nil {
		log.Fatal(err)
	}
	sources = fstest.MapFS{}
	for _, pattern := range []string{"go.mod", "go.sum", "display/*.go", "display/*/*.go", "kernel/guard/*.go"} {
		files, _ := filepath.Glob(filepath.Join("../..", pattern))
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				log.Fatal(err)
			}
			name, _ := filepath.Rel("../..", file)
			sources[filepath.ToSlash(name)] = &fstest.MapFile{Data: text, Mode: 0o444}
		}
	}
}

// builder returns a Builder with an empty cache over the warm one.
func builder(t testing.TB, change ...func(*Opts)) *Builder {
	t.Helper()
	opts := Opts{Cache: t.TempDir(), ReadOnly: []string{warmCache}, Sources: sources, Host: hostInfo, Logger: slog.New(slog.DiscardHandler)}
	for _, f := range change {
		f(&opts)
	}
	b := New(opts)
	t.Cleanup(func() { noLeftovers(t, opts.Cache) })
	return b
}

// noLeftovers checks that a cache has no temporary files.
func noLeftovers(t testing.TB, cache string) {
	t.Helper()
	for _, pattern := range []string{"*/tmp/*", "*/*.lock", "*.lock"} {
		if left, _ := filepath.Glob(filepath.Join(cache, pattern)); len(left) > 0 {
			t.Errorf("left behind: %q", left)
		}
	}
}

// unit returns a unit whose body runs statements.
func unit(path, declarations, statements string, imports ...string) Unit {
	u := Unit{Path: path, Imports: []string{guardPath}}
	lines := ""
	for _, path := range imports {
		name := ""
		if strings.HasPrefix(path, "cell/") {
			u.Units = append(u.Units, path)
			name = strings.TrimPrefix(path, "cell/") + " "
		} else {
			u.Imports = append(u.Imports, path)
		}
		lines += fmt.Sprintf("import %s%q\n", name, path)
	}
	u.Source = fmt.Appendf(nil, `//line /generated:1
package main

import %q
%s
func main() {}

func init() { guard.Register(%q, &guard.Unit{Body: body}) }

//line /cell:1
%s

func body() {
%s
}
`, guardPath, lines, path, declarations, statements)
	return u
}

// small is a unit such as users write.
func small(path string) Unit {
	return unit(path, "", `	count := map[string]int{}
	for _, word := range strings.Fields("b a b c") {
		count[word]++
	}
	var words []string
	for word := range count {
		words = append(words, word)
	}
	sort.Strings(words)
	fmt.Println(words, count)`, "fmt", "strings", "sort")
}

const smallOutput = "[a b c] map[a:1 b:2 c:1]\n"

func mustBuild(t testing.TB, b *Builder, u Unit) string {
	t.Helper()
	file, err := b.Build(t.Context(), u)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// runHost opens plugins and returns what their bodies print.
func runHost(t testing.TB, host string, pathsAndFiles ...string) string {
	t.Helper()
	var args []string
	for i := 0; i < len(pathsAndFiles); i += 2 {
		args = append(args, pathsAndFiles[i]+"="+pathsAndFiles[i+1])
	}
	out, err := exec.Command(host, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("host: %v\n%s", err, out)
	}
	return string(out)
}
