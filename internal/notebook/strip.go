package notebook

// This file takes off what running a notebook has left in it.

import (
	"bytes"
	"maps"
	"slices"
)

// transient are the metadata of cells, of notebooks and of their language that running or
// showing them leaves. A language's are those of the kernel that happened to be there.
var (
	transientOfCells     = []string{"ExecuteTime", "collapsed", "execution", "heading_collapsed", "papermill", "scrolled", "trusted"}
	transientOfNotebooks = []string{"papermill", "signature", "widgets"}
	transientOfLanguage  = []string{"nbconvert_exporter", "version"}
)

// languageInfo is where a notebook says what its kernel said of its language.
const languageInfo = "language_info"

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
	if language, ok := nb.Metadata[languageInfo].(map[string]any); ok {
		remove(language, transientOfLanguage)
	}
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

// RunsAlike tells whether two texts are notebooks that differ at most in what running or
// opening them leaves: what [Notebook.Strip] takes off, and what the kernel says of its
// language.
func RunsAlike(a, b []byte) bool {
	var texts [2][]byte
	for i, text := range [][]byte{a, b} {
		nb, err := Parse(text)
		if err != nil {
			return false
		}
		nb.Strip()
		delete(nb.Metadata, languageInfo)
		if texts[i], err = nb.Encode(); err != nil {
			return false
		}
	}
	return bytes.Equal(texts[0], texts[1])
}
