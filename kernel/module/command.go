package module

// This file runs the tools of the toolchain.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// A Toolchain is the Go distribution that the kernel was built with.
type Toolchain struct {
	// Go is the go command, Tools the directory of the compiler.
	Go, Tools string
	// Version is what the go command calls itself, such as go1.26.8.
	Version string
	// Env are the variables of Go and cgo for the go command: nothing
	// else that begins with GO or CGO_ is passed on.
	Env []string
	// Flags are the build flags that plugins share with the kernel, such
	// as -race.
	Flags []string
}

// Variables of the user that decide how the go command reaches modules, keeps
// files and compiles C. GOFLAGS is not among them, for its flags could make
// archives that do not fit the kernel.
var usersVariables = []string{
	"AR", "CC", "CGO_CFLAGS", "CGO_CPPFLAGS", "CGO_CXXFLAGS", "CGO_ENABLED", "CGO_LDFLAGS", "CXX", "PKG_CONFIG",
	"GOAUTH", "GOCACHE", "GOCACHEPROG", "GOINSECURE", "GOMODCACHE", "GONOPROXY", "GONOSUMDB",
	"GOPATH", "GOPRIVATE", "GOPROXY", "GOSUMDB", "GOVCS",
}

// tools returns the toolchain. It looks until it has found one: the user may
// install it while the kernel runs.
func (s *Session) tools(ctx context.Context) (*Toolchain, error) {
	s.toolchainMu.Lock()
	defer s.toolchainMu.Unlock()
	if s.toolchain != nil {
		return s.toolchain, nil
	}
	find := s.opts.Toolchain
	if find == nil {
		find = s.findToolchain
	}
	t, err := find(ctx)
	if err != nil {
		return nil, err
	}
	s.toolchain = &t
	return s.toolchain, nil
}

func (s *Session) findToolchain(ctx context.Context) (Toolchain, error) {
	goCmd, err := exec.LookPath("go")
	if err != nil {
		return Toolchain{}, fmt.Errorf("there is no go command in PATH, which third-party packages need: install Go %s", strings.TrimPrefix(runtime.Version(), "go"))
	}
	// Not in the user's folder, whose go.mod may name another toolchain.
	out, err := s.exec(ctx, command{dir: s.dir, env: append(os.Environ(), "GOWORK=off", "GOTOOLCHAIN=local"), argv: []string{goCmd, "env", "-json"}})
	if err != nil {
		return Toolchain{}, err
	}
	var env map[string]string
	if err := json.Unmarshal(out, &env); err != nil {
		return Toolchain{}, fmt.Errorf("go env -json: %w", err)
	}
	t := Toolchain{Go: goCmd, Tools: env["GOTOOLDIR"], Version: env["GOVERSION"],
		Env: []string{"GOENV=off", "GO111MODULE=on"}}
	for _, name := range usersVariables {
		if env[name] != "" {
			t.Env = append(t.Env, name+"="+env[name])
		}
	}
	return t, nil
}

// environ is the environment of the go command. Nobody is there to answer a
// question for a password, and the toolchain must stay the kernel's.
func (s *Session) environ(t *Toolchain) []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "GO") && !strings.HasPrefix(v, "CGO_") {
			env = append(env, v)
		}
	}
	env = append(env, t.Env...)
	return append(env, "GOWORK=off", "GOTOOLCHAIN=local", "GOTMPDIR="+s.dir,
		"GIT_TERMINAL_PROMPT=0", "GCM_INTERACTIVE=never", "GIT_ASKPASS=", "SSH_ASKPASS=")
}

// goTool runs the go command where it sees the session module.
func (s *Session) goTool(ctx context.Context, args ...string) ([]byte, error) {
	return s.goCommand(ctx, command{argv: args})
}

func (s *Session) goCommand(ctx context.Context, c command) ([]byte, error) {
	t, err := s.tools(ctx)
	if err != nil {
		return nil, err
	}
	c.argv = append([]string{t.Go}, c.argv...)
	c.env = append(s.environ(t), c.env...)
	if c.dir == "" {
		c.dir = s.cwd
	}
	return s.exec(ctx, c)
}

// A command is a process to run.
type command struct {
	dir  string
	env  []string
	argv []string
	// line takes the lines of the standard error output as they come.
	line func(string)
}

// A toolError is what a tool said before it failed.
type toolError struct {
	argv   []string
	output string
	err    error
}

func (e *toolError) Error() string {
	name := filepath.Base(e.argv[0])
	if e.output == "" {
		return fmt.Sprintf("%s: %v", name, e.err)
	}
	return fmt.Sprintf("%s: %s", name, e.output)
}

func (e *toolError) Unwrap() error { return e.err }

// exec runs a process and returns what it writes to its standard output. When
// the context ends or the session is closed, the process ends with all that it
// has started.
func (s *Session) exec(ctx context.Context, c command) ([]byte, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(s.ctx, func() { cancel(ErrClosed) })()
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// The process is told when the thread that started it ends: keep it.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, c.argv[0], c.argv[1:]...)
	var stdout bytes.Buffer
	stderr := lines{each: c.line}
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = c.dir, c.env, &stdout, &stderr
	// A session of its own has no terminal that git or ssh could ask.
	cmd.SysProcAttr = endsWithUs()
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 2 * time.Second
	err := cmd.Run()
	stderr.flush()
	if err == nil {
		return stdout.Bytes(), nil
	}
	if ctx.Err() != nil {
		s.sweep()
		return nil, context.Cause(ctx)
	}
	output := strings.TrimSpace(stderr.all.String())
	if filepath.Base(c.argv[0]) == "compile" { // it reports to its standard output
		output = strings.TrimSpace(stdout.String() + "\n" + output)
	}
	return stdout.Bytes(), &toolError{argv: c.argv, output: output, err: err}
}

// sweep removes what a killed go command has left in its temporary directory.
func (s *Session) sweep() {
	left, _ := filepath.Glob(filepath.Join(s.dir, "go-build*"))
	for _, dir := range left {
		os.RemoveAll(dir)
	}
}

// lines keeps what is written and passes it on line by line.
type lines struct {
	all  bytes.Buffer
	rest []byte
	each func(string)
}

func (l *lines) Write(p []byte) (int, error) {
	l.all.Write(p)
	if l.each == nil {
		return len(p), nil
	}
	l.rest = append(l.rest, p...)
	for {
		i := bytes.IndexByte(l.rest, '\n')
		if i < 0 {
			return len(p), nil
		}
		l.each(string(l.rest[:i]))
		l.rest = l.rest[i+1:]
	}
}

func (l *lines) flush() {
	if l.each != nil && len(l.rest) > 0 {
		l.each(string(l.rest))
	}
}
