// Command sbom lists what an image contains while it is built, in CycloneDX's JSON.
//
//	sbom --system --python /opt/app-root /opt/app-root/bin/netherfield > /usr/share/sbom/workbench.cdx.json
package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/sbom"
)

func main() {
	var c sbom.Contents
	cmd := &cobra.Command{
		Use:   "sbom [PROGRAM...]",
		Short: "List what this image contains: Go programs, the system's packages, a Python environment",
		RunE: func(cmd *cobra.Command, programs []string) error {
			c.Programs = programs
			bom, err := sbom.Of(cmd.Context(), c)
			if err != nil {
				return err
			}
			text, err := sbom.Encode(bom)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&c.System, "system", false, "list the packages of the operating system")
	cmd.Flags().StringVar(&c.Python, "python", "", "list the packages of the Python environment with this `PREFIX`")
	os.Exit(command.Run(context.Background(), cmd, os.Args[1:], os.Stdout, os.Stderr))
}
