package runner

// This file makes outputs of what a kernel publishes.

import (
	"bytes"
	"encoding/json"

	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
)

// A recorder puts outputs into cells.
type recorder struct {
	cell  *notebook.Cell
	clear bool // when the next output arrives
	// displays are the outputs with an id that can be shown anew, of all cells.
	displays map[string][]notebook.Output
}

func newRecorder() *recorder { return &recorder{displays: map[string][]notebook.Output{}} }

func (r *recorder) begin(c *notebook.Cell) { r.cell, r.clear, c.Outputs = c, false, nil }

// end leaves outputs that nothing has replaced.
func (r *recorder) end() { r.clear = false }

// take takes a message of the cell that runs. What is no output is left out.
func (r *recorder) take(m jupyter.Message) {
	content := map[string]any{}
	d := json.NewDecoder(bytes.NewReader(m.Content))
	d.UseNumber()
	if d.Decode(&content) != nil {
		return
	}
	switch m.Type {
	case "stream":
		name, _ := content["name"].(string)
		text, _ := content["text"].(string)
		r.stream(name, text)
	case "display_data":
		r.add(notebook.Output{"data": object(content["data"]), "metadata": object(content["metadata"])}, m.Type, id(content))
	case "execute_result":
		r.add(notebook.Output{"data": object(content["data"]), "metadata": object(content["metadata"]), "execution_count": content["execution_count"]}, m.Type, id(content))
	case "update_display_data":
		for _, o := range r.displays[id(content)] {
			o["data"], o["metadata"] = object(content["data"]), object(content["metadata"])
		}
	case "error":
		r.add(notebook.Output{"ename": content["ename"], "evalue": content["evalue"], "traceback": content["traceback"]}, m.Type, "")
	case "clear_output":
		if wait, _ := content["wait"].(bool); wait {
			r.clear = true
		} else {
			r.forget()
		}
	}
}

// stream adds to the stream that is last, or begins another.
func (r *recorder) stream(name, text string) {
	r.tidy()
	if n := len(r.cell.Outputs); n > 0 {
		if last := r.cell.Outputs[n-1]; last.Type() == "stream" && last["name"] == name {
			last["text"] = last.Text() + text
			return
		}
	}
	r.add(notebook.Output{"name": name, "text": text}, "stream", "")
}

func (r *recorder) add(o notebook.Output, kind, display string) {
	r.tidy()
	o["output_type"] = kind
	r.cell.Outputs = append(r.cell.Outputs, o)
	if display != "" {
		r.displays[display] = append(r.displays[display], o)
	}
}

func (r *recorder) tidy() {
	if r.clear {
		r.clear = false
		r.forget()
	}
}

func (r *recorder) forget() { r.cell.Outputs = nil }

func object(v any) map[string]any {
	if m, ok := v.(map[string]any); ok {
		return m
	}
	return map[string]any{}
}

// id returns the id of a display, "" if it has none.
func id(content map[string]any) string {
	s, _ := object(content["transient"])["display_id"].(string)
	return s
}
