package interp_test

// This file tests what a Machine does with units, on units that live in the
// test itself. The tests of package engine run real ones.

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/netherfield/netherfield/kernel/engine/interp"
	"github.com/netherfield/netherfield/kernel/guard"
	"github.com/netherfield/netherfield/kernel/ir"
)

// A unitSession is a Machine whose units are made by the test.
type unitSession struct {
	*interp.Machine
	t     *testing.T
	units map[string]*guard.Unit
}

func newUnitSession(t *testing.T) *unitSession {
	s := &unitSession{t: t, units: map[string]*guard.Unit{}}
	s.Machine = interp.New(interp.Opts{
		Resolver: noSymbols{},
		OpenUnit: func(path, _ string) (*guard.Unit, error) {
			if u := s.units[path]; u != nil {
				return u, nil
			}
			return nil, fmt.Errorf("there is no %s", path)
		},
		Grace: 10 * time.Millisecond,
	})
	guard.SetHost(s.Host())
	t.Cleanup(s.Close)
	return s
}

type noSymbols struct{}

func (noSymbols) Func(string, string) (v reflect.Value, ok bool)               { return }
func (noSymbols) Var(string, string) (v reflect.Value, ok bool)                { return }
func (noSymbols) Type(string, string) (t reflect.Type, ok bool)                { return }
func (noSymbols) Instance(string, string, []string) (v reflect.Value, ok bool) { return }

// body makes a unit with statements, and the program that runs them.
func (s *unitSession) body(path string, alert *uint32, body func()) *ir.Program {
	s.units[path] = &guard.Unit{Alert: alert, Body: body}
	return &ir.Program{Cell: 1, Units: []ir.Unit{{Path: path, Cell: 1}}, Body: path, Steps: []int{1}}
}

// spin is a compiled loop.
func spin(alert *uint32, turns *atomic.Int64) {
	for {
		if atomic.LoadUint32(alert) != 0 {
			guard.Check()
		}
		turns.Add(1)
	}
}

func (s *unitSession) interruptSoon() {
	time.AfterFunc(20*time.Millisecond, func() { s.Interrupt() })
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("not within 5 s: %s", what)
}

func TestAlertsAreRaisedWhileStoppedGoroutinesLive(t *testing.T) {
	s := newUnitSession(t)
	var alert, other uint32
	var turns atomic.Int64
	s.Run(s.body("cell/02", &other, func() {}))
	p := s.body("cell/01", &alert, func() { spin(&alert, &turns) })
	s.interruptSoon()
	if f := s.Run(p).Failure; f == nil || f.Kind != interp.Interrupted {
		t.Fatalf("%+v", f)
	}
	eventually(t, "alerts are down", func() bool { return atomic.LoadUint32(&alert)+atomic.LoadUint32(&other) == 0 })

	// A goroutine that waits for ever keeps them up for a while.
	wait := make(chan int)
	done := make(chan int)
	p = s.body("cell/03", new(uint32), func() {
		go func() {
			defer close(done)
			defer guard.Enter()()
			<-wait
			spin(&alert, &turns)
		}()
		spin(&alert, &turns)
	})
	s.interruptSoon()
	s.Run(p)
	if atomic.LoadUint32(&alert) == 0 || atomic.LoadUint32(&other) == 0 {
		t.Error("alerts are down although a goroutine lives")
	}
	eventually(t, "alerts are down after a second", func() bool { return atomic.LoadUint32(&alert) == 0 })
	// A moment comes for goroutines that go on after all.
	close(wait)
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		t.Error("the goroutine goes on")
	}
	if n := turns.Load(); n == 0 {
		t.Error("nothing ran")
	}
}

func TestChecksOfOtherCellsPass(t *testing.T) {
	s := newUnitSession(t)
	var alert uint32
	var turns atomic.Int64
	stop := make(chan int)
	s.Run(s.body("cell/01", &alert, func() {
		go func() {
			defer guard.Enter()()
			for {
				select {
				case <-stop:
					return
				default:
				}
				guard.Check()
				turns.Add(1)
				runtime.Gosched()
			}
		}()
		guard.Step(1)
	}))
	s.interruptSoon()
	s.Run(s.body("cell/02", &alert, func() { spin(&alert, new(atomic.Int64)) }))
	before := turns.Load()
	eventually(t, "the goroutine goes on", func() bool { return turns.Load() > before+100 })
	close(stop)
}

func TestUnitsDeclareFunctionsAndVariables(t *testing.T) {
	s := newUnitSession(t)
	var x, y *int
	var next func(int) int
	f := func(n int) int { return n + 1 }
	s.units["cell/01"] = &guard.Unit{
		Vars: map[string]any{"x": &x, "y": &y}, Funcs: map[string]any{"f": f}, Redirects: map[string]any{"f": &next},
		Alert: new(uint32),
		Body: func() {
			*x = 1
			guard.Step(1)
			guard.Show(x)
			panic("end")
		},
	}
	info := ir.Unit{
		Path: "cell/01", Cell: 1, Vars: []ir.UnitVar{{Name: "x", ID: 10, Step: 0}, {Name: "y", ID: 11, Step: 1}},
		Funcs: []ir.UnitFunc{{Name: "f", ID: 12}},
	}
	p := &ir.Program{Cell: 1, Units: []ir.Unit{info}, Body: "cell/01", Steps: []int{1, 2}}
	r := s.Run(p)
	slices.Sort(r.Set)
	if !slices.Equal(r.Set, []int{10, 12}) || r.Completed != 1 || len(r.Shown) != 1 || r.Failure.Message != "end" {
		t.Errorf("%+v", r)
	}
	if _, ok := s.Variable(11); ok {
		t.Error("y exists although its statement did not complete")
	}
	if v, _ := s.Variable(12); v.Call([]reflect.Value{reflect.ValueOf(1)})[0].Int() != 2 {
		t.Error("f is not the unit's function")
	}
	// Again: x stays the same variable, y is another one.
	v, _ := s.Variable(10)
	before := x
	if s.Run(p); x != before || v.Addr().Interface() != x {
		t.Error("x moved")
	}
	s.units["cell/02"] = &guard.Unit{
		Funcs: map[string]any{"f": func(n int) int { return n * 2 }}, Redirects: map[string]any{"f": new(func(int) int)},
		Alert: new(uint32), Body: func() {},
	}
	s.Run(&ir.Program{Cell: 2, Units: []ir.Unit{{Path: "cell/02", Cell: 2, Funcs: info.Funcs}}, Body: "cell/02"})
	if next == nil || next(5) != 10 || atomic.LoadUint32(s.units["cell/01"].Alert) == 0 {
		t.Error("f is not redirected")
	}
	if s.Run(p); next != nil || atomic.LoadUint32(s.units["cell/01"].Alert) != 0 {
		t.Error("f is redirected although it is the latest")
	}
}

func TestUnitsCallFunctionsOfAnyTypeOnGoroutines(t *testing.T) {
	s := newUnitSession(t)
	got := make(chan string, 1)
	f := func(format string, x float64, e error, rest ...any) { got <- fmt.Sprintf(format, x, e, rest) }
	s.Run(s.body("cell/01", new(uint32), func() {
		go guard.GoAny(f, "%v %v %v", 3, nil, 'a', nil, "x")
	}))
	if text := <-got; text != "3 <nil> [97 <nil> x]" {
		t.Error(text)
	}
}
