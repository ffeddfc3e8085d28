package pipeline

// This file defines how the kinds of an artefact become values again.

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/netherfield/netherfield/runtime/artefact"
)

// registered are the kinds of users, which only grow, while the program starts.
var registered struct {
	sync.RWMutex
	kinds map[string]func() artefact.Stateful
}

// Register makes stages of a type of one's own loadable: make returns a new value of
// the type, a pointer, whose State has the kind. It is to be called while the
// program starts, and in a notebook before SaveStage. A kind that is there already
// panics, since which of the two a file means would be chance.
func Register(kind string, make func() artefact.Stateful) {
	if kind == "" || make == nil {
		panic("pipeline: Register needs a kind and a function")
	}
	registered.Lock()
	defer registered.Unlock()
	if _, ok := library[kind]; ok || registered.kinds[kind] != nil || kind == pipelineKind {
		panic(fmt.Sprintf("pipeline: the kind %q is registered twice", kind))
	}
	if registered.kinds == nil {
		registered.kinds = map[string]func() artefact.Stateful{}
	}
	registered.kinds[kind] = make
}

// newOf returns a new value of the kind.
func newOf(kind string) (artefact.Stateful, error) {
	if kind == pipelineKind {
		return &Pipeline{}, nil
	}
	if f, ok := library[kind]; ok {
		return f(), nil
	}
	registered.RLock()
	defer registered.RUnlock()
	if f, ok := registered.kinds[kind]; ok {
		return f(), nil
	}
	known := append(slices.Sorted(maps.Keys(library)), slices.Sorted(maps.Keys(registered.kinds))...)
	return nil, fmt.Errorf("pipeline: nothing is known of the kind %q%s; pipeline.Register makes kinds of one's own known", kind, nearest(kind, known))
}
