package widget

// This file puts widgets side by side.

import "strings"

// A Box holds other widgets.
type Box struct{ *model }

func newBox(name string, more state, children []Widget) *Box {
	s := state{"children": cores(children)}
	for trait, v := range more {
		s[trait] = v
	}
	b := &Box{newControl(controls, name+"Model", name+"View", "", s)}
	b.text = func() string {
		within, _ := b.get("children").([]*model)
		lines := make([]string, len(within))
		for i, m := range within {
			lines[i] = m.text()
		}
		return strings.Join(lines, "\n")
	}
	return b
}

func cores(widgets []Widget) []*model {
	out := make([]*model, len(widgets))
	for i, w := range widgets {
		out[i] = w.core()
	}
	return out
}

// HBox returns widgets side by side.
func HBox(children ...Widget) *Box { return newBox("HBox", nil, children) }

// VBox returns widgets one below the other.
func VBox(children ...Widget) *Box { return newBox("VBox", nil, children) }

// Tab returns widgets of which one is shown, each under a title; titles may be fewer.
func Tab(titles []string, children ...Widget) *Box {
	return newBox("Tab", state{"titles": append([]string{}, titles...), "selected_index": 0}, children)
}

// Accordion returns widgets that open below their titles.
func Accordion(titles []string, children ...Widget) *Box {
	return newBox("Accordion", state{"titles": append([]string{}, titles...)}, children)
}

// SetChildren puts other widgets into the box.
func (b *Box) SetChildren(children ...Widget) { b.set(state{"children": cores(children)}) }
