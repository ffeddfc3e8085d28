package cluster

// This file finds what is deployed.

import (
	"context"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/netherfield/netherfield/internal/image"
)

// A Pipeline is one that is deployed.
type Pipeline struct {
	Name      string `json:"name"`
	Kind      string `json:"kind"` // "Deployment", "Knative" or "KServe"
	Namespace string `json:"namespace"`
	Image     string `json:"image"`
	Ready     int64  `json:"ready"`  // pods, or 1 of what is asked for as a whole
	Wanted    int64  `json:"wanted"` // pods
	// URL is where this process reaches it: within the cluster by its Service, from outside
	// by the name that it was deployed with; "" if it has none.
	URL string `json:"url"`
}

// ours are the labels of what package manifest makes.
const ours = "app.kubernetes.io/managed-by=netherfield,app.kubernetes.io/component=pipeline"

// Pipelines lists those that were deployed to the namespace.
func (c *Cluster) Pipelines(ctx context.Context) ([]Pipeline, error) {
	inside := os.Getenv("KUBERNETES_SERVICE_HOST") != ""
	out := []Pipeline{}
	hosts, err := c.hosts(ctx)
	if err != nil {
		return nil, err
	}
	for _, k := range []struct {
		name string
		kind schema.GroupVersionKind
		make func(*unstructured.Unstructured, *Pipeline)
	}{
		{"Deployment", schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Deployment"}, func(u *unstructured.Unstructured, p *Pipeline) {
			p.Ready, p.Wanted = number(u, "status", "readyReplicas"), number(u, "spec", "replicas")
			p.Image = imageOf(u, "spec", "template", "spec", "containers")
			if inside {
				p.URL = fmt.Sprintf("http://%s.%s.svc:%d", p.Name, p.Namespace, image.Port)
			} else if host := hosts[p.Name]; host != "" {
				p.URL = "https://" + host
			}
		}},
		{"Knative", schema.GroupVersionKind{Group: "serving.knative.dev", Version: "v1", Kind: "Service"}, func(u *unstructured.Unstructured, p *Pipeline) {
			p.Image = imageOf(u, "spec", "template", "spec", "containers")
			serverless(u, p, inside)
		}},
		{"KServe", schema.GroupVersionKind{Group: "serving.kserve.io", Version: "v1beta1", Kind: "InferenceService"}, func(u *unstructured.Unstructured, p *Pipeline) {
			p.Image = imageOf(u, "spec", "predictor", "containers")
			serverless(u, p, inside)
		}},
	} {
		found, err := c.list(ctx, k.kind)
		if err != nil {
			return nil, err
		}
		for i := range found {
			p := Pipeline{Name: found[i].GetName(), Kind: k.name, Namespace: found[i].GetNamespace()}
			k.make(&found[i], &p)
			out = append(out, p)
		}
	}
	return out, nil
}

// hosts returns the names from outside by the names of pipelines.
func (c *Cluster) hosts(ctx context.Context) (map[string]string, error) {
	hosts := map[string]string{}
	ingresses, err := c.list(ctx, schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"})
	if err != nil {
		return nil, err
	}
	for _, u := range ingresses {
		rules, _, _ := unstructured.NestedSlice(u.Object, "spec", "rules")
		if len(rules) > 0 {
			rule, _ := rules[0].(map[string]any)
			hosts[u.GetName()], _ = rule["host"].(string)
		}
	}
	routes, err := c.list(ctx, schema.GroupVersionKind{Group: "route.openshift.io", Version: "v1", Kind: "Route"})
	for _, u := range routes {
		hosts[u.GetName()], _, _ = unstructured.NestedString(u.Object, "spec", "host")
	}
	return hosts, err
}

// list lists the objects of a kind that are ours; there are none of a kind that the cluster
// does not know.
func (c *Cluster) list(ctx context.Context, kind schema.GroupVersionKind) ([]unstructured.Unstructured, error) {
	mapping, err := c.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		return nil, nil
	}
	if err != nil {
		return nil, c.refusal("be asked what it knows", err)
	}
	found, err := c.objects.Resource(mapping.Resource).Namespace(c.Namespace).List(ctx, metav1.ListOptions{LabelSelector: ours})
	if err != nil {
		return nil, c.refusal("list the "+mapping.Resource.Resource, err)
	}
	return found.Items, nil
}

// serverless is what Knative and KServe tell in the same words.
func serverless(u *unstructured.Unstructured, p *Pipeline, inside bool) {
	p.Wanted = 1
	if conditions(u)["Ready"]["status"] == "True" {
		p.Ready = 1
	}
	p.URL, _, _ = unstructured.NestedString(u.Object, "status", "url")
	if within, _, _ := unstructured.NestedString(u.Object, "status", "address", "url"); inside && within != "" {
		p.URL = within
	}
}

func imageOf(u *unstructured.Unstructured, path ...string) string {
	containers, _, _ := unstructured.NestedSlice(u.Object, path...)
	if len(containers) == 0 {
		return ""
	}
	first, _ := containers[0].(map[string]any)
	name, _ := first["image"].(string)
	return name
}
