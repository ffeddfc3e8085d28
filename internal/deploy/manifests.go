package deploy

// This file is netherfield manifests: what clusters, Prometheus and Grafana need to know of
// a pipeline.

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/manifest"
	"github.com/netherfield/netherfield/runtime/monitoring"
)

func manifestsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "manifests",
		Short: "Print what clusters, Prometheus and Grafana need to know of a pipeline",
		Example: `  netherfield manifests deployment spam --image registry.example.com/team/spam:1 | kubectl apply -f -
  netherfield manifests rules spam > spam.rules.yml`,
		Args: command.NoSubcommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		clusterCommand("deployment", "Print a Deployment and what belongs to it",
			`Deployment prints a Deployment with its Service, account, disruption budget, autoscaler
and network policy, for Kubernetes and OpenShift; with --host an Ingress, or with
--openshift a Route; with --monitoring a ServiceMonitor, alert rules and a dashboard.
Nothing in it needs more than the Pod Security Standard "restricted" allows.`, manifest.Deployment),
		clusterCommand("knative", "Print a Knative Service",
			`Knative prints a Service of Knative, which has as many pods as requests need.`, manifest.Knative),
		clusterCommand("kserve", "Print a KServe InferenceService",
			`Kserve prints an InferenceService of KServe. Its clients speak the Open Inference
Protocol.`, manifest.KServe),
		watchingCommand("rules", "Print recording and alert rules for Prometheus",
			`Rules prints a file of rules: how fast requests that fail or are slow use up an error
budget, drift in predictions and in what arrives, and a service that is away, too busy
or refuses an artefact.`, monitoring.Rules),
		watchingCommand("dashboard", "Print a dashboard for Grafana",
			`Dashboard prints a dashboard that Grafana imports. It reads what the rules record.`, monitoring.Dashboard),
	)
	return cmd
}

// onePipeline are the arguments of a command that is about a pipeline.
func onePipeline(name string) cobra.PositionalArgs {
	return command.Arguments(func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return errors.New(name + " needs the name of a pipeline")
		}
		return nil
	})
}

func clusterCommand(name, short, long string, objects func(manifest.Opts) ([]manifest.Object, error)) *cobra.Command {
	var o manifest.Opts
	cmd := &cobra.Command{
		Use:     name + " PIPELINE",
		Short:   short,
		Long:    long,
		Example: "  netherfield manifests " + name + " spam --image registry.example.com/team/spam:1 | kubectl apply -f -",
		Args:    onePipeline(name),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Name = args[0]
			all, err := objects(o)
			if err != nil {
				return command.Misuse(err)
			}
			return manifest.Write(cmd.OutOrStdout(), all)
		},
	}
	podFlags(cmd, &o)
	if name == "deployment" {
		deploymentFlags(cmd, &o)
	}
	return cmd
}

// podFlags are those of all that runs in a cluster.
func podFlags(cmd *cobra.Command, o *manifest.Opts) {
	flags := cmd.Flags()
	flags.StringVar(&o.Image, "image", "", "what runs there: the image that publish has pushed")
	flags.StringVarP(&o.Namespace, "namespace", "n", "", "where the objects are, instead of where they are applied")
	flags.Int32Var(&o.Replicas, "replicas", 0, "the least pods (2)")
	flags.Int32Var(&o.MaxReplicas, "max-replicas", 0, "the most pods (4)")
	flags.StringVar(&o.CPU, "cpu", "", "what a pod asks for (100m)")
	flags.StringVar(&o.Memory, "memory", "", "what a pod asks for, and may take at most (256Mi)")
}

// deploymentFlags are those of a Deployment and what belongs to it.
func deploymentFlags(cmd *cobra.Command, o *manifest.Opts) {
	flags := cmd.Flags()
	flags.StringVar(&o.Host, "host", "", "the name to reach it by from outside of the cluster")
	flags.BoolVar(&o.OpenShift, "openshift", false, "make a Route for --host, not an Ingress")
	flags.StringVar(&o.Trigger, "trigger", "", "roll out new images of this ImageStreamTag, as spam:latest")
	flags.StringVar(&o.TokenSecret, "token-secret", "", "requests must bear the token in this Secret, key token")
	flags.StringVar(&o.AdminTokenSecret, "admin-token-secret", "", "changes must bear the token in this Secret, key token")
	flags.BoolVar(&o.Monitoring, "monitoring", false, "add what Prometheus's operator and Grafana need")
}

func watchingCommand(name, short, long string, make func(monitoring.Opts) ([]byte, error)) *cobra.Command {
	var o monitoring.Opts
	cmd := &cobra.Command{
		Use:     name + " PIPELINE",
		Short:   short,
		Long:    long,
		Example: "  netherfield manifests " + name + " spam > spam." + map[string]string{"rules": "rules.yml", "dashboard": "json"}[name],
		Args:    onePipeline(name),
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Pipeline = args[0]
			text, err := make(o)
			if err != nil {
				return command.Misuse(err)
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
