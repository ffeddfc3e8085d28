package widget

// This file makes buttons.

import (
	"encoding/json"
	"slices"
	"sync"
)

// A Button calls functions when it is clicked.
type Button struct {
	*model

	mu   sync.Mutex
	hear []func()
}

// NewButton returns a button.
func NewButton(description string) *Button {
	b := &Button{model: newControl(controls, "ButtonModel", "ButtonView", "Button", state{"description": description})}
	b.text = func() string { return "[" + description + "]" }
	b.custom = func(content json.RawMessage) {
		var event struct {
			Event string `json:"event"`
		}
		if json.Unmarshal(content, &event) == nil && event.Event == "click" {
			b.Click()
		}
	}
	return b
}

// OnClick has f called at every click.
func (b *Button) OnClick(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hear = append(b.hear, f)
}

// Click does what a click does.
func (b *Button) Click() {
	b.mu.Lock()
	hear := slices.Clone(b.hear)
	b.mu.Unlock()
	for _, f := range hear {
		f()
	}
}
