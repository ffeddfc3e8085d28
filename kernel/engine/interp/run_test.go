package interp_test

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/kernel/engine/interp"
)

func frames(f *interp.Failure) string {
	var list []string
	for _, x := range f.Frames {
		list = append(list, fmt.Sprintf("%s %d:%d", x.Func, x.Cell, x.Line))
	}
	return strings.Join(list, ", ")
}

func TestFramesShowWhereAPanicBegan(t *testing.T) {
	s := newSession(t)
	s.ok("import \"strings\"\nfunc inner(a []int, i int) int {\n\tx := 1\n\treturn a[i] + x\n}")
	s.ok("func outer(n int) int {\n\tdefer func() {}()\n\tif n > 0 {\n\t\treturn inner([]int{1}, n)\n\t}\n\treturn 0\n}")
	for _, c := range []struct{ src, message, frames string }{
		{"x := 1\n_ = outer(x)\n", "runtime error: index out of range [1] with length 1",
			"inner 1:4, outer 2:4, cell 3:2"},
		{"var p *int\n\n*p = 1", "runtime error: invalid memory address or nil pointer dereference", "cell 4:3"},
		{"strings.Repeat(\"x\", -1)", "strings: negative Repeat count", "strings.Repeat 0:0, cell 5:1"},
		{"f := func() {\n\tpanic(\"boom\")\n}\nfunc() {\n\tdefer func() {\n\t\tr := recover()\n\t\tpanic(r)\n\t}()\n\tf()\n}()", "boom",
			"cell.func1 6:2, cell.func2 6:9, cell 6:10"},
		{"_ = []int{\n\t1,\n\touter(0),\n\tinner(nil, 7),\n}", "runtime error: index out of range [7] with length 0", "inner 1:4, cell 7:4"},
		{"import \"slices\"\nslices.SortFunc([]int{2, 1}, func(a, b int) int {\n\tvar m map[int]int\n\tm[a] = b\n\treturn 0\n})",
			"assignment to entry in nil map", "cell.func1 8:4, cell 8:2"},
		{"for i := 0; i < 3; i++ {\n\tif i == 2 {\n\t\tprintln(1 / (i - 2))\n\t}\n}", "runtime error: integer divide by zero", "cell 9:3"},
		{"q := []int{1,\n\t2}\n_ = q[0] +\n\tq[5]", "runtime error: index out of range [5] with length 2", "cell 10:4"},
	} {
		f := s.fails(c.src)
		if f.Kind != interp.Panic || f.Message != c.message || frames(f) != c.frames {
			t.Errorf("%s\n%v %q at %s\nwant %q at %s", c.src, f.Kind, f.Message, frames(f), c.message, c.frames)
		}
	}
}

func TestPanicsAreWordedAsTheRuntimeDoes(t *testing.T) {
	s := newSession(t)
	for src, want := range map[string]string{
		`panic("text")`:                       "text",
		`panic(42)`:                           "42",
		`panic(1.5)`:                          "+1.500000e+000",
		`panic(true)`:                         "true",
		`panic(nil)`:                          (&runtime.PanicNilError{}).Error(),
		"import \"io\"\npanic(io.EOF)":        "EOF",
		"import \"time\"\npanic(time.Second)": "1s",
		`panic([]int{1})`:                     "([]int) [1]",
		`panic('a')`:                          "97",
		"import \"io/fs\"\npanic(fs.FileMode(0))": "----------",
		"panic(struct{ A int }{1})":               "(struct { A int }) {A:1}",
		"panic(2i)":                               "(+0.000000e+000+2.000000e+000i)",
	} {
		if f := s.fails(src); f.Message != want || f.Kind != interp.Panic {
			t.Errorf("%s: %q, want %q", src, f.Message, want)
		}
	}
}

func TestAPanicKeepsTheRuntimesValue(t *testing.T) {
	s := newSession(t)
	f := s.fails("var e any = 1\n_ = e.(string)")
	var tae *runtime.TypeAssertionError
	if err, ok := f.Value.(error); !ok || !errors.As(err, &tae) {
		t.Errorf("%T", f.Value)
	}
}

func TestStatementsBeforeAPanicKeepTheirEffect(t *testing.T) {
	s := newSession(t)
	s.ok("x := 1")
	r := s.run("x = 2\ny := 3\nz := 1 / (y - 3)\nw := 4")
	if r.Completed != 2 || len(r.Set) != 1 {
		t.Errorf("%d statements completed, %d variables set", r.Completed, len(r.Set))
	}
	if got := s.ok("x + y"); got[0] != 5 {
		t.Error(got)
	}
}

func TestAnErrorLeftOffEndsTheCell(t *testing.T) {
	s := newSession(t)
	f := s.fails("import \"os\"\nn := 1\nb := os.ReadFile(\"/nonexistent\")\nn = 2")
	if f.Kind != interp.Error || f.Message != "open /nonexistent: no such file or directory" || frames(f) != "cell 1:3" {
		t.Errorf("%v %s %s", f.Kind, f.Message, frames(f))
	}
	if got := s.ok("n"); got[0] != 1 {
		t.Error(got)
	}
	if got := s.ok("import \"strconv\"\nv := strconv.Atoi(\"17\")\nv"); got[0] != 17 {
		t.Error(got)
	}
}

func TestARedefinedFunctionIsCalledByOldCallers(t *testing.T) {
	s := newSession(t)
	s.ok("func f() int { return 1 }\nfunc g() int { return f() * 10 }")
	s.ok("func f() int { return 2 }")
	if got := s.ok("g()"); got[0] != 20 {
		t.Error(got)
	}
}

func TestValuesAreShownAsTheyWere(t *testing.T) {
	s := newSession(t)
	s.ok("a := [2]int{1, 2}")
	c := s.prepare("a")
	r := s.m.Run(c.Program)
	s.ok("a[0] = 9")
	if got := fmt.Sprint(r.Shown[0]); got != "[1 2]" {
		t.Error(got)
	}
}

func TestFunctionValuesAreRealOnes(t *testing.T) {
	s := newSession(t)
	s.ok("k := 10\nadd := func(a, b int) int { return a + b + k }\nodd := func(a int8, b [3]string, c struct{ X, Y float64 }) (string, int8, error) { return b[1], a * 2, nil }")
	find := func(name string) reflect.Value {
		n, ok := s.front.Lookup(name)
		if !ok {
			t.Fatal(name)
		}
		v, ok := s.m.Variable(n.ID)
		if !ok {
			t.Fatal(name)
		}
		return v
	}
	if add := find("add").Interface().(func(int, int) int); add(1, 2) != 13 {
		t.Error(add(1, 2))
	}
	odd := find("odd").Interface().(func(int8, [3]string, struct{ X, Y float64 }) (string, int8, error))
	if a, b, err := odd(5, [3]string{"x", "y", "z"}, struct{ X, Y float64 }{}); a != "y" || b != 10 || err != nil {
		t.Error(a, b, err)
	}
	find("k").SetInt(100)
	if got := s.ok("add(1, 1)"); got[0] != 102 {
		t.Error(got)
	}
	// A compiled function in a session variable is called like any other.
	find("add").Set(reflect.ValueOf(func(a, b int) int { return a * b }))
	if got := s.ok("add(6, 7)"); got[0] != 42 {
		t.Error(got)
	}
}

// interrupted runs a cell and interrupts it when it is under way.
func (s *session) interrupted(src string, times int) interp.Result {
	s.t.Helper()
	c := s.prepare(src)
	done := make(chan interp.Result)
	go func() { done <- s.m.Run(c.Program) }()
	for range times {
		time.Sleep(20 * time.Millisecond)
		s.m.Interrupt()
	}
	for range 5 {
		select {
		case r := <-done:
			s.front.Commit(c, r.Completed)
			return r
		case <-time.After(2 * time.Second):
			// On a busy machine the first came before the run.
			s.m.Interrupt()
		}
	}
	s.t.Fatalf("%s\ndoes not stop", src)
	panic("unreachable")
}

func TestEverythingCanBeInterrupted(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	for _, src := range []string{
		"for {}",
		"for i := 0; ; i++ { n = i }",
		"for { func() { defer func() { recover() }(); n++ }() }",
		"<-make(chan int)",
		"make(chan int) <- 1",
		"make(chan struct{ A [4]int }) <- struct{ A [4]int }{}",
		"var c chan int\nfor range c {}",
		"select {}",
		"select { case <-make(chan int): case make(chan int) <- 1: }",
		"import \"time\"\ntime.Sleep(time.Hour)",
		"func rec(n int) int { if n == 0 { return 0 }; return rec(n-1) + rec(n-1) }\nrec(60)",
		"import \"sort\"\nsort.Search(2, func(int) bool { for {} })",
		"for range func(yield func() bool) { for yield() {} } {}",
		"for i := range 1 << 60 { n = i }",
		"import \"sync\"\nvar wg sync.WaitGroup\nwg.Add(1)\ngo func() { defer wg.Done(); for {} }()\nwg.Wait()",
		"import \"sync\"\nvar wg sync.WaitGroup\nwg.Go(func() { for {} })\nwg.Wait()",
		"import \"iter\"\nnext, stop := iter.Pull(func(yield func(int) bool) { for {} })\ndefer_ := stop\n_ = defer_\nnext()",
	} {
		s := newSession(t)
		s.ok("n := 0")
		r := s.interrupted(src, 1)
		if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
			t.Errorf("%s\n%+v", src, r.Failure)
		}
		if got := s.ok("n * 0"); got[0] != 0 {
			t.Error(got)
		}
		s.m.Close()
	}
}

func TestAnInterruptRunsDeferredCallsButCannotBeRecovered(t *testing.T) {
	s := newSession(t)
	s.ok("import \"sync\"\nvar mu sync.Mutex\nlog := []string{}")
	r := s.interrupted("func work() { mu.Lock(); defer mu.Unlock(); defer func() { if r := recover(); r != nil { log = append(log, \"recovered\") }; log = append(log, \"deferred\") }(); for {} }\nwork()\nlog = append(log, \"after\")", 1)
	if r.Failure == nil || r.Failure.Kind != interp.Interrupted || r.Completed != 0 {
		t.Fatalf("%+v", r)
	}
	if got := s.ok("fmt.Sprint(mu.TryLock(), log)"); fmt.Sprint(got) != "[true [deferred]]" {
		t.Error(got)
	}
}

func TestADeferredCallThatLoopsStopsAtTheSecondInterrupt(t *testing.T) {
	s := newSession(t)
	r := s.interrupted("func f() { defer f(); for {} }\nf()", 2)
	if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
		t.Fatalf("%+v", r)
	}
}

func TestAMainFlowInCompiledCodeIsLeftBehind(t *testing.T) {
	s := newSession(t)
	s.ok("import \"sync\"\nvar mu sync.Mutex\nmu.Lock()\nn := 0")
	r := s.interrupted("k := 1\nmu.Lock()\nn = 1", 1)
	f := r.Failure
	if f == nil || f.Kind != interp.Interrupted || !strings.Contains(f.Note, "sync.(*Mutex).Lock") || frames(f) != "cell 2:2" {
		t.Fatalf("%+v", f)
	}
	if r.Completed != 1 {
		t.Error(r.Completed)
	}
	s.ok("mu.Unlock()") // the main flow of cell 2 returns, and ends
	time.Sleep(20 * time.Millisecond)
	if got := s.ok("fmt.Sprint(n, k)"); fmt.Sprint(got) != "[0 1]" {
		t.Error(got)
	}
}

func TestGoroutinesOfEarlierCellsGoOn(t *testing.T) {
	s := newSession(t)
	s.ok("in := make(chan int)\nout := make(chan int)\ngo func() { for v := range in { out <- v * 2 } }()")
	if r := s.interrupted("for {}", 1); r.Failure == nil {
		t.Fatal("not interrupted")
	}
	if got := s.ok("in <- 21\n<-out"); got[0] != 42 {
		t.Error(got)
	}
	s.ok("close(in)")
}

func TestAPanicOfAGoroutineFailsTheCellThatStartedIt(t *testing.T) {
	s := newSession(t)
	f := s.fails("func bad() {\n\tvar m map[string]int\n\tm[\"x\"] = 1\n}\ngo bad()\nselect {}")
	if f.Kind != interp.GoroutinePanic || f.Message != "assignment to entry in nil map" || frames(f) != "bad 1:3" {
		t.Errorf("%v %s %s", f.Kind, f.Message, frames(f))
	}
	// On a goroutine of compiled code.
	f = s.fails("import \"sync\"\nvar wg sync.WaitGroup\nwg.Go(func() { panic(\"in wg\") })\nwg.Wait()\nfor {}")
	if f.Kind != interp.GoroutinePanic || f.Message != "in wg" {
		t.Errorf("%v %s %s", f.Kind, f.Message, frames(f))
	}
}

func TestAPanicOfALateGoroutineIsReported(t *testing.T) {
	s := newSession(t)
	s.ok("start := make(chan int)\ngo func() { <-start; panic(\"late\") }()")
	s.ok("close(start)")
	for range 100 {
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		n := len(s.late)
		s.mu.Unlock()
		if n > 0 {
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.late) != 1 || s.late[0].Message != "late" || s.late[0].Kind != interp.GoroutinePanic || frames(&s.late[0]) != "cell.func1 1:2" {
		t.Errorf("%+v", s.late)
	}
}

func TestStackOverflowIsAFailure(t *testing.T) {
	s := newSession(t)
	s.ok("func deep(n int) int { if n == 0 { return 0 }; return deep(n-1) + 1 }")
	if got := s.ok("deep(150000)"); got[0] != 150000 {
		t.Error(got)
	}
	for _, src := range []string{
		"func f(n int) int { return f(n+1) + 1 }\nf(0)",
		"func g(n int) { defer g(n); g(n+1) }\ng(0)",
		"import \"strings\"\nvar h func(rune) rune\nh = func(r rune) rune { strings.Map(h, \"x\"); return r }\nh(1)",
		"var k func([]int) []int\nk = func(a []int) []int { return append([]int{1}, k([]int{len(a), k(nil)[0]})...) }\nk(nil)",
	} {
		f := s.fails(src)
		if f.Kind != interp.StackOverflow || f.Depth < 1000 || len(f.Frames) != interp.MaxFrames {
			t.Errorf("%s\n%v %s depth %d, %d frames", src, f.Kind, f.Message, f.Depth, len(f.Frames))
		}
	}
	if got := s.ok("deep(3)"); got[0] != 3 {
		t.Error(got)
	}
}

func TestOsExitEndsTheCellAlone(t *testing.T) {
	s := newSession(t)
	f := s.fails("import \"os\"\nx := 1\nfunc f() { defer func() { x = 2 }(); os.Exit(3) }\nf()")
	if f.Kind != interp.Exit || f.Code != 3 || f.Message != "os.Exit(3) called" {
		t.Errorf("%+v", f)
	}
	if got := s.ok("x"); got[0] != 1 {
		t.Error(got)
	}
	f = s.fails("import \"runtime\"\nruntime.Goexit()")
	if f.Kind != interp.Exit {
		t.Errorf("%+v", f)
	}
	f = s.fails("go os.Exit(4)\nselect {}")
	if f.Kind != interp.Exit || f.Code != 4 {
		t.Errorf("%+v", f)
	}
}

func TestNoGoroutineIsLeaked(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newSession(t)
	s.ok("c := make(chan int)\nfor range 10 { go func() { <-c }() }\nfor range 10 { go func() { for {} }() }")
	for i := range 20 {
		s.ok(fmt.Sprintf("v%d := %d", i, i))
	}
	s.m.Close()
}

func TestCellsOfGoroutinesAndRunsDoNotDisturbEachOther(t *testing.T) {
	s := newSession(t)
	s.ok("import \"sync\"\nfunc fib(n int) int { if n < 2 { return n }; return fib(n-1) + fib(n-2) }\nstop := make(chan int)\nfor range 3 { go func() { for { select { case <-stop: return; default: _ = fib(10) } } }() }")
	for range 50 {
		if got := s.ok("var wg sync.WaitGroup\nr := make([]int, 8)\nfor i := range r { wg.Add(1); go func() { defer wg.Done(); r[i] = fib(i) }() }\nwg.Wait()\nr"); fmt.Sprint(got) != "[[0 1 1 2 3 5 8 13]]" {
			t.Fatal(got)
		}
	}
	s.ok("close(stop)")
}

func TestHostVariables(t *testing.T) {
	s := newSession(t)
	var mu sync.Mutex
	calls := 0
	id := 100000
	s.m.Define(id, "score", reflect.ValueOf(func(text string) (float64, error) {
		mu.Lock()
		defer mu.Unlock()
		calls++
		if text == "" {
			return 0, io.ErrUnexpectedEOF
		}
		return float64(len(text)), nil
	}))
	v, ok := s.m.Variable(id)
	if !ok || !v.CanAddr() || v.Kind() != reflect.Func {
		t.Fatal(v, ok)
	}
	s.m.Drop(id)
	if _, ok := s.m.Variable(id); ok {
		t.Error("the variable is still there")
	}
}

func TestPanicsInCallbacksOnForeignGoroutines(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newSession(t)
	// The HTTP server recovers what its handlers panic with.
	got := s.ok(`import ("net/http"; "net/http/httptest"; "log"; "io")
func ask() bool {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("handler") }))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.Start()
	defer srv.Close()
	_, err := srv.Client().Get(srv.URL)
	return err != nil
}
ask()`)
	if got[0] != true {
		t.Error(got)
	}
	// Nobody recovers what a timer's function panics with.
	s.ok("import \"time\"\ntimer := time.AfterFunc(0, func() { panic(\"timer\") })")
	for range 200 {
		time.Sleep(time.Millisecond)
		s.mu.Lock()
		n := len(s.late)
		s.mu.Unlock()
		if n > 0 {
			break
		}
	}
	s.mu.Lock()
	if len(s.late) != 1 || s.late[0].Message != "timer" {
		t.Errorf("%+v", s.late)
	}
	s.mu.Unlock()
	// The host recovers panics of functions that it calls.
	s.ok("bad := func() { panic(\"for the host\") }")
	n, _ := s.front.Lookup("bad")
	v, _ := s.m.Variable(n.ID)
	func() {
		defer func() {
			if r := recover(); r != "for the host" {
				t.Error(r)
			}
		}()
		v.Interface().(func())()
	}()
	s.m.Close()
}

func TestAnInterruptDuringADeferredCallOfAPanic(t *testing.T) {
	s := newSession(t)
	for range 3 {
		r := s.interrupted("func g() { if recover() == nil { panic(\"nothing to recover\") }; for {} }\nfunc f(x, y int) int { defer g(); return x / y }\nf(1, 0)", 1)
		if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
			t.Fatalf("%+v", r.Failure)
		}
	}
	r := s.interrupted("func h(x, y int) int { defer func() { for {} }(); return x / y }\nh(1, 0)", 1)
	if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
		t.Fatalf("%+v", r.Failure)
	}
	r = s.interrupted("func k() int { defer func() { for { func() { defer func() { recover() }(); panic(1) }() } }(); panic(2) }\nk()", 1)
	if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
		t.Fatalf("%+v", r.Failure)
	}
}

func TestAnInterruptAmongManyRecoveredPanics(t *testing.T) {
	s := newSession(t)
	s.ok("func check() { if recover() == nil { print(\"did not panic\") } }\nfunc div(x, y uint64) uint64 { defer check(); return x / y }\nfunc outer(n uint64) { defer func() {}(); div(n, 0) }")
	for i := range 60 {
		c := s.prepare("for i := uint64(0); ; i++ { outer(i) }")
		done := make(chan interp.Result)
		go func() { done <- s.m.Run(c.Program) }()
		time.Sleep(time.Duration(5000+37*i) * time.Microsecond)
		for over := false; !over; {
			s.m.Interrupt()
			select {
			case r := <-done:
				over = true
				if r.Failure == nil || r.Failure.Kind != interp.Interrupted {
					t.Fatalf("%d: %+v", i, r.Failure)
				}
			case <-time.After(time.Second):
			}
		}
	}
}

func TestDeferredFunctionsOfEverySignatureRecover(t *testing.T) {
	s := newSession(t)
	for i, params := range []string{"", "a int", "a string, b uint64", "a [3]int", "a struct{ X, Y float64 }, b ...int8", "a, b, c, d, e int"} {
		args := []string{"", "1", "\"a\", 2", "[3]int{}", "struct{ X, Y float64 }{}, 1, 2", "1, 2, 3, 4, 5"}[i]
		got := s.ok(fmt.Sprintf("func r%d(%s) { if recover() == nil { panic(\"nothing to recover\") } }\nfunc f%d(x int) (n int) { n = 7; defer r%d(%s); return 1 / x }\nf%d(0)", i, params, i, i, args, i))
		if got[0] != 7 {
			t.Error(params, got)
		}
	}
}
