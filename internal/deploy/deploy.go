package deploy

// This file is netherfield deploy: from an image to a service in a cluster.

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/netherfield/netherfield/internal/cluster"
	"github.com/netherfield/netherfield/internal/command"
	"github.com/netherfield/netherfield/internal/manifest"
)

// deployed is what deploy answers.
type deployed struct {
	Server    string           `json:"server"`
	Namespace string           `json:"namespace"`
	Objects   []cluster.Change `json:"objects"`
	Seconds   float64          `json:"seconds"`
	DryRun    bool             `json:"dry_run,omitempty"`
}

// variants are what a pipeline can be deployed as.
var variants = map[string]func(manifest.Opts) ([]manifest.Object, error){
	"deployment": manifest.Deployment, "knative": manifest.Knative, "kserve": manifest.KServe,
}

func deployCommand() *cobra.Command {
	var o manifest.Opts
	var where cluster.Where
	var f cluster.DeployOpts
	var as string
	var asJSON, progress bool
	cmd := &cobra.Command{
		Use:   "deploy PIPELINE",
		Short: "Deploy an image of a pipeline to a cluster",
		Long: `Deploy applies what "manifests deployment" prints, or with --as knative or kserve what
those print, to the cluster that kubectl would take, with the same credentials, or with
those of the pod that it runs in. It waits until the new pods are ready. If the cluster
refuses something, or the pods do not become ready, or you interrupt it, all is put back to
what it was, and nothing half-deployed stays.`,
		Example: `  netherfield deploy spam --image registry.example.com/team/spam:1 --namespace team
  netherfield deploy spam --image registry.example.com/team/spam:2 --dry-run`,
		Args: onePipeline("deploy"),
		RunE: func(cmd *cobra.Command, args []string) error {
			make, ok := variants[as]
			if !ok {
				return command.Misused("--as is deployment, knative or kserve, not %q", as)
			}
			o.Name = args[0]
			objects, err := make(o)
			if err != nil {
				return command.Misuse(err)
			}
			where.Namespace = o.Namespace
			c, err := cluster.Connect(where)
			if err != nil {
				return err
			}
			ctx, stop := command.Interruptible(cmd.Context())
			defer stop()
			switch {
			case progress:
				f.Tell = command.WriteProgress(cmd.ErrOrStderr())
			case !asJSON:
				last := ""
				f.Tell = func(what string, done, total int) {
					if line := fmt.Sprintf("%d/%d %s", done, total, what); line != last {
						fmt.Fprintln(cmd.ErrOrStderr(), line)
						last = line
					}
				}
			}
			began := time.Now()
			changes, err := c.Deploy(ctx, objects, f)
			if err != nil {
				return err
			}
			d := deployed{c.Server, c.Namespace, changes, time.Since(began).Seconds(), f.DryRun}
			if asJSON {
				return command.PrintJSON(cmd.OutOrStdout(), d)
			}
			for _, change := range changes {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %s\n", change.Object, change.Change)
			}
			what := "is ready"
			switch {
			case f.DryRun:
				what = "would be deployed"
			case f.Wait == 0:
				what = "is deployed"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s %s in %s on %s, %.1f s\n", o.Name, what, c.Namespace, c.Server, d.Seconds)
			return nil
		},
	}
	podFlags(cmd, &o)
	deploymentFlags(cmd, &o)
	flags := cmd.Flags()
	flags.StringVar(&as, "as", "deployment", "deployment, knative or kserve")
	flags.StringVar(&where.Kubeconfig, "kubeconfig", "", "the `FILE` that names the cluster")
	flags.StringVar(&where.Context, "context", "", "one of its contexts, instead of the current one")
	flags.DurationVar(&f.Wait, "wait", 3*time.Minute, "how long it may take to be ready; 0 waits for nothing")
	flags.BoolVar(&f.DryRun, "dry-run", false, "have the cluster check everything and change nothing")
	flags.BoolVar(&f.Force, "force", false, "take over fields that somebody else has set")
	flags.BoolVar(&asJSON, "json", false, "print what has changed as JSON")
	command.ProgressFlag(cmd, &progress)
	return cmd
}
