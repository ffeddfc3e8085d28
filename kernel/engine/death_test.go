package engine

// This file kills workers in the ways that cells can.

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
)

// TestMain makes the test binary its own worker.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "worker" {
		if err := Work(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(status int) {
		os.RemoveAll(kernelDir)
		os.Exit(status)
	}))
}

// startEngine starts an engine whose worker may use so much memory.
func startEngine(t *testing.T, memory string) *Engine {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e, err := Start(Opts{Worker: []string{exe, "worker"}, Memory: memory, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

// text is an Output that keeps the streams.
type text struct {
	mu sync.Mutex
	b  strings.Builder
}

func (o *text) Stream(_ string, s []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Write(s)
}

func (o *text) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

func (*text) Display(display.Bundle, string, bool) {}
func (*text) Clear(bool)                           {}
func (*text) Comm(widget.Message)                  {}
func (*text) Request() string                      { return "" }
func (*text) Input(context.Context, string, bool) (string, error) {
	return "", fmt.Errorf("nobody is there")
}

// fails runs a cell and returns its failure and what it printed.
func fails(t *testing.T, e *Engine, src string) (*Failure, string) {
	t.Helper()
	out := &text{}
	_, err := e.Run(context.Background(), 3, src, out)
	f, ok := err.(*Failure)
	if !ok {
		t.Fatalf("%s: no failure but %v", src, err)
	}
	return f, out.String()
}

func TestDeathsAreErrorsOfTheCell(t *testing.T) {
	// The race detector's reports are not what is looked at here.
	t.Setenv("GORACE", "log_path="+filepath.Join(t.TempDir(), "race"))
	e := startEngine(t, "")
	for _, c := range []struct{ src, want, printed string }{
		{"flag.CommandLine.Parse([]string{\"-nope\"})", "exit: the cell ended the process with exit status 2\n", "flag provided but not defined: -nope"},
		{"syscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(time.Minute)", "killed: the process was ended by signal 9 (killed)\n", ""},
		{"syscall.Kill(os.Getpid(), syscall.SIGTERM)\ntime.Sleep(time.Minute)", "killed: the process was ended by signal 15 (terminated)\n", ""},
		{"syscall.Kill(os.Getpid(), syscall.SIGSEGV)\ntime.Sleep(time.Minute)", "SIGSEGV: segmentation violation\n.*", ""},
		{"syscall.Kill(os.Getpid(), syscall.SIGABRT)\ntime.Sleep(time.Minute)", "SIGABRT: abort\n.*", ""},
		{"fmt.Fprint(os.Stderr, \"panic: no\\n\")\nsyscall.Kill(os.Getpid(), syscall.SIGKILL)\ntime.Sleep(time.Minute)",
			"killed: the process was ended by signal 9 (killed)\n", "panic: no\n"},
		{"m := map[int]int{}\nfor range 8 {\n\tgo func() {\n\t\tfor { maps.Copy(m, map[int]int{1: 1}) }\n\t}()\n}\ntime.Sleep(time.Minute)",
			"fatal error: concurrent map writes\n(maps.Copy\n)?", ""},
		{"loop := []any{nil}\nloop[0] = loop\nfmt.Sprint(loop)",
			"fatal error: stack overflow (goroutine stack exceeds 1000000000-byte limit)\nfmt.Sprint\n… more calls\n", ""},
		{"len(make([]byte, 1<<40))", "fatal error: runtime: (out of memory|cannot allocate memory)\n", ""},
		{"len(make([]byte, 1<<48-1<<20))", "fatal error: (out of memory: cannot allocate 281474976710656-byte block .*|too many address space collisions for -race mode\n)", ""},
		{"var mu sync.Mutex\nmu.Unlock()", "fatal error: sync: unlock of unlocked mutex\nsync.(*Mutex).Unlock\n", ""},
	} {
		if _, err := e.Run(context.Background(), 2, "kept := 1", &text{}); err != nil {
			t.Fatal(err)
		}
		f, printed := fails(t, e, c.src)
		if f.Kind != WorkerDied || !strings.HasSuffix(f.Note, lostState) {
			t.Errorf("%s: %+v", c.src, f)
		}
		want := strings.NewReplacer("(*", `\(\*`, "x).", `x\).`, "(goroutine", `\(goroutine`, "limit)", `limit\)`, " (killed)", ` \(killed\)`, "(terminated)", `\(terminated\)`).Replace(c.want)
		if got := seen(f); !regexp.MustCompile("^(?s:" + want + ")$").MatchString(got) {
			t.Errorf("%s:\n%s", c.src, got)
		}
		if !strings.Contains(printed, c.printed) || c.printed == "" && printed != "" {
			t.Errorf("%s: prints %q", c.src, printed)
		}
		if _, err := e.Run(context.Background(), 4, "kept", &text{}); err == nil {
			t.Errorf("%s: the variables are still there", c.src)
		}
	}
}

func TestAWorkerThatDoesNotListenIsReplaced(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	e, err := Start(Opts{Worker: []string{exe, "worker"}, Grace: 200 * time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(500*time.Millisecond, cancel)
	_, err = e.Run(ctx, 1, "x := 1\nsyscall.Kill(os.Getpid(), syscall.SIGSTOP)\ntime.Sleep(time.Minute)", &text{})
	f, ok := err.(*Failure)
	want := "It did not stop within 200ms, so its process was ended. " + lostState
	if !ok || f.Kind != WorkerDied || f.Message != "interrupted" || f.Note != want {
		t.Errorf("%+v", err)
	}
	if _, err := e.Run(context.Background(), 2, "x", &text{}); err == nil || !strings.Contains(err.Error(), "undefined: x") {
		t.Errorf("afterwards: %v", err)
	}
}

func TestADeathBetweenCellsIsTold(t *testing.T) {
	e := startEngine(t, "")
	out := &text{}
	if _, err := e.Run(context.Background(), 1, "go func() { time.Sleep(100 * time.Millisecond); var mu sync.Mutex; mu.Unlock() }()", out); err != nil {
		t.Fatal(err)
	}
	want := "between two cells: fatal error: sync: unlock of unlocked mutex\n    sync.(*Mutex).Unlock\n" + lostState + "\n"
	for range 300 {
		if out.String() != "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if got := out.String(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if _, err := e.Run(context.Background(), 1, "1", out); err != nil {
		t.Error(err)
	}
}

func TestTextLikeAPanicBelongsToItsCell(t *testing.T) {
	e := startEngine(t, "")
	out := &text{}
	start := time.Now()
	if _, err := e.Run(context.Background(), 1, `fmt.Fprintln(os.Stderr, "panic: a log line")`, out); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "panic: a log line\n"; got != want {
		t.Errorf("%q, want %q (after %s)", got, want, time.Since(start))
	}
}

func TestResetIsNoDeath(t *testing.T) {
	e := startEngine(t, "")
	out := &text{}
	if _, err := e.Run(context.Background(), 1, "x := 1", out); err != nil {
		t.Fatal(err)
	}
	if err := e.Reset(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); got != "" {
		t.Errorf("a reset shows %q", got)
	}
}

func TestAKillForWantOfMemoryIsSaid(t *testing.T) {
	l := memoryLimit{bytes: 900 << 20, ceiling: 1000 << 20, whose: "the container"}
	for _, c := range []struct {
		exit exit
		want string
	}{
		{exit{signal: 9, peak: 100 << 20}, "killed: the process was ended by signal 9 (killed)"},
		{exit{signal: 9, peak: 950 << 20}, "killed: the process was ended by signal 9 (killed), most likely by the system because memory ran out: it had used up to 950 MiB, and the container has 0.98 GiB"},
		{exit{signal: 9, peak: 700 << 20, starved: true}, "killed: the process was ended by signal 9 (killed), most likely by the system because memory ran out: it had used up to 700 MiB, and the container has 0.98 GiB"},
		{exit{code: 3}, "exit: the cell ended the process with exit status 3"},
	} {
		f, rest := deathOf(c.exit, false, "bye", l, cellSeven)
		if f.Message != c.want || rest != "bye" {
			t.Errorf("%q %q, want %q", f.Message, rest, c.want)
		}
	}
}

func TestAChildsTraceIsShown(t *testing.T) {
	e := startEngine(t, "")
	const trace = "panic: of a child\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:3 +0x1d\n"
	out := &text{}
	start := time.Now()
	if _, err := e.Run(context.Background(), 1, "c := exec.Command(\"cat\")\nc.Stdin = strings.NewReader("+fmt.Sprintf("%q", trace)+")\nc.Stdout = os.Stderr\nc.Run()", out); err != nil {
		t.Fatal(err)
	}
	for out.String() == "" && time.Since(start) < 30*time.Second {
		time.Sleep(time.Millisecond)
	}
	if got := out.String(); got != trace {
		t.Errorf("%q", got)
	}
	if d := time.Since(start); d > 20*time.Second {
		t.Errorf("it took %s", d)
	}
}

func TestAnInterruptOfADyingWorkerTellsOfTheDeath(t *testing.T) {
	e := startEngine(t, "")
	const trace = "fatal error: stack overflow\n\ngoroutine 1 [running]:\ncell/5f0c8a1b.f(...)\n\t/cell:3\n"
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(500*time.Millisecond, cancel)
	// A process that writes a trace and then does nothing more, not even
	// answer: as if it was still at it.
	out := &text{}
	_, err := e.Run(ctx, 1, "os.Stderr.WriteString("+fmt.Sprintf("%q", trace)+")\nsyscall.Kill(os.Getpid(), syscall.SIGSTOP)\ntime.Sleep(time.Minute)", out)
	f, ok := err.(*Failure)
	if !ok || f.Message != "fatal error: stack overflow" || len(f.Frames) != 1 || !strings.HasSuffix(f.Note, lostState) {
		t.Errorf("%+v", err)
	}
	if got := out.String(); got != "" {
		t.Errorf("it shows %q", got)
	}
}
