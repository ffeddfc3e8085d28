package module

// This file makes modules for tests: a proxy that is a directory, and modules
// of a user.

import (
	"archive/zip"
	"context"
	"fmt"
	"go/token"
	"go/types"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/tools/txtar"

	"github.com/netherfield/netherfield/kernel/symbols"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// files returns the files of a txtar archive by name.
func files(text string) map[string]string {
	out := map[string]string{}
	for _, f := range txtar.Parse([]byte(text)).Files {
		out[f.Name] = string(f.Data)
	}
	return out
}

// write makes files in a directory.
func write(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// offer puts modules into a directory that is a proxy. The archive's files are
// named path@version/file.
func offer(t *testing.T, proxy, text string) {
	t.Helper()
	modules := map[string]map[string]string{}
	for name, data := range files(text) {
		at := strings.Index(name, "@")
		end := at + strings.Index(name[at:], "/")
		if modules[name[:end]] == nil {
			modules[name[:end]] = map[string]string{}
		}
		modules[name[:end]][name] = data
	}
	for module, files := range modules {
		path, version, _ := strings.Cut(module, "@")
		dir := filepath.Join(proxy, path, "@v")
		mod := files[module+"/go.mod"]
		if mod == "" {
			mod = "module " + path + "\n\ngo 1.26\n"
			files[module+"/go.mod"] = mod
		}
		write(t, dir, map[string]string{
			version + ".mod":  mod,
			version + ".info": fmt.Sprintf(`{"Version":%q,"Time":"2025-01-02T03:04:05Z"}`, version),
		})
		list, err := os.OpenFile(filepath.Join(dir, "list"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(list, version)
		list.Close()
		f, err := os.Create(filepath.Join(dir, version+".zip"))
		if err != nil {
			t.Fatal(err)
		}
		z := zip.NewWriter(f)
		for name, data := range files {
			w, err := z.Create(name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte(data)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
}

// world is a proxy with modules and a user's directory.
type world struct {
	proxy, user string
	types       types.Importer
}

// newWorld makes the proxy and the user's files from txtar archives, and points
// the go command to it.
func newWorld(t *testing.T, proxy, user string) world {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("THERE IS NO go COMMAND: nothing of third-party modules is tested")
	}
	w := world{proxy: t.TempDir(), user: t.TempDir()}
	offer(t, w.proxy, proxy)
	write(t, w.user, files(user))
	cache := t.TempDir()
	t.Cleanup(func() { // the module cache is read-only
		_ = filepath.WalkDir(cache, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() {
				_ = os.Chmod(path, 0o777)
			}
			return nil
		})
	})
	t.Setenv("GOMODCACHE", cache)
	t.Setenv("GOPROXY", "file://"+w.proxy)
	t.Setenv("GONOSUMDB", "*")
	t.Setenv("GOSUMDB", "off")
	t.Setenv("GONOPROXY", "")
	t.Setenv("GOPRIVATE", "")
	t.Setenv("GOWORK", "")
	t.Setenv("GOFLAGS", "-mod=vendor -race") // must not matter
	t.Setenv("TMPDIR", t.TempDir())
	w.types = symbols.NewImporter(token.NewFileSet())
	return w
}

// pinned describes a kernel with modules linked in, as "path@version".
func pinned(modules ...string) *debug.BuildInfo {
	info := &debug.BuildInfo{Main: debug.Module{Path: kernelPath}}
	for _, m := range modules {
		path, version, _ := strings.Cut(m, "@")
		info.Deps = append(info.Deps, &debug.Module{Path: path, Version: version})
	}
	return info
}

// open opens a session; the test fails if it leaves anything behind.
func (w world) open(t *testing.T, opts Opts) *Session {
	t.Helper()
	if opts.Host == nil {
		opts.Host = pinned()
	}
	if opts.Types == nil {
		opts.Types = w.types
	}
	s, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*"))
		if len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
	return s
}

func testContext(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func mustGet(t *testing.T, s *Session, query string) Added {
	t.Helper()
	added, err := s.Get(testContext(t), query, nil)
	if err != nil {
		t.Fatalf("get %s: %v", query, err)
	}
	return added
}

func mustLoad(t *testing.T, s *Session, path string) *Package {
	t.Helper()
	p, err := s.Load(testContext(t), path)
	if err != nil {
		t.Fatalf("load %s: %v", path, err)
	}
	return p
}
