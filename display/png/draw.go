package png

// This file puts a picture together: the title, a plot for each facet, the legend.

import (
	"bytes"
	"cmp"
	"image/color"
	stdpng "image/png"
	"math"
	"strings"

	stdfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/recorder"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/netherfield/netherfield/display/chart"
)

func init() { chart.Register(Draw) }

const (
	sharpness = 2 // pixels of the picture for one as it is shown
	margin    = 10
	gap       = 20 // between plots, and between them and the legend
	px        = vg.Inch / 96
	// A picture is no larger than this, whatever a chart asks for.
	mostPixels = 4000
)

var (
	ink  = color.Gray{0x33}
	pale = color.Gray{0xdd}
)

// style returns the look of texts of a size in pixels.
func style(size float64, bold bool) text.Style {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: vg.Length(size) * px}
	if bold {
		f.Weight = stdfont.WeightBold
	}
	return text.Style{Color: ink, Font: f, Handler: plot.DefaultTextHandler}
}

// Draw returns the view as a picture in PNG format, and how wide and high it is to be
// shown, in pixels.
func Draw(v *chart.View) (png []byte, width, height int, err error) {
	p := newPanels(v)
	legend := newLegend(v)
	title, subtitle := style(13, true), style(11, false)
	var head vg.Length
	if v.Chart.Title != "" {
		head += 20 * px
	}
	if v.Subtitle() != "" {
		head += 16 * px
	}
	facets := ""
	if d := v.Domain(chart.FacetBy); d != nil {
		facets = d.Title
		head += 18 * px
	}
	w := p.width() + 2*margin*px
	if legend.width > 0 {
		w += gap*px + legend.width
	}
	// A title may make a picture wider, but not by much.
	most := max(w, 600*px) - 2*margin*px
	heading, below := fit(title, v.Chart.Title, most), fit(subtitle, v.Subtitle(), most)
	w = max(w, title.Width(heading)+2*margin*px, subtitle.Width(below)+2*margin*px)
	h := max(p.height(), legend.height) + head + 2*margin*px
	w, h = min(w, mostPixels*px), min(h, mostPixels*px)

	img := vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(96*sharpness), vgimg.UseBackgroundColor(color.White))
	canvas := draw.New(img)
	inner := draw.Crop(canvas, margin*px, -margin*px, margin*px, -margin*px)
	top := inner.Max.Y
	for _, line := range []struct {
		text  string
		style text.Style
		high  vg.Length
	}{{heading, title, 20 * px}, {below, subtitle, 16 * px}} {
		if line.text != "" {
			line.style.YAlign = draw.YTop
			inner.FillText(line.style, vg.Point{X: inner.Min.X, Y: top}, line.text)
			top -= line.high
		}
	}
	if facets != "" {
		by := style(11, true)
		by.XAlign, by.YAlign = draw.XCenter, draw.YTop
		inner.FillText(by, vg.Point{X: inner.Min.X + p.width()/2, Y: top}, facets)
		top -= 18 * px
	}
	inner.Max.Y = top
	p.draw(inner)
	legend.draw(inner, vg.Point{X: inner.Min.X + p.width() + gap*px, Y: top})

	var out bytes.Buffer
	// Most of the time would go into the last few percent of compression.
	if err := (&stdpng.Encoder{CompressionLevel: stdpng.BestSpeed}).Encode(&out, img.Image()); err != nil {
		return nil, 0, 0, err
	}
	return out.Bytes(), int(math.Round(float64(w / px))), int(math.Round(float64(h / px))), nil
}

// fit returns as much of a line as has room.
func fit(s text.Style, line string, room vg.Length) string {
	r := []rune(strings.Join(strings.Fields(line), " "))
	for n := len(r); n > 0; n-- {
		words := string(r[:n])
		if n < len(r) {
			words += "…"
		}
		if s.Width(words) <= room {
			return words
		}
		// Most of what is too long goes at once.
		n = min(n, 1+int(float64(n)*float64(room/s.Width(words))))
	}
	return ""
}

// panels are the plots, one for each facet, in rows.
type panels struct {
	plots   []*plot.Plot
	columns int
	// All have the same size, with axes and without.
	w, h vg.Length
}

func newPanels(v *chart.View) *panels {
	p := &panels{columns: min(len(v.Facets), cmp.Or(v.Chart.FacetColumns, 3))}
	w := side(v.Chart.Width, v.Domain(chart.X), 400)
	h := side(v.Chart.Height, v.Domain(chart.Y), 300)
	for _, facet := range v.Facets {
		plot := newPlot(v, facet)
		p.plots = append(p.plots, plot)
		// What axes and titles need is what is left of a large canvas.
		const large = 2000 * px
		inside := plot.DataCanvas(draw.NewCanvas(new(recorder.Canvas), large, large))
		p.w = max(p.w, w+large-(inside.Max.X-inside.Min.X))
		p.h = max(p.h, h+large-(inside.Max.Y-inside.Min.Y))
	}
	return p
}

// side is how long an axis is.
func side(pixels int, d *chart.Domain, standard int) vg.Length {
	if pixels <= 0 && d != nil && !d.Continuous() {
		pixels = chart.NameStep * max(1, len(d.Names))
	}
	return vg.Length(min(cmp.Or(max(0, pixels), standard), mostPixels)) * px
}

func (p *panels) rows() int { return (len(p.plots) + p.columns - 1) / p.columns }

func (p *panels) width() vg.Length {
	return vg.Length(p.columns)*p.w + vg.Length(p.columns-1)*gap*px
}

func (p *panels) height() vg.Length {
	return vg.Length(p.rows())*p.h + vg.Length(p.rows()-1)*gap*px
}

func (p *panels) draw(c draw.Canvas) {
	for i, plot := range p.plots {
		left := c.Min.X + vg.Length(i%p.columns)*(p.w+gap*px)
		top := c.Max.Y - vg.Length(i/p.columns)*(p.h+gap*px)
		part := c
		part.Rectangle = vg.Rectangle{Min: vg.Point{X: left, Y: top - p.h}, Max: vg.Point{X: left + p.w, Y: top}}
		plot.Draw(part)
	}
}

// newPlot returns the plot of one facet.
func newPlot(v *chart.View, facet string) *plot.Plot {
	p := plot.New()
	if v.Domain(chart.FacetBy) != nil {
		p.Title.Text = cut(facet)
		p.Title.TextStyle = style(11, false)
		p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
		p.Title.Padding = 4 * px
	}
	p.BackgroundColor = color.White
	axis(&p.X, v.Domain(chart.X), false)
	axis(&p.Y, v.Domain(chart.Y), true)
	grid := newGrid(v)
	p.Add(grid)
	for i := range v.Layers {
		l := &v.Layers[i]
		p.Add(&layer{view: v, ViewLayer: l, rows: rowsOf(l, facet)})
	}
	// Adding plotters makes room for what they draw; the domains say it better.
	axisRange(&p.X, v.Domain(chart.X))
	axisRange(&p.Y, v.Domain(chart.Y))
	return p
}

// rowsOf returns the rows of a layer that belong to a facet.
func rowsOf(l *chart.ViewLayer, facet string) []int {
	var rows []int
	by := l.Channels[chart.FacetBy]
	for i := range l.Rows {
		if by == nil || by.Texts[i] == facet {
			rows = append(rows, i)
		}
	}
	return rows
}
