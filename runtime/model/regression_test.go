package model

import (
	"context"
	"math"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/numpy"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// A linearRegressor is what both have in common.
type linearRegressor interface {
	Regressor
	Explainer
	artefact.Stateful
	Fit(mat.Matrix, []float64) error
	FitWeighted(context.Context, mat.Matrix, []float64, []float64) error
	Coef() []float64
	Intercept() float64
}

func TestRegressionIsScikitLearns(t *testing.T) {
	for name, make := range map[string]func() linearRegressor{
		"linear": func() linearRegressor { return &LinearRegression{} },
		"ridge":  func() linearRegressor { return &Ridge{} },
	} {
		for _, part := range golden.Load(t, name).Parts {
			s := part.State
			for form, x := range forms(t, goldenX(t, s)) {
				t.Run(name+"/"+part.Name+"/"+form, func(t *testing.T) {
					m := make()
					if err := artefact.SetParams(m, s.Params); err != nil {
						t.Fatal(err)
					}
					if err := m.FitWeighted(t.Context(), x, golden.Floats(t, s, "y"), goldenWeights(t, s)); err != nil {
						t.Fatal(err)
					}
					coef := golden.Floats(t, s, "coef")
					golden.Near(t, "coef", m.Coef(), coef, 1e-9, 1e-11*floats.Norm(coef, math.Inf(1))+1e-14)
					golden.Near(t, "intercept", []float64{m.Intercept()}, []float64{golden.Float(t, s, "intercept")}, 1e-9, 1e-10)
					predicted, err := m.Predict(x)
					if err != nil {
						t.Fatal(err)
					}
					golden.Near(t, "predicted", predicted, golden.Floats(t, s, "predicted"), 1e-9, 1e-9)
					explanations, err := m.Explain(x)
					if err != nil {
						t.Fatal(err)
					}
					vectors(x, func(i int, v *feature.Vector) {
						value, err := m.ValueVector(v)
						if err != nil || value != predicted[i] {
							t.Errorf("row %d: %v alone, %v among others, %v", i, value, predicted[i], err)
						}
						checkExplanation(t, explanations[i])
					})
				})
			}
		}
	}
}

func TestLeastSquaresAgreeHoweverTheyAreSolved(t *testing.T) {
	r := numpy.NewRandomState(1)
	for _, c := range []struct {
		rows, cols int
		penalty    float64
	}{{60, 20, 0}, {20, 60, 0}, {60, 20, 0.5}, {20, 60, 0.5}, {40, 40, 2}} {
		x := mat.NewDense(c.rows, c.cols, nil)
		y, weights := make([]float64, c.rows), make([]float64, c.rows)
		for i := range c.rows {
			for j := range c.cols {
				x.Set(i, j, r.Float64())
			}
			y[i], weights[i] = 10*r.Float64(), r.Float64()
		}
		s, err := read("test", x)
		if err != nil {
			t.Fatal(err)
		}
		d, err := newDesign(t.Context(), "test", s)
		if err != nil {
			t.Fatal(err)
		}
		l, err := newLeastSquares(t.Context(), d, y, weights, c.penalty, 1e-12, true)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := l.byColumns(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		iterated, err := l.iterate(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		golden.Near(t, "LSQR", iterated, columns, 1e-9, 1e-9)
		rows, err := l.byRows(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if c.rows <= c.cols || c.penalty > 0 {
			golden.Near(t, "by rows", rows, columns, 1e-9, 1e-9)
		}
	}
}
