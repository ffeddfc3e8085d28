package engine

// This file ends workers at moments when the session's names and the worker
// could come apart.

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// killWorker ends the worker as an impatient administrator does, and waits until
// the kernel has seen it.
func killWorker(t *testing.T, e *Engine) {
	t.Helper()
	p := e.worker(t)
	syscall.Kill(p.cmd.Process.Pid, syscall.SIGKILL)
	e.awaitReplacement(p)
}

// worker waits for the worker.
func (e *Engine) worker(t *testing.T) *process {
	t.Helper()
	e.mu.Lock()
	ready := e.ready
	e.mu.Unlock()
	<-ready
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.proc == nil {
		t.Fatal("there is no worker")
	}
	return e.proc
}

func mustRun(t *testing.T, e *Engine, src string) {
	t.Helper()
	if _, err := e.Run(context.Background(), 1, src, &text{}); err != nil {
		t.Fatalf("%s: %v", src, err)
	}
}

func TestACellPlannedForADeadWorkerDoesNotReachTheNext(t *testing.T) {
	e := startEngine(t, "")
	mustRun(t, e, "x := 1")
	x := e.eras.current()
	c, err := e.front.Prepare(2, "x + 1")
	if err != nil {
		t.Fatal(err)
	}
	killWorker(t, e)
	_, err = e.order(context.Background(), order{Kind: orderRun, Program: ir.Encode(c.Program), era: x}, &text{})
	if !errors.Is(err, errStale) {
		t.Errorf("%v, want %v", err, errStale)
	}
	_, err = e.Run(context.Background(), 3, "x + 1", &text{})
	if ds, ok := err.(cell.Diagnostics); !ok || !strings.Contains(ds.Error(), "undefined: x") {
		t.Errorf("the next cell: %v, want that x is undefined", err)
	}
}

func TestACellThatOutlivesItsWorkerLeavesNoNames(t *testing.T) {
	e := startEngine(t, "")
	mustRun(t, e, "1")
	x := e.eras.current()
	c, err := e.front.Prepare(2, "x := 1")
	if err != nil {
		t.Fatal(err)
	}
	killWorker(t, e)
	e.commit(x, c, 1)
	if _, ok := e.front.Lookup("x"); ok {
		t.Error("x is known, though no worker has it")
	}
}

func TestDeclarationsThatAWorkerTakesToItsGraveAreNotBlamed(t *testing.T) {
	e := startCompiling(t)
	mustRun(t, e, "func first() int { return 1 }")
	mustRun(t, e, "first()") // so that the next one is compiled behind the reply
	for range 5 {
		mustRun(t, e, "type T struct{ A int }\n\nfunc (t T) Twice() int { return 2 * t.A }")
		killWorker(t, e)
		mustRun(t, e, "1 + 1")
		if _, err := e.Run(context.Background(), 2, "T{1}.Twice()", &text{}); err == nil || !strings.Contains(err.Error(), "undefined: T") {
			t.Fatalf("%v, want that T is undefined", err)
		}
	}
}

func TestAnInterruptDoesNotLeaveAResetHalfDone(t *testing.T) {
	e := startEngine(t, "")
	mustRun(t, e, "x := 1")
	before := e.worker(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := e.Reset(ctx); err != nil {
		t.Fatal(err)
	}
	if e.worker(t) == before {
		t.Error("the worker is the same")
	}
	if _, ok := e.front.Lookup("x"); ok {
		t.Error("x is still known")
	}
}

func TestAWorkerThatIsKilledAsItStartsIsReplaced(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	// A worker that is ended before it can work, as often as the file says.
	left := filepath.Join(t.TempDir(), "left")
	script := `if [ -s "$0" ]; then sed -i '$d' "$0"; kill -9 $$; fi; exec "$1" worker`
	for _, c := range []struct {
		ends  string
		works bool
	}{{"x\n", true}, {"x\nx\n", true}, {"x\nx\nx\nx\n", false}} {
		if err := os.WriteFile(left, []byte(c.ends), 0o600); err != nil {
			t.Fatal(err)
		}
		e, err := Start(Opts{Worker: []string{"/bin/sh", "-c", script, left, exe}, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		// Only what runs when a worker ends hears of that.
		deadline := time.Now().Add(time.Minute)
		for err = errors.New("none yet"); err != nil && time.Now().Before(deadline); {
			_, err = e.Run(context.Background(), 1, "1 + 1", &text{})
			if _, died := err.(*Failure); !died {
				break
			}
		}
		if c.works != (err == nil) {
			t.Errorf("after %d deaths: %v", len(c.ends)/2, err)
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}
