// Command netherfield is a Jupyter kernel for Go and the tools around it.
//
// `netherfield --help` lists the subcommands. This file only wires them to the
// packages that do the work.
package main

import (
	"context"
	"os"

	"github.com/netherfield/netherfield/internal/cli"
)

func main() {
	program := cli.Program{
		Stdout: os.Stdout,
		Stderr: os.Stderr,
	}
	os.Exit(program.Run(context.Background(), os.Args[1:]))
}
