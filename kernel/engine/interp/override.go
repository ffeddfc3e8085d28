package interp

// This file holds the functions that stand for ones of the standard library
// which would end the process or could not be interrupted.

import (
	"fmt"
	"log"
	"os"
	"reflect"
	"strconv"
	"time"
)

func (m *Machine) defaultOverrides() map[string]reflect.Value {
	fatal := func(s string) {
		log.Output(3, s)
		m.exit(1)
	}
	return map[string]reflect.Value{
		"time.Sleep":  reflect.ValueOf(m.sleep),
		"os.Exit":     reflect.ValueOf(m.exit),
		"log.Fatal":   reflect.ValueOf(func(v ...any) { fatal(fmt.Sprint(v...)) }),
		"log.Fatalf":  reflect.ValueOf(func(format string, v ...any) { fatal(fmt.Sprintf(format, v...)) }),
		"log.Fatalln": reflect.ValueOf(func(v ...any) { fatal(fmt.Sprintln(v...)) }),
	}
}

// sleep is time.Sleep, except that a stop of the cell ends it.
func (m *Machine) sleep(d time.Duration) {
	th := m.thread()
	if th == nil || d <= 0 {
		time.Sleep(d)
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-th.stopped():
		th.halt()
	}
}

// exit is os.Exit: it ends the cell, without deferred calls.
func (m *Machine) exit(code int) {
	th := m.thread()
	if th == nil {
		os.Exit(code)
	}
	frames, units := th.traceOf(th.goStack(false))
	th.leaveAll(&Failure{
		Kind: Exit, Code: code, Frames: frames,
		Message: "os.Exit(" + strconv.Itoa(code) + ") called",
	}, units)
}
