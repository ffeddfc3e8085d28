package display

// This file replaces what was shown before by something else.

import (
	"errors"
	"fmt"
	"math/rand/v2"
)

// A Handle is a display that can change after it was shown.
type Handle struct{ id string }

// NewHandle shows v and returns the handle that changes it:
//
//	h, err := display.NewHandle("loading")
//	…
//	err = h.Update("loaded")
func NewHandle(v any) (*Handle, error) {
	h := &Handle{id: newID()}
	return h, h.Show(v)
}

// newID returns an id that no other session of a notebook ever had.
func newID() string { return fmt.Sprintf("%016x%016x", rand.Uint64(), rand.Uint64()) }

// ID returns what identifies the display.
func (h *Handle) ID() string { return h.id }

// String returns the handle's id.
func (h *Handle) String() string { return "display " + h.id }

// Show shows v once more, in another place: Update changes it there too.
func (h *Handle) Show(v any) error { return ShowID(h.id, v) }

// Update replaces what the handle shows, wherever it does, by v.
func (h *Handle) Update(v any) error { return UpdateID(h.id, v) }

// ShowID shows v under an id of the caller's choice, by which [UpdateID] can
// replace it, also from another cell.
func ShowID(id string, v any) error { return publishID(id, v, false) }

// UpdateID replaces everything that was shown under the id by v.
func UpdateID(id string, v any) error { return publishID(id, v, true) }

func publishID(id string, v any, update bool) error {
	if id == "" {
		return errors.New("display: the id is empty; choose one, or use NewHandle")
	}
	return publisher().Publish(Of(v), id, update)
}
