// Command netherfield is a Jupyter kernel for Go and the tools around it.
//
// `netherfield --help` lists the subcommands. This file only wires them to the
// packages that do the work.
package main

import (
	"context"
	"os"

	"github.com/netherfield/netherfield/internal/cli"
	"github.com/netherfield/netherfield/kernel"
	"github.com/netherfield/netherfield/kernel/engine"
)

func main() {
	program := cli.Program{
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		RunKernel: func(ctx context.Context, connectionFile string) error {
			return kernel.Run(ctx, kernel.Opts{ConnectionFile: connectionFile, Sources: sources})
		},
		RunWorker: func(context.Context) error { return engine.Work() },
	}
	os.Exit(program.Run(context.Background(), os.Args[1:]))
}
