package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A slowBuilder takes its time to warm up.
type slowBuilder struct {
	Builder // the test needs no other method
	takes   time.Duration
	failed  error

	mu    sync.Mutex
	warms int
}

func (b *slowBuilder) Salt() string                                  { return "" }
func (b *slowBuilder) Plugin(context.Context, string) (string, bool) { return "", false }
func (b *slowBuilder) Available(context.Context) error               { return nil }
func (b *slowBuilder) Build(context.Context, build.Unit) (string, error) {
	return "", errors.New("nothing is built here")
}

func (b *slowBuilder) Warm(ctx context.Context, imports []string) error {
	b.mu.Lock()
	b.warms++
	b.mu.Unlock()
	if !slices.Contains(imports, "fmt") {
		return errors.New("fmt is not asked for")
	}
	select {
	case <-time.After(b.takes):
		return b.failed
	case <-ctx.Done():
		return ctx.Err()
	}
}

func TestCellsThatWaitForTheCompilerAreToldOnce(t *testing.T) {
	for takes, want := range map[time.Duration]int{500 * time.Millisecond: 0, 5 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			b := &slowBuilder{takes: takes}
			w := newWarmer(b, usualImports, warmNote)
			notes := 0
			say := func(string) { notes++ }
			go w.prepare(t.Context(), nil) // at the kernel's start
			start := time.Now()
			w.prepare(t.Context(), say)
			if took := time.Since(start); took != takes {
				t.Errorf("waited %v, want %v", took, takes)
			}
			w.prepare(t.Context(), say)
			synctest.Wait()
			if notes != want || b.warms != 1 {
				t.Errorf("%v: %d notes, %d preparations", takes, notes, b.warms)
			}
		})
	}
}

func TestAnInterruptEndsTheWaitForTheCompiler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slowBuilder{takes: time.Minute}
		w := newWarmer(b, usualImports, warmNote)
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		w.prepare(ctx, nil)
		if w.warm {
			t.Error("half is no preparation")
		}
		w.prepare(t.Context(), nil)
		if !w.warm || b.warms != 2 {
			t.Errorf("warm %v after %d preparations", w.warm, b.warms)
		}
	})
}

func TestPreparationThatFailsIsNotRepeated(t *testing.T) {
	b := &slowBuilder{failed: errors.New("no network")}
	w := newWarmer(b, usualImports, warmNote)
	w.prepare(t.Context(), nil)
	w.prepare(t.Context(), nil)
	if b.warms != 1 {
		t.Errorf("%d preparations", b.warms)
	}
}

func TestTheLibraryIsPreparedForTheCellsThatImportIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slowBuilder{takes: 5 * time.Second}
		c := newCompiler(t.Context(), b, []string{"fmt", "library/frame"})
		for _, step := range []struct {
			imports []string
			notes   string
			warms   int
		}{
			{[]string{"fmt"}, warmNote + libraryNote, 2}, // fmt is asked for by slowBuilder
			{[]string{"strings"}, "", 2},
			{[]string{"library/frame"}, "", 2},
		} {
			var mu sync.Mutex
			notes := ""
			say := func(s string) {
				mu.Lock()
				defer mu.Unlock()
				notes += s
			}
			x := &cell.Cell{Unit: &cell.Unit{Path: "cell/x", Imports: step.imports}, Program: &ir.Program{}}
			if _, err := c.build(t.Context(), "", x, say); err == nil {
				t.Error("something was built")
			}
			synctest.Wait()
			if notes != step.notes || b.warms != step.warms {
				t.Errorf("%v: %q after %d preparations, want %q and %d", step.imports, notes, b.warms, step.notes, step.warms)
			}
		}
	})
}
