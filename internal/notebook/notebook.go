// Package notebook owns Jupyter's notebook files, of format 4: reading them without losing
// anything, checking them, writing them as Jupyter does, taking their outputs off, and
// showing them as text.
//
//	nb, err := notebook.Read("analysis.ipynb")
//	for number, c := range nb.Code() {
//		fmt.Println(number, c.Source)
//	}
//	nb.Strip()
//	err = nb.Write("analysis.ipynb")
package notebook

import (
	"iter"
	"slices"
	"strings"
)

// Types of cells.
const (
	Code     = "code"
	Markdown = "markdown"
	Raw      = "raw"
)

// Tags of cells.
const (
	RaisesException = "raises-exception"    // running it may fail
	Parameters      = "parameters"          // it declares what a run may set otherwise
	Injected        = "injected-parameters" // a run has put it there, to set them
	KeepOutput      = "keep_output"         // its outputs belong to the notebook
)

// A Notebook is a notebook in memory. Numbers in it are of the type [json.Number].
type Notebook struct {
	// Minor is the minor version of the format: 5 is the newest, in which cells have
	// ids.
	Minor    int
	Metadata map[string]any
	Cells    []*Cell
}

// A Cell is a cell of a notebook.
type Cell struct {
	ID       string // "" before version 4.5
	Type     string // Code, Markdown or Raw
	Source   string
	Metadata map[string]any
	// Attachments are the MIME bundles that a text refers to, by name.
	Attachments map[string]any

	// Of code cells: what running them gave.
	Outputs []Output
	Count   *int // the prompt number, nil if the cell was not run

	more map[string]any // what the format does not know
}

// An Output is an output as the file has it, but texts are whole where the file may have
// lists of lines: "output_type" says what it is.
type Output map[string]any

// Type returns "stream", "display_data", "execute_result" or "error".
func (o Output) Type() string {
	t, _ := o["output_type"].(string)
	return t
}

// Text returns what the output says in plain text.
func (o Output) Text() string {
	switch o.Type() {
	case "stream":
		s, _ := o["text"].(string)
		return s
	case "error":
		name, _ := o["ename"].(string)
		value, _ := o["evalue"].(string)
		return name + ": " + value
	}
	data, _ := o["data"].(map[string]any)
	s, _ := data["text/plain"].(string)
	return s
}

// Language returns the language that the notebook says it is written in, in lower case; ""
// if it does not.
func (nb *Notebook) Language() string {
	for _, at := range [][2]string{{languageInfo, "name"}, {"kernelspec", "language"}} {
		if l := nb.text(at[0], at[1]); l != "" {
			return strings.ToLower(l)
		}
	}
	return ""
}

// Kernel returns the name of the kernel that the notebook is for; "" if it does not say.
func (nb *Notebook) Kernel() string { return nb.text("kernelspec", "name") }

func (nb *Notebook) text(object, name string) string {
	o, _ := nb.Metadata[object].(map[string]any)
	s, _ := o[name].(string)
	return s
}

// Code yields the code cells with their numbers from 1: their prompt numbers after all
// have run in order.
func (nb *Notebook) Code() iter.Seq2[int, *Cell] {
	return func(yield func(int, *Cell) bool) {
		number := 0
		for _, c := range nb.Cells {
			if c.Type != Code {
				continue
			}
			if number++; !yield(number, c) {
				return
			}
		}
	}
}

// Tags returns the cell's tags.
func (c *Cell) Tags() (tags []string) {
	list, _ := c.Metadata["tags"].([]any)
	for _, t := range list {
		if s, ok := t.(string); ok {
			tags = append(tags, s)
		}
	}
	return tags
}

// Is tells whether the cell has a tag, such as "parameters".
func (c *Cell) Is(tag string) bool { return slices.Contains(c.Tags(), tag) }
