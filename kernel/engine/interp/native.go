package interp

// This file is what compiled units call: their Host.

import (
	"log"
	"reflect"
	"runtime"
	"strings"
	"time"

	"github.com/netherfield/netherfield/kernel/guard"
)

// Host returns the Machine as units see it.
func (m *Machine) Host() guard.Host { return host{m} }

type host struct{ m *Machine }

// Check unwinds the goroutine if its group is stopped.
func (h host) Check() {
	if h.m.units.alarm.raised.Load() {
		h.check()
	}
}

func (h host) check() {
	if th := h.m.thread(); th != nil {
		if th.stop.Load() != 0 {
			th.halt()
		}
		return
	}
	// A goroutine that a package started has no thread to unwind.
	g := h.m.labelled()
	if g.stopFlag.Load() != 0 && (g.killFlag.Load() != 0 || !exiting()) {
		runtime.Goexit()
	}
}

// exiting tells whether the running goroutine runs deferred calls because of
// runtime.Goexit.
func exiting() bool {
	var pcs [256]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs[:])])
	for {
		f, more := frames.Next()
		if f.Function == "runtime.Goexit" {
			return true
		}
		if !more {
			return false
		}
	}
}

func (h host) Step(n int) {
	th := h.m.thread()
	if th == nil {
		return
	}
	th.group.completed.Store(int64(n))
	if th.stop.Load() != 0 {
		th.halt()
	}
}

func (h host) Show(values ...any) {
	th := h.m.thread()
	if th == nil {
		return
	}
	for _, p := range values {
		th.group.show(reflect.ValueOf(p).Elem())
	}
}

func (h host) Fail(err error) {
	th := h.m.thread()
	if th == nil {
		panic(err)
	}
	th.failError(err)
}

func (h host) Enter() (exit func()) {
	m := h.m
	if m.thread() != nil {
		return func() {} // not the beginning of a goroutine
	}
	th := m.newThread(m.labelled())
	th.group.enter()
	th.bind()
	return func() {
		v := recover() // works only here, in the deferred function itself
		th.leave(v)
	}
}

func (h host) Call(f any, args []any) {
	fn := reflect.ValueOf(f)
	if fn.IsNil() {
		nilDereference()
	}
	t := fn.Type()
	in := make([]reflect.Value, len(args))
	for i, a := range args {
		var p reflect.Type
		if t.IsVariadic() && i >= t.NumIn()-1 {
			p = t.In(t.NumIn() - 1).Elem()
		} else {
			p = t.In(i)
		}
		switch v := reflect.ValueOf(a); {
		case !v.IsValid():
			in[i] = reflect.Zero(p)
		case v.Type().AssignableTo(p):
			in[i] = v
		default:
			in[i] = v.Convert(p)
		}
	}
	fn.Call(in)
}

func (h host) Exit(code int) { h.m.exit(code) }

func (h host) Fatal(text string) {
	// The line is that of the call in the cell: it is below this function,
	// guard's and the one that made the text.
	log.Output(4, text)
	h.m.exit(1)
}

func (h host) Sleep(ns int64) {
	h.m.sleep(time.Duration(ns))
}

// standsFor names the packages' functions that these functions of the
// interpreter are called for.
var standsFor = map[string]string{
	"(*Machine).sleep": "time.Sleep",
	"(*Machine).exit":  "os.Exit",
	"host.Fatal":       "log.Fatal",
}

// unitPath begins the import paths of units.
const unitPath = "cell/"

// plain returns a text in which the names that units need are those that the
// user wrote, and that Go would print.
func plain(s string) string {
	if strings.Contains(s, "ꞑ") || strings.Contains(s, "Ꞑ") {
		s = strings.NewReplacer("ꞑ", "", "Ꞑ", "").Replace(s)
	}
	for from := 0; ; {
		i := strings.Index(s[from:], unitPath)
		if i < 0 {
			return s
		}
		i += from
		end := i + len(unitPath)
		for end < len(s) && isHex(s[end]) {
			end++
		}
		if end == i+len(unitPath) || end == len(s) || s[end] != '.' {
			from = end
			continue
		}
		s = s[:i] + "main" + s[end:]
		from = i
	}
}

func isHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }
