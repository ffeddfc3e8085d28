package session

// This file publishes what a cell shows while it runs, and puts MIME bundles
// in a form that always encodes.

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/netherfield/netherfield/display"
	"github.com/netherfield/netherfield/kernel/wire"
)

// A cellOutput is the Output of one cell. It may outlive its cell: what
// arrives later belongs to the last cell that was executed.
type cellOutput struct {
	session    *Session
	request    *wire.Message
	ctx        context.Context // ends with the cell
	allowInput bool
}

var _ Output = (*cellOutput)(nil)

// Stream implements [Output].
func (o *cellOutput) Stream(name string, text []byte) {
	o.session.out.write(name, text)
}

// displayData is the content of display_data and update_display_data.
type displayData struct {
	mimeBundle
	Transient transient `json:"transient"`
}

type transient struct {
	DisplayID string `json:"display_id,omitempty"`
}

// Display implements [Output]. An update without an id can update nothing and
// is shown as a new display.
func (o *cellOutput) Display(b display.Bundle, displayID string, update bool) {
	m := wire.Out{
		Type:    "display_data",
		Content: displayData{bundleContent(b), transient{displayID}},
	}
	if update && displayID != "" {
		m.Type = "update_display_data"
	}
	o.session.out.publishOutput(m)
}

// clearOutput is the content of clear_output.
type clearOutput struct {
	Wait bool `json:"wait"`
}

// Clear implements [Output].
func (o *cellOutput) Clear(wait bool) {
	o.session.out.publishOutput(wire.Out{Type: "clear_output", Content: clearOutput{wait}})
}

// A mimeBundle is a display.Bundle as messages hold it: neither map is null
// and every value encodes.
type mimeBundle struct {
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
}

// bundleContent returns b for a message. A representation that is no JSON,
// such as a NaN among numbers, is left out, so that the others still show;
// text/plain says so if nothing else is left.
func bundleContent(b display.Bundle) mimeBundle {
	data, lost := encodable(b.Data)
	metadata, _ := encodable(b.Metadata)
	if len(data) == 0 && len(lost) > 0 {
		data["text/plain"] = "this value cannot be shown: " + strings.Join(lost, "; ")
	}
	return mimeBundle{data, metadata}
}

// encodable returns the entries of m that encode as JSON, and why the others
// do not.
func encodable(m map[string]any) (kept map[string]any, lost []string) {
	kept = make(map[string]any, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		if text, ok := m[k].(string); ok {
			kept[k] = text
			continue
		}
		raw, err := json.Marshal(m[k])
		if err != nil {
			lost = append(lost, fmt.Sprintf("%s: %v", k, err))
			continue
		}
		kept[k] = json.RawMessage(raw)
	}
	return kept, lost
}
