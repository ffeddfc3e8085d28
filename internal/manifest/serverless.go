package manifest

// This file makes what Knative and KServe need.

import (
	"strconv"

	corev1 "k8s.io/api/core/v1"
)

// Knative returns a Knative Service, which has as many pods as there are requests for, from
// Replicas on.
func Knative(o Opts) ([]Object, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	c, err := o.serverless("user-container")
	if err != nil {
		return nil, err
	}
	return []Object{{
		"apiVersion": "serving.knative.dev/v1", "kind": "Service", "metadata": o.metadata(),
		"spec": map[string]any{"template": map[string]any{
			"metadata": map[string]any{
				"labels": toAny(o.labels()),
				"annotations": map[string]any{
					"autoscaling.knative.dev/min-scale": strconv.Itoa(int(o.Replicas)),
					"autoscaling.knative.dev/max-scale": strconv.Itoa(int(o.MaxReplicas)),
				},
			},
			"spec": map[string]any{"automountServiceAccountToken": false, "enableServiceLinks": false, "containers": []any{map[string]any(c)}},
		}},
	}}, nil
}

// KServe returns an InferenceService, whose clients speak the Open Inference Protocol.
func KServe(o Opts) ([]Object, error) {
	o, err := o.checked()
	if err != nil {
		return nil, err
	}
	c, err := o.serverless("kserve-container")
	if err != nil {
		return nil, err
	}
	return []Object{{
		"apiVersion": "serving.kserve.io/v1beta1", "kind": "InferenceService", "metadata": o.metadata(),
		"spec": map[string]any{"predictor": map[string]any{
			"minReplicas": int64(o.Replicas), "maxReplicas": int64(o.MaxReplicas),
			"automountServiceAccountToken": false,
			"containers":                   []any{map[string]any(c)},
		}},
	}}, nil
}

// serverless is the container for those who watch over it themselves: there is one port,
// whose name says the protocol, and no field refers to the container's name, which they
// may change.
func (o Opts) serverless(name string) (Object, error) {
	c := o.container(name)
	c.Env = nil
	c.Ports = []corev1.ContainerPort{{Name: "http1", ContainerPort: c.Ports[0].ContainerPort, Protocol: corev1.ProtocolTCP}}
	return object(c)
}
