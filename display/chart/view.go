package chart

// This file works out what a chart looks like: the domains of its scales, the order of
// names, and bars that lie on one another. Notebook and picture are made from it.

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A View is a chart ready to be drawn.
type View struct {
	Chart  *Chart
	Layers []ViewLayer
	// Facets are the values by which it is split, in order; one, "", if it is not.
	Facets []string
	// Notice tells that rows were left out; empty if none were.
	Notice string

	domains map[string]*Domain
}

// A ViewLayer is a layer with its rows.
type ViewLayer struct {
	*Layer
	*Data
	// Value is the axis along which bars and areas grow: X, Y, or "" of other marks.
	Value string
	// Base and Top are where the bar or area of each row begins and ends on that axis;
	// nil of other marks.
	Base, Top []float64
}

// A Domain is what a scale shows.
type Domain struct {
	Title  string
	Type   Type
	Format string
	// Names are the values of a nominal or ordinal scale, in order.
	Names []string
	// Low and High are the ends of a continuous one.
	Low, High float64
	Log, Zero bool
	// Fixed says that the chart names the ends: they are not to be rounded.
	Fixed bool
	// Scheme names the colours; see [Scheme].
	Scheme string
}

// Continuous tells whether the values lie along a line.
func (d *Domain) Continuous() bool { return d.Type == Quantitative || d.Type == Temporal }

// Domain returns what the scale of a channel shows, or nil if no layer uses the
// channel. X2 and Y2 belong to X and Y.
func (v *View) Domain(channel string) *Domain { return v.domains[channel] }

// View works out what the chart looks like. An error says what cannot be drawn.
func (c *Chart) View() (*View, error) {
	v := &View{Chart: c, domains: map[string]*Domain{}}
	for i := range c.Layers {
		d, err := c.resolved(i)
		if err != nil {
			return nil, err
		}
		l := ViewLayer{Layer: &c.Layers[i], Data: d, Value: c.Layers[i].value(d)}
		l.stack()
		v.Layers = append(v.Layers, l)
		if d.Of > d.Rows && v.Notice == "" {
			v.Notice = grouped(d.Rows) + " of " + grouped(d.Of) + " rows drawn"
		}
	}
	for _, name := range []string{X, Y, Color, Shape, Size, FacetBy} {
		d, err := v.domain(name)
		if err != nil {
			return nil, err
		}
		if d != nil {
			v.domains[name] = d
		}
	}
	v.Facets = []string{""}
	if d := v.domains[FacetBy]; d != nil {
		v.Facets = d.Names
	}
	return v, nil
}

// stack works out where bars and areas begin and end. Those of other colours at the
// same place lie on one another.
func (l *ViewLayer) stack() {
	if l.Value == "" {
		return
	}
	values := l.Channels[l.Value].Numbers
	l.Base, l.Top = make([]float64, l.Rows), slices.Clone(values)
	if end := l.Channels[l.Value+"2"]; end != nil && end.Numbers != nil {
		l.Base, l.Top = slices.Clone(values), slices.Clone(end.Numbers)
		return
	}
	if l.Style.Overlap || l.Channels[Color] == nil {
		return
	}
	place := l.Channels[map[string]string{X: Y, Y: X}[l.Value]]
	type spot struct {
		facet, name string
		at          float64
		below       bool
	}
	order := make([]int, l.Rows)
	for i := range order {
		order[i] = i
	}
	// The last name begins at zero, as the notebook has it: the first is on top, as in
	// the legend.
	if names := l.Channels[Color].Texts; names != nil {
		slices.SortStableFunc(order, func(a, b int) int { return strings.Compare(names[b], names[a]) })
	}
	ends := map[spot]float64{}
	for _, i := range order {
		var s spot
		if f := l.Channels[FacetBy]; f != nil {
			s.facet = f.Texts[i]
		}
		if place != nil && place.Texts != nil {
			s.name = place.Texts[i]
		} else if place != nil {
			s.at = place.Numbers[i]
		}
		v := values[i]
		if v != v {
			continue
		}
		s.below = v < 0
		l.Base[i] = ends[s]
		l.Top[i] = ends[s] + v
		ends[s] = l.Top[i]
	}
}

// domain returns what the scale of a channel shows.
func (v *View) domain(name string) (*Domain, error) {
	var d *Domain
	var seen []string
	var order []string
	least, greatest := math.Inf(1), math.Inf(-1)
	sort := ""
	var sorted *ViewLayer
	for i := range v.Layers {
		l := &v.Layers[i]
		c := l.Channels[name]
		if c == nil {
			continue
		}
		if d == nil {
			d = &Domain{Title: c.Title, Type: c.Type, Format: c.Format, Scheme: c.channel.Scale.Scheme, Log: c.channel.Scale.Log}
			order, sort, sorted = c.channel.Order, c.channel.Sort, l
		} else if d.Continuous() != c.continuous() {
			return nil, mixed(name, d, c)
		}
		if !c.continuous() {
			seen = append(seen, c.Texts...)
			continue
		}
		if domain := c.channel.Scale.Domain; len(domain) == 2 {
			least, greatest = min(least, domain[0]), max(greatest, domain[1])
			d.Fixed = true
			continue
		}
		columns := [][]float64{c.Numbers}
		if l.Value == name {
			columns = [][]float64{l.Base, l.Top}
		} else if end := l.Channels[name+"2"]; end != nil {
			columns = append(columns, end.Numbers)
		}
		for _, numbers := range columns {
			lo, hi := extent(numbers)
			least, greatest = min(least, lo), max(greatest, hi+c.Width)
		}
		if l.Value == name && !c.channel.Scale.NonZero && !d.Log {
			least, greatest = min(least, 0), max(greatest, 0)
			d.Zero = true
		}
	}
	if d == nil {
		return nil, nil
	}
	if d.Continuous() {
		if !(least <= greatest) {
			least, greatest = 0, 1 // there is nothing to see
		}
		d.Low, d.High = least, greatest
		d.Scheme = cmp.Or(d.Scheme, "viridis")
	} else {
		d.Names = namesOf(seen, order, sort == "data")
		if sort != "" && sort != "data" {
			if err := sorted.sortNames(d.Names, name, sort); err != nil {
				return nil, err
			}
		}
		if d.Scheme == "" {
			d.Scheme = "tableau10"
			if len(d.Names) > 10 {
				d.Scheme = "tableau20"
			}
		}
	}
	if name == Color {
		if _, err := Scheme(d.Scheme); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// namesOf returns the different names: those of order first, the others ascending or
// as they come. Numbers ascend as numbers.
func namesOf(seen, order []string, asTheyCome bool) []string {
	known := map[string]bool{}
	var rest []string
	for _, s := range seen {
		if !known[s] {
			known[s] = true
			rest = append(rest, s)
		}
	}
	var names []string
	for _, s := range order {
		if known[s] {
			known[s] = false
			names = append(names, s)
		}
	}
	rest = slices.DeleteFunc(rest, func(s string) bool { return !known[s] })
	if !asTheyCome {
		slices.SortFunc(rest, compareNames)
	}
	return append(names, rest...)
}

// sortNames orders the names of an axis by the sums of the other.
func (l *ViewLayer) sortNames(names []string, axis, by string) error {
	other, descending := strings.CutPrefix(by, "-")
	c := l.Channels[other]
	if other == axis || other != X && other != Y || c == nil || c.Numbers == nil {
		return sortError(axis, by)
	}
	sums := map[string]float64{}
	for i, name := range l.Channels[axis].Texts {
		if v := c.Numbers[i]; v == v {
			sums[name] += v
		}
	}
	slices.SortStableFunc(names, func(a, b string) int {
		if descending {
			a, b = b, a
		}
		return cmp.Compare(sums[a], sums[b])
	})
	return nil
}
