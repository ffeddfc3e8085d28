package pipeline_test

// This file defines steps that are easy to predict, and count what is done to them.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/model"
	"gonum.org/v1/gonum/mat"
)

// lengths makes a text's length and its number of the letters in Letters.
type lengths struct {
	Letters string
	Scale   float64
	Weights map[string]float64
	Log     *log `artefact:"-"`
}

// A log counts fits and transformations by all copies of a step.
type log struct{ fits, transforms, rows atomic.Int64 }

func (l *log) fit(rows int) {
	if l != nil {
		l.fits.Add(1)
		l.rows.Add(int64(rows))
	}
}

func (l *log) transform() {
	if l != nil {
		l.transforms.Add(1)
	}
}

func (l *lengths) Stateless() bool { return true }

func (l *lengths) FitContext(ctx context.Context, docs []string) error {
	if l.Scale < 0 {
		return errors.New("lengths: Scale is negative")
	}
	l.Log.fit(len(docs))
	return ctx.Err()
}

func (l *lengths) TransformContext(ctx context.Context, docs []string) (mat.Matrix, error) {
	l.Log.transform()
	if len(docs) == 0 {
		return &mat.Dense{}, ctx.Err()
	}
	out := mat.NewDense(len(docs), 2, nil)
	for i, d := range docs {
		out.SetRow(i, l.features(d))
	}
	return out, ctx.Err()
}

func (l *lengths) features(d string) []float64 {
	n := 0
	for _, r := range d {
		if strings.ContainsRune(l.Letters, r) {
			n++
		}
	}
	return []float64{float64(len(d)) * max(l.Scale, 1), float64(n)}
}

func (l *lengths) TransformText(v *feature.Vector, doc string) error {
	n := 0
	for _, r := range doc {
		if strings.ContainsRune(l.Letters, r) {
			n++
		}
	}
	v.Len, v.Dense, v.Index = 2, true, v.Index[:0]
	v.Value = append(v.Value[:0], float64(len(doc))*max(l.Scale, 1), float64(n))
	return nil
}

func (l *lengths) State() (*artefact.State, error) {
	p, err := artefact.Params(l)
	return &artefact.State{Kind: "test.lengths", Params: p}, err
}

func (l *lengths) SetState(s *artefact.State) error {
	var fresh lengths
	if err := artefact.SetParams(&fresh, s.Params); err != nil {
		return err
	}
	*l = fresh
	return nil
}

// center subtracts the means times Strength, or 1.
type center struct {
	Strength float64
	Log      *log `artefact:"-"`
	means    []float64
}

func (c *center) FitContext(ctx context.Context, x mat.Matrix) error {
	c.means = nil
	if c.Strength == 13 {
		return errors.New("center: 13 is bad luck")
	}
	r, n := x.Dims()
	c.Log.fit(r)
	means := make([]float64, n)
	for j := range means {
		for i := range r {
			means[j] += x.At(i, j) / float64(r)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c.means = means
	return nil
}

func (c *center) strength() float64 {
	if c.Strength == 0 {
		return 1
	}
	return c.Strength
}

func (c *center) TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	c.Log.transform()
	if c.means == nil {
		return nil, &feature.NotFittedError{What: "test.center"}
	}
	r, n := x.Dims()
	if r == 0 {
		return x, nil
	}
	if n != len(c.means) {
		return nil, fmt.Errorf("center: %d columns", n)
	}
	out := mat.NewDense(r, n, nil)
	for i := range r {
		for j := range n {
			out.Set(i, j, x.At(i, j)-c.means[j]*c.strength())
		}
	}
	return out, nil
}

func (c *center) TransformVector(v *feature.Vector) error {
	for j := range v.Value {
		v.Value[j] -= c.means[j] * c.strength()
	}
	return nil
}

func (c *center) State() (*artefact.State, error) {
	if c.means == nil {
		return nil, &feature.NotFittedError{What: "test.center"}
	}
	p, err := artefact.Params(c)
	return &artefact.State{Kind: "test.center", Params: p, Arrays: map[string]artefact.Array{"means": artefact.Vector(c.means)}}, err
}

func (c *center) SetState(s *artefact.State) error {
	var fresh center
	err := artefact.SetParams(&fresh, s.Params)
	if err == nil {
		fresh.means, err = artefact.Get[float64](s, "means", -1)
	}
	if err == nil {
		*c = fresh
	}
	return err
}

// nearest is a classifier by the nearest mean of the first column plus Offset.
type nearest struct {
	Offset  float64
	Seed    int
	Log     *log `artefact:"-"`
	classes []string
	means   []float64
}

func (m *nearest) FitContext(ctx context.Context, x mat.Matrix, y []string) error {
	m.classes = nil
	if m.Offset == 13 {
		return errors.New("nearest: 13 is bad luck")
	}
	r, _ := x.Dims()
	m.Log.fit(r)
	classes := slices.Compact(slices.Sorted(slices.Values(y)))
	m.means = make([]float64, len(classes))
	for k, c := range classes {
		n := 0
		for i := range y {
			if y[i] == c {
				m.means[k] += x.At(i, 0)
				n++
			}
		}
		m.means[k] = m.means[k]/float64(n) + m.Offset
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	m.classes = classes
	return nil
}

func (m *nearest) Classes() []string { return m.classes }

func (m *nearest) proba(x float64, out []float64) {
	sum := 0.0
	for k, mean := range m.means {
		out[k] = 1 / (1e-9 + math.Abs(x-mean))
		sum += out[k]
	}
	for k := range out {
		out[k] /= sum
	}
}

func (m *nearest) Predict(x mat.Matrix) ([]string, error) {
	p, err := m.PredictProba(x)
	if err != nil {
		return nil, err
	}
	r, _ := x.Dims()
	out := make([]string, r)
	for i := range out {
		row := p.RawRowView(i)
		out[i] = m.classes[slices.Index(row, slices.Max(row))]
	}
	return out, nil
}

func (m *nearest) PredictProba(x mat.Matrix) (*mat.Dense, error) {
	if m.classes == nil {
		return nil, &feature.NotFittedError{What: "test.nearest"}
	}
	r, _ := x.Dims()
	if r == 0 {
		return &mat.Dense{}, nil
	}
	out := mat.NewDense(r, len(m.classes), nil)
	for i := range r {
		m.proba(x.At(i, 0), out.RawRowView(i))
	}
	return out, nil
}

func (m *nearest) ProbaVector(v *feature.Vector, proba []float64) error {
	m.proba(v.Value[0], proba)
	return nil
}

func (m *nearest) Explain(x mat.Matrix) ([]model.Explanation, error) {
	r, _ := x.Dims()
	return make([]model.Explanation, r), nil
}

func (m *nearest) State() (*artefact.State, error) {
	if m.classes == nil {
		return nil, &feature.NotFittedError{What: "test.nearest"}
	}
	p, err := artefact.Params(m)
	return &artefact.State{Kind: "test.nearest", Params: p, Arrays: map[string]artefact.Array{
		"means": artefact.Vector(m.means), "classes": artefact.Vector(m.classes)}}, err
}

func (m *nearest) SetState(s *artefact.State) error {
	var fresh nearest
	err := artefact.SetParams(&fresh, s.Params)
	if err == nil {
		fresh.means, err = artefact.Get[float64](s, "means", -1)
	}
	if err == nil {
		fresh.classes, err = artefact.Get[string](s, "classes", len(fresh.means))
	}
	if err == nil {
		*m = fresh
	}
	return err
}

// line is a regressor by the first column times Slope, or what was learned.
type line struct {
	Slope  float64
	fitted float64
}

func (l *line) FitContext(ctx context.Context, x mat.Matrix, y []float64) error {
	l.fitted = 0
	var xy, xx float64
	for i := range y {
		xy += x.At(i, 0) * y[i]
		xx += x.At(i, 0) * x.At(i, 0)
	}
	l.fitted = xy / xx
	if l.Slope != 0 {
		l.fitted = l.Slope
	}
	return ctx.Err()
}

func (l *line) Predict(x mat.Matrix) ([]float64, error) {
	if l.fitted == 0 {
		return nil, &feature.NotFittedError{What: "test.line"}
	}
	r, _ := x.Dims()
	out := make([]float64, r)
	for i := range out {
		out[i] = l.fitted * x.At(i, 0)
	}
	return out, nil
}

func (l *line) ValueVector(v *feature.Vector) (float64, error) { return l.fitted * v.Value[0], nil }
