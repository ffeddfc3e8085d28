package engine

// This file runs the programs of the Go distribution's own tests as cells, in
// whichever tier the planner picks. They cover the language as nothing else
// does.

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/cell"
)

var distributionOnly = flag.String("distribution", "", "run only the programs whose path contains this")

// ownName is the reason of programs that look at a stack trace.
const ownName = "it looks for its file's or main's name in a stack trace; a cell has neither"

// notAsCells are programs that do not pass as cells, each with the reason.
var notAsCells = map[string]string{
	"devirtualization_nil_panics.go": ownName,
	"fixedbugs/bug347.go":            ownName,
	"fixedbugs/bug348.go":            ownName,
	"fixedbugs/issue17381.go":        ownName,
	"fixedbugs/issue22083.go":        ownName,
	"fixedbugs/issue27201.go":        ownName,
	"fixedbugs/issue4562.go":         ownName,
	"fixedbugs/issue5856.go":         ownName,
	"fixedbugs/issue7690.go":         ownName,
	"heapsampling.go":                "it looks for functions of main in a heap profile",
	"fixedbugs/issue10332.go":        "reflection gives its types the package path of a compiled cell, not main",
	"fixedbugs/issue19040.go":        "the text of a run-time error has the package path of a compiled cell, not main",
	"typeparam/issue49547.go":        "the name of an instance has the package path of a compiled cell, not main",
	"recover3.go":                    "the text of a run-time error names a method that is not exported as cells name it for each other",
	"fixedbugs/issue21808.go":        "it prints to standard output and error in turn; the order between the two is not kept",
	"fixedbugs/issue24491a.go":       "a go statement of a function with results evaluates its arguments where //go:uintptrescapes cannot see them",
	"fixedbugs/issue54343.go":        "it waits for a finalizer while the cell's interpreted statements still hold a temporary value",
	"fixedbugs/issue5963.go":         "runtime.Goexit ends a cell; a program goes on with its other goroutines",
	"nilptr.go":                      "it wants an array below the address 256 MB, where the kernel itself is",
	"winbatch.go":                    "it reads the Go tree at runtime.GOROOT, which is not in a kernel built with -trimpath",
}

// programTimeout bounds a program as the distribution's own runner does.
const programTimeout = time.Minute

func TestTheDistributionsProgramsPassAsCells(t *testing.T) {
	if raceEnabled {
		t.Log("the programs run in a worker without the race detector; the norace run covers this test")
		return
	}
	root := filepath.Join(goroot(t), "test")
	programs := distribution(t, root)
	if len(programs) == 0 {
		t.Logf("NOT RUN: this Go distribution comes without its tests: there are no programs in %s", root)
		return
	}
	var compiled, interpreted, passed atomic.Int64
	var mu sync.Mutex
	failures := map[string]string{}
	work := make(chan string)
	var wg sync.WaitGroup
	for range runtime.NumCPU() {
		wg.Add(1)
		go func() {
			defer wg.Done()
			e := startCompiling(t)
			for file := range work {
				native, err := runProgram(t, e, filepath.Join(root, file))
				if native {
					compiled.Add(1)
				} else {
					interpreted.Add(1)
				}
				if err == nil {
					passed.Add(1)
					continue
				}
				mu.Lock()
				failures[file] = err.Error()
				mu.Unlock()
			}
		}()
	}
	for _, file := range programs {
		work <- file
	}
	close(work)
	wg.Wait()
	// Some wait for a millisecond, or count what is on the heap: on a busy machine they
	// fail by chance, and are run once more, alone.
	for _, file := range slices.Sorted(maps.Keys(failures)) {
		if notAsCells[file] != "" {
			continue
		}
		if _, err := runProgram(t, startCompiling(t), filepath.Join(root, file)); err == nil {
			t.Logf("%s passes alone; beside others: %s", file, failures[file])
			passed.Add(1)
			delete(failures, file)
		}
	}
	names := make([]string, 0, len(failures))
	for file := range failures {
		names = append(names, file)
	}
	slices.Sort(names)
	total := len(programs)
	for _, file := range names {
		switch reason := notAsCells[file]; {
		case reason != "":
			t.Logf("not as a cell: %s: %s", file, reason)
		case !passesNatively(t, filepath.Join(root, file)):
			t.Logf("not counted, it does not pass as a program either: %s", file)
			total--
		default:
			t.Errorf("%s: %s", file, failures[file])
		}
	}
	share := float64(passed.Load()) / float64(total)
	t.Logf("%d of %d programs pass as cells (%.1f %%): %d compiled, %d interpreted", passed.Load(), total, 100*share, compiled.Load(), interpreted.Load())
	if share < 0.98 && *distributionOnly == "" {
		t.Errorf("only %.1f %% of the programs pass as cells", 100*share)
	}
}

func goroot(t *testing.T) string {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// distribution returns the programs that are run without special flags or
// other files, for this system.
func distribution(t *testing.T, root string) []string {
	var files []string
	for _, pattern := range []string{"*.go", "*/*.go"} {
		more, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, more...)
	}
	var out []string
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(src), "// run\n") || !forThisSystem(string(src)) {
			continue
		}
		rel, _ := filepath.Rel(root, file)
		if strings.Contains(rel, *distributionOnly) {
			out = append(out, rel)
		}
	}
	return out
}

func forThisSystem(src string) bool {
	for line := range strings.Lines(src) {
		if strings.HasPrefix(line, "package ") {
			break
		}
		if !constraint.IsGoBuild(line) {
			continue
		}
		expr, err := constraint.Parse(strings.TrimSpace(line))
		return err == nil && expr.Eval(func(tag string) bool {
			return tag == runtime.GOOS || tag == runtime.GOARCH || tag == "gc" || tag == "cgo" || tag == "unix" || strings.HasPrefix(tag, "go1.")
		})
	}
	return true
}

// asCell returns a program as the text of a cell: the package clause is the
// only part of a file that a cell does not know.
func asCell(t *testing.T, file string) string {
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), "", src, parser.PackageClauseOnly)
	if err != nil {
		t.Fatal(err)
	}
	for i := f.Package - 1; i < f.Name.End()-1; i++ {
		src[i] = ' '
	}
	return string(src) + "\nmain()\n"
}

func expectedOutput(file string) string {
	text, _ := os.ReadFile(strings.TrimSuffix(file, ".go") + ".out")
	return string(text)
}

// runProgram runs a program as the first cell of a session.
func runProgram(t *testing.T, e *Engine, file string) (compiled bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), programTimeout)
	defer cancel()
	if err := e.Reset(ctx); err != nil {
		return false, err
	}
	src := asCell(t, file)
	c, err := e.Frontend().Prepare(1, src)
	if err != nil {
		return false, err
	}
	compiled = c.Unit != nil
	out := &text{}
	_, err = e.RunIn(ctx, cell.AnyTier, 1, src, out)
	var f *Failure
	if errors.As(err, &f) && (f.Message == "os.Exit(0) called" || f.Message == "exit: the cell ended the process with exit status 0") {
		err = nil
	}
	if err != nil {
		if errors.As(err, &f) {
			for _, fr := range f.Frames {
				err = fmt.Errorf("%w\n    %s", err, fr)
			}
		}
		return compiled, err
	}
	if got := out.String(); got != expectedOutput(file) {
		return compiled, errors.New("it prints\n" + cutText(got) + "\nand should print\n" + cutText(expectedOutput(file)))
	}
	return compiled, nil
}

func cutText(s string) string {
	if len(s) > 600 {
		return s[:600] + "…"
	}
	return s
}

func passesNatively(t *testing.T, file string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), programTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "run", file)
	cmd.Dir = t.TempDir()
	out, err := cmd.CombinedOutput()
	return err == nil && string(out) == expectedOutput(file)
}
