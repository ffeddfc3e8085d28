package display

// This file tests the charts of charts.go and charts_models.go: their bundles against
// testdata/charts.txtar, and what is refused.

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
	"gonum.org/v1/gonum/mat"

	"github.com/netherfield/netherfield/display/chart"
	_ "github.com/netherfield/netherfield/display/png"
)

// messages are a table of few rows with all that charts have trouble with: a number that
// is missing, a name with the characters of paths, a text with markup.
func messages() chart.Columns {
	return chart.Columns{
		"length":    []float64{12, 25, math.NaN(), 40, 33, 18},
		"words.all": []int{3, 5, 2, 9, 7, 4},
		"label":     []string{"spam", "legitimate", "spam", "legitimate", "spam", "legitimate"},
		"text":      []string{"<script>alert(1)</script>", "b", "c", "d", "e", "f"},
		"day": []time.Time{
			time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 4, 0, 0, 0, 0, time.UTC),
			time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC), time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC),
		},
	}
}

type points struct{ x, y []float64 }

func (p points) XY() (x, y []float64) { return p.x, p.y }

type rocPoints struct{ points }

func (rocPoints) AUC() float64 { return 0.875 }

type prPoints struct{ points }

func (prPoints) AveragePrecision() float64 { return 0.75 }

type confusions struct {
	classes []string
	counts  [][]int
}

func (c confusions) ClassCounts() ([]string, [][]int) { return c.classes, c.counts }

func TestChartsShowAsGolden(t *testing.T) {
	steep := rocPoints{points{[]float64{0, 0, 0.5, 1}, []float64{0, 0.5, 1, 1}}}
	live := chart.Columns{"length": []float64{12, 14}, "label": []string{"spam", "spam"}}
	got := new(txtar.Archive)
	for _, c := range []struct {
		name string
		draw func() (*chart.Chart, error)
	}{
		{"points", func() (*chart.Chart, error) { return Points(messages(), "length", "words.all", "label") }},
		{"points with tooltip and facets", func() (*chart.Chart, error) {
			c, err := Points(messages(), "length", "words.all", "label")
			if err != nil {
				return nil, err
			}
			if c, err = c.Tooltip("text"); err != nil {
				return nil, err
			}
			return c.By("label")
		}},
		{"lines in time", func() (*chart.Chart, error) { return Lines(messages(), "day", "words.all", "") }},
		{"areas on one another", func() (*chart.Chart, error) { return Areas(messages(), "words.all", "length", "label") }},
		{"bars of counts", func() (*chart.Chart, error) { return Bars(messages(), "label", "", "") }},
		{"bars on their sides", func() (*chart.Chart, error) { return Bars(messages(), "mean(length)", "label", "") }},
		{"histogram", func() (*chart.Chart, error) { return Histogram(messages(), "length", "label") }},
		{"heat map", func() (*chart.Chart, error) { return HeatMap(messages(), "bin(length)", "label", "") }},
		{"roc", func() (*chart.Chart, error) { return ROC(steep) }},
		{"roc of two", func() (*chart.Chart, error) { return ROC(Named("forest", steep), Named("regression", steep)) }},
		{"precision and recall", func() (*chart.Chart, error) {
			return PrecisionRecall(prPoints{points{[]float64{1, 0.5, 0}, []float64{0.5, 1, 1}}})
		}},
		{"calibration", func() (*chart.Chart, error) { return Calibration(points{[]float64{0.1, 0.8}, []float64{0.2, 0.7}}) }},
		{"confusion matrix", func() (*chart.Chart, error) {
			return ConfusionMatrix(confusions{[]string{"spam", "legitimate"}, [][]int{{9, 1}, {3, 7}}})
		}},
		{"projection", func() (*chart.Chart, error) {
			return Projection(mat.NewDense(2, 2, []float64{1, 2, 3, 4}), []string{"a", "b"}, []string{"first", "second"})
		}},
		{"distributions of numbers", func() (*chart.Chart, error) {
			return Distributions("length", Sample{"training", messages()}, Sample{"live", live})
		}},
		{"distributions of names", func() (*chart.Chart, error) {
			return Distributions("label", Sample{"training", messages()}, Sample{"live", live})
		}},
	} {
		made, err := c.draw()
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		b := Of(made)
		for _, mime := range slices.Sorted(maps.Keys(b.Data)) {
			f := section(t, c.name+": "+mime, mime, readable(t, mime, b))
			got.Files = append(got.Files, f)
		}
	}
	compareGolden(t, "testdata/charts.txtar", got)
}

// readable returns a representation as a person compares it: JSON over several lines, of
// a picture its size.
func readable(t *testing.T, mime string, b Bundle) any {
	t.Helper()
	switch v := b.Data[mime].(type) {
	case json.RawMessage:
		var out bytes.Buffer
		if err := json.Indent(&out, v, "", " "); err != nil {
			t.Fatal(err)
		}
		return out.String()
	case string:
		if mime != imagePNG {
			return v
		}
		raw, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			t.Fatal(err)
		}
		m, err := png.DecodeConfig(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		// The fonts of another version may be wider by a pixel, so it is not the size but
		// whether it is shown at half of it.
		var size struct{ Width, Height int }
		if err := json.Unmarshal(b.Metadata[mime].(json.RawMessage), &size); err != nil {
			t.Fatal(err)
		}
		if d := m.Width - 2*size.Width; d < -2 || d > 2 {
			t.Errorf("a picture of %d pixels is shown %d wide", m.Width, size.Width)
		}
		return "a picture shown at half its size"
	}
	t.Fatalf("%s: a %T", mime, b.Data[mime])
	return nil
}

func TestAChartThatCannotBeDrawnSaysWhy(t *testing.T) {
	var none *chart.Chart
	for want, draw := range map[string]func() (*chart.Chart, error){
		`no column "nix"`:                     func() (*chart.Chart, error) { return Points(messages(), "nix", "length", "") },
		`there is no column "nix"; there are`: func() (*chart.Chart, error) { return Points(messages(), "length", "length", "nix") },
		`column "text" has texts`:             func() (*chart.Chart, error) { return Points(messages(), "text:Q", "length", "") },
		`mean wants numbers`:                  func() (*chart.Chart, error) { return Bars(messages(), "label", "mean(text)", "") },
		`bin wants numbers`:                   func() (*chart.Chart, error) { return Histogram(messages(), "text", "") },
		`a bar needs numbers`:                 func() (*chart.Chart, error) { return Bars(messages(), "label", "text", "") },
		`no width along the quantitative`:     func() (*chart.Chart, error) { return HeatMap(messages(), "length", "label", "") },
		`no data`:                             func() (*chart.Chart, error) { return Points(nil, "x", "y", "") },
		`a int is no table`:                   func() (*chart.Chart, error) { return Points(5, "x", "y", "") },
		`no curve`:                            func() (*chart.Chart, error) { return ROC() },
		`3 places along x, but 1 along y`:     func() (*chart.Chart, error) { return ROC(points{make3(), []float64{1}}) },
		`a projection has two columns, not 1`: func() (*chart.Chart, error) { return Projection(mat.NewDense(2, 1, nil), nil, nil) },
		`has 2 values, but`:                   func() (*chart.Chart, error) { return Projection(mat.NewDense(3, 2, nil), []string{"a", "b"}, nil) },
		`2 classes has 1 rows`:                func() (*chart.Chart, error) { return ConfusionMatrix(confusions{[]string{"a", "b"}, [][]int{{1, 2}}}) },
		`row 1 of a confusion`: func() (*chart.Chart, error) {
			return ConfusionMatrix(confusions{[]string{"a", "b"}, [][]int{{1, 2}, {3}}})
		},
		`no sample`: func() (*chart.Chart, error) { return Distributions("length") },
		`two samples are named "a"`: func() (*chart.Chart, error) {
			return Distributions("length", Sample{"a", messages()}, Sample{"a", messages()})
		},
		`sample "b": chart: there is no column`: func() (*chart.Chart, error) {
			return Distributions("length", Sample{"a", messages()}, Sample{"b", chart.Columns{}})
		},
		`texts in one of samples`: func() (*chart.Chart, error) {
			return Distributions("length", Sample{"a", messages()}, Sample{"b", chart.Columns{"length": []string{"long"}}})
		},
	} {
		c, err := draw()
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not say %q", err, want)
		}
		if c != none {
			t.Errorf("%q: there is a chart all the same", want)
		}
	}
}

func make3() []float64 { return []float64{0, 0.5, 1} }

func TestAChartOfAMillionRowsIsThinnedOut(t *testing.T) {
	x := make([]float64, 1_000_000)
	for i := range x {
		x[i] = float64(i)
	}
	c, err := Points(chart.Columns{"x": x}, "x", "x", "")
	if err != nil {
		t.Fatal(err)
	}
	b := Of(c)
	const notice = "5,000 of 1,000,000 rows drawn"
	if text := b.Data[textPlain].(string); !strings.Contains(text, notice) {
		t.Errorf("the text %q does not tell", text)
	}
	spec := b.Data["application/vnd.vegalite.v5+json"].(json.RawMessage)
	if !bytes.Contains(spec, []byte(`"subtitle":"`+notice)) {
		t.Error("the chart does not tell")
	}
	if len(spec) > 300_000 {
		t.Errorf("the chart has %d bytes", len(spec))
	}
}

// A text with markup is data of the chart and nothing else.
func TestMarkupInChartsStaysText(t *testing.T) {
	const markup = `<script>alert("x")</script>`
	c, err := Bars(chart.Columns{markup: []string{markup}}, markup, "", "")
	if err != nil {
		t.Fatal(err)
	}
	b := Of(c.Titled(markup))
	for mime, v := range b.Data {
		if mime == textPlain || mime == imagePNG {
			continue
		}
		if strings.Contains(fmt.Sprintf("%s", v), "<script>") {
			t.Errorf("%s has markup", mime) // JSON writes it as \u003c
		}
	}
}
