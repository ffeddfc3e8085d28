package widget

// This file makes the controls of numbers, texts and switches.

import (
	"cmp"
	"fmt"
	"math"
)

type number interface{ int | float64 }

// finite returns the float nearest to v that JSON has; 0 for NaN.
func finite(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return max(-math.MaxFloat64, min(math.MaxFloat64, v))
}

// within checks that a number is between two others.
func within[T number](low, high T) func(T) error {
	return func(v T) error {
		if !(v >= low && v <= high) {
			return fmt.Errorf("%v is not from %v to %v", v, low, high)
		}
		return nil
	}
}

// pair checks that two numbers ascend between two others.
func pair[T number](low, high T) func([2]T) error {
	return func(v [2]T) error {
		if !(v[0] >= low && v[0] <= v[1] && v[1] <= high) {
			return fmt.Errorf("%v to %v is no part of %v to %v", v[0], v[1], low, high)
		}
		return nil
	}
}

// ordered returns low and high with the lower first, and v between them.
func ordered[T number](v, low, high T) (T, T, T) {
	low, high = min(low, high), max(low, high)
	return max(low, min(high, v)), low, high
}

func numeric[T number](name, view, style, description string, v, low, high T, more state) *Control[T] {
	v, low, high = ordered(v, low, high)
	s := state{"description": description, "min": low, "max": high}
	for trait, value := range more {
		s[trait] = value
	}
	return newValue(newControl(controls, name+"Model", cmp.Or(view, name)+"View", style, s), "value", v, within(low, high)).began()
}

// fineStep is the step of a slider of floats: a hundredth of its way.
func fineStep(low, high float64) float64 {
	if low == high {
		return 0.1
	}
	return max(high, low)/100 - min(high, low)/100
}

// IntSlider returns a slider of whole numbers from low to high. A value that is outside
// becomes the nearest inside.
func IntSlider(description string, value, low, high int) *Control[int] {
	return numeric("IntSlider", "", "Slider", description, value, low, high, nil)
}

// FloatSlider returns a slider of numbers from low to high, in a hundred steps. Of NaN
// it makes 0, of an infinite number the nearest that is not.
func FloatSlider(description string, value, low, high float64) *Control[float64] {
	value, low, high = finite(value), finite(low), finite(high)
	return numeric("FloatSlider", "", "Slider", description, value, low, high, state{"step": fineStep(low, high)})
}

// IntRangeSlider returns a slider with two ends, of whole numbers from low to high.
func IntRangeSlider(description string, from, to, low, high int) *Control[[2]int] {
	return rangeOf("IntRangeSlider", description, from, to, low, high, nil)
}

// FloatRangeSlider returns a slider with two ends, of numbers from low to high.
func FloatRangeSlider(description string, from, to, low, high float64) *Control[[2]float64] {
	from, to, low, high = finite(from), finite(to), finite(low), finite(high)
	return rangeOf("FloatRangeSlider", description, from, to, low, high, state{"step": fineStep(low, high)})
}

func rangeOf[T number](name, description string, from, to, low, high T, more state) *Control[[2]T] {
	low, high = min(low, high), max(low, high)
	from, to = min(from, to), max(from, to)
	from, to = max(low, min(high, from)), max(low, min(high, to))
	s := state{"description": description, "min": low, "max": high}
	for trait, value := range more {
		s[trait] = value
	}
	return newValue(newControl(controls, name+"Model", name+"View", "Slider", s), "value", [2]T{from, to}, pair(low, high)).began()
}

// IntProgress returns a bar from low to high that the program moves by SetValue. For work
// that tells how far it is, see display.NewBar.
func IntProgress(description string, value, low, high int) *Control[int] {
	return numeric("IntProgress", "Progress", "Progress", description, value, low, high, nil)
}

// FloatProgress returns a bar from low to high that the program moves by SetValue.
func FloatProgress(description string, value, low, high float64) *Control[float64] {
	return numeric("FloatProgress", "Progress", "Progress", description, finite(value), finite(low), finite(high), nil)
}

func plain[T any](name, style, description string, v T) *Control[T] {
	m := newControl(controls, name+"Model", name+"View", style, state{"description": description})
	return newValue(m, "value", v, fine[T]).began()
}

// IntText returns a field for a whole number.
func IntText(description string, value int) *Control[int] {
	return plain("IntText", "Text", description, value)
}

// FloatText returns a field for a number, which cannot be NaN or infinite.
func FloatText(description string, value float64) *Control[float64] {
	c := plain("FloatText", "Text", description, finite(value))
	c.check = within(-math.MaxFloat64, math.MaxFloat64)
	return c
}

// Text returns a field for a line of text.
func Text(description, value string) *Control[string] {
	return plain("Text", "Text", description, value)
}

// TextArea returns a field for text of several lines.
func TextArea(description, value string) *Control[string] {
	return plain("Textarea", "Text", description, value)
}

// Password returns a field for text that nobody is to read over one's shoulder. It does
// not show as text.
func Password(description string) *Control[string] {
	c := plain("Password", "Text", description, "")
	c.text = func() string { return cmp.Or(description, "Password") }
	return c
}

// Label returns a text that the program changes by SetValue. It is shown as it is.
func Label(text string) *Control[string] { return plain("Label", "Label", "", text) }

// HTML returns HTML that the program changes by SetValue: escape what comes from data,
// for example with html.EscapeString.
func HTML(s string) *Control[string] { return plain("HTML", "HTML", "", s) }

// Checkbox returns a box to check.
func Checkbox(description string, value bool) *Control[bool] {
	c := plain("Checkbox", "Checkbox", description, value)
	c.state["indent"] = false
	return c
}

// Toggle returns a button that stays down.
func Toggle(description string, value bool) *Control[bool] {
	return plain("ToggleButton", "ToggleButton", description, value)
}

// ColorPicker returns a control for a colour in the notation of HTML: #rrggbb or a name.
func ColorPicker(description, value string) *Control[string] {
	return plain("ColorPicker", "Description", description, cmp.Or(value, "black"))
}
