package widget

// This file is a control: a widget with a value.

import (
	"fmt"
	"slices"
	"sync"
)

// A Control is a widget with a value of type T, which the person at the front end
// changes.
type Control[T any] struct {
	*model
	trait string
	// check returns an error if the control cannot have the value.
	check func(T) error
	// from and to turn the value into a trait and back.
	from func(value) (T, error)
	to   func(T) any

	mu    sync.Mutex
	value T
	fresh bool // the front end has changed the value, and nobody has heard of it
	hear  []func(T)
}

// newValue makes a control of a model whose trait has the value.
func newValue[T any](m *model, trait string, v T, check func(T) error) *Control[T] {
	c := &Control[T]{model: m, trait: trait, value: v, check: check, from: into[T], to: func(v T) any { return v }}
	description, _ := m.state["description"].(string)
	kind := m.text()
	m.text = func() string {
		if description == "" {
			return fmt.Sprintf("%s: %v", kind[:len(kind)-len("Model")], c.Value())
		}
		return fmt.Sprintf("%s: %v", description, c.Value())
	}
	m.take = c.take
	m.changed = c.tellHearers
	return c
}

// began puts the first value into the state.
func (c *Control[T]) began() *Control[T] {
	c.state[c.trait] = c.to(c.value)
	return c
}

// Value returns the value that the control has now.
func (c *Control[T]) Value() T {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.value
}

// SetValue changes the value; the front end shows it, and the functions given to
// OnChange hear of it. An error says that the control cannot have it, and nothing
// changes.
func (c *Control[T]) SetValue(v T) error {
	if err := c.check(v); err != nil {
		return fmt.Errorf("widget: %w", err)
	}
	c.mu.Lock()
	c.value = v
	hear := slices.Clone(c.hear)
	c.mu.Unlock()
	c.set(state{c.trait: c.to(v)})
	for _, f := range hear {
		f(v)
	}
	return nil
}

// OnChange has f called with every new value.
func (c *Control[T]) OnChange(f func(T)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hear = append(c.hear, f)
}

func (c *Control[T]) take(trait string, v value) (any, error) {
	if trait != c.trait {
		return v.plain(), nil
	}
	got, err := c.from(v)
	if err == nil {
		err = c.check(got)
	}
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.value, c.fresh = got, true
	return c.to(got), nil
}

func (c *Control[T]) tellHearers() {
	c.mu.Lock()
	v, hear, fresh := c.value, slices.Clone(c.hear), c.fresh
	c.fresh = false
	c.mu.Unlock()
	if !fresh {
		return // it was another trait
	}
	for _, f := range hear {
		f(v)
	}
}

// anything lets [Interact] read any control and hear of its changes.
func (c *Control[T]) anything() any { return c.Value() }

func (c *Control[T]) onAny(f func()) { c.OnChange(func(T) { f() }) }

func fine[T any](T) error { return nil }
