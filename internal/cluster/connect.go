package cluster

// This file finds the cluster.

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/restmapper"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/netherfield/netherfield/internal/manifest"
	"github.com/netherfield/netherfield/internal/version"
)

// Where says which cluster is meant; the zero value is what kubectl would take.
type Where struct {
	Kubeconfig string // a file
	Context    string // one of its contexts
	Namespace  string // instead of the context's
}

// A Cluster is one that can be asked.
type Cluster struct {
	// Server is its address and Namespace where objects go that name none.
	Server, Namespace string

	objects dynamic.Interface
	mapper  meta.RESTMapper
}

// Connect returns a cluster. It does not speak with it yet. The error says which
// configuration is missing or wrong.
func Connect(w Where) (*Cluster, error) {
	rules := clientcmd.NewDefaultClientConfigLoadingRules()
	rules.ExplicitPath = w.Kubeconfig
	overrides := &clientcmd.ConfigOverrides{CurrentContext: w.Context}
	overrides.Context.Namespace = w.Namespace
	loader := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, overrides)
	config, err := loader.ClientConfig()
	if err != nil {
		if clientcmd.IsEmptyConfig(err) || errors.Is(err, rest.ErrNotInCluster) {
			return nil, errors.New("cluster: there is no cluster: neither $KUBECONFIG nor ~/.kube/config names one, and this is no pod; `oc login` or your provider's tool writes such a file")
		}
		return nil, fmt.Errorf("cluster: the configuration cannot be used: %w", err)
	}
	namespace, _, err := loader.Namespace()
	if err != nil {
		return nil, fmt.Errorf("cluster: the configuration names no namespace: %w", err)
	}
	config.UserAgent = "netherfield/" + version.String()
	// What goes wrong is an error, and told once; not logged beside.
	utilruntime.ErrorHandlers = nil
	// A deployment is a few dozen requests, not a flood that must be held back.
	config.QPS, config.Burst = 50, 100
	// Warnings are shown by who applies, or not at all.
	config.WarningHandler = rest.NoWarnings{}
	objects, err := dynamic.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cluster: the configuration cannot be used: %w", err)
	}
	found, err := discovery.NewDiscoveryClientForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("cluster: the configuration cannot be used: %w", err)
	}
	return &Cluster{
		Server: config.Host, Namespace: namespace,
		objects: objects, mapper: restmapper.NewDeferredDiscoveryRESTMapper(memory.NewMemCacheClient(found)),
	}, nil
}

// A resource is where an object is kept.
type resource struct {
	dynamic.ResourceInterface
	object *unstructured.Unstructured
}

// resource finds where an object belongs.
func (c *Cluster) resource(o manifest.Object) (resource, error) {
	u := &unstructured.Unstructured{Object: o}
	kind := u.GroupVersionKind()
	mapping, err := c.mapper.RESTMapping(schema.GroupKind{Group: kind.Group, Kind: kind.Kind}, kind.Version)
	switch {
	case meta.IsNoMatchError(err):
		return resource{}, fmt.Errorf("cluster: %s knows no %s of %s; is its operator installed?", c.Server, kind.Kind, kind.GroupVersion())
	case err != nil:
		return resource{}, c.refusal("be asked what it knows", err)
	}
	if mapping.Scope.Name() != meta.RESTScopeNameNamespace {
		return resource{}, fmt.Errorf("cluster: a %s belongs to no namespace, and so is not ours to deploy", kind.Kind)
	}
	namespace := u.GetNamespace()
	if namespace == "" {
		namespace = c.Namespace
		u.SetNamespace(namespace)
	}
	return resource{c.objects.Resource(mapping.Resource).Namespace(namespace), u}, nil
}

// name is what people call the object.
func (r resource) name() string { return r.object.GetKind() + " " + r.object.GetName() }

var get = metav1.GetOptions{}
