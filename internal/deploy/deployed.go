package deploy

// This file is netherfield deployed: what is there in a cluster.

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/cluster"
	"github.com/netherfield/netherfield/internal/command"
)

func deployedCommand() *cobra.Command {
	var where cluster.Where
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "deployed",
		Short: "List the pipelines that are deployed in a cluster",
		Long: `Deployed lists the pipelines that "netherfield deploy" has deployed to a namespace of the
cluster that kubectl would take: what runs them, their images, and their addresses.`,
		Example: `  netherfield deployed --namespace team`,
		Args:    command.NoSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := cluster.Connect(where)
			if err != nil {
				return err
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			found, hidden, err := c.Pipelines(ctx)
			if err != nil {
				return err
			}
			if asJSON {
				return command.PrintJSON(cmd.OutOrStdout(), map[string]any{"server": c.Server, "namespace": c.Namespace, "pipelines": found, "hidden": hidden})
			}
			if len(hidden) > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "note: the credentials do not allow to list %s\n", strings.Join(hidden, ", "))
			}
			if len(found) == 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "no pipelines in %s on %s\n", c.Namespace, c.Server)
				return nil
			}
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "PIPELINE\tKIND\tREADY\tIMAGE\tADDRESS")
			for _, p := range found {
				fmt.Fprintf(table, "%s\t%s\t%d/%d\t%s\t%s\n", p.Name, p.Kind, p.Ready, p.Wanted, p.Image, p.URL)
			}
			return table.Flush()
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&where.Namespace, "namespace", "n", "", "the namespace, instead of the current one")
	flags.StringVar(&where.Kubeconfig, "kubeconfig", "", "the `FILE` that names the cluster")
	flags.StringVar(&where.Context, "context", "", "one of its contexts, instead of the current one")
	flags.BoolVar(&asJSON, "json", false, "print them as JSON")
	return cmd
}
