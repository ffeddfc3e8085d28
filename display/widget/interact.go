package widget

// This file makes controls for the parameters of a function.

import (
	"errors"
	"fmt"
	"os"
	"reflect"

	"github.com/netherfield/netherfield/display"
)

// A setting is a control of any kind of value.
type setting interface {
	Widget
	anything() any
	onAny(f func())
}

// Interact shows a control for each parameter of the function f and below them what f
// prints, shows and returns, now and after every change. A control is given as such, or by a
// value that stands for one: a bool for a checkbox, a string for a text, a number n for
// a slider from 0 to 2n, [2]int{low, high} or [2]float64{low, high} for a slider
// between the two, and []string for a list. An error says which control does not give
// what f takes. An error that f returns last is shown as what went wrong.
func Interact(f any, controls ...any) error {
	fn := reflect.ValueOf(f)
	if fn.Kind() != reflect.Func || fn.IsNil() {
		return fmt.Errorf("widget: Interact wants a function, not %T", f)
	}
	t := fn.Type()
	if t.IsVariadic() || t.NumIn() != len(controls) {
		return fmt.Errorf("widget: the function takes %d parameters, but there are %d controls", t.NumIn(), len(controls))
	}
	settings := make([]setting, len(controls))
	children := make([]Widget, len(controls), len(controls)+1)
	for i, c := range controls {
		s, err := settingOf(c)
		if err != nil {
			return fmt.Errorf("widget: control %d: %w", i+1, err)
		}
		if has, wants := reflect.TypeOf(s.anything()), t.In(i); !has.AssignableTo(wants) && !convertible(has, wants) {
			return fmt.Errorf("widget: control %d has a value of type %v, but the function takes %v", i+1, has, wants)
		}
		settings[i], children[i] = s, s
	}
	out := NewOutput()
	if err := display.Show(VBox(append(children, out)...)); err != nil {
		return err
	}
	run := func() {
		out.Do(func() {
			// What was there stays until there is something else: no flicker.
			display.ClearOnNext()
			in := make([]reflect.Value, len(settings))
			for i, s := range settings {
				in[i] = reflect.ValueOf(s.anything()).Convert(t.In(i))
			}
			show(fn.Call(in))
		})
	}
	for _, s := range settings {
		s.onAny(run)
	}
	run()
	return nil
}

// convertible tells whether a value becomes another without a loss: a number, or what
// has the same kind under another name.
func convertible(has, wants reflect.Type) bool {
	if has.Kind() == wants.Kind() {
		return has.ConvertibleTo(wants)
	}
	return has.Kind() == reflect.Int && (wants.Kind() == reflect.Float64 || wants.Kind() == reflect.Int64)
}

// show shows the results of a function.
func show(results []reflect.Value) {
	if n := len(results); n > 0 && results[n-1].Type() == reflect.TypeFor[error]() {
		if err, _ := results[n-1].Interface().(error); err != nil {
			fmt.Fprintln(os.Stderr, "error:", err)
			return
		}
		results = results[:n-1]
	}
	if len(results) == 0 {
		return
	}
	values := make([]any, len(results))
	for i, v := range results {
		values[i] = v.Interface()
	}
	if err := display.Show(display.OfAll(values...)); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
	}
}

// settingOf returns a control, or the one that a value stands for.
func settingOf(c any) (setting, error) {
	switch c := c.(type) {
	case nil:
		return nil, errors.New("it is nil")
	case setting:
		return c, nil
	case bool:
		return Checkbox("", c), nil
	case string:
		return Text("", c), nil
	case []string:
		return Dropdown("", c...), nil
	case int:
		if c == 0 {
			return IntSlider("", 0, 0, 1), nil
		}
		return IntSlider("", c, 0, 2*c), nil
	case float64:
		if c == 0 {
			return FloatSlider("", 0, 0, 1), nil
		}
		return FloatSlider("", c, 0, 2*c), nil
	case [2]int:
		return IntSlider("", c[0]/2+c[1]/2, c[0], c[1]), nil
	case [2]float64:
		return FloatSlider("", c[0]/2+c[1]/2, c[0], c[1]), nil
	}
	return nil, fmt.Errorf("a %T stands for no control", c)
}
