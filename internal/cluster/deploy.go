package cluster

// This file applies objects, waits, and takes them back.

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/util/csaupgrade"

	"github.com/netherfield/netherfield/internal/manifest"
)

// manager is who owns the fields that we apply.
const manager = "netherfield"

// DeployOpts say how objects are deployed.
type DeployOpts struct {
	// Wait is how long what is deployed may take to be ready; it is not waited for if that
	// is 0.
	Wait time.Duration
	// DryRun has the cluster check everything and change nothing.
	DryRun bool
	// Force takes fields over that somebody else has set.
	Force bool
	// Tell is told what happens, in a few words, and how many of the steps are done.
	Tell func(what string, done, total int)
}

// A Change is what became of an object: "created", "changed" or "unchanged".
type Change struct {
	Object string `json:"object"` // its kind and name
	Change string `json:"change"`
}

// Deploy applies the objects in their order, server-side, and waits until those that run
// are ready. If one is refused or does not become ready, or ctx ends, all of them are put
// back to what they were: what was there is as before, and what was not is gone.
func (c *Cluster) Deploy(ctx context.Context, objects []manifest.Object, o DeployOpts) (changes []Change, err error) {
	tell := o.Tell
	if tell == nil {
		tell = func(string, int, int) {}
	}
	// All have a place before one is changed.
	var all []resource
	for _, obj := range objects {
		r, err := c.resource(obj)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	var undo []func(context.Context) error
	defer func() {
		if err == nil || o.DryRun || len(undo) == 0 {
			return
		}
		tell("taking back", 0, len(undo))
		// Also when whoever asked has gone.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		var left error
		for i := len(undo) - 1; i >= 0; i-- {
			left = errors.Join(left, undo[i](ctx))
		}
		if left != nil {
			err = fmt.Errorf("%w\nand not everything could be taken back: %w", err, left)
			return
		}
		err = fmt.Errorf("%w; everything is as it was before", err)
	}()
	for i, r := range all {
		tell(r.name(), i, len(all))
		before, change, applyErr := c.apply(ctx, r, o)
		if applyErr != nil {
			return changes, applyErr
		}
		if !o.DryRun && change != "unchanged" {
			undo = append(undo, func(ctx context.Context) error { return c.restore(ctx, r, before) })
		}
		changes = append(changes, Change{r.name(), change})
	}
	if o.DryRun || o.Wait == 0 {
		return changes, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.Wait, fmt.Errorf("it was not ready within %v", o.Wait))
	defer cancel()
	for _, r := range all {
		if err := c.await(ctx, r, func(what string) { tell(what, len(all), len(all)) }); err != nil {
			return changes, err
		}
	}
	return changes, nil
}

// apply applies an object and returns what was there before: nil if nothing was.
func (c *Cluster) apply(ctx context.Context, r resource, o DeployOpts) (before *unstructured.Unstructured, change string, err error) {
	before, err = r.Get(ctx, r.object.GetName(), get)
	if apierrors.IsNotFound(err) {
		before, err = nil, nil
	}
	if err != nil {
		return nil, "", c.refusal("be asked for the "+r.name(), err)
	}
	body, err := json.Marshal(r.object)
	if err != nil {
		return nil, "", fmt.Errorf("cluster: the %s cannot be sent: %w", r.name(), err)
	}
	opts := metav1.PatchOptions{FieldManager: manager, FieldValidation: metav1.FieldValidationStrict, Force: new(o.Force)}
	if o.DryRun {
		opts.DryRun = []string{metav1.DryRunAll}
	}
	after, err := r.Patch(ctx, r.object.GetName(), types.ApplyPatchType, body, opts)
	switch {
	case err != nil:
		return nil, "", c.refusal("take the "+r.name(), err)
	case before == nil:
		return nil, "created", nil
	case before.GetResourceVersion() == after.GetResourceVersion():
		return before, "unchanged", nil
	}
	return before, "changed", nil
}

// restore puts an object back to what it was.
func (c *Cluster) restore(ctx context.Context, r resource, before *unstructured.Unstructured) error {
	name := r.object.GetName()
	if before == nil {
		err := r.Delete(ctx, name, metav1.DeleteOptions{PropagationPolicy: new(metav1.DeletePropagationBackground)})
		if err != nil && !apierrors.IsNotFound(err) {
			return c.refusal("delete the "+r.name(), err)
		}
		return nil
	}
	for {
		now, err := r.Get(ctx, name, get)
		if err != nil {
			return c.refusal("be asked for the "+r.name(), err)
		}
		back := before.DeepCopy()
		back.SetResourceVersion(now.GetResourceVersion())
		back.SetManagedFields(nil)
		unstructured.RemoveNestedField(back.Object, "status")
		now, err = r.Update(ctx, back, metav1.UpdateOptions{FieldManager: manager})
		if err == nil {
			err = own(ctx, r, now)
		}
		if err == nil {
			return nil
		}
		if !apierrors.IsConflict(err) || ctx.Err() != nil { // a controller was quicker: again
			return c.refusal("put back the "+r.name(), err)
		}
	}
}

// own makes what an update has set something that was applied. Else the next application
// would find the fields in somebody else's hands: our own of another day.
func own(ctx context.Context, r resource, now *unstructured.Unstructured) error {
	patch, err := csaupgrade.UpgradeManagedFieldsPatch(now, sets.New(manager), manager)
	if err != nil || patch == nil {
		return err
	}
	_, err = r.Patch(ctx, now.GetName(), types.JSONPatchType, patch, metav1.PatchOptions{FieldManager: manager})
	return err
}

// refusal says what a cluster would not do, why, and what helps.
func (c *Cluster) refusal(what string, err error) error {
	hint := ""
	switch {
	case apierrors.IsUnauthorized(err):
		hint = "; the credentials are none that it knows, or have expired: log in again"
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "exceeded quota"):
		hint = "; the namespace's quota is used up: delete what is not needed, or ask for more"
	case apierrors.IsForbidden(err) && strings.Contains(err.Error(), "not found"):
		hint = "; is the namespace there?"
	case apierrors.IsForbidden(err):
		hint = "; the credentials do not allow it: ask for the role edit in the namespace"
	case apierrors.IsConflict(err):
		hint = "; somebody else has set these fields: --force takes them over"
	case apierrors.IsNotFound(err):
		hint = "; is the namespace there?"
	}
	return fmt.Errorf("cluster: %s would not %s%s: %w", c.Server, what, hint, err)
}
