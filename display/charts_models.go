package display

// This file makes charts of what models do and of the data they see.

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/display/chart"
)

// A Curve is a line of points, such as package metric's ROCCurve, PRCurve and
// CalibrationCurve are.
type Curve interface {
	// XY returns the points' places.
	XY() (x, y []float64)
}

// Named gives a curve a name, by which a chart of several tells it.
func Named(name string, c Curve) Curve { return namedCurve{c, name} }

type namedCurve struct {
	Curve
	name string
}

// ROC returns a chart of receiver operating characteristics, metric.ROC's, with the
// diagonal of a model that guesses. Curves that have an AUC tell it.
//
//	display.ROC(display.Named("forest", a), display.Named("regression", b))
func ROC(curves ...Curve) (*chart.Chart, error) {
	c, err := curveChart(curves, "false positive rate", "true positive rate", "", func(c Curve) string {
		if has, ok := c.(interface{ AUC() float64 }); ok {
			return fmt.Sprintf("AUC %.3f", has.AUC())
		}
		return ""
	})
	return diagonal(c, err, "false positive rate", "true positive rate")
}

// PrecisionRecall returns a chart of precision against recall, of
// metric.PrecisionRecallCurve. Curves tell their average precision.
func PrecisionRecall(curves ...Curve) (*chart.Chart, error) {
	return curveChart(curves, "recall", "precision", "after", func(c Curve) string {
		if has, ok := c.(interface{ AveragePrecision() float64 }); ok {
			return fmt.Sprintf("AP %.3f", has.AveragePrecision())
		}
		return ""
	})
}

// Calibration returns a chart of what came of predicted probabilities, of
// metric.Calibration, with the diagonal of a calibrated model.
func Calibration(curves ...Curve) (*chart.Chart, error) {
	c, err := curveChart(curves, "predicted probability", "share of positive rows", "", func(Curve) string { return "" })
	return diagonal(c, err, "predicted probability", "share of positive rows")
}

// curveChart draws curves over the unit square. Each tells its name and what more says.
func curveChart(curves []Curve, x, y, step string, more func(Curve) string) (*chart.Chart, error) {
	if len(curves) == 0 {
		return nil, errors.New("display: there is no curve to draw")
	}
	var xs, ys []float64
	var names []string
	for i, c := range curves {
		name := ""
		if n, ok := c.(namedCurve); ok {
			name, c = n.name, n.Curve
		}
		if c == nil {
			return nil, fmt.Errorf("display: curve %d is nil", i)
		}
		cx, cy := c.XY()
		if len(cx) != len(cy) {
			return nil, fmt.Errorf("display: curve %d has %d places along x, but %d along y", i, len(cx), len(cy))
		}
		switch words := more(c); {
		case name == "" && len(curves) > 1:
			name = cmp.Or(words, fmt.Sprint("curve ", i+1))
		case name == "":
			name = words
		case words != "":
			name += " (" + words + ")"
		}
		xs, ys = append(xs, cx...), append(ys, cy...)
		names = append(names, slices.Repeat([]string{name}, len(cx))...)
	}
	unit := chart.Scale{Domain: []float64{0, 1}}
	e := chart.Encoding{X: chart.Channel{Field: x, Scale: unit}, Y: chart.Channel{Field: y, Scale: unit}}
	if slices.Max(names) != "" {
		e.Color = chart.Channel{Field: "curve:N", Sort: "data"}
	}
	c, err := chart.New(chart.Columns{x: xs, y: ys, "curve": names}, chart.Line, e, chart.Style{Step: step, Ordered: true})
	if err != nil {
		return nil, err
	}
	return c.Sized(300, 300), nil
}

// diagonal draws the diagonal of the unit square over a chart.
func diagonal(c *chart.Chart, err error, x, y string) (*chart.Chart, error) {
	if err != nil {
		return nil, err
	}
	ends := []float64{0, 1}
	return c.Add(chart.Columns{x: ends, y: ends}, chart.Line,
		chart.Encoding{X: chart.Channel{Field: x}, Y: chart.Channel{Field: y}, Tooltip: []chart.Channel{}},
		chart.Style{Color: "#888888", Width: 1, Dash: true})
}

// A Confusions counts which class was predicted for which, such as package metric's
// ConfusionMatrix.
type Confusions interface {
	// ClassCounts returns the classes, and for each true one a row with the count of
	// each predicted one.
	ClassCounts() (classes []string, counts [][]int)
}

// ConfusionMatrix returns a chart of the counts, shaded by each cell's share of its true
// class.
func ConfusionMatrix(m Confusions) (*chart.Chart, error) {
	classes, counts := m.ClassCounts()
	if len(classes) == 0 || len(counts) != len(classes) {
		return nil, fmt.Errorf("display: a confusion matrix of %d classes has %d rows", len(classes), len(counts))
	}
	var truth, predicted []string
	var count []int
	var share []float64
	var dark []bool
	for i, row := range counts {
		if len(row) != len(classes) {
			return nil, fmt.Errorf("display: row %d of a confusion matrix of %d classes has %d columns", i, len(classes), len(row))
		}
		total := 0
		for _, n := range row {
			total += n
		}
		for j, n := range row {
			truth, predicted, count = append(truth, classes[i]), append(predicted, classes[j]), append(count, n)
			s := float64(n) / float64(max(1, total))
			share, dark = append(share, s), append(dark, s > 0.5)
		}
	}
	e := chart.Encoding{
		X:     chart.Channel{Field: "predicted:N", Order: classes},
		Y:     chart.Channel{Field: "true:N", Order: classes},
		Color: chart.Channel{Field: "share", Title: "share of true", Format: ".0%", Scale: chart.Scale{Scheme: "blues", Domain: []float64{0, 1}}},
	}
	e.Tooltip = []chart.Channel{{Field: "true:N"}, {Field: "predicted:N"}, {Field: "count"}, {Field: "share", Format: ".1%"}}
	columns := chart.Columns{"true": truth, "predicted": predicted, "count": count, "share": share}
	c, err := chart.New(columns, chart.Rect, e)
	e.Color, e.Text = chart.Channel{}, chart.Channel{Field: "count", Format: ",d"}
	// What is written on dark cells is white.
	for _, on := range []bool{false, true} {
		if err != nil {
			return nil, err
		}
		some := chart.Columns{"true": keep(truth, dark, on), "predicted": keep(predicted, dark, on), "count": keep(count, dark, on), "share": keep(share, dark, on)}
		c, err = c.Add(some, chart.Text, e, chart.Style{Color: map[bool]string{false: "#222222", true: "#ffffff"}[on]})
	}
	if err != nil {
		return nil, err
	}
	side := min(max(160, 50*len(classes)), 600)
	return c.Sized(side, side), nil
}

// keep returns the elements that are marked as on says.
func keep[T any](all []T, marks []bool, on bool) []T {
	var out []T
	for i, v := range all {
		if marks[i] == on {
			out = append(out, v)
		}
	}
	return out
}

// Projection returns a scatter chart of the first two columns of a matrix, such as those
// that feature.PCA and feature.TSNE return, coloured by labels; texts are told of the
// point below the pointer. Labels and texts may be nil.
func Projection(points interface {
	Dims() (r, c int)
	At(i, j int) float64
}, labels, texts []string) (*chart.Chart, error) {
	rows, cols := points.Dims()
	if cols < 2 {
		return nil, fmt.Errorf("display: a projection has two columns, not %d", cols)
	}
	x, y := make([]float64, rows), make([]float64, rows)
	for i := range rows {
		x[i], y[i] = points.At(i, 0), points.At(i, 1)
	}
	columns := chart.Columns{"component 1": x, "component 2": y}
	e := encoding("component 1", "component 2", "")
	e.Tooltip = []chart.Channel{{Field: "component 1", Format: ".3g"}, {Field: "component 2", Format: ".3g"}}
	if labels != nil {
		columns["label"] = labels
		e.Color = chart.Channel{Field: "label:N"}
		e.Tooltip = append(e.Tooltip, e.Color)
	}
	if texts != nil {
		columns["text"] = texts
		e.Tooltip = append(e.Tooltip, chart.Channel{Field: "text:N"})
	}
	return chart.New(columns, chart.Point, e)
}

// A Sample is data with a name.
type Sample struct {
	Name string
	Data any // a frame, a slice of structs or a map of slices
}

// Distributions returns how one column is distributed in several samples, such as what a
// model learned from and what it sees now: side by side, as shares of each sample's
// rows, with the same intervals of numbers.
//
//	display.Distributions("length", display.Sample{"training", train}, display.Sample{"live", live})
func Distributions(column string, samples ...Sample) (*chart.Chart, error) {
	if len(samples) == 0 {
		return nil, errors.New("display: there is no sample to draw")
	}
	var numbers, weights []float64
	var texts, names, order []string
	for i, s := range samples {
		n, t, err := chart.Values(s.Data, column)
		if err != nil {
			return nil, fmt.Errorf("display: sample %q: %w", s.Name, err)
		}
		rows := len(n) + len(t)
		if i > 0 && (t != nil) != (texts != nil) && rows > 0 && len(numbers)+len(texts) > 0 {
			return nil, fmt.Errorf("display: column %q has texts in one of samples %q and %q, and numbers in the other", column, samples[0].Name, s.Name)
		}
		if slices.Contains(order, s.Name) {
			return nil, fmt.Errorf("display: two samples are named %q", s.Name)
		}
		known := 0
		for _, v := range n {
			if v-v == 0 {
				known++
			}
		}
		weight := 1 / math.Max(1, float64(known+len(t)))
		numbers, texts = append(numbers, n...), append(texts, t...)
		names = append(names, slices.Repeat([]string{s.Name}, rows)...)
		weights = append(weights, slices.Repeat([]float64{weight}, rows)...)
		order = append(order, s.Name)
	}
	// Names that the column does not have.
	share, sample := column+" share", column+" sample"
	columns := chart.Columns{sample: names, share: weights}
	of := chart.Channel{Field: sample, Type: chart.Nominal, Title: "sample", Order: order}
	e := chart.Encoding{
		X:     chart.Channel{Field: column},
		Y:     chart.Channel{Field: share, Aggregate: "sum", Title: "share of rows", Format: ".0%"},
		Color: of,
	}
	if texts != nil {
		columns[column] = texts
	} else {
		columns[column] = numbers
		e.X.Bin, e.X.Bins = true, 20
	}
	c, err := chart.New(columns, chart.Bar, e)
	if err != nil {
		return nil, err
	}
	c.Facet = of
	c.FacetColumns = len(samples)
	if c.Width = 300; texts != nil {
		c.Width = 0
	}
	if _, err := c.View(); err != nil {
		return nil, err
	}
	return c, nil
}
