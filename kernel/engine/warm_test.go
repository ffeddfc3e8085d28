package engine

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/netherfield/netherfield/display"
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

// bars are what is shown of waiting.
type bars struct {
	mu    sync.Mutex
	names []string        // in the order in which they came up
	left  map[string]bool // the ids of those that are still there
}

func (s *bars) show(b display.Bundle, id string, update bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := b.Data["text/plain"].(string)
	if !update {
		s.names = append(s.names, text)
		if s.left == nil {
			s.left = map[string]bool{}
		}
		s.left[id] = true
	}
	if text == "" {
		delete(s.left, id)
	}
}

func TestCellsThatWaitForTheCompilerSeeThatTheyDo(t *testing.T) {
	for takes, want := range map[time.Duration]int{500 * time.Millisecond: 0, 5 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			b := &slowBuilder{takes: takes}
			w := newWarmer(b, usualImports, warmName)
			shown := new(bars)
			go w.prepare(t.Context(), nil) // at the kernel's start
			start := time.Now()
			w.prepare(t.Context(), shown.show)
			if took := time.Since(start); took != takes {
				t.Errorf("waited %v, want %v", took, takes)
			}
			w.prepare(t.Context(), shown.show)
			synctest.Wait()
			if len(shown.names) != want || b.warms != 1 || len(shown.left) > 0 {
				t.Errorf("%v: %q shown, of which %v still are, %d preparations", takes, shown.names, shown.left, b.warms)
			}
		})
	}
}

func TestAnInterruptEndsTheWaitForTheCompiler(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &slowBuilder{takes: time.Minute}
		w := newWarmer(b, usualImports, warmName)
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
	w := newWarmer(b, usualImports, warmName)
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
			shown   []string
			warms   int
		}{
			{[]string{"fmt"}, []string{warmName, libraryName}, 2}, // fmt is asked for by slowBuilder
			{[]string{"strings"}, nil, 2},
			{[]string{"library/frame"}, nil, 2},
		} {
			shown := new(bars)
			x := &cell.Cell{Unit: &cell.Unit{Path: "cell/x", Imports: step.imports}, Program: &ir.Program{}}
			if _, err := c.build(t.Context(), "", x, shown.show); err == nil {
				t.Error("something was built")
			}
			synctest.Wait()
			if !slices.Equal(shown.names, step.shown) || len(shown.left) > 0 || b.warms != step.warms {
				t.Errorf("%v: %q after %d preparations, want %q and %d; %v are still shown", step.imports, shown.names, b.warms, step.shown, step.warms, shown.left)
			}
		}
	})
}
