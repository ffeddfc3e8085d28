package evaluator

// This file tests the way of a front end's message to what hears of it.

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/netherfield/netherfield/display/widget"
	"github.com/netherfield/netherfield/kernel/session"
)

func TestWidgetsHear(t *testing.T) {
	ev := start(t)
	out := &transcript{}
	run := func(count int, code string) session.Outcome {
		return ev.Execute(t.Context(), session.Cell{Code: code, Count: count}, out)
	}
	change := func(state string) *session.CellError {
		slider := out.comms[2] // after its layout and style
		return ev.Comm(t.Context(), widget.Message{Type: widget.Tell, ID: slider.ID,
			Data: json.RawMessage(`{"method":"update","state":` + state + `}`)}, out)
	}
	o := run(1, "n := widget.IntSlider(\"n\", 3, 0, 10)\nn.OnChange(func(v int) {\n\tfmt.Println(12 / (v - 5))\n})\nn")
	if o.Err != nil || len(out.comms) != 3 || out.comms[2].Type != widget.Open {
		t.Fatalf("%v, %v", o.Err, out.comms)
	}
	if err := change(`{"value":7}`); err != nil {
		t.Error(err)
	}
	if text := out.b.String(); !strings.HasSuffix(text, "stdout: 6\n") {
		t.Errorf("the output is %s", text)
	}
	// Of the program that takes the message the traceback says nothing.
	err := change(`{"value":5}`)
	if err == nil || err.Name != "panic" {
		t.Fatalf("error %v", err)
	}
	want := "panic: runtime error: integer divide by zero\ncell [1] line 3\n   3 |     fmt.Println(12 / (v - 5))"
	if got := ansi.ReplaceAllString(strings.Join(err.Traceback, "\n"), ""); got != want {
		t.Errorf("the traceback is\n%s\nwant\n%s", got, want)
	}
	if err := change(`{"value":50}`); err == nil || err.Message != "widget: the front end sets value: 50 is not from 0 to 10" || len(err.Traceback) != 1 {
		t.Errorf("error %v", err)
	}
	// With the process the widgets go, and the front end hears of it.
	run(2, "%reset")
	closed := map[string]bool{}
	for _, m := range out.comms {
		if m.Type == widget.Close {
			closed[m.ID] = true
		}
	}
	if len(closed) != 3 {
		t.Errorf("%d of 3 are closed", len(closed))
	}
	if err := change(`{"value":7}`); err == nil || !strings.Contains(err.Message, "is gone") {
		t.Errorf("error %v", err)
	}
}
