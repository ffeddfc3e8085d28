package cluster

// This file finds what is deployed.

import (
	"context"
	"fmt"
	"os"
	"slices"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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

// Pipelines lists those that were deployed to the namespace. Hidden are the resources that
// the credentials do not allow to list; it is an error if there is nothing that they do.
func (c *Cluster) Pipelines(ctx context.Context) (found []Pipeline, hidden []string, err error) {
	inside := os.Getenv("KUBERNETES_SERVICE_HOST") != ""
	l := look{Cluster: c, hidden: []string{}}
	var hosts map[string]string
	if !inside {
		if hosts, err = l.hosts(ctx); err != nil {
			return nil, nil, err
		}
	}
	found = []Pipeline{}
	seen := false
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
		objects, told, err := l.list(ctx, k.kind)
		if err != nil {
			return nil, nil, err
		}
		seen = seen || told
		for i := range objects {
			p := Pipeline{Name: objects[i].GetName(), Kind: k.name, Namespace: objects[i].GetNamespace()}
			k.make(&objects[i], &p)
			found = append(found, p)
		}
	}
	if !seen && l.refused != nil {
		return nil, nil, fmt.Errorf("cluster: %s would not list anything in %s; the credentials do not allow it: ask for the role view in the namespace: %w", c.Server, c.Namespace, l.refused)
	}
	return found, l.hidden, nil
}

// A look is one at a namespace, as far as the credentials allow it.
type look struct {
	*Cluster
	hidden  []string // what they do not allow to list
	refused error    // how the last of it was refused
}

// hosts returns the names from outside by the names of pipelines.
func (l *look) hosts(ctx context.Context) (map[string]string, error) {
	hosts := map[string]string{}
	ingresses, _, err := l.list(ctx, schema.GroupVersionKind{Group: "networking.k8s.io", Version: "v1", Kind: "Ingress"})
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
	routes, _, err := l.list(ctx, schema.GroupVersionKind{Group: "route.openshift.io", Version: "v1", Kind: "Route"})
	for _, u := range routes {
		hosts[u.GetName()], _, _ = unstructured.NestedString(u.Object, "spec", "host")
	}
	return hosts, err
}

// list lists the objects of a kind that are ours. It is told nothing of a kind that the
// cluster does not know, or that the credentials do not allow to list: whoever may see
// Deployments need not see what an operator has added.
func (l *look) list(ctx context.Context, kind schema.GroupVersionKind) (objects []unstructured.Unstructured, told bool, err error) {
	mapping, err := l.mapper.RESTMapping(kind.GroupKind(), kind.Version)
	if meta.IsNoMatchError(err) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, l.refusal("be asked what it knows", err)
	}
	found, err := l.objects.Resource(mapping.Resource).Namespace(l.Namespace).List(ctx, metav1.ListOptions{LabelSelector: ours})
	switch {
	case apierrors.IsForbidden(err):
		l.hidden, l.refused = append(l.hidden, mapping.Resource.GroupResource().String()), err
		return nil, false, nil
	case err != nil:
		return nil, false, l.refusal("list the "+mapping.Resource.Resource, err)
	}
	// What a controller has made of one of ours has our labels too, and is none of its own.
	objects = slices.DeleteFunc(found.Items, func(u unstructured.Unstructured) bool { return metav1.GetControllerOfNoCopy(&u) != nil })
	return objects, true, nil
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
