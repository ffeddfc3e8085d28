package png

// This file draws the marks of a layer.

import (
	"cmp"
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/netherfield/netherfield/display/chart"
)

// A layer draws rows of a chart's layer; it is a plotter of gonum/plot.
type layer struct {
	*chart.ViewLayer
	view *chart.View
	rows []int
}

func (l *layer) Plot(c draw.Canvas, p *plot.Plot) {
	f := &field{layer: l, canvas: c, plot: p}
	f.x, f.y = p.Transforms(&c)
	switch l.Mark {
	case chart.Point:
		f.points()
	case chart.Line:
		f.lines()
	case chart.Area:
		f.areas()
	case chart.Bar, chart.Rect:
		f.boxes()
	case chart.Text:
		f.texts()
	case chart.Rule:
		f.rules()
	}
}

// A field is where a layer is drawn.
type field struct {
	*layer
	canvas draw.Canvas
	plot   *plot.Plot
	x, y   func(float64) vg.Length
}

// at returns where the value of row i of a channel lies along its axis, or NaN if it has
// none. Without the channel, it is the middle.
func (f *field) at(channel string, i int) float64 {
	axis := channel[:1]
	c := f.Channels[channel]
	switch {
	case c == nil:
		return 0
	case c.Texts == nil:
		return c.Numbers[i]
	}
	d := f.view.Domain(axis)
	k := slices.Index(d.Names, c.Texts[i])
	if k < 0 {
		return math.NaN()
	}
	return place(d, k, axis == chart.Y)
}

// point returns the place of row i, and whether it is within the plot.
func (f *field) point(i int) (vg.Point, bool) {
	x, y := f.at(chart.X, i), f.at(chart.Y, i)
	if !(x >= f.plot.X.Min && x <= f.plot.X.Max && y >= f.plot.Y.Min && y <= f.plot.Y.Max) {
		return vg.Point{}, false
	}
	return vg.Point{X: f.x(x), Y: f.y(y)}, true
}

// color returns the colour of row i; opacity is what suits the mark.
func (f *field) color(i int, opacity float64) color.Color {
	c := colorOf(f.view, f.ViewLayer, i)
	return color.NRGBA{c.R, c.G, c.B, uint8(math.Round(255 * cmp.Or(f.Style.Opacity, opacity)))}
}

// colorOf returns the colour of a row of a layer.
func colorOf(v *chart.View, l *chart.ViewLayer, i int) color.RGBA {
	d, c := v.Domain(chart.Color), l.Channels[chart.Color]
	if c == nil {
		s := l.Style.Color
		if s == "" && l.Mark == chart.Text {
			s = "#333333"
		}
		if s == "" {
			s = "#4c78a8"
		}
		rgb, _ := chart.ParseColor(s) // the view has checked it
		return rgb
	}
	colors, _ := chart.Scheme(d.Scheme) // and this
	if c.Texts != nil {
		return colors[max(0, slices.Index(d.Names, c.Texts[i]))%len(colors)]
	}
	return chart.Ramp(colors, share(d, c.Numbers[i]))
}

// share is how far along a domain v lies; what is missing lies at the beginning.
func share(d *chart.Domain, v float64) float64 {
	if d.High <= d.Low || v-v != 0 {
		return 0
	}
	return (v - d.Low) / (d.High - d.Low)
}

func (f *field) points() {
	for _, i := range f.rows {
		if at, ok := f.point(i); ok {
			shape := ""
			if c := f.Channels[chart.Shape]; c != nil {
				shape = shapeOf(f.view, c.Texts[i])
			}
			f.canvas.SetColor(f.color(i, chart.PointOpacity))
			f.canvas.Fill(symbol(shape, at, f.area(i)))
		}
	}
}

// area returns the area of the symbol of row i in square pixels.
func (f *field) area(i int) float64 {
	c, d := f.Channels[chart.Size], f.view.Domain(chart.Size)
	if c == nil {
		return cmp.Or(f.Style.Size, chart.PointSize)
	}
	return sizeOf(d, c.Numbers[i])
}

// sizeOf returns the area of a symbol for a value. As in the notebook, it is in
// proportion to the value, and the greatest has 361 square pixels.
func sizeOf(d *chart.Domain, v float64) float64 {
	if v-v != 0 || d.High <= 0 {
		return 0
	}
	return 361 * max(0, v) / d.High
}

func shapeOf(v *chart.View, name string) string {
	return chart.Shapes[max(0, slices.Index(v.Domain(chart.Shape).Names, name))%len(chart.Shapes)]
}

// symbol returns the outline of a symbol of an area in square pixels.
func symbol(shape string, at vg.Point, area float64) vg.Path {
	var p vg.Path
	polygon := func(corners ...float64) {
		for k := 0; k < len(corners); k += 2 {
			to := vg.Point{X: at.X + length(corners[k]), Y: at.Y + length(corners[k+1])}
			if k == 0 {
				p.Move(to)
			} else {
				p.Line(to)
			}
		}
		p.Close()
	}
	r := math.Sqrt(area)
	switch shape {
	case "square":
		polygon(-r/2, -r/2, r/2, -r/2, r/2, r/2, -r/2, r/2)
	case "triangle-up":
		h := r * math.Sqrt(math.Sqrt(3)) / 2
		side := r * 2 / math.Sqrt(math.Sqrt(3))
		polygon(-side/2, -h, side/2, -h, 0, h)
	case "diamond":
		d := r / math.Sqrt2
		polygon(-d, 0, 0, -d, d, 0, 0, d)
	case "cross":
		a := r / math.Sqrt(5) / 2 // five squares
		polygon(-a, -3*a, a, -3*a, a, -a, 3*a, -a, 3*a, a, a, a, a, 3*a, -a, 3*a, -a, a, -3*a, a, -3*a, -a, -a, -a)
	default:
		radius := length(math.Sqrt(area / math.Pi))
		p.Move(vg.Point{X: at.X + radius, Y: at.Y})
		p.Arc(at, radius, 0, 2*math.Pi)
		p.Close()
	}
	return p
}

// groups returns the rows of each line or area, in the order in which it is drawn.
func (f *field) groups() [][]int {
	var order []string
	members := map[string][]int{}
	for _, i := range f.rows {
		key := ""
		for _, name := range []string{chart.Color, chart.Detail} {
			if c := f.Channels[name]; c != nil && c.Texts != nil {
				key += c.Texts[i] + "\x00"
			}
		}
		if _, ok := members[key]; !ok {
			order = append(order, key)
		}
		members[key] = append(members[key], i)
	}
	along := chart.X
	if f.Value == chart.X {
		along = chart.Y
	}
	var out [][]int
	for _, key := range order {
		rows := members[key]
		if !f.Style.Ordered {
			slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(f.at(along, a), f.at(along, b)) })
		}
		out = append(out, rows)
	}
	return out
}

// stretches calls draw with the places of rows that follow one another without one that
// has no value.
func (f *field) stretches(rows []int, place func(i int) (x, y float64), draw func(i int, points []vg.Point)) {
	var points []vg.Point
	flush := func(i int) {
		if len(points) > 0 {
			draw(i, points)
		}
		points = nil
	}
	for _, i := range rows {
		x, y := place(i)
		if x-x != 0 || y-y != 0 {
			flush(i)
			continue
		}
		points = append(points, vg.Point{X: f.x(x), Y: f.y(y)})
	}
	flush(rows[len(rows)-1])
}

func (f *field) lineStyle(i int, width float64) draw.LineStyle {
	s := draw.LineStyle{Color: f.color(i, 1), Width: length(cmp.Or(f.Style.Width, width))}
	if f.Style.Dash {
		s.Dashes = []vg.Length{length(4), length(4)}
	}
	return s
}

func (f *field) lines() {
	for _, rows := range f.groups() {
		place := func(i int) (x, y float64) { return f.at(chart.X, i), f.at(chart.Y, i) }
		f.stretches(rows, place, func(i int, points []vg.Point) {
			f.canvas.StrokeLines(f.lineStyle(i, chart.LineWidth), f.canvas.ClipLinesXY(steps(f.Style.Step, points))...)
		})
	}
}

// steps turns a line into one of steps.
func steps(kind string, points []vg.Point) []vg.Point {
	if kind == "" || len(points) == 0 {
		return points
	}
	out := points[:1:1]
	for k := 1; k < len(points); k++ {
		corner := vg.Point{X: points[k].X, Y: points[k-1].Y}
		if kind == "before" {
			corner = vg.Point{X: points[k-1].X, Y: points[k].Y}
		}
		out = append(out, corner, points[k])
	}
	return out
}

func (f *field) areas() {
	for _, rows := range f.groups() {
		edge := func(ends []float64) func(i int) (x, y float64) {
			return func(i int) (x, y float64) {
				if f.Value == chart.X {
					return ends[i], f.at(chart.Y, i)
				}
				return f.at(chart.X, i), ends[i]
			}
		}
		var base [][]vg.Point
		f.stretches(rows, func(i int) (x, y float64) {
			x, y = edge(f.Top)(i)
			if x-x != 0 || y-y != 0 {
				return x, y
			}
			return edge(f.Base)(i)
		}, func(i int, points []vg.Point) { base = append(base, points) })
		f.stretches(rows, edge(f.Top), func(i int, points []vg.Point) {
			below := base[0]
			base = base[1:]
			slices.Reverse(below)
			outline := append(slices.Clone(points), below...)
			f.canvas.FillPolygon(f.color(i, chart.AreaOpacity), f.canvas.ClipPolygonXY(outline))
			style := f.lineStyle(i, chart.LineWidth)
			f.canvas.StrokeLines(style, f.canvas.ClipLinesXY(points)...)
		})
	}
}

// boxes draws bars and the cells of heat maps.
func (f *field) boxes() {
	opacity := 1.0
	if f.Style.Overlap {
		opacity = chart.AreaOpacity
	}
	for _, i := range f.rows {
		left, right := f.across(chart.X, i, f.x)
		bottom, top := f.across(chart.Y, i, f.y)
		if left != left || right != right || bottom != bottom || top != top {
			continue
		}
		left, right = max(min(left, right), f.canvas.Min.X), min(max(left, right), f.canvas.Max.X)
		bottom, top = max(min(bottom, top), f.canvas.Min.Y), min(max(bottom, top), f.canvas.Max.Y)
		if left > right || bottom > top {
			continue // it lies outside
		}
		f.canvas.SetColor(f.color(i, opacity))
		f.canvas.Fill(vg.Rectangle{Min: vg.Point{X: left, Y: bottom}, Max: vg.Point{X: right, Y: top}}.Path())
	}
}

// across returns where the box of row i begins and ends along an axis.
func (f *field) across(axis string, i int, to func(float64) vg.Length) (from, end vg.Length) {
	c := f.Channels[axis]
	v := f.at(axis, i)
	const barShare = 0.9 // of the room that a name has, which leaves a gap
	switch {
	case f.Value == axis:
		return to(f.Base[i]), to(f.Top[i])
	case c != nil && c.Width > 0:
		from, end = to(v), to(v+c.Width)
		if f.Mark == chart.Bar && end-from > 3*px {
			from, end = from+px/2, end-px/2 // as bins have in the notebook
		}
		return from, end
	case f.Channels[axis+"2"] != nil:
		return to(v), to(f.at(axis+"2", i))
	case c != nil && c.Texts == nil: // a bar at a number
		return to(v) - 2.5*px, to(v) + 2.5*px
	case f.Mark == chart.Rect:
		return to(v - 0.5), to(v + 0.5)
	}
	return to(v - barShare/2), to(v + barShare/2)
}

func (f *field) texts() {
	c := f.Channels[chart.Label]
	s := style(cmp.Or(f.Style.Size, chart.TextSize), false)
	s.XAlign, s.YAlign = draw.XCenter, draw.YCenter
	for _, i := range f.rows {
		at, ok := f.point(i)
		if !ok {
			continue
		}
		words := ""
		if c.Texts != nil {
			words = cut(c.Texts[i])
		} else if v := c.Numbers[i]; v == v {
			words = number(c.Format, v)
		}
		s.Color = f.color(i, 1)
		f.canvas.FillText(s, at, words)
	}
}

func (f *field) rules() {
	for _, i := range f.rows {
		x, y, x2, y2 := f.at(chart.X, i), f.at(chart.Y, i), f.at(chart.X2, i), f.at(chart.Y2, i)
		if sum := x + y + x2 + y2; sum-sum == 0 {
			line := []vg.Point{{X: f.x(x), Y: f.y(y)}, {X: f.x(x2), Y: f.y(y2)}}
			f.canvas.StrokeLines(f.lineStyle(i, chart.LineWidth), f.canvas.ClipLinesXY(line)...)
		}
	}
}
