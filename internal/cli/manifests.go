// netherfield manifests: what others need to know of a pipeline service.

package cli

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/runtime/monitoring"
)

func manifestsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "manifests",
		Short: "Print what Prometheus and Grafana need to know of a pipeline",
		Args:  noSubcommand,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		manifestCommand("rules", "Print recording and alert rules for Prometheus",
			`Rules prints a file of rules: how fast requests that fail or are slow use up an error
budget, drift in predictions and in what arrives, and a service that is away, too busy
or refuses an artefact.`, monitoring.Rules),
		manifestCommand("dashboard", "Print a dashboard for Grafana",
			`Dashboard prints a dashboard that Grafana imports. It reads what the rules record.`, monitoring.Dashboard),
	)
	return cmd
}

func manifestCommand(name, short, long string, make func(monitoring.Opts) ([]byte, error)) *cobra.Command {
	var o monitoring.Opts
	cmd := &cobra.Command{
		Use:     name + " PIPELINE",
		Short:   short,
		Long:    long,
		Example: "  netherfield manifests " + name + " spam > spam." + map[string]string{"rules": "rules.yml", "dashboard": "json"}[name],
		Args: arguments(func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New(name + " needs the name of a pipeline")
			}
			return nil
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Pipeline = args[0]
			text, err := make(o)
			if err != nil {
				return &usageError{err}
			}
			_, err = cmd.OutOrStdout().Write(append(text, '\n'))
			return err
		},
	}
	cmd.Flags().Float64Var(&o.Availability, "availability", 0.999, "the share of requests that is to be answered")
	cmd.Flags().Float64Var(&o.Latency, "latency", 0.99, "the share that is to be answered in time")
	cmd.Flags().Float64Var(&o.LatencySeconds, "latency-seconds", 0.025, "what is in time")
	cmd.Flags().StringToStringVar(&o.Labels, "label", nil, "a label of all alerts, as team=data")
	return cmd
}
