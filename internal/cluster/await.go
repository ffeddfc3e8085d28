package cluster

// This file tells when what was deployed is ready.

import (
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// poll is how often a cluster is asked: a few times a second is what a person notices.
const poll = 300 * time.Millisecond

// await waits until an object is ready, if it is of a kind that gets ready.
func (c *Cluster) await(ctx context.Context, r resource, tell func(string)) error {
	var look func(*unstructured.Unstructured) (state, error)
	switch r.object.GetKind() {
	case "Deployment":
		look = rollout
	case "InferenceService":
		look = condition
	case "Service":
		if r.object.GroupVersionKind().Group == "" {
			return nil // Kubernetes' own, which is there at once
		}
		look = condition
	default:
		return nil
	}
	last := "nothing is known of it"
	for {
		now, err := r.Get(ctx, r.object.GetName(), get)
		if err == nil {
			var s state
			if s, err = look(now); err == nil {
				if s.ready {
					return nil
				}
				last = s.what
				tell(r.name() + ": " + last)
			} else {
				return fmt.Errorf("cluster: the %s does not become ready: %w", r.name(), err)
			}
		} else if ctx.Err() == nil {
			return c.refusal("be asked for the "+r.name(), err)
		}
		select {
		case <-time.After(poll):
		case <-ctx.Done():
			return fmt.Errorf("cluster: the %s does not become ready: %s: %w", r.name(), last, context.Cause(ctx))
		}
	}
}

// A state is how far something is.
type state struct {
	ready bool
	what  string
}

func number(u *unstructured.Unstructured, path ...string) int64 {
	n, _, _ := unstructured.NestedInt64(u.Object, path...)
	return n
}

// conditions returns those of an object by their types.
func conditions(u *unstructured.Unstructured) map[string]map[string]any {
	out := map[string]map[string]any{}
	list, _, _ := unstructured.NestedSlice(u.Object, "status", "conditions")
	for _, entry := range list {
		if c, ok := entry.(map[string]any); ok {
			out[fmt.Sprint(c["type"])] = c
		}
	}
	return out
}

// rollout looks at a Deployment as `kubectl rollout status` does.
func rollout(u *unstructured.Unstructured) (state, error) {
	if number(u, "status", "observedGeneration") < u.GetGeneration() {
		return state{what: "it is not looked at yet"}, nil
	}
	all := conditions(u)
	if c := all["Progressing"]; c["reason"] == "ProgressDeadlineExceeded" {
		return state{}, fmt.Errorf("its pods do not start in time: %v", c["message"])
	}
	if c := all["ReplicaFailure"]; c["status"] == "True" {
		return state{}, fmt.Errorf("its pods are refused: %v", c["message"])
	}
	wanted := number(u, "spec", "replicas")
	updated, available, there := number(u, "status", "updatedReplicas"), number(u, "status", "availableReplicas"), number(u, "status", "replicas")
	s := state{what: fmt.Sprintf("%d of %d pods are ready", min(updated, available), wanted)}
	s.ready = updated >= wanted && available >= wanted && there <= updated
	return s, nil
}

// condition looks at the condition Ready.
func condition(u *unstructured.Unstructured) (state, error) {
	if observed, ok, _ := unstructured.NestedInt64(u.Object, "status", "observedGeneration"); ok && observed < u.GetGeneration() {
		return state{what: "it is not looked at yet"}, nil
	}
	c := conditions(u)["Ready"]
	switch c["status"] {
	case "True":
		return state{ready: true}, nil
	case "False":
		return state{}, fmt.Errorf("%v: %v", c["reason"], c["message"])
	}
	return state{what: "it is being made"}, nil
}
