// Command netherfield-deploy carries out those commands of netherfield that bring a
// pipeline to where it is served. netherfield starts it; nobody else needs to.
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/deploy"
)

func main() {
	root := &cobra.Command{
		Use:   "netherfield",
		Short: "Bring a pipeline to where it is served",
		Args:  command.NoSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(deploy.Commands()...)
	os.Exit(command.Run(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
}
