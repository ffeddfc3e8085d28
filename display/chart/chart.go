package chart

// This file makes charts and changes them.

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
)

const (
	defaultRows         = 5000
	defaultWidth        = 400
	defaultHeight       = 300
	defaultFacetColumns = 3
)

// New returns a chart of one layer. Data are a [Table], a slice of structs, or a map of
// slices such as [Columns]. An error names the column that is not there or cannot be
// drawn as the encoding says.
func New(data any, mark Mark, e Encoding, style ...Style) (*Chart, error) {
	return new(Chart).Add(data, mark, e, style...)
}

// Add returns the chart with another layer over those it has.
func (c *Chart) Add(data any, mark Mark, e Encoding, style ...Style) (*Chart, error) {
	s, err := sourceOf(data)
	if err != nil {
		return nil, err
	}
	l := Layer{Mark: mark, Encoding: e, source: s}
	if len(style) > 0 {
		l.Style = style[0]
	}
	out := c.copy()
	out.Layers = append(out.Layers, l)
	return out.checked()
}

// copy returns a chart that can be changed without a change of c.
func (c *Chart) copy() *Chart {
	out := *c
	out.Layers = slices.Clone(c.Layers)
	return &out
}

// checked returns c, or an error if it cannot be drawn.
func (c *Chart) checked() (*Chart, error) {
	if _, err := c.View(); err != nil {
		return nil, err
	}
	return c, nil
}

// Titled returns the chart with a title.
func (c *Chart) Titled(title string) *Chart {
	out := c.copy()
	out.Title = title
	return out
}

// Sized returns the chart with another width and height in pixels.
func (c *Chart) Sized(width, height int) *Chart {
	out := c.copy()
	out.Width, out.Height = width, height
	return out
}

// Tooltip returns the chart with other columns told of the mark below the pointer: in
// all layers whose data have them.
func (c *Chart) Tooltip(columns ...string) (*Chart, error) {
	out := c.copy()
	tips := make([]Channel, len(columns))
	for i, name := range columns {
		tips[i].Field = name
	}
	any := false
	var failed error
	for i := range out.Layers {
		before := out.Layers[i].Encoding.Tooltip
		out.Layers[i].Encoding.Tooltip = tips
		if _, err := out.resolved(i); err != nil {
			out.Layers[i].Encoding.Tooltip = before
			if failed == nil {
				failed = err
			}
			continue
		}
		any = true
	}
	if !any {
		return nil, failed
	}
	return out.checked()
}

// By returns a chart for each value of a column, side by side.
func (c *Chart) By(column string) (*Chart, error) {
	out := c.copy()
	out.Facet = Channel{Field: column}
	return out.checked()
}

// resolved returns the data of a layer, made anew if something has changed.
func (c *Chart) resolved(i int) (*Data, error) {
	l := &c.Layers[i]
	if l.source == nil {
		return nil, fmt.Errorf("chart: layer %d has no data; make layers by New and Add", i)
	}
	made := request{l.Encoding, c.Facet, cmp.Or(c.MaxRows, defaultRows)}
	if l.data != nil && reflect.DeepEqual(l.made, made) {
		return l.data, nil
	}
	facet := made.facet
	if facet.used() {
		parsed, err := facet.parsed()
		if err != nil {
			return nil, err
		}
		if !slices.Contains(l.source.names, parsed.Field) && len(c.Layers) > 1 {
			facet = Channel{} // it is drawn in each
		}
	}
	d, err := resolve(l.source, &made.encoding, facet, made.most)
	if err != nil {
		return nil, err
	}
	l.data, l.made = d, made
	return d, l.check(d)
}

// A request is what data were made for.
type request struct {
	encoding Encoding
	facet    Channel
	most     int
}

// check returns an error if the mark cannot be drawn with the channels that it has.
func (l *Layer) check(d *Data) error {
	has := func(name string) bool { return d.Channels[name] != nil }
	switch {
	case !slices.Contains([]Mark{Point, Line, Area, Bar, Rect, Text, Rule}, l.Mark):
		return fmt.Errorf("chart: there is no mark %q", l.Mark)
	case !has(X) && !has(Y):
		return fmt.Errorf("chart: a %s needs an x or a y", l.Mark)
	case (l.Mark == Line || l.Mark == Area) && !(has(X) && has(Y)):
		return fmt.Errorf("chart: a %s needs both x and y", l.Mark)
	case l.Mark == Rule && !(has(X) && has(Y) && has(X2) && has(Y2)):
		return errors.New("chart: a rule needs x, y, x2 and y2")
	case l.Style.Step != "" && l.Style.Step != "before" && l.Style.Step != "after":
		return fmt.Errorf("chart: a line goes in steps \"before\" or \"after\", not %q", l.Style.Step)
	case l.Mark == Text && !has(Label):
		return errors.New("chart: a text needs the channel Text")
	}
	if l.Mark == Rect {
		for _, name := range []string{X, Y} {
			if col := d.Channels[name]; col != nil && col.continuous() && col.Width == 0 && !has(name+"2") {
				return fmt.Errorf("chart: a rect has no width along the %s column %q; write \"bin(%s)\" or %q", col.Type, col.Name, col.Name, col.Name+":O")
			}
		}
	}
	if s := l.Style.Color; s != "" {
		if _, err := ParseColor(s); err != nil {
			return err
		}
	}
	for _, name := range []string{Shape, FacetBy} {
		if col := d.Channels[name]; col != nil && col.continuous() {
			return fmt.Errorf("chart: %s cannot show the %s column %q; write %q", name, col.Type, col.Name, col.Name+":N")
		}
	}
	if (l.Mark == Bar || l.Mark == Area) && has(X) && has(Y) && l.value(d) == "" {
		return fmt.Errorf("chart: a %s needs numbers on one of its axes; x is %s and y is %s", l.Mark, d.Channels[X].Type, d.Channels[Y].Type)
	}
	return nil
}

// value returns the axis, x or y, along which bars and areas grow from zero; "" if
// there is none.
func (l *Layer) value(d *Data) string {
	x, y := d.Channels[X], d.Channels[Y]
	switch {
	case l.Mark != Bar && l.Mark != Area:
		return ""
	case y != nil && y.Type == Quantitative && y.Width == 0 && (x == nil || x.Width > 0 || x.Type != Quantitative || l.Mark == Area || d.Channels[X2] == nil):
		return Y
	case x != nil && x.Type == Quantitative && x.Width == 0:
		return X
	}
	return ""
}
