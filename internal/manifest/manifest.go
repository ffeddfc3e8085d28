package manifest

// This file says what is to be served, and writes objects down.

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/netherfield/netherfield/internal/image"
)

// Opts say what is served and how. Name and Image are needed.
type Opts struct {
	// Name is that of all objects, and of the pipeline in the image.
	Name string
	// Namespace is where they are; that of whoever applies them if it is empty.
	Namespace string
	// Image is that of package image.
	Image string
	// Replicas is how many pods there are at least, 2 if 0, and MaxReplicas at most, 4 if 0:
	// as many as are needed for a load of 80 % of CPU each.
	Replicas, MaxReplicas int32
	// CPU is what a pod asks for, 100m if empty; Memory is what it asks for and may take,
	// 256Mi if empty.
	CPU, Memory string
	// Host is the name under which the service is reached from outside of the cluster; it
	// is not, if that is empty.
	Host string
	// OpenShift makes a Route of the host, and has a new image of the ImageStreamTag
	// Trigger, if there is one, rolled out.
	OpenShift bool
	Trigger   string
	// TokenSecret and AdminTokenSecret are Secrets with the key "token", which requests for
	// predictions and for changes must bear.
	TokenSecret, AdminTokenSecret string
	// Monitoring adds a ServiceMonitor, alert rules and a dashboard, for a cluster that has
	// Prometheus's operator.
	Monitoring bool
}

// An Object is one of a cluster, as JSON has it.
type Object map[string]any

// Kind returns the object's kind, and Name its name.
func (o Object) Kind() string { return fmt.Sprint(o["kind"]) }

// Name returns the object's name.
func (o Object) Name() string {
	meta, _ := o["metadata"].(map[string]any)
	return fmt.Sprint(meta["name"])
}

func (o Opts) checked() (Opts, error) {
	if err := image.CheckName(o.Name); err != nil {
		return o, err
	}
	if o.Image == "" {
		return o, errors.New("manifest: there is no image; `netherfield publish` makes one")
	}
	o.Replicas = cmp.Or(o.Replicas, 2)
	o.MaxReplicas = cmp.Or(o.MaxReplicas, max(4, o.Replicas))
	o.CPU, o.Memory = cmp.Or(o.CPU, "100m"), cmp.Or(o.Memory, "256Mi")
	if o.Replicas < 1 || o.MaxReplicas < o.Replicas {
		return o, fmt.Errorf("manifest: there can be no %d to %d replicas", o.Replicas, o.MaxReplicas)
	}
	for what, text := range map[string]string{"CPU": o.CPU, "memory": o.Memory} {
		if q, err := resource.ParseQuantity(text); err != nil || q.Sign() <= 0 {
			return o, fmt.Errorf("manifest: %q is no amount of %s, like 500m of CPU or 256Mi of memory", text, what)
		}
	}
	return o, nil
}

// labels are those that all objects have.
func (o Opts) labels() map[string]string {
	return map[string]string{
		"app":                          o.Name, // what the workshop's queries go by
		"app.kubernetes.io/name":       o.Name,
		"app.kubernetes.io/component":  "pipeline",
		"app.kubernetes.io/managed-by": "netherfield",
	}
}

// selector are the labels that choose the pods. They can never change.
func (o Opts) selector() map[string]string {
	return map[string]string{"app.kubernetes.io/name": o.Name, "app.kubernetes.io/component": "pipeline"}
}

func (o Opts) meta() metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: o.Name, Namespace: o.Namespace, Labels: o.labels()}
}

// metadata is meta for objects whose types are not Go's.
func (o Opts) metadata() map[string]any {
	m := map[string]any{"name": o.Name, "labels": toAny(o.labels())}
	if o.Namespace != "" {
		m["namespace"] = o.Namespace
	}
	return m
}

func toAny(m map[string]string) map[string]any {
	out := map[string]any{}
	for k, v := range m {
		out[k] = v
	}
	return out
}

// object makes an Object of one of Kubernetes' types, without what a server adds.
func object(v any) (Object, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	var o Object
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, fmt.Errorf("manifest: %w", err)
	}
	delete(o, "status")
	prune(map[string]any(o))
	return o, nil
}

// prune takes off nulls: creationTimestamp has one in each template.
func prune(v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if value == nil {
				delete(v, key)
			}
			prune(value)
		}
	case []any:
		for _, value := range v {
			prune(value)
		}
	}
}

// Write writes objects as YAML, one document each.
func Write(w io.Writer, objects []Object) error {
	for _, o := range objects {
		text, err := yaml.Marshal(o)
		if err != nil {
			return fmt.Errorf("manifest: the %s %s cannot be written: %w", o.Kind(), o.Name(), err)
		}
		if _, err := fmt.Fprintf(w, "---\n%s", text); err != nil {
			return err
		}
	}
	return nil
}
