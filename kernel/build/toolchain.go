package build

// This file finds a go command of the right version.

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// A toolchain is a Go distribution and a C compiler.
type toolchain struct {
	goCmd string
	tools string // directory of compile and link
	cc    []string
	extld []string // flags of the linker about the C compiler
	env   []string
}

// Available returns nil if units can be built, else one sentence that says
// what is missing and what to do.
func (b *Builder) Available(ctx context.Context) error {
	if _, err := b.tools(ctx); err != nil {
		return err
	}
	return b.store.writable()
}

// tools looks for the toolchain until it has found it: the user may install
// one while the kernel runs.
func (b *Builder) tools(ctx context.Context) (*toolchain, error) {
	b.toolchainMu.Lock()
	defer b.toolchainMu.Unlock()
	if b.toolchain != nil {
		return b.toolchain, nil
	}
	if err := b.host.buildable(); err != nil {
		return nil, err
	}
	var first error
	for _, goCmd := range b.goCommands() {
		t, err := b.inspect(ctx, goCmd)
		if err == nil {
			b.toolchain = t
			return t, nil
		}
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		if first == nil {
			first = err
		}
	}
	if first == nil {
		first = fmt.Errorf("no go command was found: install %s and put its bin directory into PATH, or set GOROOT", b.host.version)
	}
	return nil, first
}

// goCommands returns where the go command may be.
func (b *Builder) goCommands() []string {
	if b.opts.Go != "" {
		return []string{b.opts.Go}
	}
	var found []string
	add := func(file string) {
		if file, err := exec.LookPath(file); err == nil {
			found = append(found, file)
		}
	}
	if root := os.Getenv("GOROOT"); root != "" {
		add(filepath.Join(root, "bin", "go"))
	}
	add("go")
	// Programs started from a desktop often have a PATH without it.
	add("/usr/local/go/bin/go")
	return found
}

// Variables of the user that decide how the go command reaches modules, keeps
// files and compiles C. All others beginning with GO are the host's.
var usersVariables = []string{
	"AR", "CC", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_LDFLAGS", "CXX", "PKG_CONFIG",
	"GOAUTH", "GOCACHE", "GOCACHEPROG", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB",
	"GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOVCS",
}

// inspect asks a go command about itself.
func (b *Builder) inspect(ctx context.Context, goCmd string) (*toolchain, error) {
	users := []string{"GOWORK=off"}
	for _, key := range append([]string{"GOENV", "GOTOOLCHAIN"}, usersVariables...) {
		if value, ok := os.LookupEnv(key); ok {
			users = append(users, key+"="+value)
		}
	}
	// Not in the user's folder, whose go.mod may name another toolchain.
	out, err := run(ctx, "/", environ(users), goCmd, "env", "-json")
	if err != nil {
		return nil, fmt.Errorf("the go command %s does not work: %w", goCmd, err)
	}
	var env map[string]string
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("the go command %s does not say its environment: %w", goCmd, err)
	}
	version, _, _ := strings.Cut(env["GOVERSION"], " ")
	if version != b.host.version {
		return nil, fmt.Errorf("the go command %s is %s but this kernel was built with %s: install that version, set GOTOOLCHAIN=%[3]s, or build the kernel again",
			goCmd, version, b.host.version)
	}
	t := &toolchain{goCmd: goCmd, tools: env["GOTOOLDIR"]}
	for _, tool := range []string{"compile", "link"} {
		if _, err := os.Stat(filepath.Join(t.tools, tool)); err != nil {
			return nil, fmt.Errorf("the Go distribution of %s is not complete, install it again: %w", goCmd, err)
		}
	}
	// The command may have switched to another toolchain.
	if file := filepath.Join(env["GOROOT"], "bin", "go"); isFile(file) {
		t.goCmd = file
	}
	t.cc = strings.Fields(env["CC"])
	if len(t.cc) == 0 {
		return nil, fmt.Errorf("the go command %s names no C compiler, which linking needs: set CC", goCmd)
	}
	if t.cc[0], err = exec.LookPath(t.cc[0]); err != nil {
		return nil, fmt.Errorf("no C compiler (%s) for linking was found: install it, on Debian and Ubuntu with: apt-get install gcc", env["CC"])
	}
	t.env = append(t.env, "GOENV=off", "GOWORK=off", "GOTOOLCHAIN=local", "GO111MODULE=on")
	for _, key := range usersVariables {
		if env[key] != "" {
			t.env = append(t.env, key+"="+env[key])
		}
	}
	t.env = append(t.env, b.host.env()...)
	t.chooseLinker(ctx)
	return t, nil
}

// chooseLinker makes linking quick.
//
// The Go linker tries flags of the C compiler by compiling a small program with
// each, as "CC flags… -o a.out flag trivial.c", which takes 0.1 s. It leaves
// out the arguments of a CC of several words there. So if CC is "env gcc", env
// refuses, and the flags, which plugins do not need, are not used.
//
// The linker gold, where it is installed, is 20 ms faster than the usual one.
func (t *toolchain) chooseLinker(ctx context.Context) {
	cc := t.cc
	if env, err := exec.LookPath("env"); err == nil {
		cc = append([]string{env}, cc...)
	}
	t.extld = []string{"-extld=" + quote(cc)}
	trial := append(t.cc[:len(t.cc):len(t.cc)], "-fuse-ld=gold", "-Wl,--version")
	if _, err := run(ctx, "/", environ(t.env), trial...); err == nil && runtime.GOOS == "linux" {
		t.extld = append(t.extld, "-extldflags=-fuse-ld=gold")
	}
}

// quote joins words as the linker's flags take them.
func quote(words []string) string {
	quoted := make([]string, len(words))
	for i, word := range words {
		switch {
		case !strings.ContainsAny(word, " \t'\""):
			quoted[i] = word
		case !strings.Contains(word, "'"):
			quoted[i] = "'" + word + "'"
		default:
			quoted[i] = `"` + word + `"`
		}
	}
	return strings.Join(quoted, " ")
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// environ returns the environment of this process, but the variables of Go and
// of cgo are those given, and messages are in English.
func environ(own []string, more ...string) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GO") && !strings.HasPrefix(v, "CGO_") {
			env = append(env, v)
		}
	}
	return append(append(append(env, "LC_ALL=C"), own...), more...)
}
