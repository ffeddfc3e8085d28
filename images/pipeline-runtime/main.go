// Command netherfield, as the image of a pipeline contains it: it serves, and can do
// nothing else. It is one static file, which needs no user, no home and no writable folder.
//
//	netherfield serve spam=/models/spam.sav
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/serving"
	"github.com/netherfield/netherfield/internal/version"

	// The image has no certificates of its own, and traces may go to a server with TLS.
	_ "golang.org/x/crypto/x509roots/fallback"
)

func main() {
	root := &cobra.Command{
		Use:     "netherfield",
		Short:   "Serve the pipelines of this image",
		Version: version.String(),
		Args:    command.NoSubcommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(serving.Command())
	os.Exit(command.Run(context.Background(), root, os.Args[1:], os.Stdout, os.Stderr))
}
