// Command netherfield-panel is netherfield panel: it answers the panel in JupyterLab.
// netherfield starts it; nobody else needs to. It is a program of its own because it stays
// for as long as JupyterLab does, and the kernel's tables are more than it is to take.
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/panel"
)

func main() {
	root := &cobra.Command{
		Use:   "netherfield",
		Short: "Answer the panel in JupyterLab",
		Args:  command.NoSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(panel.Command())
	os.Exit(command.Run(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
}
