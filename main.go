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
	"github.com/netherfield/netherfield/kernel/build"
	"github.com/netherfield/netherfield/kernel/engine"
	"github.com/netherfield/netherfield/kernel/evaluator"

	// Cells show pictures of charts, and read and write this format, without linking
	// them.
	_ "github.com/netherfield/netherfield/display/png"
	_ "github.com/netherfield/netherfield/runtime/frame/parquet"
)

func main() {
	program := cli.Program{
		Stdout: os.Stdout,
		Stderr: os.Stderr,
		RunKernel: func(ctx context.Context, connectionFile string) error {
			return kernel.Run(ctx, kernel.Opts{ConnectionFile: connectionFile, Sources: sources})
		},
		RunWorker: func(context.Context) error { return engine.Work() },
		Precompile: func(ctx context.Context, cache string, cells []string) (cli.Precompiled, error) {
			builder := build.New(build.Opts{Cache: cache, Sources: sources})
			done, err := evaluator.Precompile(ctx, evaluator.PrecompileOpts{Builder: builder, Sources: cells})
			return cli.Precompiled(done), err
		},
		PrecompileLibrary: func(ctx context.Context, cache string) error {
			builder := build.New(build.Opts{Cache: cache, Sources: sources})
			// Without cells, it makes ready what most of them need.
			if _, err := evaluator.Precompile(ctx, evaluator.PrecompileOpts{Builder: builder}); err != nil {
				return err
			}
			return builder.Warm(ctx, kernel.Library())
		},
	}
	os.Exit(program.Run(context.Background(), os.Args[1:]))
}
