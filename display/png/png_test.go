package png

import (
	"bytes"
	"image"
	"image/color"
	stdpng "image/png"
	"math"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/netherfield/netherfield/display/chart"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// picture draws a chart and checks that its size is what it says.
func picture(t *testing.T, c *chart.Chart, err error) image.Image {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	v, err := c.View()
	if err != nil {
		t.Fatal(err)
	}
	raw, w, h, err := Draw(v)
	if err != nil {
		t.Fatal(err)
	}
	m, err := stdpng.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if b := m.Bounds(); abs(b.Dx()-2*w) > 2 || abs(b.Dy()-2*h) > 2 {
		t.Errorf("the picture is %v, to be shown as %d×%d", b, w, h)
	}
	return m
}

func abs(n int) int { return max(n, -n) }

// covered returns the share of the pixels that have a colour, and their middle as shares
// of the picture's width and height, from the upper left.
func covered(m image.Image, c color.RGBA) (part, x, y float64) {
	b := m.Bounds()
	n, sx, sy := 0, 0, 0
	for py := b.Min.Y; py < b.Max.Y; py++ {
		for px := b.Min.X; px < b.Max.X; px++ {
			if near(m.At(px, py), c) {
				n++
				sx += px
				sy += py
			}
		}
	}
	if n == 0 {
		return 0, 0, 0
	}
	return float64(n) / float64(b.Dx()*b.Dy()), float64(sx) / float64(n*b.Dx()), float64(sy) / float64(n*b.Dy())
}

func near(a color.Color, b color.RGBA) bool {
	r, g, bl, _ := a.RGBA()
	off := func(x uint32, y uint8) float64 { return math.Abs(float64(x>>8) - float64(y)) }
	return off(r, b.R)+off(g, b.G)+off(bl, b.B) < 12
}

var (
	first  = color.RGBA{0x4c, 0x78, 0xa8, 255}
	second = color.RGBA{0xf5, 0x85, 0x18, 255}
	red    = color.RGBA{255, 0, 0, 255}
)

func channel(name string) chart.Channel { return chart.Channel{Field: name} }

func TestBarsStandWhereTheirNumbersAre(t *testing.T) {
	data := chart.Columns{"k": []string{"a", "b"}, "v": []float64{3, 1}}
	c, err := chart.New(data, chart.Bar, chart.Encoding{X: channel("k"), Y: channel("v"), Color: channel("k")})
	if err == nil {
		c = c.Sized(300, 300)
	}
	m := picture(t, c, err)
	a, ax, ay := covered(m, first)
	b, bx, by := covered(m, second)
	if ratio := a / b; ratio < 2.8 || ratio > 3.2 {
		t.Errorf("a bar three times as high has %v times the area", ratio)
	}
	if ax >= bx || ay >= by {
		t.Errorf("the bars are at (%.2f, %.2f) and (%.2f, %.2f)", ax, ay, bx, by)
	}
}

func TestPointsStandWhereTheirNumbersAre(t *testing.T) {
	data := chart.Columns{"x": []float64{0, 10, 10}, "y": []float64{0, 10, math.NaN()}, "k": []string{"a", "b", "c"}}
	c, err := chart.New(data, chart.Point,
		chart.Encoding{X: channel("x"), Y: channel("y"), Color: channel("k"), Tooltip: []chart.Channel{}}, chart.Style{Opacity: 1, Size: 400})
	m := picture(t, c, err)
	_, ax, ay := covered(m, first)
	_, bx, by := covered(m, second)
	if ax >= bx || ay <= by {
		t.Errorf("the points are at (%.2f, %.2f) and (%.2f, %.2f)", ax, ay, bx, by)
	}
}

func TestNamesOfAVerticalAxisGoDown(t *testing.T) {
	data := chart.Columns{"x": []string{"u", "u"}, "y": []string{"a", "b"}, "c": []float64{0, 1}}
	c, err := chart.New(data, chart.Rect, chart.Encoding{X: channel("x"), Y: channel("y"), Color: channel("c")})
	m := picture(t, c, err)
	_, _, low := covered(m, color.RGBA{0x44, 0x01, 0x54, 255})
	_, _, high := covered(m, color.RGBA{0xfd, 0xe7, 0x25, 255})
	if low == 0 || high == 0 || low >= high {
		t.Errorf("a is at %.2f and b at %.2f", low, high)
	}
}

// Every mark leaves its colour, with the axes that it has.
func TestEveryMarkIsDrawn(t *testing.T) {
	data := chart.Columns{
		"n": []float64{1, 2, 3, math.NaN()}, "m": []float64{2, 1, 4, 3}, "end": []float64{3, 3, 3, 3},
		"k": []string{"a", "b", "a", "b"}, "s": []string{"t", "u", "v", "w"},
		"t": []time.Time{time.UnixMilli(0), time.UnixMilli(1e9), time.UnixMilli(2e9), {}},
	}
	for name, l := range map[string]struct {
		mark chart.Mark
		e    chart.Encoding
	}{
		"points of five shapes":   {chart.Point, chart.Encoding{X: channel("n"), Y: channel("m"), Shape: channel("s"), Size: channel("m")}},
		"points in time":          {chart.Point, chart.Encoding{X: channel("t"), Y: channel("m")}},
		"points on one axis":      {chart.Point, chart.Encoding{X: channel("n")}},
		"a line":                  {chart.Line, chart.Encoding{X: channel("n"), Y: channel("m"), Detail: channel("k")}},
		"an area":                 {chart.Area, chart.Encoding{X: channel("n"), Y: channel("m")}},
		"bars":                    {chart.Bar, chart.Encoding{X: channel("k"), Y: channel("sum(m)")}},
		"bars of bins":            {chart.Bar, chart.Encoding{X: channel("bin(n)"), Y: channel("count()")}},
		"bars at numbers":         {chart.Bar, chart.Encoding{X: channel("n"), Y: channel("m")}},
		"bars from end to end":    {chart.Bar, chart.Encoding{X: channel("n"), X2: channel("end"), Y: channel("s")}},
		"cells":                   {chart.Rect, chart.Encoding{X: channel("k"), Y: channel("s")}},
		"cells of bins":           {chart.Rect, chart.Encoding{X: channel("bin(n)"), Y: channel("bin(m)")}},
		"texts":                   {chart.Text, chart.Encoding{X: channel("n"), Y: channel("m"), Text: channel("s")}},
		"numbers as texts":        {chart.Text, chart.Encoding{X: channel("n"), Y: channel("m"), Text: channel("m")}},
		"rules":                   {chart.Rule, chart.Encoding{X: channel("n"), Y: channel("m"), X2: channel("end"), Y2: channel("end")}},
		"points logarithmically":  {chart.Point, chart.Encoding{X: channel("n"), Y: chart.Channel{Field: "m", Scale: chart.Scale{Log: true}}}},
		"points within a domain":  {chart.Point, chart.Encoding{X: channel("n"), Y: chart.Channel{Field: "m", Scale: chart.Scale{Domain: []float64{0, 2.5}}}}},
		"an area within a domain": {chart.Area, chart.Encoding{X: channel("n"), Y: chart.Channel{Field: "m", Scale: chart.Scale{Domain: []float64{1, 3}}}}},
	} {
		c, err := chart.New(data, l.mark, l.e, chart.Style{Color: "#ff0000", Opacity: 1})
		if err == nil {
			c = c.Sized(120, 90)
		}
		if part, _, _ := covered(picture(t, c, err), red); part < 1e-5 {
			t.Errorf("%s: there is nothing of it", name)
		}
	}
}

func TestAwkwardChartsAreDrawn(t *testing.T) {
	many := make([]string, 60)
	for i := range many {
		many[i] = strings.Repeat("long name ", 9) + string(rune('a'+i%26)) + string(rune('a'+i/26))
	}
	for name, data := range map[string]chart.Columns{
		"no rows":       {"x": []float64{}, "k": []string{}},
		"one row":       {"x": []float64{5}, "k": []string{""}},
		"only missing":  {"x": []float64{math.NaN(), math.Inf(1)}, "k": []string{"a", "b"}},
		"huge numbers":  {"x": []float64{-1e300, 1e300}, "k": []string{"a", "b"}},
		"small numbers": {"x": []float64{1e-300, 2e-300}, "k": []string{"a", "b"}},
		"many names":    {"x": make([]float64, 60), "k": many},
	} {
		for _, e := range []chart.Encoding{
			{X: channel("x"), Y: channel("k"), Color: channel("k")},
			{X: channel("k"), Y: channel("x"), Color: channel("x"), Size: channel("x")},
			{X: channel("bin(x)"), Y: channel("count()")},
		} {
			for _, mark := range []chart.Mark{chart.Point, chart.Bar} {
				c, err := chart.New(data, mark, e)
				if err != nil {
					t.Errorf("%s: %v", name, err)
					continue
				}
				picture(t, c.Titled(strings.Repeat("A title ", 30)).Sized(90, 60), nil)
			}
		}
	}
}

func TestFacetsStandSideBySide(t *testing.T) {
	data := chart.Columns{"x": []float64{1, 2, 3, 4}, "k": []string{"a", "b", "c", "d"}}
	c, err := chart.New(data, chart.Point, chart.Encoding{X: channel("x")}, chart.Style{Color: "#ff0000"})
	if err != nil {
		t.Fatal(err)
	}
	one := picture(t, c, nil).Bounds()
	if c, err = c.By("k"); err != nil {
		t.Fatal(err)
	}
	c.FacetColumns = 2
	four := picture(t, c, nil).Bounds()
	if r := float64(four.Dx()) / float64(one.Dx()); r < 1.8 || r > 2.3 {
		t.Errorf("two facets in a row are %v times as wide as one", r)
	}
	if r := float64(four.Dy()) / float64(one.Dy()); r < 1.8 || r > 2.4 {
		t.Errorf("two rows of facets are %v times as high as one", r)
	}
}

func TestNumbersAreWrittenAsTheirFormatSays(t *testing.T) {
	for _, c := range []struct {
		format string
		v      float64
		want   string
	}{
		{"", 0, "0"}, {"", math.Copysign(0, -1), "0"}, {"", 1234567, "1,234,567"}, {"", 0.25, "0.25"},
		{"", -1500, "\u22121,500"}, {"", 1e20, "1e+20"}, {".0%", 0.256, "26%"}, {".1%", 0.256, "25.6%"},
		{".2f", 3.14159, "3.14"}, {",.1f", 12345.67, "12,345.7"}, {"d", 12345, "12345"}, {",d", 12345, "12,345"},
		{".3g", 1234.5, "1.23e+03"}, {"e", 1500, "1.5e+03"}, {"$unknown!", 2, "2"},
	} {
		if got := number(c.format, c.v); got != c.want {
			t.Errorf("%v by %q: %q, want %q", c.v, c.format, got, c.want)
		}
	}
}

func TestTicksOfTimeAreRound(t *testing.T) {
	start := time.Date(2026, 1, 30, 22, 13, 5, 0, time.UTC)
	for _, c := range []struct {
		long time.Duration
		want string
	}{
		{5 * time.Millisecond, "05.001"}, {40 * time.Second, "22:13:10"}, {6 * time.Minute, "22:14"},
		{20 * time.Hour, "31 Jan 00h"}, {6 * 24 * time.Hour, "31 Jan"}, {200 * 24 * time.Hour, "Feb 2026"},
		{5 * 365 * 24 * time.Hour, "2027"}, {80 * 365 * 24 * time.Hour, "2040"},
	} {
		low := float64(start.UnixMilli())
		ticks := timeTicks(low, low+float64(c.long.Milliseconds()))
		var labels []string
		for _, tick := range ticks {
			labels = append(labels, tick.Label)
		}
		if len(ticks) < 2 || len(ticks) > 10 || !strings.Contains(strings.Join(labels, "|"), c.want) {
			t.Errorf("%v: %q lack %q", c.long, labels, c.want)
		}
	}
}
