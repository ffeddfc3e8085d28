package engine

// This file is the kernel's side: it sends cells to the worker and takes what
// comes back.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/cell"
)

// An Output takes what a cell shows while it runs.
type Output interface {
	// Stream appends text to "stdout" or "stderr".
	Stream(name string, text []byte)
	// Display shows a bundle, or updates the one with the id.
	Display(b display.Bundle, id string, update bool)
	// Clear removes the cell's output, with wait when the next arrives.
	Clear(wait bool)
	// Input asks the person at the front end for a line.
	Input(ctx context.Context, prompt string, password bool) (string, error)
	// Comm sends what a widget has for the front end.
	Comm(m widget.Message)
	// Request returns what the front end calls the request for which the cell
	// runs.
	Request() string
}

// Opts configures an Engine.
type Opts struct {
	// Worker is the command line of the worker process. It must end in a
	// call of Work.
	Worker []string
	// Grace is how long an interrupted cell may take to stop before its
	// worker is given up; 2 s if zero.
	Grace time.Duration
	// Builder compiles cells; nil if all are to be interpreted.
	Builder Builder
	// Library are the import paths of packages that are compiled, once for a
	// machine, when the kernel has nothing else to do.
	Library []string
	// Memory is how much memory the worker may use, as NETHERFIELD_MEMORY:
	// an amount such as "4GiB", a share of the container's or machine's
	// memory such as "80%", or "off"; "90%" if empty.
	Memory string
	// Commands are what a person can type beside Go, for completion.
	Commands []cell.Command
	// Logger takes what users need not see; slog.Default if nil.
	Logger *slog.Logger
}

// An Engine runs the cells of one session. Run, Shell and the other methods
// that reach the worker are called by one goroutine at a time; Interrupt,
// Frontend and Close may be called at any time.
type Engine struct {
	opts    Opts
	front   *cell.Frontend
	units   *compiler       // nil without a Builder
	modules *modules        // the same
	ctx     context.Context // ends with Close
	stop    context.CancelFunc

	mu       sync.Mutex
	proc     *process
	ready    chan struct{} // closed when there is a worker, or none can be had
	startup  error
	failed   int // how many workers in a row have ended at once
	running  *run
	cancel   context.CancelFunc // ends a compilation, or the wait for one; nil if there is none
	lastTier cell.Tier
	lastWhy  string
	// slow says of cells, by their text, why they are to be compiled when
	// they run again.
	slow    map[string]string
	pending *pending // declarations that are being compiled; nil if none are
	nextID  uint64
	closed  bool
	serving sync.WaitGroup

	eras   eras
	output outlet
	comms  comms
	limit  memoryLimit
	cells  sync.Map // the cell's number by the path of its unit, for tracebacks
}

// A run is an order under way.
type run struct {
	id          uint64
	done        chan report
	ctx         context.Context // for questions to the user
	cancel      context.CancelFunc
	interrupted chan struct{} // closed by the first Interrupt
	once        sync.Once
	told        chan struct{} // closed when the worker knows of the interrupt, or needs not
	trim        bool          // it only frees memory
	used        atomic.Int64  // how much memory was used, if it was too much
}

// A Value is what a cell has to show at its end.
type Value struct {
	// Bundle is the value of the last expression; nil for none.
	Bundle *display.Bundle
	// Notes are remarks about the cell.
	Notes []string
	// Elapsed is how long the worker ran it.
	Elapsed time.Duration
}

// Start returns an engine at once; its worker starts in the background.
func Start(opts Opts) (*Engine, error) {
	if len(opts.Worker) == 0 {
		panic("engine: Opts.Worker is empty")
	}
	if opts.Grace == 0 {
		opts.Grace = 2 * time.Second
	}
	if opts.Logger == nil {
		opts.Logger = slog.Default()
	}
	e := &Engine{opts: opts, eras: eras{now: 1}, slow: map[string]string{}, ready: make(chan struct{})}
	var err error
	if e.limit, err = limitMemory(opts.Memory, "/"); err != nil {
		opts.Logger.Warn(err.Error())
	}
	e.output.ask = e.ping
	e.ctx, e.stop = context.WithCancel(context.Background())
	front := cell.Opts{Packages: Packages(), Commands: opts.Commands, Dir: e.dir}
	if opts.Builder != nil {
		packages := newCatalogue(e.ctx, opts.Builder, e.dir)
		e.modules = packages.modules
		e.units = newCompiler(e.ctx, opts.Builder, opts.Library)
		e.units.modules = e.modules
		front.Packages, front.Units = packages, e.units
	}
	e.front = cell.New(front)
	e.serving.Add(1)
	go func() {
		defer e.serving.Done()
		e.launch()
	}()
	if e.units != nil {
		e.serving.Add(1)
		go func() {
			defer e.serving.Done()
			e.warm()
		}()
	}
	return e, nil
}

// dir returns the worker's working directory, also while a cell runs; "" if
// it is not known.
func (e *Engine) dir() string {
	e.mu.Lock()
	p := e.proc
	e.mu.Unlock()
	if p == nil {
		return ""
	}
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", p.cmd.Process.Pid))
	if err != nil {
		return ""
	}
	return dir
}

// Frontend returns the session's names.
func (e *Engine) Frontend() *cell.Frontend { return e.front }

// launch starts a worker. The caller has made e.ready.
func (e *Engine) launch() {
	e.modules.restarted()
	p, err := startProcess(e.opts.Worker, e.output.stdout, e.output.stderr)
	e.mu.Lock()
	defer e.mu.Unlock()
	defer close(e.ready)
	e.proc, e.startup = p, err
	if p != nil {
		p.era = e.eras.current()
	}
	if err != nil {
		e.opts.Logger.Error("no worker", "error", err)
		return
	}
	if e.closed {
		e.mu.Unlock()
		p.kill()
		e.mu.Lock()
		return
	}
	e.serving.Add(1)
	go e.serve(p)
	if e.limit.bytes > 0 {
		p.pipe.send(order{Kind: orderLimit, Bytes: e.limit.soft()})
		e.serving.Add(1)
		go e.watchMemory(p)
	}
}

// serve takes a worker's reports until it ends, and replaces it then.
func (e *Engine) serve(p *process) {
	defer e.serving.Done()
	defer close(p.replaced)
	working := false
	for {
		var r report
		if err := p.pipe.receive(&r); err != nil {
			break
		}
		if r.Kind == reportReady {
			working = true
			continue
		}
		e.take(p, r)
	}
	// One that the kernel ended while it was starting is no bad sign.
	working = working || p.killed.Load()
	// The pipe has ended, so the worker has, or will never answer again.
	expected := p.killed.Load()
	p.kill()
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return
	}
	e.proc = nil
	if e.failed++; working {
		e.failed = 0
	}
	another := e.failed < failedStarts
	if another {
		e.ready = make(chan struct{})
	} else {
		// The next one would do no better.
		e.startup = fmt.Errorf("it ended at once: %s", p.exit)
	}
	run := e.running
	e.running = nil
	e.mu.Unlock()
	words := e.output.lastWords()
	e.opts.Logger.Debug("a worker ended", "how", p.exit, "last words", words)
	f, rest := deathOf(p.exit, expected, words, e.limit, e.cellOf)
	if words != "" && rest != words {
		p.report = f
	}
	if used := p.used.Load(); used > 0 {
		f, expected = e.limit.lost(used), false
	}
	if rest != "" {
		e.output.say("stderr", []byte(rest))
	}
	if run == nil && !expected {
		e.output.say("stderr", []byte(deathNote(f)))
	}
	// Not before: whoever misses a name has been told why.
	e.eras.end(e.front.Forget)
	e.comms.close(e.output.comm)
	if run != nil {
		run.done <- report{Failure: f}
	}
	if another {
		e.launch()
	}
}

// failedStarts is how many workers in a row may end before they can work. One
// may be killed by whoever killed the one before.
const failedStarts = 3

// take handles one report.
func (e *Engine) take(p *process, r report) {
	// What the cell wrote before it reported comes first.
	p.stdout.drain()
	p.stderr.drain()
	switch r.Kind {
	case reportDone:
		e.output.settle(p.ended)
		e.mu.Lock()
		run := e.running
		if run != nil && run.id == r.ID {
			e.running = nil
		} else {
			run = nil
		}
		e.mu.Unlock()
		if run != nil {
			run.done <- r
		}
	case reportDisplay:
		var b display.Bundle
		a := order{Kind: orderAnswer, ID: r.ID}
		if err := json.Unmarshal(plain(r.Data), &b); err != nil {
			a.Error = err.Error()
		} else {
			e.output.display(b, r.Text, r.Flag)
		}
		p.pipe.send(a)
	case reportClear:
		e.output.clear(r.Flag)
		p.pipe.send(order{Kind: orderAnswer, ID: r.ID})
	case reportInput:
		// The answer takes a person's time: other reports go on.
		e.serving.Add(1)
		go func() {
			defer e.serving.Done()
			a := order{Kind: orderAnswer, ID: r.ID}
			if text, err := e.input(r.Text, r.Flag); err != nil {
				a.Error = err.Error()
			} else {
				a.Text = text
			}
			p.pipe.send(a)
		}()
	case reportComm:
		e.comms.note(*r.Comm)
		e.output.comm(*r.Comm)
		p.pipe.send(order{Kind: orderAnswer, ID: r.ID})
	case reportPong:
		e.output.alive(r.ID)
	case reportGoroutine:
		e.output.say("stderr", []byte(goroutineNote(r.Failure)))
	}
}

func (e *Engine) input(prompt string, password bool) (string, error) {
	e.mu.Lock()
	run := e.running
	e.mu.Unlock()
	if run == nil {
		return "", errors.New("input is possible only while a cell runs")
	}
	text, err := e.output.input(run.ctx, prompt, password)
	if run.ctx.Err() != nil {
		// An interrupt ended the question. The worker must know of it
		// first, or the cell fails for want of input instead.
		select {
		case <-run.told:
		case <-e.ctx.Done():
		}
	}
	return text, err
}

// do sends an order and waits for its end. What earlier cells declared is there
// before.
func (e *Engine) do(ctx context.Context, o order, out Output) (report, error) {
	if err := e.await(ctx); err != nil {
		return report{}, err
	}
	return e.order(ctx, o, out)
}

// order sends an order and waits for its end.
func (e *Engine) order(ctx context.Context, o order, out Output) (report, error) {
	e.output.set(out)
	if out != nil {
		o.Request = out.Request()
	}
	r := &run{done: make(chan report, 1), interrupted: make(chan struct{}), told: make(chan struct{}), trim: o.Kind == orderTrim}
	r.ctx, r.cancel = context.WithCancel(ctx)
	defer r.cancel()
	var p *process
	for p == nil {
		e.mu.Lock()
		ready := e.ready
		e.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
			return report{}, interruption("")
		case <-e.ctx.Done():
			return report{}, errClosed
		}
		e.mu.Lock()
		err := e.startup
		switch {
		case e.ready != ready || err != nil:
		case o.era != 0 && e.proc.era != o.era:
			err = errStale
		default:
			// From now on the run ends if the worker does.
			p = e.proc
			e.nextID++
			r.id, o.ID = e.nextID, e.nextID
			e.running = r
		}
		e.mu.Unlock()
		switch {
		case err == errStale:
			return report{}, err
		case err != nil:
			return report{}, fmt.Errorf("no worker could be started: %w; restart the kernel", err)
		}
	}
	// A send fails only if the worker is gone; serve then answers.
	p.pipe.send(o)
	select {
	case rep := <-r.done:
		close(r.told)
		return e.settle(p, r, rep), nil
	case <-ctx.Done():
		r.interrupt()
	case <-r.interrupted:
	case <-e.ctx.Done():
		return report{}, errClosed
	}
	p.pipe.send(order{Kind: orderInterrupt})
	close(r.told)
	r.cancel()
	grace := time.NewTimer(e.opts.Grace)
	defer grace.Stop()
	select {
	case rep := <-r.done:
		return e.settle(p, r, rep), nil
	case <-grace.C:
	case <-e.ctx.Done():
		return report{}, errClosed
	}
	// It does not listen: give the worker up. serve starts another.
	e.mu.Lock()
	if e.running == r {
		e.running = nil
	}
	e.mu.Unlock()
	p.kill()
	e.awaitReplacement(p)
	select {
	case rep := <-r.done: // it ended after all, or serve was faster
		if rep.Failure == nil || rep.Failure.Kind != WorkerDied {
			return rep, nil
		}
	default:
	}
	if used := r.used.Load(); used > 0 {
		return report{Failure: e.limit.lost(used)}, nil
	}
	if e.ctx.Err() == nil && p.report != nil {
		return report{Failure: p.report}, nil // it could not: it was dying
	}
	f := interruption("It did not stop within " + e.opts.Grace.String() + ", so its process was ended. " + lostState)
	f.Kind = WorkerDied
	f.Message = "interrupted"
	return report{Failure: f}, nil
}

// ping asks the worker for a sign of life.
func (e *Engine) ping(id uint64) {
	e.mu.Lock()
	p := e.proc
	e.mu.Unlock()
	if p != nil {
		p.pipe.send(order{Kind: orderPing, ID: id})
	}
}

// awaitReplacement waits until the names of a worker that was killed are
// forgotten and another one is there.
func (e *Engine) awaitReplacement(p *process) {
	select {
	case <-p.replaced:
	case <-e.ctx.Done():
	}
}

var errClosed = errors.New("the kernel is shutting down")

func (r *run) interrupt() { r.once.Do(func() { close(r.interrupted) }) }

// Interrupt stops what runs. It returns at once.
func (e *Engine) Interrupt() {
	e.mu.Lock()
	run, cancel := e.running, e.cancel
	e.mu.Unlock()
	if run != nil {
		run.interrupt()
	}
	if cancel != nil {
		cancel()
	}
}

// Run runs one cell. The error is nil, cell.Diagnostics, *cell.Refusal,
// *Failure, or says that there is no worker.
func (e *Engine) Run(ctx context.Context, number int, src string, out Output) (Value, error) {
	return e.RunIn(ctx, cell.AnyTier, number, src, out)
}

// RunIn is Run with a choice of the tier.
func (e *Engine) RunIn(ctx context.Context, tier cell.Tier, number int, src string, out Output) (v Value, err error) {
	for err = errStale; errors.Is(err, errStale); {
		v, err = e.runOnce(ctx, e.eras.current(), tier, number, src, out)
	}
	return v, err
}

// runOnce plans a cell and runs it. The error is errStale if an era has ended
// in between.
func (e *Engine) runOnce(ctx context.Context, x era, tier cell.Tier, number int, src string, out Output) (Value, error) {
	why, slow := e.slow[src]
	if tier == cell.AnyTier && slow && e.CanCompile() == nil {
		tier = cell.Compiled
	}
	c, err := e.prepare(ctx, tier, number, src, out)
	if err != nil {
		if c != nil {
			return Value{Notes: c.Notes}, err
		}
		return Value{}, err
	}
	if c.Empty() {
		e.commit(x, c, 0)
		return Value{Notes: c.Notes}, nil
	}
	if slow && tier == cell.Compiled {
		c.Why = why
	}
	e.mu.Lock()
	e.lastTier, e.lastWhy = c.Tier(), c.Why
	e.mu.Unlock()
	for _, u := range c.Program.Units {
		e.cells.Store(u.Path, u.Cell)
	}
	if c.OnlyDeclares() {
		return Value{Notes: c.Notes}, e.declare(ctx, x, src, c, out)
	}
	rep, err := e.runProgram(ctx, x, c, out)
	if err != nil {
		return Value{}, err
	}
	if rep.Failure != nil && rep.Failure.Kind == WorkerDied {
		return Value{}, rep.Failure
	}
	if c.Unit != nil {
		e.modules.opens(c.Unit.Imports)
	}
	e.commit(x, c, rep.Done)
	v := Value{Notes: c.Notes, Elapsed: rep.Elapsed}
	e.noteSpeed(c, src, rep)
	if rep.Failure != nil {
		return v, rep.Failure
	}
	if rep.Data != nil {
		v.Bundle = new(display.Bundle)
		if err := json.Unmarshal(plain(rep.Data), v.Bundle); err != nil {
			return v, err
		}
	}
	return v, nil
}

// Evaluate computes an expression. Names the expression's cell would declare
// are not kept.
func (e *Engine) Evaluate(ctx context.Context, expr string, out Output) (*display.Bundle, error) {
	var rep report
	err := errStale
	for errors.Is(err, errStale) {
		x := e.eras.current()
		var c *cell.Cell
		if c, err = e.Plan(ctx, cell.AnyTier, 0, expr, out); err != nil {
			return nil, err
		}
		if err = e.compile(ctx, expr, c, out); err != nil {
			return nil, err
		}
		rep, err = e.runProgram(ctx, x, c, out)
	}
	if err != nil {
		return nil, err
	}
	if rep.Failure != nil {
		return nil, rep.Failure
	}
	if rep.Data == nil {
		return nil, fmt.Errorf("%s has no value", expr)
	}
	b := new(display.Bundle)
	return b, json.Unmarshal(plain(rep.Data), b)
}

func (e *Engine) drop(ids []int) {
	e.mu.Lock()
	p := e.proc
	e.mu.Unlock()
	if p != nil {
		p.pipe.send(order{Kind: orderDrop, IDs: ids})
	}
}

// Reset forgets all names and starts a fresh worker. An interrupt can keep it
// from beginning, but does not leave it half done.
func (e *Engine) Reset(ctx context.Context) error {
	// What is still being declared must not go to the new worker. Whether
	// it can be compiled does not matter any more.
	if f, ok := e.await(ctx).(*Failure); ok && f.Kind == Interrupted {
		return f
	}
	e.eras.end(e.front.Reset)
	e.mu.Lock()
	p := e.proc
	e.mu.Unlock()
	if p == nil {
		return nil
	}
	p.kill()
	select {
	case <-p.replaced:
		return nil
	case <-e.ctx.Done():
		return errClosed
	}
}

// Shell runs a program in the worker's environment.
func (e *Engine) Shell(ctx context.Context, argv []string, out Output) error {
	return e.simple(ctx, order{Kind: orderShell, Argv: argv}, out)
}

// Chdir changes the worker's working directory and returns the new one.
func (e *Engine) Chdir(ctx context.Context, dir string, out Output) (string, error) {
	rep, err := e.do(ctx, order{Kind: orderChdir, Text: dir}, out)
	return rep.Text, first(err, rep)
}

// Setenv sets an environment variable of the worker.
func (e *Engine) Setenv(ctx context.Context, name, value string, out Output) error {
	return e.simple(ctx, order{Kind: orderSetenv, Argv: []string{name, value}}, out)
}

// Environ returns the worker's environment.
func (e *Engine) Environ(ctx context.Context, out Output) ([]string, error) {
	rep, err := e.do(ctx, order{Kind: orderGetenv}, out)
	return rep.Lines, first(err, rep)
}

// Describe returns a short text for each session variable.
func (e *Engine) Describe(ctx context.Context, ids []int, out Output) ([]string, error) {
	rep, err := e.do(ctx, order{Kind: orderDescribe, IDs: ids}, out)
	return rep.Lines, first(err, rep)
}

func (e *Engine) simple(ctx context.Context, o order, out Output) error {
	rep, err := e.do(ctx, o, out)
	return first(err, rep)
}

func first(err error, rep report) error {
	if err == nil && rep.Failure != nil {
		return rep.Failure
	}
	return err
}

// Close ends the worker. It is safe to call it twice.
func (e *Engine) Close() error {
	e.stop()
	e.mu.Lock()
	e.closed = true
	p := e.proc
	e.mu.Unlock()
	if p != nil {
		p.kill()
	}
	e.serving.Wait()
	return e.modules.close()
}
