package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
)

// Opts say how a notebook is run.
type Opts struct {
	// Spec is the kernel.
	Spec *jupyter.Spec
	// Dir is the folder that the kernel works in; the current one if empty.
	Dir string
	// Env is added to the kernel's environment: NAME=value.
	Env []string
	// Parameters are values of variables, put into a cell of their own behind the cell
	// tagged "parameters", or before all others if there is none.
	Parameters map[string]string
	// CellTimeout bounds how long a cell may take; 0 is without end. The context bounds
	// the whole.
	CellTimeout time.Duration
	// AllowErrors goes on after a cell that fails.
	AllowErrors bool
	// Progress is told how many of the code cells are done.
	Progress func(done, total int)
	// Output gets what the kernel's process writes beside what cells do.
	Output io.Writer
}

// A CellError says that a cell failed.
type CellError struct {
	Number    int // of the code cell, from 1
	ID        string
	Source    string
	Name      string   // of the error, as the kernel has it
	Value     string   // what it says
	Traceback []string // where it was, in the kernel's colours
	Err       error    // if it is no error of the code: a timeout, a kernel that died
}

// Error says which cell failed, and why.
func (e *CellError) Error() string {
	s := fmt.Sprintf("cell %d", e.Number)
	if e.ID != "" {
		s += " (" + e.ID + ")"
	}
	switch {
	case e.Err != nil:
		return s + ": " + e.Err.Error()
	case len(e.Traceback) > 0:
		return s + " failed:\n" + indent(plain(strings.Join(e.Traceback, "\n")))
	}
	return s + " failed: " + strings.TrimSpace(e.Name+": "+e.Value)
}

func (e *CellError) Unwrap() error { return e.Err }

var escapes = regexp.MustCompile(`\x1b\[[0-9;]*[A-Za-z]`)

// plain takes the colours off a text.
func plain(text string) string { return escapes.ReplaceAllString(text, "") }

func indent(text string) string {
	return "    " + strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n    ")
}

// Run runs the notebook and fills in its outputs; what it had before is taken off. A cell
// that fails ends it with a *[CellError], unless the cell is tagged raises-exception or
// errors are allowed; what ran until then stays in the notebook. A cell that does not fail
// although it is tagged so is no error. The notebook becomes one of format 4.5.
func Run(ctx context.Context, nb *notebook.Notebook, opts Opts) error {
	nb.Upgrade()
	if err := nb.Validate(); err != nil {
		return fmt.Errorf("this is no notebook of format 4.5: %w", err)
	}
	nb.Strip()
	if err := inject(nb, opts.Spec.Language, opts.Parameters); err != nil {
		return err
	}
	total := 0
	for range nb.Code() {
		total++
	}
	progress := opts.Progress
	if progress == nil {
		progress = func(int, int) {}
	}
	progress(0, total)
	k, err := jupyter.Start(ctx, opts.Spec, jupyter.StartOpts{Dir: opts.Dir, Env: opts.Env, Output: opts.Output})
	if err != nil {
		return err
	}
	defer k.Shutdown()
	r := run{k, opts, newRecorder()}
	if info, ok := k.Info["language_info"].(map[string]any); ok {
		nb.Metadata["language_info"] = info
	}
	for number, c := range nb.Code() {
		if strings.TrimSpace(c.Source) != "" { // Jupyter runs no empty cells
			if err := r.cell(ctx, number, c); err != nil {
				return err
			}
		}
		progress(number, total)
	}
	if err := nb.Validate(); err != nil {
		return fmt.Errorf("the kernel's outputs make no notebook of format 4.5: %w", err)
	}
	return nil
}

// A run is a notebook that is being run.
type run struct {
	kernel   *jupyter.Kernel
	opts     Opts
	recorder *recorder
}

func (r run) cell(ctx context.Context, number int, c *notebook.Cell) error {
	if r.opts.CellTimeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, r.opts.CellTimeout, fmt.Errorf("it took longer than %v", r.opts.CellTimeout))
		defer cancel()
	}
	fail := &CellError{Number: number, ID: c.ID, Source: c.Source}
	r.recorder.begin(c)
	reply, err := r.kernel.Execute(ctx, c.Source, r.recorder.take)
	r.recorder.end()
	if reply.Count > 0 {
		c.Count = new(reply.Count)
	}
	switch {
	case err != nil:
		if errors.Is(err, context.Canceled) {
			err = errors.New("it was interrupted")
		}
		fail.Err = err
		return fail
	case reply.Status == "ok", c.Is(notebook.RaisesException), r.opts.AllowErrors:
		return nil
	}
	fail.Name, fail.Value, fail.Traceback = reply.Name, reply.Value, reply.Traceback
	return fail
}
