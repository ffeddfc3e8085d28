package notebook

// This file takes off what running a notebook has left in it.

import (
	"maps"
	"slices"
)

// transient are the metadata of cells and of notebooks that running or showing them
// leaves.
var (
	transientOfCells     = []string{"ExecuteTime", "collapsed", "execution", "heading_collapsed", "papermill", "scrolled", "trusted"}
	transientOfNotebooks = []string{"papermill", "signature", "widgets"}
)

// Strip takes off the outputs, the prompt numbers, and the metadata that running or
// showing the notebook leaves, but not those of cells tagged [KeepOutput]. It tells
// whether there were any.
func (nb *Notebook) Strip() (changed bool) {
	remove := func(from map[string]any, names []string) {
		before := len(from)
		maps.DeleteFunc(from, func(name string, _ any) bool { return slices.Contains(names, name) })
		changed = changed || len(from) < before
	}
	remove(nb.Metadata, transientOfNotebooks)
	for _, c := range nb.Cells {
		remove(c.Metadata, transientOfCells)
		if c.Type != Code || c.Is(KeepOutput) {
			continue
		}
		changed = changed || len(c.Outputs) > 0 || c.Count != nil
		c.Outputs, c.Count = nil, nil
	}
	return changed
}

// Stripped returns the text of a notebook without what [Notebook.Strip] takes off. A text
// that has nothing of it is returned as it is.
func Stripped(text []byte) (out []byte, changed bool, err error) {
	nb, err := Parse(text)
	if err != nil {
		return nil, false, err
	}
	if !nb.Strip() {
		return text, false, nil
	}
	out, err = nb.Encode()
	return out, true, err
}
