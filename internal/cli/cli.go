// The program: its subcommands, and what its exit status means.

// Package cli is netherfield's command line: one file for each subcommand,
// each of which parses flags, calls the package that does the work and prints
// the outcome.
//
// Results go to standard output, as JSON with --json; complaints go to standard error.
//
//	program := cli.Program{Stdout: os.Stdout, Stderr: os.Stderr}
//	os.Exit(program.Run(ctx, []string{"install", "--user"}))
package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/serving"
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

	// PrecompileLibrary compiles the workflow library into a cache folder.
	PrecompileLibrary func(ctx context.Context, cache string) error
}

// Run carries out one command line, without the program's name, and returns
// the process's exit status.
func (p Program) Run(ctx context.Context, args []string) int {
	return command.Run(ctx, p.root(), args, p.Stdout, p.Stderr)
}

func (p Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "netherfield",
		Short: "A Jupyter kernel for Go",
		Long: `Netherfield runs Go in Jupyter notebooks.

Install the kernel once, then choose "Go" in JupyterLab, or let "lab" do both.`,
		Example: `  netherfield install --user
  netherfield lab notebooks`,
		Args: command.NoSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(
		installCommand(), uninstallCommand(), labCommand(), versionCommand(),
		runCommand(), withServiceCommand(), buildCommand(), dataCommand(), stripCommand(), diffCommand(), gitSetupCommand(),
		serving.Command(),
	)
	for _, c := range elsewhere {
		root.AddCommand(c.command())
	}
	if p.RunKernel != nil {
		root.AddCommand(kernelCommand(p.RunKernel))
	}
	if p.Precompile != nil {
		root.AddCommand(precompileCommand(p))
	}
	if p.RunWorker != nil {
		root.AddCommand(workerCommand(p.RunWorker))
	}
	return root
}
