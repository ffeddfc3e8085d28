package png

// This file draws axes: their range, ticks and grid.

import (
	"math"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/netherfield/netherfield/display/chart"
)

// axis makes an axis show a domain.
func axis(a *plot.Axis, d *chart.Domain, vertical bool) {
	a.Padding = 0
	a.Label.TextStyle = style(11, true)
	a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign = draw.XCenter, draw.YBottom // gonum/plot turns the vertical one
	a.Label.Padding = 4 * px
	a.Tick.Label = style(10, false)
	a.Tick.Length = 4 * px
	a.LineStyle.Color, a.Tick.LineStyle.Color = ink, ink
	a.LineStyle.Width, a.Tick.LineStyle.Width = px/2, px/2
	if vertical {
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = draw.XRight, draw.YCenter
	} else {
		a.Tick.Label.XAlign, a.Tick.Label.YAlign = draw.XCenter, draw.YTop
	}
	if d == nil {
		a.Tick.Marker = plot.ConstantTicks(nil)
		return
	}
	a.Label.Text = cut(d.Title)
	if d.Continuous() {
		if d.Log {
			a.Scale = plot.LogScale{}
		}
		a.Tick.Marker = plot.ConstantTicks(ticks(d))
		return
	}
	// As the notebook has it, names stand on their heads below an axis.
	if !vertical {
		a.Tick.Label.Rotation, a.Tick.Label.XAlign, a.Tick.Label.YAlign = math.Pi/2, draw.XRight, draw.YCenter
	}
	var names []plot.Tick
	for k, name := range d.Names {
		names = append(names, plot.Tick{Value: place(d, k, vertical), Label: cut(name)})
	}
	a.Tick.Marker = plot.ConstantTicks(names)
}

// place is where name k of a nominal axis stands. Those of a vertical one go down.
func place(d *chart.Domain, k int, vertical bool) float64 {
	if vertical {
		k = len(d.Names) - 1 - k
	}
	return float64(k)
}

// axisRange sets the ends of an axis.
func axisRange(a *plot.Axis, d *chart.Domain) {
	switch {
	case d == nil:
		a.Min, a.Max = -0.5, 0.5
	case !d.Continuous():
		a.Min, a.Max = -0.5, max(0.5, float64(len(d.Names))-0.5)
	default:
		a.Min, a.Max = span(d)
	}
}

// ticksAimed is about how many ticks an axis has.
const ticksAimed = 10

// span returns the ends of a continuous axis, which are round numbers of its ticks
// unless the chart says which they are.
func span(d *chart.Domain) (low, high float64) {
	low, high = d.Low, d.High
	switch {
	case d.Log:
		return low, max(high, low*1.0001)
	case low == high:
		return low - 0.5, high + 0.5
	case d.Type == chart.Temporal || d.Fixed:
		return low, high
	}
	step := roundStep((high - low) / ticksAimed)
	return math.Floor(low/step) * step, math.Ceil(high/step) * step
}

// roundStep returns the least of 1, 2, 5 times a power of ten that is not below v.
func roundStep(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, by := range []float64{1, 2, 5} {
		if by*power >= v*(1-1e-9) {
			return by * power
		}
	}
	return 10 * power
}

// ticks returns the ticks of a continuous axis.
func ticks(d *chart.Domain) []plot.Tick {
	low, high := span(d)
	var out []plot.Tick
	switch {
	case d.Type == chart.Temporal:
		return timeTicks(low, high)
	case d.Log:
		for e := math.Floor(math.Log10(low)); e <= math.Log10(high)+1e-9; e++ {
			if v := math.Pow(10, e); v >= low*(1-1e-9) {
				out = append(out, plot.Tick{Value: v, Label: number(d.Format, v)})
			}
		}
		if len(out) < 2 { // within one power of ten
			out = []plot.Tick{{Value: low, Label: number(d.Format, low)}, {Value: high, Label: number(d.Format, high)}}
		}
		return out
	}
	step := roundStep((high - low) / ticksAimed)
	for k := math.Ceil(low/step - 1e-9); k*step <= high+step*1e-9; k++ {
		v := k * step
		out = append(out, plot.Tick{Value: v, Label: number(d.Format, round(v))})
	}
	return out
}

// round takes away what a sum of fractions leaves behind.
func round(v float64) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 12, 64), 64)
	return r
}

// timeSteps are the steps between ticks of times, shorter than months.
var timeSteps = []time.Duration{
	time.Millisecond, 10 * time.Millisecond, 100 * time.Millisecond, time.Second, 5 * time.Second, 15 * time.Second,
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour,
}

// timeTicks returns ticks between two moments in milliseconds since 1970.
func timeTicks(low, high float64) []plot.Tick {
	first, last := time.UnixMilli(int64(low)).UTC(), time.UnixMilli(int64(math.Ceil(high))).UTC()
	var out []plot.Tick
	add := func(t time.Time, layout string) {
		if !t.Before(first) && !t.After(last) {
			out = append(out, plot.Tick{Value: float64(t.UnixMilli()), Label: t.Format(layout)})
		}
	}
	const most = 8
	for _, step := range timeSteps {
		if last.Sub(first)/step > most {
			continue
		}
		layout := "02 Jan"
		switch {
		case step < time.Second:
			layout = "05.000"
		case step < time.Minute:
			layout = "15:04:05"
		case step < 24*time.Hour:
			layout = "15:04"
			if last.YearDay() != first.YearDay() {
				layout = "02 Jan 15h"
			}
		}
		for t := first.Truncate(step); !t.After(last); t = t.Add(step) {
			add(t, layout)
		}
		return out
	}
	for months := 1; ; months = nextMonths(months) {
		if float64(last.Sub(first)) > float64(most)*float64(months)*30.4*24*float64(time.Hour) {
			continue
		}
		layout := "Jan 2006"
		if months >= 12 {
			layout = "2006"
		}
		year := first.Year()
		if years := months / 12; years > 1 {
			year -= year % years
		}
		for t := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); !t.After(last); t = t.AddDate(0, months, 0) {
			add(t, layout)
		}
		return out
	}
}

// nextMonths goes from months to quarters, to years and to round numbers of years.
func nextMonths(months int) int {
	switch {
	case months == 1:
		return 3
	case months == 3:
		return 12
	}
	return 12 * int(roundStep(float64(months)/12*1.5))
}

// number writes v in the notation of d3-format, as far as precision, thousands, percent
// and the kinds d, e, f, g and s go; another one is written as without.
func number(format string, v float64) string {
	if v == 0 {
		v = 0 // without a sign
	}
	kind, precision := "", -1
	if format != "" {
		kind = format[len(format)-1:]
		if _, after, ok := strings.Cut(strings.Trim(format, ",~defgs%"), "."); ok {
			if n, err := strconv.Atoi(after); err == nil && n <= 20 {
				precision = n
			}
		}
	}
	switch kind {
	case "%":
		return strconv.FormatFloat(100*v, 'f', max(0, precision), 64) + "%"
	case "e":
		return strconv.FormatFloat(v, 'e', precision, 64)
	case "f":
		return thousands(strconv.FormatFloat(v, 'f', max(0, precision), 64), strings.Contains(format, ","))
	case "g":
		return strconv.FormatFloat(v, 'g', precision, 64)
	case "d":
		return thousands(strconv.FormatFloat(v, 'f', 0, 64), strings.Contains(format, ","))
	}
	if a := math.Abs(v); a != 0 && (a >= 1e15 || a < 1e-6) {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return thousands(strconv.FormatFloat(v, 'f', -1, 64), true)
}

// thousands sets commas between thousands.
func thousands(s string, wanted bool) string {
	if !wanted {
		return s
	}
	whole, rest, _ := strings.Cut(s, ".")
	sign := strings.HasPrefix(whole, "-")
	whole = strings.TrimPrefix(whole, "-")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if rest != "" {
		whole += "." + rest
	}
	if sign {
		whole = "\u2212" + whole
	}
	return whole
}

// cut shortens a name that would leave no room for the chart, and leaves out what would
// break its line.
func cut(s string) string {
	const most = 30
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return string(r)
}

// A grid draws lines across the plot at the ticks of continuous axes.
type grid struct{ x, y bool }

func newGrid(v *chart.View) grid {
	along := func(name string) bool { d := v.Domain(name); return d != nil && d.Continuous() }
	return grid{along(chart.X), along(chart.Y)}
}

func (g grid) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	line := draw.LineStyle{Color: pale, Width: px / 2}
	if g.x {
		for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
			c.StrokeLine2(line, x(t.Value), c.Min.Y, x(t.Value), c.Max.Y)
		}
	}
	if g.y {
		for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
			c.StrokeLine2(line, c.Min.X, y(t.Value), c.Max.X, y(t.Value))
		}
	}
}

// length returns a number of pixels.
func length(pixels float64) vg.Length { return vg.Length(pixels) * px }
