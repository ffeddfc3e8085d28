package widget

// This file is what all widgets have in common: a state that the front end knows too.

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// A Widget is something that a front end shows: a control, a box or an output.
type Widget interface {
	core() *model
}

// A state is the values of a widget's traits, each as JSON has it; bytes and other
// widgets are as [encode] turns them out.
type state map[string]any

// A model is the state of one widget. The front end has a copy from when the widget is
// first shown.
type model struct {
	id string
	// text says what the widget is where nothing else shows.
	text func() string
	// take checks a trait that the front end has changed and makes it known to the rest
	// of the widget; what it returns stands in the state. Nil takes all as it is.
	take func(trait string, v value) (any, error)
	// changed runs after take, outside of all locks; nil does nothing.
	changed func()
	// custom takes the front end's messages that are no changes of state; nil for none.
	custom func(content json.RawMessage)

	mu     sync.Mutex
	state  state
	opened bool
	closed bool
}

// models are those that the front end knows, by id.
var models struct {
	sync.Mutex
	byID map[string]*model
}

func find(id string) *model {
	models.Lock()
	defer models.Unlock()
	return models.byID[id]
}

const (
	controls = "@jupyter-widgets/controls"
	base     = "@jupyter-widgets/base"
	outputs  = "@jupyter-widgets/output"
)

// versions are those of the modules that define the models.
var versions = map[string]string{controls: "2.0.0", base: "2.0.0", outputs: "1.0.0"}

// newModel returns a model of a module by its name, which is shown by a view of the same
// module.
func newModel(module, name, view string, s state) *model {
	m := &model{
		// Ids must differ between all sessions that a notebook ever had.
		id:    fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()),
		text:  func() string { return name },
		state: s,
	}
	m.state["_model_name"], m.state["_model_module"], m.state["_model_module_version"] = name, module, versions[module]
	m.state["_view_name"], m.state["_view_module"], m.state["_view_module_version"] = view, module, versions[module]
	return m
}

// newControl returns a model with a layout and a style of the kind, both of which are
// models of their own. Style is "" for none.
func newControl(module, name, view, style string, s state) *model {
	m := newModel(module, name, view, s)
	m.state["layout"] = newModel(base, "LayoutModel", "LayoutView", state{})
	if style != "" {
		look := newModel(controls, style+"StyleModel", "StyleView", state{})
		look.state["_view_module"], look.state["_view_module_version"] = base, versions[base]
		m.state["style"] = look
	}
	return m
}

// core returns the model itself: whatever embeds one is a [Widget].
func (m *model) core() *model { return m }

// MIMEBundle shows the widget in a notebook.
func (m *model) MIMEBundle() map[string]any {
	data := map[string]any{"text/plain": m.text()}
	if m.open() {
		data["application/vnd.jupyter.widget-view+json"] = map[string]any{
			"version_major": 2, "version_minor": 0, "model_id": m.id,
		}
	}
	return data
}

// String says what the widget is.
func (m *model) String() string { return m.text() }

// open makes the widget and those within it known to the front end, and reports whether
// there is one.
func (m *model) open() bool {
	h := host()
	if h == nil {
		return false
	}
	m.mu.Lock()
	if m.opened || m.closed {
		opened := !m.closed
		m.mu.Unlock()
		return opened
	}
	m.opened = true
	s := maps.Clone(m.state)
	m.mu.Unlock()
	for _, within := range s.widgets() {
		within.open()
	}
	models.Lock()
	if models.byID == nil {
		models.byID = map[string]*model{}
	}
	models.byID[m.id] = m
	models.Unlock()
	encoded, paths, buffers := s.encode()
	h.Send(Message{
		Type: Open, ID: m.id, Target: Target, Buffers: buffers,
		Data:     marshal(map[string]any{"state": encoded, "buffer_paths": paths}),
		Metadata: marshal(map[string]any{"version": "2.1.0"}),
	})
	return true
}

// set changes traits, here and at the front end.
func (m *model) set(changes state) {
	m.mu.Lock()
	maps.Copy(m.state, changes)
	known := m.opened && !m.closed
	m.mu.Unlock()
	if !known {
		return
	}
	for _, within := range changes.widgets() {
		within.open()
	}
	m.tell("update", changes)
}

// tell sends a part of the state to the front end.
func (m *model) tell(method string, part state) {
	h := host()
	if h == nil {
		return
	}
	encoded, paths, buffers := part.encode()
	h.Send(Message{
		Type: Tell, ID: m.id, Buffers: buffers,
		Data: marshal(map[string]any{"method": method, "state": encoded, "buffer_paths": paths}),
	})
}

// get returns a trait as it is now.
func (m *model) get(trait string) any {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state[trait]
}

// Set changes a trait of the front end's model by its name in ipywidgets, such as
// "disabled", "orientation" or "readout_format". A layout's traits, such as "width", are
// set by Layout, a style's, such as "description_width", by Style. The value is
// encoded as JSON has it; an error says that it cannot be, or that the trait is not to be
// set so.
func (m *model) Set(trait string, v any) error {
	switch {
	case trait == "" || trait[0] == '_':
		return fmt.Errorf("widget: %q is not for programs to set", trait)
	case trait == "value" || trait == "index" || trait == "children" || trait == "layout" || trait == "style":
		return fmt.Errorf("widget: %s is set by a method, such as SetValue", trait)
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("widget: %s: %w", trait, err)
	}
	m.set(state{trait: json.RawMessage(raw)})
	return nil
}

// Layout sets a trait of the widget's layout, such as "width" to "300px".
func (m *model) Layout(trait string, v any) error { return m.part("layout", trait, v) }

// Style sets a trait of the widget's style, such as "description_width" to "initial".
func (m *model) Style(trait string, v any) error { return m.part("style", trait, v) }

func (m *model) part(name, trait string, v any) error {
	within, ok := m.get(name).(*model)
	if !ok {
		return fmt.Errorf("widget: it has no %s", name)
	}
	return within.Set(trait, v)
}

// Close takes the widget away wherever it shows. What it held can still be read.
func (m *model) Close() {
	m.mu.Lock()
	known := m.opened && !m.closed
	m.closed = true
	var parts []*model
	for _, name := range []string{"layout", "style"} {
		if within, ok := m.state[name].(*model); ok {
			parts = append(parts, within)
		}
	}
	m.mu.Unlock()
	for _, within := range parts {
		within.Close()
	}
	if !known {
		return
	}
	models.Lock()
	delete(models.byID, m.id)
	models.Unlock()
	if h := host(); h != nil {
		h.Send(Message{Type: Close, ID: m.id})
	}
}

// update takes changes from the front end. What it cannot take, it tells the front end
// to undo.
func (m *model) update(changes map[string]value) error {
	accepted, refused := state{}, state{}
	var failed []error
	m.mu.Lock()
	for _, trait := range slices.Sorted(maps.Keys(changes)) {
		before, known := m.state[trait]
		if trait != "" && trait[0] == '_' {
			continue // what it is does not change
		}
		var v any = changes[trait].plain()
		var err error
		if m.take != nil {
			v, err = m.take(trait, changes[trait])
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("widget: the front end sets %s: %w", trait, err))
			if known {
				refused[trait] = before
			}
			continue
		}
		m.state[trait], accepted[trait] = v, v
	}
	m.mu.Unlock()
	if len(accepted) > 0 {
		// Other views of the same widget hear of it so.
		m.tell("echo_update", accepted)
	}
	if len(refused) > 0 {
		m.tell("update", refused)
	}
	if len(accepted) > 0 && m.changed != nil {
		m.changed()
	}
	return errors.Join(failed...)
}
