// Package evaluator runs what a person types: Go cells, through the engine,
// and line commands such as %vars, !ls and name?. It implements
// session.Evaluator, and owns the wording of errors and the list of commands.
//
// A cell is cut into pieces: runs of Go lines, and command lines, which begin
// with % or ! or end with ?. The pieces run in order and the first failure
// ends the cell. A cell whose first line begins with %% is given to that
// command whole.
//
//	ev, err := evaluator.Start(evaluator.Opts{Worker: []string{exe, "worker"}})
//	defer ev.Close()
//	session.New(session.Opts{Evaluator: ev, …}).Run(ctx)
package evaluator

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/cell"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/session"
)

// Opts configures an Evaluator.
type Opts struct {
	// Worker is the command line of the worker process.
	Worker []string
	// Logger takes what users need not see; slog.Default if nil.
	Logger *slog.Logger
	// Memory is how much memory the worker may use: an amount such as
	// "4GiB", a share of the container's or machine's memory such as "80%",
	// or "off". If empty it is NETHERFIELD_MEMORY, else "90%".
	Memory string
	// Builder compiles cells; nil if all are to be interpreted.
	Builder engine.Builder
	// Library are the import paths of packages that are compiled, once for a
	// machine, before a cell asks for them.
	Library []string
}

// An Evaluator runs the cells of one session.
type Evaluator struct {
	engine *engine.Engine
	record record // what %replay runs; used by the goroutine of Execute

	mu      sync.Mutex
	sources map[int]string // the text of the cells that ran, for tracebacks
}

var _ session.Evaluator = (*Evaluator)(nil)

// Start returns an evaluator; its worker starts in the background.
func Start(opts Opts) (*Evaluator, error) {
	if opts.Memory == "" {
		opts.Memory = os.Getenv("NETHERFIELD_MEMORY")
	}
	e, err := engine.Start(engine.Opts{Worker: opts.Worker, Builder: opts.Builder, Library: opts.Library, Memory: opts.Memory, Commands: completions(), Logger: opts.Logger})
	if err != nil {
		return nil, err
	}
	return &Evaluator{engine: e, sources: map[int]string{}}, nil
}

// Close ends the evaluator and its worker.
func (ev *Evaluator) Close() error { return ev.engine.Close() }

// Interrupt stops the running cell.
func (ev *Evaluator) Interrupt() { ev.engine.Interrupt() }

// A call is one cell on its way through the pieces.
type call struct {
	ev   *Evaluator
	ctx  context.Context
	cell session.Cell
	out  session.Output
	// number is the cell's number in tracebacks; 0 for a cell that is not
	// in the history and so has none of its own.
	number int

	// made are the pieces so far that %replay is to run again.
	made     []piece
	value    *display.Bundle
	payloads []session.Payload
}

// Execute runs one cell.
func (ev *Evaluator) Execute(ctx context.Context, c session.Cell, out session.Output) session.Outcome {
	k := &call{ev: ev, ctx: ctx, cell: c, number: ev.remember(c), out: out}
	err := k.run()
	o := session.Outcome{Payloads: k.payloads}
	if err != nil {
		o.Err = ev.explain(k.number, err)
		return o
	}
	if !c.Silent {
		ev.record.add(k.number, c.Code, k.made)
		o.Result = k.value
	}
	return o
}

// remember keeps the text of a cell and returns its number in tracebacks.
func (ev *Evaluator) remember(c session.Cell) int {
	ev.mu.Lock()
	defer ev.mu.Unlock()
	number := c.Count
	if _, taken := ev.sources[number]; taken || c.Silent {
		number = 0
	}
	ev.sources[number] = c.Code
	return number
}

// run runs the pieces of the cell.
func (k *call) run() error {
	pieces, err := cut(k.cell.Code)
	if err != nil {
		return err
	}
	for i, p := range pieces {
		// An interrupt that comes when all is done comes too late: what
		// the cell has made is there.
		if i > 0 && k.ctx.Err() != nil {
			return &engine.Failure{Kind: engine.Interrupted, Message: "interrupted"}
		}
		k.value = nil
		if err := k.piece(p); err != nil {
			return err
		}
		if p.makesState() {
			k.made = append(k.made, p)
		}
	}
	return nil
}

func (k *call) piece(p piece) error {
	if p.command == nil {
		_, err := k.goCode(p.text)
		return err
	}
	return p.command.run(k, p)
}

// goCode runs Go text and keeps its value.
func (k *call) goCode(src string) (engine.Value, error) { return k.goCodeIn(cell.AnyTier, src) }

// goCodeIn runs Go text in a tier.
func (k *call) goCodeIn(tier cell.Tier, src string) (engine.Value, error) {
	if err := k.prepare(src); err != nil {
		return engine.Value{}, err
	}
	v, err := k.ev.engine.RunIn(k.ctx, tier, k.number, src, k.out)
	for _, n := range v.Notes {
		k.out.Stream("stderr", []byte("note: "+n+"\n"))
	}
	k.value = v.Bundle
	return v, err
}

// Evaluate computes one expression.
func (ev *Evaluator) Evaluate(ctx context.Context, expr string) (display.Bundle, *session.CellError) {
	b, err := ev.engine.Evaluate(ctx, expr, nil)
	if err != nil {
		return display.Bundle{}, ev.explain(0, err)
	}
	return *b, nil
}

// Comm has the session's widgets take a message of the front end.
func (ev *Evaluator) Comm(ctx context.Context, m widget.Message, out session.Output) *session.CellError {
	if err := ev.engine.Comm(ctx, m, out); err != nil {
		return ev.explain(0, err)
	}
	return nil
}

// Complete lists what may stand at the cursor.
func (ev *Evaluator) Complete(code string, cursor int) session.Completion {
	got := ev.engine.Frontend().Complete(code, cursor)
	out := session.Completion{Start: got.Start, End: got.End}
	for _, m := range got.Matches {
		out.Matches = append(out.Matches, session.Match(m))
	}
	ev.completePrelude(code, &out, cursor)
	return out
}

// Inspect describes the name at the cursor.
func (ev *Evaluator) Inspect(code string, cursor, detail int) (display.Bundle, bool) {
	if b, ok := inspectCommand(code, cursor); ok {
		return b, true
	}
	d, ok := ev.engine.Frontend().Inspect(code, cursor, detail)
	if !ok {
		if d, ok = ev.describePrelude(code, cursor, detail); !ok {
			return display.Bundle{}, false
		}
	}
	return describe(d), true
}

func describe(d cell.Description) display.Bundle {
	return display.Bundle{Data: map[string]any{"text/plain": d.Text(), "text/markdown": d.Markdown()}}
}

// IsComplete tells whether code can run as it stands.
func (ev *Evaluator) IsComplete(code string) session.Completeness {
	status, indent := cell.IsComplete(code)
	return session.Completeness{Status: status, Indent: indent}
}

// source returns a line of a cell that ran.
func (ev *Evaluator) source(number, line int) string {
	ev.mu.Lock()
	defer ev.mu.Unlock()
	lines := strings.Split(ev.sources[number], "\n")
	if line < 1 || line > len(lines) {
		return ""
	}
	return strings.TrimRight(lines[line-1], "\r")
}

// asError returns err as a T, if it is one.
func asError[T error](err error) (T, bool) {
	var t T
	ok := errors.As(err, &t)
	return t, ok
}
