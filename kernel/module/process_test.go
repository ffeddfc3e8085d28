package module

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// A go command that starts a process of its own, as for git, and waits for it.
const slowGo = `#!/bin/sh
case $1 in
get) sleep 1000 & echo $! >%[1]s.new; mv %[1]s.new %[1]s; wait;;
*) exec %[2]s "$@";;
esac
`

func TestACancelledGetLeavesNoProcess(t *testing.T) {
	w := newWorld(t, goodModules, "")
	var tools Toolchain
	pidFile := filepath.Join(t.TempDir(), "pid")
	script := filepath.Join(t.TempDir(), "go")
	var s *Session
	s = w.open(t, Opts{Toolchain: func(ctx context.Context) (Toolchain, error) {
		var err error
		if tools, err = s.findToolchain(ctx); err != nil {
			return tools, err
		}
		err = os.WriteFile(script, fmt.Appendf(nil, slowGo, pidFile, tools.Go), 0o777)
		tools.Go = script
		return tools, err
	}})
	ctx, cancel := context.WithCancel(testContext(t))
	pid := 0
	go func() {
		defer cancel()
		for ctx.Err() == nil && pid == 0 {
			text, _ := os.ReadFile(pidFile)
			pid, _ = strconv.Atoi(strings.TrimSpace(string(text)))
			time.Sleep(5 * time.Millisecond)
		}
	}()
	if _, err := s.Get(ctx, "example.com/good", nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // a zombie waits for its new parent
		if syscall.Kill(pid, 0) == syscall.ESRCH || strings.Contains(string(stat), ") Z ") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives on", pid)
		}
	}
}

func TestASessionWithoutAToolchainSaysWhatIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	s, err := Open(Opts{Dir: t.TempDir(), Host: pinned()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const want = "no go command in PATH"
	if _, err := s.Load(testContext(t), "example.com/good"); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("load: %v", err)
	}
	if _, err := s.Get(testContext(t), "example.com/good", nil); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("get: %v", err)
	}
	if got := s.Paths(); len(got) > 0 {
		t.Errorf("paths %v", got)
	}
}

func TestManyMayAskAtOnce(t *testing.T) {
	w := newWorld(t, goodModules, userFiles)
	s := w.open(t, Opts{Dir: w.user})
	ctx := testContext(t)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			if _, err := s.Get(ctx, fmt.Sprintf("example.com/good@v1.%d.0", i%2), nil); err != nil {
				t.Error(err)
			}
		})
		all.Go(func() {
			p, err := s.Load(ctx, "example.com/me/stats")
			if err != nil {
				t.Error(err)
				return
			}
			s.Doc(p.ID, "Mean")
			s.Opened(p)
			s.Restarted()
			s.Loaded(p.Path)
		})
		all.Go(func() {
			s.Paths()
			s.ByName("good")
			s.Name("example.com/good")
			if _, err := s.Changed(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func FuzzWhatTheGoCommandSaysBecomesOneLine(f *testing.F) {
	f.Add("go: downloading a v1\ngo: b@v2: reading x:\n\t404 Not Found\n")
	f.Add("v1.0.0-alpha.1")
	f.Fuzz(func(t *testing.T, text string) {
		if got := oneLine(text); strings.Contains(got, "\n") {
			t.Errorf("%q", got)
		}
		_ = (&Session{}).explain("x", &toolError{argv: []string{"go"}, output: text})
		if a, b := compareVersions(text, "v1.0.0"), compareVersions("v1.0.0", text); a != -b {
			t.Errorf("%q: %d and %d", text, a, b)
		}
		if p := goMod.format(goMod{Module: moduleVersion{Path: text}}); len(p) == 0 {
			t.Error("an empty go.mod")
		}
		suggest(text)
		visible(text, "a/b")
	})
}
