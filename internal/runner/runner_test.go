package runner

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/netherfield/netherfield/internal/jupyter"
	"github.com/netherfield/netherfield/internal/notebook"
)

func TestParametersAreAssigned(t *testing.T) {
	values := map[string]string{"n": "7", "share": "0.5", "on": "true", "name": "a \"b\"", "code": "007", "version": `"1.5"`, "new": "x"}
	declared := "n, share := 3, 1.0\nvar on bool\nvar name, code, version = \"\", 0, \"\""
	for language, want := range map[string]string{
		"go":     "code = 7\nn = 7\nname = \"a \\\"b\\\"\"\nnew := \"x\"\non = true\nshare = 0.5\nversion = \"1.5\"",
		"Python": "code = 7\nn = 7\nname = \"a \\\"b\\\"\"\nnew = \"x\"\non = True\nshare = 0.5\nversion = \"1.5\"",
	} {
		got, err := assignments(language, declared, values)
		if d := cmp.Diff(want, got); d != "" || err != nil {
			t.Error(language, d, err)
		}
	}
	if _, err := assignments("julia", "", values); err == nil || !strings.Contains(err.Error(), "notebook of julia cannot be set") {
		t.Error(err)
	}
	if _, err := assignments("go", "", map[string]string{"a b": "1"}); err == nil || !strings.Contains(err.Error(), `"a b" is no name`) {
		t.Error(err)
	}
}

func TestParametersGoBehindTheirCell(t *testing.T) {
	cell := func(source string, tags ...any) *notebook.Cell {
		return &notebook.Cell{ID: source, Type: notebook.Code, Source: source, Metadata: map[string]any{"tags": tags}}
	}
	nb := &notebook.Notebook{Minor: 5, Metadata: map[string]any{}, Cells: []*notebook.Cell{cell("first"), cell("a := 1", "parameters"), cell("a = 5", "injected-parameters"), cell("last")}}
	if err := inject(nb, "go", map[string]string{"a": "2"}); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range nb.Cells {
		got = append(got, c.Source)
	}
	if d := cmp.Diff([]string{"first", "a := 1", "a = 2", "last"}, got); d != "" {
		t.Error(d)
	}
	if !Declares(nb, "a") || Declares(nb, "b") {
		t.Error("what the parameters cell declares is not known")
	}
	bare := &notebook.Notebook{Minor: 5, Cells: []*notebook.Cell{cell("last")}}
	if err := inject(bare, "go", map[string]string{"a": "2"}); err != nil || bare.Cells[0].Source != "a := 2" || !bare.Cells[0].Is(notebook.Injected) {
		t.Error(bare.Cells[0], err)
	}
}

// take gives a recorder messages, in pairs of type and content.
func take(r *recorder, messages ...string) {
	for i := 0; i < len(messages); i += 2 {
		r.take(jupyter.Message{Type: messages[i], Content: json.RawMessage(messages[i+1])})
	}
}

func TestOutputsAreRecorded(t *testing.T) {
	c := &notebook.Cell{Type: notebook.Code}
	r := newRecorder()
	r.begin(c)
	take(r,
		"stream", `{"name":"stdout","text":"a"}`,
		"stream", `{"name":"stdout","text":"b"}`,
		"stream", `{"name":"stderr","text":"c"}`,
		"display_data", `{"data":{"text/plain":"old"},"metadata":{},"transient":{"display_id":"1"}}`,
		"execute_result", `{"data":{"text/plain":"42"},"metadata":{},"execution_count":3}`,
		"status", `{"execution_state":"busy"}`,
		"stream", `not JSON`,
	)
	r.end()
	later := &notebook.Cell{Type: notebook.Code}
	r.begin(later)
	take(r,
		"update_display_data", `{"data":{"text/plain":"new"},"metadata":{},"transient":{"display_id":"1"}}`,
		"error", `{"ename":"E","evalue":"v","traceback":["t"]}`,
	)
	var got []string
	for _, o := range append(c.Outputs, later.Outputs...) {
		got = append(got, o.Type()+" "+o.Text())
	}
	if d := cmp.Diff([]string{"stream ab", "stream c", "display_data new", "execute_result 42", "error E: v"}, got); d != "" {
		t.Error(d)
	}
}

func TestClearingWaitsIfItIsToldTo(t *testing.T) {
	c := &notebook.Cell{Type: notebook.Code}
	r := newRecorder()
	r.begin(c)
	take(r, "stream", `{"name":"stdout","text":"1"}`, "clear_output", `{"wait":true}`)
	if len(c.Outputs) != 1 {
		t.Error("it did not wait")
	}
	take(r, "stream", `{"name":"stdout","text":"2"}`)
	if len(c.Outputs) != 1 || c.Outputs[0].Text() != "2" {
		t.Error(c.Outputs)
	}
	take(r, "clear_output", `{"wait":false}`)
	if len(c.Outputs) != 0 {
		t.Error(c.Outputs)
	}
}

func TestErrorsAreReadable(t *testing.T) {
	e := &CellError{Number: 3, ID: "fit", Traceback: []string{"\x1b[31mpanic\x1b[0m: no", "line 2"}}
	if want := "cell 3 (fit) failed:\n    panic: no\n    line 2"; e.Error() != want {
		t.Errorf("%q", e.Error())
	}
}
