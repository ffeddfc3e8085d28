// The program: its subcommands, and what its exit status means.

// Package cli is netherfield's command line: one file for each subcommand,
// each of which parses flags, calls the package that does the work and prints
// the outcome.
//
// A command exits with 0 (done), 1 (failed) or 2 (misused: an unknown flag, a
// wrong number of arguments, flags that contradict each other). Results go to
// standard output, as JSON with --json; complaints go to standard error.
//
//	program := cli.Program{Stdout: os.Stdout, Stderr: os.Stderr}
//	os.Exit(program.Run(ctx, []string{"install", "--user"}))
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/kernelspec"
)

// Exit statuses.
const (
	exitFailed  = 1
	exitMisused = 2
)

// A Program holds what the subcommands are wired to. Those whose function is
// nil do not exist.
type Program struct {
	Stdout, Stderr io.Writer

	// RunKernel serves the connection file until the kernel is shut down.
	RunKernel func(ctx context.Context, connectionFile string) error

	// RunWorker is the process that runs cells, started by the kernel with
	// the subcommand [WorkerCommand], which the help does not show.
	RunWorker func(ctx context.Context) error

	// Precompile compiles the code cells of a notebook into a cache
	// folder, the usual one if it is "". The error says why nothing could
	// be compiled.
	Precompile func(ctx context.Context, cache string, sources []string) (Precompiled, error)
}

// Run carries out one command line, without the program's name, and returns
// the process's exit status.
func (p Program) Run(ctx context.Context, args []string) int {
	root := p.root()
	root.SetArgs(args)
	root.SetOut(p.Stdout)
	root.SetErr(p.Stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(p.Stderr, "netherfield:", err)
	var usage *usageError
	var spec *kernelspec.MisuseError
	if errors.As(err, &usage) || errors.As(err, &spec) {
		fmt.Fprintf(p.Stderr, "Try `%s --help`.\n", cmd.CommandPath())
		return exitMisused
	}
	return exitFailed
}

func (p Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "netherfield",
		Short: "A Jupyter kernel for Go",
		Long: `Netherfield runs Go in Jupyter notebooks.

Install the kernel once, then choose "Go" in JupyterLab, or let "lab" do both.`,
		Example: `  netherfield install --user
  netherfield lab notebooks`,
		Args:          noSubcommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return &usageError{err} })
	root.AddCommand(installCommand(), uninstallCommand(), labCommand(), serveCommand(), manifestsCommand(), versionCommand())
	if p.RunKernel != nil {
		root.AddCommand(kernelCommand(p.RunKernel))
	}
	if p.Precompile != nil {
		root.AddCommand(precompileCommand(p.Precompile))
	}
	if p.RunWorker != nil {
		root.AddCommand(workerCommand(p.RunWorker))
	}
	return root
}

// A usageError is a command line that makes no sense.
type usageError struct {
	err error
}

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func misused(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// arguments makes a wrong number of arguments a usageError.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return &usageError{err}
		}
		return nil
	}
}

func noSubcommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return misused("no subcommand %q; did you mean %q?", args[0], near[0])
	}
	return misused("no subcommand %q", args[0])
}

func printJSON(w io.Writer, v any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}
