package interp

// This file holds what belongs to one run: its goroutines, the flags that stop
// them, and what the run leaves.

import (
	"context"
	"reflect"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A group is the goroutines of one run. They may outlive it.
type group struct {
	m    *Machine
	cell int

	stopFlag, killFlag atomic.Uint32
	stoppedAt          atomic.Int64 // in Unix nanoseconds
	stopped, killed    chan struct{}
	completed          atomic.Int64 // top-level statements
	labels             context.Context

	mu       sync.Mutex
	running  bool
	threads  int
	failure  *Failure // of a goroutine, while the cell ran
	shown    []reflect.Value
	set      []int
	declared map[*variable]bool
}

func newGroup(m *Machine, cell int) *group {
	g := &group{m: m, cell: cell, stopped: make(chan struct{}), killed: make(chan struct{})}
	g.labels = pprof.WithLabels(context.Background(), pprof.Labels("cell", strconv.Itoa(cell)))
	return g
}

// stop asks the group's goroutines to unwind.
func (g *group) stop() {
	if g.stopFlag.CompareAndSwap(0, 1) {
		g.stoppedAt.Store(time.Now().UnixNano())
		close(g.stopped)
		g.m.alert()
	}
}

// kill asks those that unwind already to leave out further deferred calls.
func (g *group) kill() {
	if g.killFlag.CompareAndSwap(0, 1) {
		close(g.killed)
	}
}

// interrupt stops the group; the second time it kills it.
func (g *group) interrupt() {
	if g.stopFlag.Load() != 0 {
		g.kill()
	}
	g.stop()
}

// show adds to the cell's value.
func (g *group) show(v reflect.Value) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.shown = append(g.shown, v)
}

// declare notes that a new session variable has its value.
func (g *group) declare(v *variable) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.declared[v] {
		if g.declared == nil {
			g.declared = map[*variable]bool{}
		}
		g.declared[v] = true
		g.set = append(g.set, v.id)
	}
}

// fail takes note of the failure of a goroutine: the running cell fails with
// it, for an earlier one it is reported.
func (g *group) fail(f *Failure) {
	g.mu.Lock()
	running := g.running
	if running && g.failure == nil {
		g.failure = f
	}
	g.mu.Unlock()
	if running {
		g.stop()
	} else if g.m.opts.GoroutineFailed != nil {
		g.m.opts.GoroutineFailed(*f)
	}
}

// enter counts a goroutine before it runs, leave when it ends.
func (g *group) enter() {
	g.mu.Lock()
	g.threads++
	g.mu.Unlock()
	g.m.mu.Lock()
	g.m.groups[g]++
	g.m.mu.Unlock()
	if g.stopFlag.Load() != 0 {
		g.m.alert()
	}
}

func (g *group) leave() {
	g.mu.Lock()
	g.threads--
	g.mu.Unlock()
	g.m.mu.Lock()
	if g.m.groups[g]--; g.m.groups[g] == 0 {
		delete(g.m.groups, g)
	}
	g.m.mu.Unlock()
	if g.stopFlag.Load() != 0 {
		g.m.alert()
	}
}

func (g *group) idle() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.threads == 0
}

// newThread returns a thread of the group, not yet bound to a goroutine.
func (m *Machine) newThread(g *group) *thread {
	th := &thread{m: m, group: g, stop: &g.stopFlag}
	th.base = frame{th: th, stop: th.stop, room: m.maxStack}
	th.top = &th.base
	return th
}

// threadSlots is the size of the table through which a goroutine finds its
// thread.
const threadSlots = 128

// bind makes th the thread of the running goroutine. The group has counted it
// already.
func (th *thread) bind() {
	th.g = getg()
	m := th.m
	m.threadMu.Lock()
	m.threads[th.g] = th
	m.threadMu.Unlock()
	m.threadSlot(th.g).Store(th)
}

// unbind ends that.
func (th *thread) unbind() {
	m := th.m
	m.threadMu.Lock()
	delete(m.threads, th.g)
	m.threadMu.Unlock()
	m.threadSlot(th.g).CompareAndSwap(th, nil)
	th.group.leave()
}

func (m *Machine) threadSlot(g uintptr) *atomic.Pointer[thread] {
	return &m.threadSlots[g>>7%threadSlots]
}

// thread returns the thread of the running goroutine, or nil.
func (m *Machine) thread() *thread {
	g := getg()
	if th := m.threadSlot(g).Load(); th != nil && th.g == g {
		return th
	}
	m.threadMu.RLock()
	th := m.threads[g]
	m.threadMu.RUnlock()
	if th != nil {
		m.threadSlot(g).Store(th)
	}
	return th
}

// label marks the running goroutine, and those that it and compiled code on
// it start, as belonging to the group. It also names the cell in profiles.
func (g *group) label() {
	pprof.SetGoroutineLabels(g.labels)
	p := profLabel()
	key := uintptr(p)
	m := g.m
	m.mu.Lock()
	m.labels[key] = g
	m.mu.Unlock()
	runtime.AddCleanup((*byte)(p), func(key uintptr) {
		m.mu.Lock()
		delete(m.labels, key)
		m.mu.Unlock()
	}, key)
}

// labelled returns the group that the running goroutine is labelled with.
func (m *Machine) labelled() *group {
	m.mu.Lock()
	defer m.mu.Unlock()
	if g := m.labels[uintptr(profLabel())]; g != nil {
		return g
	}
	return m.strangers
}

// enter returns the thread of the running goroutine, on which compiled code
// calls fn. If the goroutine is compiled code's own, it gets a thread for this
// call, and done must be deferred.
func (m *Machine) enter(fn *function) (th *thread, done func()) {
	if th := m.thread(); th != nil {
		return th, nil
	}
	g := m.labelled()
	th = m.newThread(g)
	g.enter()
	th.bind()
	return th, func() {
		v := recover()
		th.unbind()
		switch {
		case v == nil && th.failure != nil && th.failure.Kind != Interrupted:
			g.fail(th.failure)
		case v == nil:
		case recoveredOutside():
			panic(v)
		default:
			// Nobody above would recover it and the process die.
			g.fail(th.panicFailure(GoroutinePanic, v))
			runtime.Goexit()
		}
	}
}

// recoverers are compiled functions that recover the panics of what they
// call, and report them in their own way.
var recoverers = map[string]bool{
	"net/http.(*conn).serve":                 true,
	"net/http.(*http2serverConn).runHandler": true,
	"testing.tRunner":                        true,
}

// kernelPath begins the names of the kernel's functions, interpPath those of
// this package.
const (
	kernelPath = "github.com/netherfield/netherfield/kernel/"
	interpPath = kernelPath + "engine/interp."
)

// recoveredOutside tells whether a panic on this goroutine is somebody else's
// to recover: a function's that is known to, or the host's, which called an
// interpreted function itself.
func recoveredOutside() bool {
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	for {
		f, more := frames.Next()
		host := strings.HasPrefix(f.Function, kernelPath) && !strings.HasPrefix(f.Function, interpPath)
		if host || recoverers[f.Function] {
			return true
		}
		if !more {
			return false
		}
	}
}

// callbackStack bounds the stack that compiled code takes between two
// interpreted functions.
const callbackStack = 4 << 10

// callback runs c, called by compiled code, in f. Tracebacks look for it on
// the Go stack.
func (th *thread) callback(f *frame, c *closure) {
	top, native, lost := th.top, th.native, th.lost
	th.native, th.lost = "", nil
	th.level++
	f.entered = true
	returned := false
	defer func() {
		if !returned {
			// Compiled code may recover the panic and go on; else its
			// origin will be wanted.
			th.lost = &loss{top: th.top, level: th.level, inner: th.lost}
			th.top = top
			th.level--
		}
	}()
	f.call(c, top, top.room-callbackStack)
	th.native, th.lost = native, lost
	th.level--
	returned = true
}

// start runs a pending call on a goroutine of its own.
func (th *thread) start(p pending) {
	th.group.enter()
	go func() {
		th.bind()
		defer th.exit()
		p.run(&th.base, nil)
	}()
}

// exit is deferred by the goroutines that go statements start.
func (th *thread) exit() {
	v := recover()
	th.leave(v)
}

// leave ends the goroutine's part in its group; v is what it panicked with.
func (th *thread) leave(v any) {
	if v != nil {
		th.group.fail(th.panicFailure(GoroutinePanic, v))
	} else if th.failure != nil && th.failure.Kind != Interrupted {
		th.group.fail(th.failure)
	}
	th.unbind()
}

// stopped returns the channel that tells a blocked operation to give up.
func (th *thread) stopped() <-chan struct{} {
	if th.unwinding.Load() {
		return th.group.killed
	}
	return th.group.stopped
}

// halt unwinds the goroutine because the cell is stopped. A goroutine that
// unwinds already leaves out its further deferred calls.
func (th *thread) halt() {
	if th.unwinding.Load() {
		th.dead = true
	}
	th.end(&Failure{Kind: Interrupted, Message: "interrupted", Frames: th.trace()})
}

// end unwinds the goroutine for a reason that recover cannot stop.
func (th *thread) end(f *Failure) {
	if th.failure == nil {
		th.failure = f
	}
	th.unwinding.Store(true)
	th.stop = &th.group.killFlag
	th.base.stop = th.stop
	runtime.Goexit()
}

// leaveAll unwinds the goroutine without running any deferred call. Those of
// compiled functions can only be kept from it by leaving the goroutine as it
// is, for ever.
func (th *thread) leaveAll(f *Failure, units bool) {
	th.dead = true
	if !units {
		th.end(f)
	}
	th.failure = f
	done := th.done
	if done == nil {
		th.group.fail(f)
	}
	th.unbind()
	if done != nil {
		done <- f
	}
	select {}
}

// failError ends the cell with an error that was left off.
func (th *thread) failError(v any) {
	f := &Failure{Kind: Error, Value: v, Message: panicText(v), Frames: th.trace()}
	th.end(f)
}

// overflow ends the goroutine because its calls are nested too deeply. As in
// a Go program, no deferred call runs.
func (th *thread) overflow(f *frame) {
	th.top = f
	th.dead = true
	th.end(&Failure{
		Kind: StackOverflow, Message: "stack overflow", Frames: th.trace(), Depth: th.depth(),
	})
}
