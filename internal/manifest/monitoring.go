package manifest

// This file makes what Prometheus's operator and Grafana need.

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/netherfield/netherfield/runtime/monitoring"
)

func (o Opts) monitoring() ([]Object, error) {
	rules, err := monitoring.Rules(monitoring.Opts{Pipeline: o.Name})
	if err != nil {
		return nil, err
	}
	var spec map[string]any
	if err := yaml.Unmarshal(rules, &spec); err != nil {
		return nil, fmt.Errorf("manifest: the rules cannot be read: %w", err)
	}
	dashboard, err := monitoring.Dashboard(monitoring.Opts{Pipeline: o.Name})
	if err != nil {
		return nil, err
	}
	shown := &corev1.ConfigMap{
		TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"}, ObjectMeta: o.meta(),
		Data: map[string]string{o.Name + ".json": string(dashboard)},
	}
	shown.Name += "-dashboard"
	shown.Labels["grafana_dashboard"] = "1" // what Grafana's sidecar looks for
	board, err := object(shown)
	if err != nil {
		return nil, err
	}
	return []Object{
		{
			"apiVersion": "monitoring.coreos.com/v1", "kind": "ServiceMonitor", "metadata": o.metadata(),
			"spec": map[string]any{
				"selector":     map[string]any{"matchLabels": toAny(o.selector())},
				"targetLabels": []any{"app"},
				"endpoints":    []any{map[string]any{"port": portName, "path": "/metrics", "interval": "15s"}},
			},
		},
		{"apiVersion": "monitoring.coreos.com/v1", "kind": "PrometheusRule", "metadata": o.metadata(), "spec": spec},
		board,
	}, nil
}
