package interp_test

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine/interp"
)

// The bytes that the interpreter reckons a recursion takes must be more than
// it takes: the goroutine's stack, which doubles, must not outgrow the bound.
func TestStackIsReckonedHighEnough(t *testing.T) {
	const bound = 60 << 20 // a stack of 64 MB
	for _, src := range []string{
		"func f(n int) int { probe(n); return f(n+1) + 1 }",
		"func f(n int) { probe(n); f(n+1) }",
		"func f(n int) int { probe(n); for range map[int]int{1: 1} { for range map[bool][2]string{} {}; return f(n+1) }; return 0 }",
		"func f(n int) int { probe(n); for range map[[2]int]int{{1}: 1} { return f(n+1) }; return 0 }",
		"func f(n int) int { probe(n); select { default: return f(n+1) } }",
		"func f(n int) (r int) { probe(n); defer func() { r++ }(); return f(n+1) }",
		"func f(n int) { probe(n); defer f(n+1) }",
		"func f(n int) { probe(n); defer func() { recover(); f(n+1) }(); panic(n) }",
		"func f(n int) { probe(n); for range func(yield func() bool) { yield() } { f(n+1) } }",
		"func f(n int) int { probe(n); a := [4]string{string(rune(f(n+1)))}; return len(a[0]) }",
		"func f(n int) any { probe(n); s := []any{map[string]any{\"k\": struct{ A, B any }{f(n+1), 1}}}; return s }",
		"import \"sort\"\nfunc f(n int) int { probe(n); return sort.Search(1, func(int) bool { f(n+1); return true }) }",
		"import \"sort\"\nfunc f(n int) int { probe(n); x := []int{1, 2}; sort.Slice(x, func(i, j int) bool { f(n+1); return true }); return 0 }",
		"import \"strings\"\nfunc f(n int) string { probe(n); return strings.Map(func(r rune) rune { f(n+1); return r }, \"x\") + \"y\" }",
		"import \"sync\"\nfunc f(n int) { probe(n); var o sync.Once; o.Do(func() { f(n+1) }) }",
		"import \"slices\"\nfunc f(n int) { probe(n); for range slices.Values([]int{1}) { f(n+1) } }",
		"import \"slices\"\ntype_ := [][3]string{{\"a\"}, {\"b\"}}\nfunc f(n int) { probe(n); slices.IndexFunc([]string{\"x\"}, func(s string) bool { f(n+1); return false }) }",
		"import \"maps\"\nfunc f(n int) { probe(n); for range maps.All(map[string]int{\"a\": 1}) { f(n+1) } }",
		"import \"fmt\"\nfunc f(n int) string { probe(n); return fmt.Sprintf(\"%v %s\", n, f(n+1)) }",
		"func f(n int) int { probe(n); switch { case n >= 0 && (n < 0 || f(n+1) > 0): return 1 }; return 0 }",
		"func f(n int) int { probe(n); if n >= 0 { for { { { switch { default: if true { return (1 + (2 * (3 - f(n+1)))) } } } } } }; return 0 }",
	} {
		var deepest, calls int
		var peak, base uint64
		read := func() uint64 {
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			return s.StackInuse
		}
		runtime.GC()
		base = read()
		s := &session{t: t, front: cell.New(cell.Opts{Packages: packages()})}
		s.m = interp.New(interp.Opts{Resolver: tables{}, MaxStack: bound})
		s.ok("probe := func(int) {}")
		name, _ := s.front.Lookup("probe")
		probe, _ := s.m.Variable(name.ID)
		probe.Set(reflect.ValueOf(func(n int) {
			deepest = n
			if calls++; calls%500 == 0 {
				peak = max(peak, read())
			}
		}))
		r := s.run(src + "\nf(0)")
		s.m.Close()
		if r.Failure == nil || r.Failure.Kind != interp.StackOverflow {
			t.Errorf("%s\n%+v", src, r.Failure)
			continue
		}
		used := int64(peak) - int64(base)
		t.Logf("%8d calls, stack %3d MB: %s", deepest, used>>20, src)
		if used > raceFactor*80<<20 {
			t.Errorf("%s\nthe stack grows to %d MB at %d calls, more than the 60 MB it was reckoned at", src, used>>20, deepest)
		}
	}
}
