// netherfield run: notebooks without a browser.

package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/notebook"
	"github.com/netherfield/netherfield/internal/runner"
)

// runFlags are the flags of run.
type runFlags struct {
	kernel, output, dir string
	inPlace             bool
	parameters          map[string]string
	timeout             time.Duration
	cellTimeout         time.Duration
	allowErrors, asJSON bool
	service             bool
	environ             []string // further variables of the kernels
}

// ran is what run says of a notebook.
type ran struct {
	Notebook string      `json:"notebook"`
	Output   string      `json:"output,omitempty"`
	Cells    int         `json:"cells"`
	Seconds  float64     `json:"seconds"`
	Failed   *failedCell `json:"failed,omitempty"`
	Error    string      `json:"error,omitempty"`
}

func runCommand() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run NOTEBOOK...",
		Short: "Run notebooks without a browser",
		Long: `Run runs each notebook from its first cell to its last in a kernel of its own, the one
that the notebook names, in the notebook's folder. Any installed kernel will do; Go's
needs no installation. A notebook whose cell fails ends there, with the cell and its
error; cells tagged raises-exception may fail.

The notebooks stay as they are, unless --in-place or --output says where outputs go.
Parameters replace the values of the variables that the cell tagged "parameters"
declares, by a cell put behind it.

With --service, a pipeline service with the workshop's pipeline runs beside them, as it
does beside JupyterLab, and is what score_text asks.`,
		Example: `  netherfield run analysis.ipynb
  netherfield run --service notebooks/07-services.ipynb
  netherfield run -p buckets=512 -p 'name=a text' --output done.ipynb analysis.ipynb`,
		Args: command.Arguments(func(_ *cobra.Command, args []string) error { return needsNotebooks("run")(args) }),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			switch {
			case f.output != "" && f.inPlace:
				return command.Misused("--output and --in-place contradict each other")
			case f.output != "" && len(args) > 1:
				return command.Misused("--output is for one notebook, not %d", len(args))
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			if f.timeout > 0 {
				var cancel context.CancelFunc
				ctx, cancel = context.WithTimeoutCause(ctx, f.timeout, fmt.Errorf("the notebooks took longer than %v", f.timeout))
				defer cancel()
			}
			if f.service {
				service, err := besideRun()
				if err != nil {
					return err
				}
				defer func() { err = errors.Join(err, service.Close()) }()
				f.environ = service.environ()
			}
			return runAll(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr(), args, f)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.kernel, "kernel", "", "the kernel to run them in, instead of the one that a notebook names")
	flags.StringVarP(&f.output, "output", "o", "", "write the notebook with its outputs to `FILE`")
	flags.BoolVar(&f.inPlace, "in-place", false, "write the outputs into the notebooks")
	flags.StringVar(&f.dir, "dir", "", "the `FOLDER` that the kernels work in, instead of the notebook's")
	flags.StringToStringVarP(&f.parameters, "parameter", "p", nil, "set a parameter: `NAME=VALUE`")
	flags.DurationVar(&f.timeout, "timeout", 0, "how long all of it may take, as 10m; 0 is without end")
	flags.DurationVar(&f.cellTimeout, "cell-timeout", 0, "how long each cell may take")
	flags.BoolVar(&f.allowErrors, "allow-errors", false, "go on after cells that fail")
	flags.BoolVar(&f.service, "service", false, "start a pipeline service for them, as lab does")
	flags.BoolVar(&f.asJSON, "json", false, "print an array with an object for each notebook")
	return cmd
}

// besideRun starts the service that --service asks for.
func besideRun() (*companion, error) {
	executable, err := command.Executable()
	if err != nil {
		return nil, err
	}
	service, err := startCompanion(executable)
	if err != nil {
		return nil, fmt.Errorf("the service beside the notebooks does not start: %w", err)
	}
	return service, nil
}

func runAll(ctx context.Context, stdout, stderr io.Writer, names []string, f runFlags) error {
	all, failed := []ran{}, 0
	for _, name := range names {
		r, err := runOne(ctx, name, f)
		if err != nil {
			failed++
			r.Error = err.Error()
			var cell *runner.CellError
			if errors.As(err, &cell) {
				r.Failed = &failedCell{cell.Number, cell.Error()}
			}
		}
		all = append(all, r)
		if f.asJSON {
			continue
		}
		if err == nil {
			fmt.Fprintf(stdout, "%s: %s, %.1f s\n", name, count(r.Cells, "cell"), r.Seconds)
		} else if len(names) > 1 {
			fmt.Fprintf(stderr, "%s: %v\n", name, err)
		} else {
			return fmt.Errorf("%s: %w", name, err)
		}
		if ctx.Err() != nil {
			break
		}
	}
	if f.asJSON {
		if err := command.PrintJSON(stdout, all); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, count(len(names), "notebook"))
	}
	return nil
}

func runOne(ctx context.Context, name string, f runFlags) (r ran, err error) {
	r = ran{Notebook: name}
	began := time.Now()
	defer func() { r.Seconds = time.Since(began).Seconds() }()
	nb, err := notebook.Read(name)
	if err != nil {
		return r, err
	}
	for range nb.Code() {
		r.Cells++
	}
	spec, err := specOf(nb, f.kernel)
	if err != nil {
		return r, err
	}
	dir := f.dir
	if dir == "" {
		dir = filepath.Dir(name)
	}
	opts := runner.Opts{
		Spec: spec, Dir: dir, Parameters: f.parameters, CellTimeout: f.cellTimeout, AllowErrors: f.allowErrors,
		Env: slices.Concat(f.environ, []string{"NETHERFIELD_NOTEBOOK=" + filepath.Base(name)}),
	}
	if !f.asJSON {
		progress, end := cellBar(filepath.Base(name))
		defer end()
		opts.Progress = progress
	}
	err = runner.Run(ctx, nb, opts)
	switch {
	case f.output != "":
		r.Output = f.output
	case f.inPlace:
		r.Output = name
	}
	// Also after a cell that failed: the outputs until there tell more than its error.
	var failed *runner.CellError
	switch {
	case r.Output == "":
	case err == nil || errors.As(err, &failed):
		err = errors.Join(err, nb.Write(r.Output))
	default:
		r.Output = ""
	}
	return r, err
}
