package chart

// This file writes a chart as a Vega-Lite specification.

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

const vegaLiteSchema = "https://vega.github.io/schema/vega-lite/v5.json" // a name; nobody fetches it

// The parts of a specification that charts use.
type (
	vlSpec struct {
		Schema  string     `json:"$schema,omitempty"`
		Title   *vlTitle   `json:"title,omitempty"`
		Data    *vlData    `json:"data,omitempty"`
		Facet   *vlChannel `json:"facet,omitempty"`
		Columns int        `json:"columns,omitempty"`
		Spec    *vlSpec    `json:"spec,omitempty"`
		Width   any        `json:"width,omitempty"`
		Height  any        `json:"height,omitempty"`
		Layer   []vlLayer  `json:"layer,omitempty"`
	}
	vlTitle struct {
		Text     string `json:"text"`
		Subtitle string `json:"subtitle,omitempty"`
	}
	vlData struct {
		Values []map[string]any `json:"values"`
	}
	vlLayer struct {
		Data      *vlData             `json:"data,omitempty"`
		Transform []map[string]string `json:"transform,omitempty"`
		Params    []vlParam           `json:"params,omitempty"`
		Mark      vlMark              `json:"mark"`
		Encoding  map[string]any      `json:"encoding"`
	}
	vlParam struct {
		Name   string   `json:"name"`
		Select vlSelect `json:"select"`
		Bind   string   `json:"bind"`
	}
	vlSelect struct {
		Type      string   `json:"type"`
		Encodings []string `json:"encodings"`
	}
	vlMark struct {
		Type        Mark      `json:"type"`
		Filled      *bool     `json:"filled,omitempty"`
		Opacity     float64   `json:"opacity,omitempty"`
		Color       string    `json:"color,omitempty"`
		Size        float64   `json:"size,omitempty"`
		StrokeWidth float64   `json:"strokeWidth,omitempty"`
		StrokeDash  []float64 `json:"strokeDash,omitempty"`
		FontSize    float64   `json:"fontSize,omitempty"`
		Interpolate string    `json:"interpolate,omitempty"`
		Line        bool      `json:"line,omitempty"`
		Order       *bool     `json:"order,omitempty"`
		Clip        bool      `json:"clip,omitempty"`
	}
	vlChannel struct {
		Field  string   `json:"field,omitempty"`
		Type   Type     `json:"type,omitempty"`
		Bin    any      `json:"bin,omitempty"`
		Title  *string  `json:"title,omitempty"`
		Format string   `json:"format,omitempty"`
		Axis   *vlAxis  `json:"axis,omitempty"`
		Legend *vlAxis  `json:"legend,omitempty"`
		Scale  *vlScale `json:"scale,omitempty"`
		Sort   []string `json:"sort,omitempty"`
		Stack  any      `json:"stack,omitempty"`
	}
	vlAxis struct {
		Format string `json:"format,omitempty"`
	}
	vlScale struct {
		Type   string `json:"type,omitempty"`
		Zero   *bool  `json:"zero,omitempty"`
		Nice   *bool  `json:"nice,omitempty"`
		Domain any    `json:"domain,omitempty"`
		Range  any    `json:"range,omitempty"`
		Scheme string `json:"scheme,omitempty"`
	}
)

// no is false where leaving it off would mean something else.
var no = new(bool)

// VegaLite returns the view as a Vega-Lite specification of version 5, in JSON. It
// carries its data.
func (v *View) VegaLite() ([]byte, error) {
	c := v.Chart
	w := vegaWriter{view: v, fields: map[*Column]string{}, taken: map[string]*Column{}}
	faceted := v.domains[FacetBy] != nil
	inner := &vlSpec{
		Width:  size(c.Width, v.domains[X], defaultWidth),
		Height: size(c.Height, v.domains[Y], defaultHeight),
	}
	var all []map[string]any
	for i := range v.Layers {
		l := &v.Layers[i]
		out := vlLayer{Mark: l.vegaMark(), Encoding: w.encoding(l)}
		rows := w.rows(l)
		switch {
		case !faceted:
			out.Data = &vlData{rows}
		case len(v.Layers) == 1:
			all = rows
		default:
			all = append(all, w.marked(l, i, rows)...)
			out.Transform = []map[string]string{{"filter": fmt.Sprintf("datum[%q] === %d", layerField, i)}}
		}
		if i == 0 && !c.Static {
			out.Params = v.pan()
		}
		inner.Layer = append(inner.Layer, out)
	}
	spec := inner
	if faceted {
		d := v.domains[FacetBy]
		spec = &vlSpec{
			Data:    &vlData{all},
			Facet:   &vlChannel{Field: facetField, Type: Nominal, Title: &d.Title, Sort: d.Names},
			Columns: cmp.Or(c.FacetColumns, defaultFacetColumns),
			Spec:    inner,
		}
	}
	spec.Schema = vegaLiteSchema
	if subtitle := v.Subtitle(); c.Title != "" || subtitle != "" {
		spec.Title = &vlTitle{c.Title, subtitle}
	}
	return json.Marshal(spec)
}

// Subtitle is what stands below the title: the chart's subtitle, and whether rows were
// left out.
func (v *View) Subtitle() string {
	if v.Chart.Subtitle == "" || v.Notice == "" {
		return v.Chart.Subtitle + v.Notice
	}
	return v.Chart.Subtitle + " · " + v.Notice
}

// size is how wide or high a chart is.
func size(pixels int, d *Domain, standard int) any {
	switch {
	case pixels > 0:
		return pixels
	case d != nil && !d.Continuous():
		return map[string]int{"step": NameStep}
	}
	return standard
}

// NameStep is how many pixels a value has on a nominal axis of a chart without a size.
const NameStep = 20

// pan lets the pointer move and magnify the axes that are continuous.
func (v *View) pan() []vlParam {
	var axes []string
	for _, name := range []string{X, Y} {
		if d := v.domains[name]; d != nil && d.Continuous() {
			axes = append(axes, name)
		}
	}
	if axes == nil {
		return nil
	}
	return []vlParam{{Name: "pan_zoom", Select: vlSelect{"interval", axes}, Bind: "scales"}}
}

func (l *ViewLayer) vegaMark() vlMark {
	s := l.Style
	m := vlMark{Type: l.Mark, Color: s.Color, Opacity: s.Opacity}
	if s.Dash {
		m.StrokeDash = []float64{4, 4}
	}
	switch l.Mark {
	case Point:
		yes := true
		m.Filled, m.Size = &yes, cmp.Or(s.Size, PointSize)
		m.Opacity = cmp.Or(s.Opacity, PointOpacity)
	case Line, Rule:
		m.StrokeWidth = cmp.Or(s.Width, LineWidth)
	case Area:
		m.Opacity = cmp.Or(s.Opacity, AreaOpacity)
		m.Line = true
	case Bar:
		if s.Overlap {
			m.Opacity = cmp.Or(s.Opacity, AreaOpacity)
		}
	case Text:
		m.FontSize = cmp.Or(s.Size, TextSize)
	}
	if s.Step != "" {
		m.Interpolate = "step-" + s.Step
	}
	if s.Ordered && (l.Mark == Line || l.Mark == Area) {
		m.Order = no
	}
	m.Clip = l.Mark != Text
	return m
}

// How marks look where neither a channel nor the style says it.
const (
	PointSize    = 30.0
	PointOpacity = 0.7
	AreaOpacity  = 0.5
	LineWidth    = 2.0
	TextSize     = 11.0
)

// A vegaWriter names the columns of all layers.
type vegaWriter struct {
	view   *View
	fields map[*Column]string
	taken  map[string]*Column
}

const (
	facetField = "facet"
	layerField = "layer"
)

// field returns the field of a column; those of two columns of a layer differ if their
// values do.
func (w *vegaWriter) field(c *Column) string {
	if f, ok := w.fields[c]; ok {
		return f
	}
	name := c.Name
	for k := 2; ; k++ {
		other := w.taken[name]
		if name != facetField && name != layerField && (other == nil || same(other, c)) {
			break
		}
		name = fmt.Sprintf("%s (%d)", c.Name, k)
	}
	w.taken[name] = c
	w.fields[c] = name
	return name
}

// same tells whether two columns of one layer show the same values.
func same(a, b *Column) bool {
	return a.Width == b.Width && a.Name == b.Name && (a.Texts == nil) == (b.Texts == nil)
}

// path is how a specification refers to a field.
func path(field string) string {
	return strings.NewReplacer(`\`, `\\`, `.`, `\.`, `[`, `\[`, `]`, `\]`, `'`, `\'`, `"`, `\"`).Replace(field)
}

func (w *vegaWriter) encoding(l *ViewLayer) map[string]any {
	// Layers have data of their own, so fields are named anew in each.
	w.taken = map[string]*Column{}
	out := map[string]any{}
	for _, name := range []string{X, Y, Color, Shape, Size} {
		if c := l.Channels[name]; c != nil {
			out[name] = w.channel(l, name, c)
		}
	}
	for _, name := range []string{X, Y} {
		c, end := l.Channels[name], l.Channels[name+"2"]
		switch {
		case end != nil:
			out[name+"2"] = vlChannel{Field: path(w.field(end))}
		case c != nil && c.Width > 0:
			out[name+"2"] = vlChannel{Field: path(w.field(c) + binEnd)}
		}
	}
	if c := l.Channels[Label]; c != nil {
		out[Label] = vlChannel{Field: path(w.field(c)), Type: c.Type, Format: c.Format}
	}
	if c := l.Channels[Detail]; c != nil {
		out[Detail] = vlChannel{Field: path(w.field(c)), Type: c.Type}
	}
	tips := make([]vlChannel, 0, len(l.Tooltip))
	for _, c := range l.Tooltip {
		tip := vlChannel{Field: path(w.field(c)), Type: c.Type, Title: &c.Title, Format: c.Format}
		if c.Width > 0 {
			tip.Type, tip.Field = Nominal, path(w.field(c)+binRange)
		}
		tips = append(tips, tip)
	}
	out["tooltip"] = tips
	return out
}

// Beside the lower ends of bins, rows have their upper ends and what to tell of them.
const (
	binEnd   = " (end)"
	binRange = " (range)"
)

func (w *vegaWriter) channel(l *ViewLayer, name string, c *Column) vlChannel {
	d := w.view.domains[name]
	out := vlChannel{Field: path(w.field(c)), Type: c.Type, Title: &d.Title, Scale: &vlScale{}}
	if c.Width > 0 {
		out.Bin = map[string]any{"binned": true, "step": c.Width}
	}
	if c.Format != "" {
		format := &vlAxis{c.Format}
		if name == X || name == Y {
			out.Axis = format
		} else {
			out.Legend = format
		}
	}
	s := out.Scale
	if d.Log {
		s.Type = "log"
	}
	switch {
	case c.Type == Temporal:
		s.Type = "utc"
	case c.Type == Quantitative && (name == X || name == Y) && !d.Zero:
		s.Zero = no
	}
	if domain := c.channel.Scale.Domain; len(domain) == 2 {
		s.Domain, s.Nice = domain, no
	} else if !d.Continuous() {
		s.Domain = d.Names
		if name == X || name == Y {
			out.Sort, s.Domain = d.Names, nil
		}
	}
	if name == Color {
		colors, _ := Scheme(d.Scheme) // the view has checked it
		hex := make([]string, len(colors))
		for i, c := range colors {
			hex[i] = fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B)
		}
		s.Range = hex
		if d.Continuous() {
			s.Domain = []float64{d.Low, d.High}
			s.Type = "linear"
		}
	}
	if name == Shape {
		s.Range = Shapes
	}
	if l.Value == name {
		out.Stack = "zero"
		if l.Style.Overlap || l.Channels[name+"2"] != nil {
			out.Stack = false
		}
	}
	if reflect.ValueOf(*s).IsZero() {
		out.Scale = nil
	}
	return out
}

// rows returns the rows of a layer as objects.
func (w *vegaWriter) rows(l *ViewLayer) []map[string]any {
	out := make([]map[string]any, l.Rows)
	for i := range out {
		out[i] = map[string]any{}
	}
	columns := slices.Clone(l.Tooltip)
	for _, name := range []string{X, Y, X2, Y2, Color, Shape, Size, Label, Detail} {
		if c := l.Channels[name]; c != nil {
			columns = append(columns, c)
		}
	}
	for _, c := range columns {
		field := w.field(c)
		for i, row := range out {
			switch {
			case c.Texts != nil:
				row[field] = folded(c.Texts[i])
			case c.Numbers[i]-c.Numbers[i] != 0:
				row[field] = nil // JSON has no word for it
			default:
				row[field] = c.Numbers[i]
				if c.Width > 0 {
					end := clean(c.Numbers[i] + c.Width)
					row[field+binEnd] = end
					row[field+binRange] = fmt.Sprintf("%v – %v", c.Numbers[i], end)
				}
			}
		}
	}
	if c := l.Channels[FacetBy]; c != nil {
		for i, row := range out {
			row[facetField] = c.Texts[i]
		}
	}
	return out
}

// marked returns rows with the number of their layer. Those of a layer that is not split
// stand in every facet.
func (w *vegaWriter) marked(l *ViewLayer, layer int, rows []map[string]any) []map[string]any {
	var out []map[string]any
	for _, facet := range w.view.Facets {
		for _, row := range rows {
			if l.Channels[FacetBy] != nil && row[facetField] != facet {
				continue
			}
			row = maps.Clone(row)
			row[facetField], row[layerField] = facet, layer
			out = append(out, row)
		}
	}
	return out
}

// folded cuts a text that is too long for a tooltip.
func folded(s string) string {
	const most = 300
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
