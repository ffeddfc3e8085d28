package png

// This file draws the legend.

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/netherfield/netherfield/display/chart"
)

// A legend is a column of blocks, one for each channel that is no axis.
type legend struct {
	blocks        []block
	width, height vg.Length
}

// A block is the title of a channel and a line for each of its values.
type block struct {
	title string
	lines []legendLine
	ramp  *chart.Domain // of a continuous colour, in place of lines
}

type legendLine struct {
	words string
	mark  func(c draw.Canvas, at vg.Point)
}

const (
	legendLineHeight = 17 * px
	legendGap        = 12 * px
	symbolRoom       = 20 * px
	rampWidth        = 12 * px
	rampHeight       = 120 * px
)

// mostLines is how many values a legend has at most; a dozen colours cannot be told
// apart in any case.
const mostLines = 30

func newLegend(v *chart.View) *legend {
	l := &legend{}
	if d := v.Domain(chart.Color); d != nil {
		l.blocks = append(l.blocks, colorBlock(v, d))
	}
	if d := v.Domain(chart.Shape); d != nil {
		b := block{title: d.Title}
		same := v.Domain(chart.Color)
		for _, name := range d.Names {
			shape := shapeOf(v, name)
			b.lines = append(b.lines, legendLine{name, func(c draw.Canvas, at vg.Point) {
				c.SetColor(ink)
				c.Fill(symbol(shape, at, 60))
			}})
		}
		// One block tells both if they show the same.
		if same == nil || same.Title != d.Title || len(same.Names) != len(d.Names) {
			l.blocks = append(l.blocks, b)
		}
	}
	if d := v.Domain(chart.Size); d != nil {
		b := block{title: d.Title}
		for _, value := range sizes(d) {
			b.lines = append(b.lines, legendLine{number(d.Format, value), func(c draw.Canvas, at vg.Point) {
				c.SetColor(ink)
				c.Fill(symbol("", at, sizeOf(d, value)))
			}})
		}
		l.blocks = append(l.blocks, b)
	}
	title, line := style(11, true), style(10, false)
	for i, b := range l.blocks {
		if i > 0 {
			l.height += legendGap
		}
		l.width = max(l.width, title.Width(cut(b.title)))
		l.height += legendLineHeight
		for _, n := range b.lines {
			l.width = max(l.width, symbolRoom+line.Width(cut(n.words)))
			l.height += legendLineHeight
		}
		if b.ramp != nil {
			l.height += rampHeight
			for _, t := range ticks(b.ramp) {
				l.width = max(l.width, rampWidth+6*px+line.Width(t.Label))
			}
		}
	}
	return l
}

// sizes returns up to four round values for which the legend shows the size.
func sizes(d *chart.Domain) []float64 {
	step := roundStep(d.High / 4)
	var out []float64
	for k := 1.0; k*step <= d.High*(1+1e-9) && d.High > 0; k++ {
		out = append(out, round(k*step))
	}
	return out
}

func colorBlock(v *chart.View, d *chart.Domain) block {
	b := block{title: d.Title}
	if d.Continuous() {
		b.ramp = d
		return b
	}
	colors, _ := chart.Scheme(d.Scheme) // the view has checked it
	shape, stroke := func(string) string { return "square" }, false
	for i := range v.Layers {
		l := &v.Layers[i]
		stroke = stroke || l.Mark == chart.Line && l.Channels[chart.Color] != nil
		if l.Mark == chart.Point && l.Channels[chart.Color] != nil {
			shape = func(string) string { return "circle" }
			if s := v.Domain(chart.Shape); s != nil && s.Title == d.Title && len(s.Names) == len(d.Names) {
				shape = func(name string) string { return shapeOf(v, name) }
			}
		}
	}
	for k, name := range d.Names {
		if k == mostLines {
			b.lines = append(b.lines, legendLine{"…", func(draw.Canvas, vg.Point) {}})
			break
		}
		fill := colors[k%len(colors)]
		b.lines = append(b.lines, legendLine{name, func(c draw.Canvas, at vg.Point) {
			if stroke {
				c.StrokeLine2(draw.LineStyle{Color: fill, Width: chart.LineWidth * px}, at.X-7*px, at.Y, at.X+7*px, at.Y)
				return
			}
			c.SetColor(fill)
			c.Fill(symbol(shape(name), at, 80))
		}})
	}
	return b
}

// draw draws the legend with its upper left corner at a place.
func (l *legend) draw(c draw.Canvas, at vg.Point) {
	title, line := style(11, true), style(10, false)
	title.YAlign, line.YAlign = draw.YCenter, draw.YCenter
	for _, b := range l.blocks {
		c.FillText(title, vg.Point{X: at.X, Y: at.Y - legendLineHeight/2}, cut(b.title))
		at.Y -= legendLineHeight
		for _, n := range b.lines {
			middle := at.Y - legendLineHeight/2
			n.mark(c, vg.Point{X: at.X + symbolRoom/2 - px, Y: middle})
			c.FillText(line, vg.Point{X: at.X + symbolRoom, Y: middle}, cut(n.words))
			at.Y -= legendLineHeight
		}
		if b.ramp != nil {
			drawRamp(c, at, b.ramp, line)
			at.Y -= rampHeight
		}
		at.Y -= legendGap
	}
}

// drawRamp draws the colours of a continuous domain, the greatest value on top.
func drawRamp(c draw.Canvas, at vg.Point, d *chart.Domain, words draw.TextStyle) {
	colors, _ := chart.Scheme(d.Scheme) // the view has checked it
	at.Y -= 4 * px
	const pieces = 60
	high := rampHeight - 8*px
	for k := range pieces {
		bottom := at.Y - high + high*vg.Length(k)/pieces
		var fill color.Color = chart.Ramp(colors, (float64(k)+0.5)/pieces)
		c.SetColor(fill)
		// A little higher than the piece, so that no gap shines through.
		c.Fill(vg.Rectangle{Min: vg.Point{X: at.X, Y: bottom}, Max: vg.Point{X: at.X + rampWidth, Y: min(at.Y, bottom+high/pieces+px/2)}}.Path())
	}
	for _, t := range ticks(d) {
		if s := share(d, t.Value); s >= 0 && s <= 1 {
			c.FillText(words, vg.Point{X: at.X + rampWidth + 6*px, Y: at.Y - high + high*vg.Length(s)}, t.Label)
		}
	}
}
