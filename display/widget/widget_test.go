package widget

// This file tests what widgets tell a front end and hear of it.

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/netherfield/netherfield/display"
)

// A front is a front end that keeps what it is told.
type front struct {
	mu   sync.Mutex
	sent []Message
	next Message
}

func (f *front) Send(m Message) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, m)
}

func (f *front) Request() string { return "request 7" }
func (f *front) Next() Message   { return f.next }

// open registers a front end for the time of a test.
func open(t testing.TB) *front {
	f := &front{}
	SetHost(f)
	t.Cleanup(func() {
		SetHost(nil)
		models.Lock()
		defer models.Unlock()
		models.byID = nil
	})
	return f
}

// told takes what was sent, a line each, without what says which class a model has.
func (f *front) told(t testing.TB) (lines []string) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, m := range f.sent {
		var data struct {
			Method string
			State  map[string]any
			Paths  [][]any `json:"buffer_paths"`
		}
		if m.Data != nil {
			if err := json.Unmarshal(m.Data, &data); err != nil {
				t.Fatal(err)
			}
		}
		if len(data.Paths) != len(m.Buffers) {
			t.Errorf("%d paths for %d buffers", len(data.Paths), len(m.Buffers))
		}
		if m.Type == Open {
			if m.Target != Target || string(m.Metadata) != `{"version":"2.1.0"}` || data.Method != "" {
				t.Errorf("%+v opens a widget", m)
			}
			lines = append(lines, fmt.Sprint("open ", data.State["_model_name"]))
			continue
		}
		line := string(m.Type)
		if data.Method != "" {
			state, _ := json.Marshal(data.State)
			line = data.Method + " " + string(state)
		}
		for i, b := range m.Buffers {
			line += fmt.Sprintf(" %v=%q", data.Paths[i], b)
		}
		lines = append(lines, line)
	}
	f.sent = nil
	return lines
}

func (f *front) wants(t testing.TB, want ...string) {
	t.Helper()
	if got := f.told(t); !slices.Equal(got, want) {
		t.Errorf("the front end is told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// send has the program receive a message.
func (f *front) send(kind MessageType, id, data string, buffers ...[]byte) error {
	f.next = Message{Type: kind, ID: id, Data: json.RawMessage(data), Buffers: buffers}
	return Receive()
}

// update is what the front end sends when a person changes a trait.
func (f *front) update(w Widget, state string) error {
	return f.send(Tell, w.core().id, `{"method":"update","state":`+state+`,"buffer_paths":[]}`)
}

func TestAControlIsOpenedWhenItIsShown(t *testing.T) {
	f := open(t)
	n := IntSlider("n", 3, 0, 10)
	if err := n.SetValue(4); err != nil {
		t.Error(err)
	}
	f.wants(t)
	first := display.Of(n).Data
	f.wants(t, "open LayoutModel", "open SliderStyleModel", "open IntSliderModel")
	if second := display.Of(n).Data; !reflect.DeepEqual(first, second) {
		t.Errorf("%v and then %v", first, second)
	}
	f.wants(t)
	view := fmt.Sprintf(`{"model_id":%q,"version_major":2,"version_minor":0}`, n.id)
	if got := fmt.Sprintf("%s", first["application/vnd.jupyter.widget-view+json"]); got != view || first["text/plain"] != "n: 4" {
		t.Errorf("it shows as %s, %v", got, first["text/plain"])
	}
	if err := n.SetValue(5); err != nil {
		t.Error(err)
	}
	f.wants(t, `update {"value":5}`)
	n.Close()
	n.Close()
	f.wants(t, "comm_close", "comm_close", "comm_close")
	if n.SetValue(6); n.Value() != 6 {
		t.Error("a closed control has no value")
	}
	if data := display.Of(n).Data; len(data) != 1 || data["text/plain"] != "n: 6" {
		t.Errorf("a closed control shows as %v", data)
	}
	f.wants(t)
}

func TestWithoutAFrontEnd(t *testing.T) {
	n := FloatSlider("x", 0.5, 0, 1)
	if data := display.Of(n).Data; len(data) != 1 || data["text/plain"] != "x: 0.5" {
		t.Errorf("it shows as %v", data)
	}
	ran := false
	NewOutput().Do(func() { ran = true })
	if !ran {
		t.Error("an output does not run the function")
	}
	if err := Receive(); err == nil {
		t.Error("a message arrives from nowhere")
	}
}

func TestAChangeIsHeard(t *testing.T) {
	f := open(t)
	n := IntSlider("", 3, 0, 10)
	var heard []int
	n.OnChange(func(v int) { heard = append(heard, v, n.Value()) })
	n.OnChange(func(v int) { heard = append(heard, -v) })
	n.MIMEBundle()
	f.told(t)
	if err := f.update(n, `{"value":4}`); err != nil {
		t.Error(err)
	}
	f.wants(t, `echo_update {"value":4}`)
	if err := f.update(n, `{"disabled":true}`); err != nil {
		t.Error(err)
	}
	f.wants(t, `echo_update {"disabled":true}`)
	if err := n.SetValue(5); err != nil {
		t.Error(err)
	}
	f.wants(t, `update {"value":5}`)
	if want := []int{4, 4, -4, 5, 5, -5}; !slices.Equal(heard, want) {
		t.Errorf("heard %v, want %v", heard, want)
	}
}

// What a control cannot have is refused on both sides, and the front end goes back.
func TestValuesThatAreNone(t *testing.T) {
	f := open(t)
	var changes int
	refuses := func(w interface {
		Widget
		onAny(func())
		anything() any
	}, trait string, values ...string) {
		t.Helper()
		before := w.anything()
		w.onAny(func() { changes++ })
		w.core().MIMEBundle()
		f.told(t)
		for _, v := range values {
			err := f.update(w, fmt.Sprintf(`{%q:%s}`, trait, v))
			if err == nil || !strings.HasPrefix(err.Error(), "widget: the front end sets "+trait+": ") {
				t.Errorf("%s takes %s: %v", w.core().text(), v, err)
			}
			if got := f.told(t); len(got) != 1 || !strings.HasPrefix(got[0], "update {") {
				t.Errorf("the front end is told %q after %s", got, v)
			}
			if !reflect.DeepEqual(w.anything(), before) {
				t.Errorf("%v becomes %v", before, w.anything())
			}
		}
	}
	refuses(IntSlider("", 3, 0, 10), "value", `11`, `-1`, `"3"`, `3.5`, `null`, `[3]`, `{}`)
	refuses(FloatSlider("", 3, 0, 10), "value", `11`, `"NaN"`, `null`)
	refuses(IntRangeSlider("", 2, 5, 0, 10), "value", `[5,2]`, `[-1,2]`, `[2,11]`, `2`)
	refuses(FloatText("", 2), "value", `1e999`)
	refuses(Checkbox("", true), "value", `1`)
	refuses(Text("", "a"), "value", `1`)
	refuses(Dropdown("", "a", "b"), "index", `2`, `-1`, `"a"`, `null`)
	refuses(SelectMultiple("", "a", "b"), "index", `[2]`, `[0,-1]`, `0`)
	refuses(Upload(""), "value", `[{"name":"a"}]`, `3`)
	refuses(Image("png", []byte("x")), "value", `"x"`)
	if changes > 0 {
		t.Errorf("%d of them were heard of", changes)
	}

	for name, err := range map[string]error{
		"slider": IntSlider("", 3, 0, 10).SetValue(11), "range": FloatRangeSlider("", 1, 2, 0, 3).SetValue([2]float64{2, 1}),
		"NaN": FloatSlider("", 1, 0, 2).SetValue(math.NaN()), "number": FloatText("", 1).SetValue(math.Inf(1)),
		"choice": Radio("", "a").SetValue("b"), "choices": SelectMultiple("", "a").SetValue([]string{"a", "b"}),
		"_trait": Text("", "").Set("_model_name", "x"), "value": Text("", "").Set("value", "x"),
		"no JSON": Text("", "").Set("disabled", math.NaN()), "no style": NewOutput().Style("x", 1),
	} {
		if err == nil || !strings.HasPrefix(err.Error(), "widget: ") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestValuesOutsideBecomeTheNearest(t *testing.T) {
	for got, want := range map[any]any{
		IntSlider("", 11, 0, 10).Value():                    10,
		IntSlider("", 3, 10, 0).Value():                     3,
		FloatSlider("", math.NaN(), 0, 1).Value():           0.0,
		FloatSlider("", 2, math.Inf(-1), 1).Value():         1.0,
		FloatText("", math.Inf(1)).Value():                  math.MaxFloat64,
		IntRangeSlider("", 12, -1, 0, 10).Value():           [2]int{0, 10},
		FloatRangeSlider("", math.NaN(), 0.5, 0, 1).Value(): [2]float64{0, 0.5},
		Dropdown("").Value():                                "",
		FloatProgress("", math.Inf(1), 0, 1).Value():        1.0,
		IntSlider("", 0, math.MinInt, math.MaxInt).Value():  0,
		fineStep(-math.MaxFloat64, math.MaxFloat64):         math.MaxFloat64 / 50,
		fineStep(1, 1): 0.1,
		len(SelectMultiple("", "a", "b").Value()):                  0,
		ToggleButtons("", "a", "b").String():                       "ToggleButtons: a",
		Password("secret").String():                                "secret",
		HBox(Text("a", "b"), VBox(NewButton("go"))).String():       "a: b\n[go]",
		Upload("data").String() + Image("png", []byte{1}).String(): "data: 0 filespng image of 1 bytes",
	} {
		if got != want {
			t.Errorf("%v is not %v", got, want)
		}
	}
}

func TestChoicesGoByIndex(t *testing.T) {
	f := open(t)
	d := Dropdown("model", "bayes", "forest")
	many := SelectMultiple("columns", "a", "b", "c")
	HBox(d, many).MIMEBundle()
	f.told(t)
	d.SetValue("forest")
	many.SetValue([]string{"c", "a"})
	f.wants(t, `update {"index":1}`, `update {"index":[0,2]}`)
	if err := errors.Join(f.update(d, `{"index":0}`), f.update(many, `{"index":[1]}`)); err != nil {
		t.Error(err)
	}
	if d.Value() != "bayes" || !slices.Equal(many.Value(), []string{"b"}) {
		t.Errorf("values %q and %q", d.Value(), many.Value())
	}
}

func TestBytesGoBesideTheState(t *testing.T) {
	f := open(t)
	picture, files := Image("png", []byte("one")), Upload("data")
	HBox(picture, files).MIMEBundle()
	f.told(t)
	picture.SetValue([]byte("two"))
	f.wants(t, `update {} [value]="two"`)
	if err := f.send(Tell, picture.id, `{"method":"update","state":{},"buffer_paths":[["value"]]}`, []byte("three")); err != nil {
		t.Error(err)
	}
	f.wants(t, `echo_update {} [value]="three"`)
	if string(picture.Value()) != "three" {
		t.Errorf("the picture is %q", picture.Value())
	}
	err := f.send(Tell, files.id, `{"method":"update","state":{"value":[{"name":"a.csv","type":"text/csv","size":3},{"name":"b"}]},
		"buffer_paths":[["value",0,"content"],["value",1,"content"]]}`, []byte("x,y"), []byte("z"))
	want := []File{{"a.csv", "text/csv", []byte("x,y")}, {"b", "", []byte("z")}}
	if err != nil || !reflect.DeepEqual(files.Value(), want) {
		t.Errorf("the files are %q, %v", files.Value(), err)
	}
	if got := f.told(t); len(got) != 1 || !strings.HasSuffix(got[0], `[value 0 content]="x,y" [value 1 content]="z"`) {
		t.Errorf("the front end is told %q", got)
	}
	files.SetValue(nil)
	f.wants(t, `update {"value":[]}`)
}

func TestMessagesThatAreNone(t *testing.T) {
	f := open(t)
	n := IntSlider("n", 3, 0, 10)
	n.MIMEBundle()
	for data, want := range map[string]string{
		`{"method":"dance"}`: `no method "dance"`,
		`[]`:                 "no object",
		`{"method":"update","state":{"value":1},"buffer_paths":[["value"]]}`:         "1 paths for 0 buffers",
		`{"method":"update","state":3}`:                                              "no object",
		`{"method":"update","state":{},"buffer_paths":[[]]}`:                         "no place",
		`{"method":"update","state":{},"buffer_paths":[[1]]}`:                        "begins with no name",
		`{"method":"update","state":{},"buffer_paths":[["value",true]]}`:             "no path",
		`{"method":"update","state":{"value":[]},"buffer_paths":[["value","deep"]]}`: "no use for",
	} {
		var buffers [][]byte
		if strings.Contains(data, "[[") && !strings.Contains(want, "0 buffers") {
			buffers = [][]byte{{1}}
		}
		if err := f.send(Tell, n.id, data, buffers...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v does not say %q", data, err, want)
		}
	}
	if err := f.send(Tell, "nobody", `{"method":"update","state":{}}`); err == nil || !strings.Contains(err.Error(), "run its cell again") {
		t.Errorf("error %v", err)
	}
	if err := f.send("comm_wave", n.id, `{}`); err == nil {
		t.Error("there are messages of any type")
	}
	// What a widget is does not change.
	if err := f.update(n, `{"_model_name":"EvilModel"}`); err != nil || n.state["_model_name"] != "IntSliderModel" {
		t.Errorf("%v, %v", n.state["_model_name"], err)
	}
	if n.Value() != 3 {
		t.Errorf("the value is %d", n.Value())
	}
}

func TestAFrontEndAsksForStates(t *testing.T) {
	f := open(t)
	n, picture := IntSlider("n", 3, 0, 10), Image("png", []byte("one"))
	HBox(n, picture).MIMEBundle()
	f.told(t)
	if err := f.send(Tell, n.id, `{"method":"request_state"}`); err != nil {
		t.Error(err)
	}
	if got := f.told(t); len(got) != 1 || !strings.HasPrefix(got[0], "update {") || !strings.Contains(got[0], `"value":3`) || !strings.Contains(got[0], `"IntSliderModel"`) {
		t.Errorf("got %q", got)
	}
	if err := f.send(Tell, "control", `{"method":"request_states"}`); err != nil {
		t.Error(err)
	}
	if len(f.sent) != 1 {
		t.Fatalf("%d messages answer", len(f.sent))
	}
	m := f.sent[0]
	var all struct {
		Method string
		States map[string]struct {
			Name    string `json:"model_name"`
			Module  string `json:"model_module"`
			Version string `json:"model_module_version"`
			State   map[string]any
		}
		Paths [][]any `json:"buffer_paths"`
	}
	if err := json.Unmarshal(m.Data, &all); err != nil {
		t.Fatal(err)
	}
	slider := all.States[n.id]
	if m.ID != "control" || all.Method != "update_states" || len(all.States) != 7 ||
		slider.Name != "IntSliderModel" || slider.Module != controls || slider.Version != "2.0.0" || slider.State["max"] != 10.0 {
		t.Errorf("the answer is %s", m.Data)
	}
	if !reflect.DeepEqual(all.Paths, [][]any{{picture.id, "state", "value"}}) || string(m.Buffers[0]) != "one" {
		t.Errorf("bytes are at %v", all.Paths)
	}
	// One that the front end has closed is not there any more.
	f.send(Close, n.id, `{}`)
	f.send(Close, n.id, `{}`)
	if find(n.id) != nil {
		t.Error("a widget that was closed can be found")
	}
}

func TestButton(t *testing.T) {
	f := open(t)
	b := NewButton("go")
	clicks := 0
	b.OnClick(func() { clicks++ })
	b.MIMEBundle()
	for _, content := range []string{`{"event":"click"}`, `{"event":"hover"}`, `3`, `null`} {
		if err := f.send(Tell, b.id, `{"method":"custom","content":`+content+`}`); err != nil {
			t.Error(err)
		}
	}
	if b.Click(); clicks != 2 {
		t.Errorf("%d clicks", clicks)
	}
}

func TestPartsAreSet(t *testing.T) {
	f := open(t)
	box := VBox()
	n := IntSlider("n", 3, 0, 10)
	box.MIMEBundle()
	f.told(t)
	box.SetChildren(n)
	if got := f.told(t); len(got) != 4 || got[3] != `update {"children":["IPY_MODEL_`+n.id+`"]}` {
		t.Errorf("the front end is told %q", got)
	}
	if err := errors.Join(n.Set("disabled", true), n.Layout("width", "50%"), n.Style("handle_color", "red")); err != nil {
		t.Error(err)
	}
	f.wants(t, `update {"disabled":true}`, `update {"width":"50%"}`, `update {"handle_color":"red"}`)
}

func TestOutputTakesWhatBelongsToTheRequest(t *testing.T) {
	f := open(t)
	out := NewOutput()
	out.MIMEBundle()
	f.told(t)
	out.Do(func() { f.Send(Message{Type: "the function runs"}) })
	f.wants(t, `update {"msg_id":"request 7"}`, "the function runs", `update {"msg_id":""}`)
	func() {
		defer func() { recover() }()
		out.Do(func() { panic("no") })
	}()
	f.wants(t, `update {"msg_id":"request 7"}`)
	out.Clear()
	f.wants(t, `update {"outputs":[]}`)
}

// shown is a publisher that keeps what is shown.
type shown []string

func (s *shown) Publish(b display.Bundle, _ string, _ bool) error {
	*s = append(*s, fmt.Sprint(b.Data["text/plain"]))
	return nil
}
func (s *shown) Clear(wait bool) error              { *s = append(*s, fmt.Sprint("clear ", wait)); return nil }
func (s *shown) Input(string, bool) (string, error) { return "", errors.New("nobody is there") }

func TestInteract(t *testing.T) {
	f := open(t)
	var s shown
	display.SetPublisher(&s)
	t.Cleanup(func() { display.SetPublisher(nil) })
	k := IntSlider("k", 2, 0, 5)
	type word string
	err := Interact(func(k float64, w word, loud bool) (string, int, error) {
		if k == 5 {
			return "", 0, errors.New("too much")
		}
		return strings.Repeat(string(w), int(k)), int(k), nil
	}, k, []string{"ha", "ho"}, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.update(k, `{"value":3}`); err != nil {
		t.Error(err)
	}
	k.SetValue(5) // its error goes to standard error
	want := []string{"k: 2\nDropdown: ha\nCheckbox: true\noutput", "clear true", "\"haha\"\n2", "clear true", "\"hahaha\"\n3", "clear true"}
	if !slices.Equal(s, want) {
		t.Errorf("shown %q, want %q", s, want)
	}
	for want, args := range map[string][]any{
		"wants a function":                       {3},
		"takes 1 parameters":                     {func(int) {}},
		"control 1: it is nil":                   {func(int) {}, nil},
		"control 1 has a value of type string":   {func(int) {}, "a"},
		"control 1 has a value of type float64":  {func(int) {}, 0.5},
		"control 2: a struct {} stands for no":   {func(int, int) {}, 1, struct{}{}},
		"takes 1 parameters, but there are 2 co": {func(...int) {}, 1, 2},
	} {
		if err := Interact(args[0], args[1:]...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
	}
	for _, c := range []any{true, "a", 0, 3, 0.0, 0.5, [2]int{1, 2}, [2]float64{1, 2}, []string{"a"}, k} {
		if err := Interact(func(v any) {}, c); err != nil {
			t.Errorf("%v: %v", c, err)
		}
	}
}

// Several goroutines use one control while the front end changes it.
func TestControlsAreSafe(t *testing.T) {
	f := open(t)
	n := IntSlider("n", 3, 0, 10)
	box := HBox(n)
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			for range 50 {
				n.SetValue(i)
				n.MIMEBundle()
				box.MIMEBundle()
				n.OnChange(func(int) {})
				n.Set("disabled", false)
			}
		})
	}
	n.MIMEBundle()
	for range 50 {
		f.update(n, `{"value":7}`)
		f.send(Tell, "control", `{"method":"request_states"}`)
	}
	all.Wait()
}

// Whatever a front end sends, no message ends the program or leaves a control with a
// value that it cannot have.
func FuzzReceive(f *testing.F) {
	f.Add(0, `{"method":"update","state":{"value":4},"buffer_paths":[]}`, []byte{})
	f.Add(1, `{"method":"update","state":{"index":1}}`, []byte{})
	f.Add(2, `{"method":"update","state":{"value":[{"name":"a"}]},"buffer_paths":[["value",0,"content"]]}`, []byte("x"))
	f.Add(3, `{"method":"update","state":{},"buffer_paths":[["value"]]}`, []byte("x"))
	f.Add(4, `{"method":"custom","content":{"event":"click"}}`, []byte{})
	f.Add(0, `{"method":"request_state"}`, []byte{})
	f.Add(9, `{"method":"request_states"}`, []byte{})
	f.Fuzz(func(t *testing.T, which int, data string, buffer []byte) {
		fr := open(t)
		n, d := IntSlider("n", 3, 0, 10), Dropdown("d", "a", "b")
		widgets := []Widget{n, d, Upload("u"), Image("png", nil), NewButton("b"), FloatRangeSlider("r", 0, 1, 0, 2)}
		HBox(widgets...).MIMEBundle()
		id := "control"
		if which >= 0 && which < len(widgets) {
			id = widgets[which].core().id
		}
		var buffers [][]byte
		if len(buffer) > 0 {
			buffers = append(buffers, buffer)
		}
		fr.send(Tell, id, data, buffers...)
		if v := n.Value(); v < 0 || v > 10 {
			t.Errorf("the value is %d", v)
		}
		if v := d.Value(); v != "a" && v != "b" {
			t.Errorf("the choice is %q", v)
		}
		fr.told(t)
		fr.send(Tell, "control", `{"method":"request_states"}`)
		if len(fr.sent) != 1 || !json.Valid(fr.sent[0].Data) {
			t.Error("the states cannot be told")
		}
	})
}
