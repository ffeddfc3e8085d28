package build

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestPluginRuns(t *testing.T) {
	b := builder(t)
	file := mustBuild(t, b, small("cell/small"))
	if got := runHost(t, hostFile, "cell/small", file); got != smallOutput {
		t.Errorf("got %q", got)
	}
}

// Three units, two of which change a variable of the first.
func TestUnitsShareState(t *testing.T) {
	b := builder(t)
	first := unit("cell/aaa", `
type counter struct{ N int }
type Ꞑcounter = counter
func (c *counter) Ꞑadd(n int) { c.N += n }
type Ꞑkey[T any] struct{}
var total counter
func (Ꞑkey[T]) Total() *counter { return &total }
`, "\ttotal.Ꞑadd(1)\n\tprintln(total.N)")
	second := unit("cell/bbb", "", "\taaa.Ꞑkey[int]{}.Total().Ꞑadd(10)\n\tprintln(aaa.Ꞑkey[int]{}.Total().N)", "cell/aaa")
	third := unit("cell/ccc", "var _ bbb.ꞐT", "\taaa.Ꞑkey[int]{}.Total().Ꞑadd(100)\n\tprintln(aaa.Ꞑkey[int]{}.Total().N)", "cell/aaa", "cell/bbb")
	second.Source = append(second.Source, "\ntype ꞐT int\n"...)
	third.Source = append(third.Source, "\ntype ꞐT int\n"...)
	args := []string{
		"cell/aaa", mustBuild(t, b, first),
		"cell/bbb", mustBuild(t, b, second),
		"cell/ccc", mustBuild(t, b, third),
	}
	if got, want := runHost(t, hostFile, args...), "1\n11\n111\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	// Another process links against what is in the cache.
	again := builder(t, func(o *Opts) { o.ReadOnly = append(o.ReadOnly, b.opts.Cache) })
	fourth := unit("cell/ddd", "", "\tprintln(aaa.Ꞑkey[int]{}.Total().N)", "cell/aaa", "cell/ccc")
	fourth.Source = append(fourth.Source, "\nvar _ ccc.ꞐT\n"...)
	args = append(args, "cell/ddd", mustBuild(t, again, fourth))
	if got, want := runHost(t, hostFile, args...), "1\n11\n111\n111\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestCompilerErrorsKeepTheirLines(t *testing.T) {
	b := builder(t)
	u := unit("cell/wrong", "", "\tvar x int = \"a\"\n\t_ = y")
	_, err := b.Build(t.Context(), u)
	var refused *CompileError
	if !errors.As(err, &refused) {
		t.Fatalf("got %v", err)
	}
	for _, want := range []string{"/cell:4: cannot use \"a\"", "/cell:5: undefined: y"} {
		if !strings.Contains(refused.Output, want) {
			t.Errorf("no %q in:\n%s", want, refused.Output)
		}
	}
	u.Source = []byte("//line /cell:3:5\npackage main; var x int = nil; func main() {}")
	_, err = b.Build(t.Context(), u)
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Output, "/cell:3:31: cannot use nil") {
		t.Errorf("got %v", err)
	}
}

func TestFunctionsNeedBodies(t *testing.T) {
	_, err := builder(t).Build(t.Context(), unit("cell/nobody", "func f()", "\tf()"))
	var refused *CompileError
	if !errors.As(err, &refused) || !strings.Contains(refused.Output, "missing function body") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownPackageIsNamed(t *testing.T) {
	_, err := builder(t).Build(t.Context(), unit("cell/unknown", "", "", "example.org/nothing"))
	if err == nil || !strings.Contains(err.Error(), "example.org/nothing") {
		t.Errorf("got %v", err)
	}
}

func TestPathsAreChecked(t *testing.T) {
	for _, path := range []string{"", "a b", "-x", "a\nb", "a=b"} {
		if _, err := builder(t).Build(t.Context(), Unit{Path: path}); err == nil {
			t.Errorf("%q is taken", path)
		}
	}
}

func TestManyBuildersAtOnce(t *testing.T) {
	cache := t.TempDir()
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), "BUILD_TEST_ROLE=1", "BUILD_TEST_HOST="+hostFile, "BUILD_TEST_WARM="+warmCache, "BUILD_TEST_CACHE="+cache)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("process: %v\n%s", err, out)
			}
		})
	}
	wg.Wait()
	noLeftovers(t, cache)
	b := builder(t, func(o *Opts) { o.Cache = cache })
	for _, path := range []string{"cell/shared0", "cell/shared1"} {
		file, ok := b.Plugin(t.Context(), path)
		if !ok {
			t.Fatalf("no %s", path)
		}
		if got := runHost(t, hostFile, path, file); got != smallOutput {
			t.Errorf("got %q", got)
		}
	}
}

// other is the main function of the processes of TestManyBuildersAtOnce. Their
// goroutines build the same two units, and one of their own.
func other() {
	hostFile, warmCache = os.Getenv("BUILD_TEST_HOST"), os.Getenv("BUILD_TEST_WARM")
	load()
	b := New(Opts{Cache: os.Getenv("BUILD_TEST_CACHE"), ReadOnly: []string{warmCache}, Sources: sources, Host: hostInfo})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			path := fmt.Sprintf("cell/shared%d", i%2)
			if i == 0 {
				path = fmt.Sprintf("cell/own%d", os.Getpid())
			}
			if _, err := b.Build(context.Background(), small(path)); err != nil {
				log.Fatal(err)
			}
		})
	}
	wg.Wait()
}

func TestCancelLeavesNothing(t *testing.T) {
	b := builder(t)
	u := small("cell/cancelled")
	for _, after := range []time.Duration{0, 10 * time.Millisecond, 40 * time.Millisecond, 80 * time.Millisecond, 120 * time.Millisecond} {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		start := time.Now()
		_, err := b.Build(ctx, u)
		cancel()
		if err == nil {
			break // a fast machine
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %v: %v", after, err)
		}
		if late := time.Since(start) - after; late > 20*time.Second {
			t.Errorf("went on for %v", late)
		}
		noLeftovers(t, b.opts.Cache)
	}
	// One that waits for another's build gives up alone.
	unlock, err := b.store.lock(t.Context(), u.Path)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, ok := b.Plugin(t.Context(), u.Path); !ok {
		if _, err := b.Build(ctx, u); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("waiting: %v", err)
		}
	}
	unlock()
	mustBuild(t, b, u)
}

func TestCancelEndsAllProcesses(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	_, err := run(ctx, dir, os.Environ(), "/bin/sh", "-c", "(sleep 0.5; echo > alive) & wait")
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	time.Sleep(time.Second)
	if isFile(filepath.Join(dir, "alive")) {
		t.Error("a child went on")
	}
}

func BenchmarkBuild(b *testing.B) {
	builder := builder(b)
	var times []time.Duration
	i := 0
	for b.Loop() {
		i++
		u := small(fmt.Sprintf("cell/bench%d", i))
		start := time.Now()
		mustBuild(b, builder, u)
		times = append(times, time.Since(start))
	}
	b.ReportMetric(median(times), "p50-ms")
}

func BenchmarkBuildCached(b *testing.B) {
	first := builder(b)
	mustBuild(b, first, small("cell/bench"))
	for b.Loop() {
		// A new process knows nothing.
		again := New(first.opts)
		if _, ok := again.Plugin(b.Context(), "cell/bench"); !ok {
			b.Fatal("not in the cache")
		}
	}
}

func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}
