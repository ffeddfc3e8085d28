// netherfield kernel and the worker process below it: what Jupyter starts.

package cli

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
)

// WorkerCommand is the hidden subcommand of the process that runs cells.
const WorkerCommand = "worker"

func kernelCommand(run func(context.Context, string) error) *cobra.Command {
	var connectionFile string
	cmd := &cobra.Command{
		Use:   "kernel -f FILE",
		Short: "Serve one notebook; Jupyter starts this",
		Long: `Kernel serves the sockets that a connection file names until it is told to
shut down or its parent process ends. Jupyter writes that file and starts the
kernel; people rarely do.`,
		Example: `  netherfield kernel -f connection.json
  jupyter console --existing connection.json`,
		Args: command.Arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if connectionFile == "" {
				return command.Misused("kernel needs a connection file: -f FILE")
			}
			return run(cmd.Context(), connectionFile)
		},
	}
	cmd.Flags().StringVarP(&connectionFile, "connection-file", "f", "", "the connection `FILE` that Jupyter wrote")
	return cmd
}

func workerCommand(run func(context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use:    WorkerCommand,
		Short:  "Run the cells of one kernel; the kernel starts this",
		Hidden: true,
		Args:   command.Arguments(cobra.NoArgs),
		RunE:   func(cmd *cobra.Command, _ []string) error { return run(cmd.Context()) },
	}
}
