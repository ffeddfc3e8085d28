package panel

// This file asks the cluster what is there.

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/netherfield/netherfield/internal/panel/job"
	"github.com/netherfield/netherfield/internal/panel/watch"
)

// hasCluster tells whether there are credentials of one, where kubectl looks for them.
func hasCluster() bool {
	if os.Getenv("KUBECONFIG") != "" {
		return true
	}
	files := []string{"/var/run/secrets/kubernetes.io/serviceaccount/token"}
	if home, err := os.UserHomeDir(); err == nil {
		files = append(files, filepath.Join(home, ".kube", "config"))
	}
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			return true
		}
	}
	return false
}

// placeFlags are those flags of netherfield deploy that say where, with their values: they
// are netherfield deployed's too.
func placeFlags(deployFlags []string) (flags []string) {
	for i, f := range deployFlags {
		switch name, _, whole := strings.Cut(f, "="); name {
		case "--namespace", "-n", "--kubeconfig", "--context":
			flags = append(flags, f)
			if !whole && i+1 < len(deployFlags) {
				flags = append(flags, deployFlags[i+1])
			}
		}
	}
	return flags
}

// deployed asks netherfield deployed. Hidden is what the credentials do not show.
func deployed(ctx context.Context, tools job.Tools, deployFlags []string) (services []watch.Service, hidden string, err error) {
	var found struct {
		Pipelines []struct {
			watch.Deployed
			URL string `json:"url"`
		} `json:"pipelines"`
		Hidden []string `json:"hidden"`
	}
	arguments := append([]string{"deployed", "--json"}, placeFlags(deployFlags)...)
	if err := tools.Run(ctx, nil, &found, arguments...); err != nil {
		return nil, "", err
	}
	for _, p := range found.Pipelines {
		services = append(services, watch.Service{Name: p.Name, URL: p.URL, Origin: watch.Cluster, Deployed: &p.Deployed})
	}
	if len(found.Hidden) > 0 {
		hidden = "the credentials do not allow to list " + strings.Join(found.Hidden, ", ")
	}
	return services, hidden, nil
}
