package build

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func script(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "go")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), 0o777); err != nil {
		t.Fatal(err)
	}
	return file
}

// fakeGo is a go command that says some of its environment otherwise.
func fakeGo(t *testing.T, key, value string) string {
	t.Helper()
	return script(t, fmt.Sprintf(`go env -json | sed 's|"%s": ".*"|"%s": "%s"|'`, key, key, value))
}

// setting returns the host's build information with a setting changed.
func setting(key, value string) *debug.BuildInfo {
	info := *hostInfo
	info.Settings = slices.Clone(info.Settings)
	info.Settings = slices.DeleteFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == key })
	info.Settings = append(info.Settings, debug.BuildSetting{Key: key, Value: value})
	return &info
}

func TestAvailableSaysWhatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Opts)
		want   []string
	}{
		"nothing": {func(*Opts) {}, nil},
		"other version": {func(o *Opts) { o.Go = fakeGo(t, "GOVERSION", "go1.25.1") },
			[]string{"is go1.25.1", "built with " + runtime.Version(), "GOTOOLCHAIN=" + runtime.Version()}},
		"broken go":    {func(o *Opts) { o.Go = script(t, "echo out of order >&2; exit 3") }, []string{"does not work", "out of order"}},
		"silent go":    {func(o *Opts) { o.Go = script(t, "echo nonsense") }, []string{"does not say"}},
		"no compiler":  {func(o *Opts) { o.Go = fakeGo(t, "GOTOOLDIR", "/nonexistent") }, []string{"not complete"}},
		"no gcc":       {func(o *Opts) { o.Go = fakeGo(t, "CC", "no-such-gcc") }, []string{"no C compiler (no-such-gcc)", "apt-get install"}},
		"no trimpath":  {func(o *Opts) { o.Host = setting("-trimpath", "") }, []string{"without -trimpath", "go build -trimpath"}},
		"no cgo":       {func(o *Opts) { o.Host = setting("CGO_ENABLED", "0") }, []string{"without cgo", "CGO_ENABLED=1"}},
		"gcflags":      {func(o *Opts) { o.Host = setting("-gcflags", "-N") }, []string{"-gcflags=-N"}},
		"cover":        {func(o *Opts) { o.Host = setting("-cover", "true") }, []string{"with -cover"}},
		"other target": {func(o *Opts) { o.Host = setting("GOARCH", "riscv64") }, []string{"riscv64"}},
		"no plugins":   {func(o *Opts) { o.Host = setting("GOOS", "windows") }, []string{"do not exist on windows"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := builder(t, c.change).Available(t.Context())
			if (err == nil) != (c.want == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range c.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("no %q in: %v", want, err)
				}
			}
		})
	}
}

func TestAvailableWithoutGo(t *testing.T) {
	if isFile("/usr/local/go/bin/go") {
		t.Log("there is one in /usr/local/go, which is looked into last")
	}
	t.Setenv("GOROOT", "")
	t.Setenv("PATH", t.TempDir())
	b := builder(t)
	switch err := b.Available(t.Context()); {
	case err == nil:
		t.Error("available without gcc")
	case !strings.Contains(err.Error(), "no go command was found") && !strings.Contains(err.Error(), "no C compiler"):
		t.Error(err)
	}
}

func TestUsersSettingsDoNotDisturb(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "env"), []byte("GOFLAGS=-tags=nonsense\nGOARCH=arm64\nCGO_ENABLED=0\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.work"), []byte("nonsense"), 0o666); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"GOENV": filepath.Join(dir, "env"), "GOFLAGS": "-mod=vendor -race", "GOWORK": filepath.Join(dir, "go.work"),
		"GO111MODULE": "off", "GOOS": "plan9", "GOAMD64": "v3", "GOEXPERIMENT": "nosuchexperiment", "GODEBUG": "gctrace=1",
	} {
		t.Setenv(key, value)
	}
	b := builder(t, func(o *Opts) { o.ReadOnly = nil })
	file := mustBuild(t, b, small("cell/small"))
	os.Unsetenv("GODEBUG")
	if got := runHost(t, hostFile, "cell/small", file); got != smallOutput {
		t.Errorf("got %q", got)
	}
}

// A user who has the binary only, and no network.
func TestKernelPackagesNeedNoModules(t *testing.T) {
	t.Setenv("GOMODCACHE", t.TempDir())
	t.Setenv("GOPROXY", "off")
	b := builder(t, func(o *Opts) { o.ReadOnly = nil })
	if err := b.Warm(t.Context(), []string{guardPath, "github.com/netherfield/netherfield/display"}); err != nil {
		t.Error(err)
	}
	err := b.Warm(t.Context(), []string{"gonum.org/v1/gonum/floats"})
	if err == nil || !strings.Contains(err.Error(), "gonum.org/v1/gonum") {
		t.Errorf("got %v", err)
	}
}

func TestModulesOfTheKernelAreImported(t *testing.T) {
	b := builder(t)
	u := unit("cell/gonum", "", "\tprintln(int(floats.Sum([]float64{1, 2})))", "gonum.org/v1/gonum/floats")
	file := mustBuild(t, b, u)
	if got := runHost(t, hostFile, "cell/gonum", file); got != "3\n" {
		t.Errorf("got %q", got)
	}
}

// A module that is not the kernel's comes as archives.
func TestArchivesOfOthers(t *testing.T) {
	archives := func(version string) map[string]string {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"go.mod":         "module example.org/m\n\ngo 1.26\n",
			"m.go":           "package m\n\nimport \"example.org/m/inner\"\n\nfunc Version() string { return inner.V }\n",
			"inner/inner.go": "package inner\n\nvar V = \"" + version + "\"\n",
		} {
			file := filepath.Join(dir, name)
			os.MkdirAll(filepath.Dir(file), 0o777)
			if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command("go", "list", "-export", "-deps", "-buildmode=plugin", "-trimpath", "-f={{if .Export}}{{.ImportPath}} {{.Export}}{{end}}", ".")
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		found := map[string]string{}
		for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
			path, file, _ := strings.Cut(line, " ")
			found[path] = file
		}
		return found
	}
	b := builder(t)
	user := func(path string, archives map[string]string) Unit {
		u := unit(path, "type ꞐT int\nfunc (ꞐT) Ꞑv() string { return m.Version() }", "\tprintln(m.Version())", "example.org/m")
		u.Archives = archives
		return u
	}
	one, two := archives("v1"), archives("v2")
	file1 := mustBuild(t, b, user("cell/one", one))
	file2 := mustBuild(t, b, user("cell/two", two))
	for path, file := range map[string]string{"cell/one": file1, "cell/two": file2} {
		want := map[string]string{"cell/one": "v1\n", "cell/two": "v2\n"}[path]
		if got := runHost(t, hostFile, path, file); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	// One that reaches the module by way of another unit only.
	after := unit("cell/after", "", "\tprintln(one.ꞐT(0).Ꞑv())", "cell/one")
	file := mustBuild(t, New(b.opts), after)
	if got := runHost(t, hostFile, "cell/one", file1, "cell/after", file); got != "v1\nv1\n" {
		t.Errorf("got %q", got)
	}
	// Both versions do not fit.
	mixed := user("cell/mixed", two)
	mixed.Units = []string{"cell/one"}
	if _, err := b.Build(t.Context(), mixed); err == nil || !strings.Contains(err.Error(), "another version of example.org/m") {
		t.Errorf("got %v", err)
	}
	// Nothing but the caller has that archive, if the cache loses it.
	hash, _, err := b.store.hash(one["example.org/m/inner"])
	if err != nil {
		t.Fatal(err)
	}
	e, ok := b.store.find("example.org/m/inner@"+hash, needArchive)
	if !ok {
		t.Fatal("not adopted")
	}
	os.Remove(e.archiveFile())
	missing := &MissingUnit{"cell/one"}
	if _, err := b.Build(t.Context(), unit("cell/more", "", "\tprintln(one.ꞐT(0).Ꞑv())", "cell/one")); err == nil || err.Error() != missing.Error() {
		t.Errorf("got %v", err)
	}
	mustBuild(t, b, user("cell/one", one))
	mustBuild(t, b, unit("cell/more", "", "\tprintln(one.ꞐT(0).Ꞑv())", "cell/one"))
}

func TestSaltCoversWhatPluginsShare(t *testing.T) {
	salt := func(change func(*Opts)) string { return builder(t, change).Salt() }
	usual := salt(func(*Opts) {})
	if usual != salt(func(o *Opts) { o.Host = setting("vcs.revision", "other") }) {
		t.Error("the revision alone must not matter")
	}
	salts := map[string]bool{usual: true}
	for name, change := range map[string]func(*Opts){
		"setting": func(o *Opts) { o.Host = setting("GOAMD64", "v9") },
		"version": func(o *Opts) { info := *hostInfo; info.GoVersion = "go1.99"; o.Host = &info },
		"module": func(o *Opts) {
			info := *hostInfo
			info.Deps = append(slices.Clone(info.Deps), &debug.Module{Path: "m", Version: "v1"})
			o.Host = &info
		},
		"source": func(o *Opts) { o.Sources = fstest.MapFS{"go.mod": &fstest.MapFile{Data: []byte("module m\n")}} },
	} {
		if s := salt(change); salts[s] {
			t.Errorf("%s does not change the salt", name)
		} else {
			salts[s] = true
		}
	}
	tests := fstest.MapFS{"a_test.go": &fstest.MapFile{}, "testdata/x": &fstest.MapFile{}}
	if salt(func(o *Opts) { o.Sources = nil }) != salt(func(o *Opts) { o.Sources = tests }) {
		t.Error("tests must not matter")
	}
}

// Kernels that go install has built have a version in the file names of their
// packages.
func TestInstalledKernel(t *testing.T) {
	const module, version = "github.com/netherfield/netherfield", "v1.2.3"
	files := fstest.MapFS{
		"go.mod": &fstest.MapFile{Data: []byte("module " + module + "\n\ngo 1.26.0\n")},
		"go.sum": &fstest.MapFile{},
	}
	for name, file := range sources {
		if strings.HasPrefix(name, "kernel/guard/") {
			files[name] = file
		}
	}
	program, err := os.ReadFile("testdata/host/main.go")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	proxy := filepath.Join(dir, "proxy", module, "@v")
	if err := os.MkdirAll(proxy, 0o777); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	add := func(name string, text []byte) {
		f, err := w.Create(module + "@" + version + "/" + name)
		if err == nil {
			_, err = f.Write(text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, file := range files {
		add(name, file.Data)
	}
	add("host/main.go", program)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string][]byte{
		"list": []byte(version + "\n"), version + ".info": []byte(`{"Version": "` + version + `"}`), version + ".mod": files["go.mod"].Data, version + ".zip": archive.Bytes(),
	} {
		if err := os.WriteFile(filepath.Join(proxy, name), text, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command("go", "install", "-trimpath", "-modcacherw", module+"/host@"+version)
	cmd.Env = append(os.Environ(), "GOBIN="+dir, "GOPROXY=file://"+filepath.Join(dir, "proxy"), "GOSUMDB=off", "GOMODCACHE="+filepath.Join(dir, "mod"), "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	host := filepath.Join(dir, "host")
	info, err := buildinfo.ReadFile(host)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOPROXY", "off")
	b := builder(t, func(o *Opts) { o.Host, o.Sources = info, files })
	file := mustBuild(t, b, small("cell/installed"))
	if got := runHost(t, host, "cell/installed", file); got != smallOutput {
		t.Errorf("got %q", got)
	}
}

func TestWordsAreQuoted(t *testing.T) {
	if got, want := quote([]string{"env", "my gcc", "it's"}), `env 'my gcc' "it's"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
