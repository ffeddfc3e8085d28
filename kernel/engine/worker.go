package engine

// This file is the worker process: it runs programs and holds the session's
// variables. Nothing else of the kernel runs user code.

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/engine/interp"
	"github.com/netherfield/netherfield/kernel/guard"
	"github.com/netherfield/netherfield/kernel/ir"
)

// pipeFD is the worker's end of the control pipe.
const pipeFD = 3

// abandonAfter is how long an interrupted cell may take to return from
// compiled code before it is left behind: what a person takes for at once.
const abandonAfter = 15 * time.Millisecond

// A worker serves the orders of one kernel.
type worker struct {
	pipe    *pipe
	machine *interp.Machine
	stdin   *stdin
	shell   shell
	widgets widgetHost

	busy    atomic.Bool // an order is being carried out
	nextID  atomic.Uint64
	mu      sync.Mutex
	answers map[uint64]chan order
}

// Work is the main function of a worker process. It returns when the kernel
// closes the control pipe, however the kernel ended.
func Work() error {
	debug.SetTraceback("single")
	os.Args = os.Args[:1] // cells are a program without arguments
	volunteer()
	signal.Notify(make(chan os.Signal, 1), os.Interrupt) // see orderInterrupt
	f := os.NewFile(pipeFD, "control pipe")
	conn, err := net.FileConn(f)
	if err != nil {
		return fmt.Errorf("the worker is started by the kernel, not by hand: file descriptor %d: %w", pipeFD, err)
	}
	f.Close()
	w := &worker{pipe: newPipe(conn), answers: map[uint64]chan order{}}
	w.widgets.w = w
	defer w.pipe.close()
	if w.stdin, err = newStdin(w.ask); err != nil {
		return err
	}
	units := newLoadedUnits()
	w.machine = interp.New(interp.Opts{
		Resolver:        resolver{units},
		OpenUnit:        units.open,
		GoroutineFailed: w.goroutineFailed,
		Grace:           abandonAfter,
	})
	guard.SetHost(w.machine.Host())
	display.SetPublisher(publisher{w})
	widget.SetHost(&w.widgets)
	if err := w.pipe.send(report{Kind: reportReady}); err != nil {
		return err
	}
	return w.serve()
}

// serve takes orders until the pipe ends.
func (w *worker) serve() error {
	for {
		var o order
		if err := w.pipe.receive(&o); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		switch o.Kind {
		case orderInterrupt:
			w.interrupt()
		case orderAnswer:
			w.mu.Lock()
			c := w.answers[o.ID]
			delete(w.answers, o.ID)
			w.mu.Unlock()
			if c != nil {
				c <- o
			}
		case orderDrop:
			for _, id := range o.IDs {
				w.machine.Drop(id)
			}
		case orderLimit:
			w.obeyLimit(o.Bytes)
		case orderPing:
			w.pipe.send(report{Kind: reportPong, ID: o.ID})
		case orderTrim:
			go w.trim(o)
		default:
			// The kernel sends one of these at a time.
			w.busy.Store(true)
			go w.do(o)
		}
	}
}

// interrupt stops what runs.
func (w *worker) interrupt() {
	if !w.stopRunning() {
		// The order to run may just have come: the program starts in a
		// moment.
		go func() {
			for w.busy.Load() && !w.stopRunning() {
				time.Sleep(time.Millisecond)
			}
		}()
	}
	w.stdin.refuse()
	// As Ctrl-C in a terminal: the processes that cells started get it too.
	// This one takes no notice.
	syscall.Kill(-os.Getpid(), syscall.SIGINT)
}

// stopRunning interrupts the program or the shell command that runs, and
// reports whether there is one.
func (w *worker) stopRunning() bool { return w.machine.Interrupt() || w.shell.interrupt() }

// do carries out an order that is answered by reportDone.
func (w *worker) do(o order) {
	start := time.Now()
	r := w.carryOut(o)
	r.Kind, r.ID, r.Elapsed = reportDone, o.ID, time.Since(start)
	w.busy.Store(false)
	w.pipe.send(r) // an error means that the kernel is gone, and serve sees it
}

func (w *worker) carryOut(o order) report {
	switch o.Kind {
	case orderRun:
		w.widgets.serve(o)
		stop := w.stdin.watch()
		defer stop()
		return w.run(o)
	case orderShell:
		return failed(w.shell.run(o.Argv))
	case orderChdir:
		if err := os.Chdir(o.Text); err != nil {
			return failed(err)
		}
		dir, err := os.Getwd()
		return report{Text: dir, Failure: failed(err).Failure}
	case orderSetenv:
		return failed(os.Setenv(o.Argv[0], o.Argv[1]))
	case orderGetenv:
		return report{Lines: os.Environ()}
	case orderDescribe:
		var r report
		for _, id := range o.IDs {
			r.Lines = append(r.Lines, w.describe(id))
		}
		return r
	}
	return failed(fmt.Errorf("the worker does not know order %d", o.Kind))
}

func failed(err error) report {
	if err == nil {
		return report{}
	}
	return report{Failure: &Failure{Kind: Returned, Message: err.Error()}}
}

// run runs a program and turns what it shows into a bundle.
func (w *worker) run(o order) report {
	p, err := ir.Decode(o.Program)
	if err != nil {
		return report{Failure: &Failure{Kind: Internal, Message: err.Error()}}
	}
	res := w.machine.Run(p)
	r := report{Done: res.Completed, Failure: failureOf(res.Failure)}
	if len(res.Shown) > 0 && !o.Silent && r.Failure == nil {
		values := make([]any, len(res.Shown))
		for i, v := range res.Shown {
			values[i] = v.Interface()
		}
		if r.Data, err = json.Marshal(display.OfAll(values...)); err != nil {
			r.Failure = &Failure{Kind: Returned, Message: "the value cannot be shown: " + err.Error()}
		}
	}
	return r
}

// describe returns one line for a session variable.
func (w *worker) describe(id int) string {
	v, ok := w.machine.Variable(id)
	if !ok {
		return ""
	}
	text, _ := display.Of(v.Interface()).Data["text/plain"].(string)
	line, rest, more := strings.Cut(text, "\n")
	const width = 80
	if r := []rune(line); len(r) > width {
		return string(r[:width]) + "…"
	}
	if more && rest != "" {
		return line + " …"
	}
	return line
}

func (w *worker) goroutineFailed(f interp.Failure) {
	w.pipe.send(report{Kind: reportGoroutine, Failure: failureOf(&f)})
}

// ask sends a report that wants an answer, and waits for it.
func (w *worker) ask(r report) (order, error) {
	r.ID = w.nextID.Add(1)
	c := make(chan order, 1)
	w.mu.Lock()
	w.answers[r.ID] = c
	w.mu.Unlock()
	if err := w.pipe.send(r); err != nil {
		return order{}, err
	}
	o := <-c
	if o.Error != "" {
		return o, errors.New(o.Error)
	}
	return o, nil
}

// publisher shows what cells display. It waits until the kernel has taken it,
// so that what the cell prints next comes after it.
type publisher struct{ w *worker }

func (p publisher) Publish(b display.Bundle, id string, update bool) error {
	data, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("display: %w", err)
	}
	_, err = p.w.ask(report{Kind: reportDisplay, Data: data, Text: id, Flag: update})
	return err
}

func (p publisher) Clear(wait bool) error {
	_, err := p.w.ask(report{Kind: reportClear, Flag: wait})
	return err
}

func (p publisher) Input(prompt string, password bool) (string, error) {
	o, err := p.w.ask(report{Kind: reportInput, Text: prompt, Flag: password})
	return o.Text, err
}
