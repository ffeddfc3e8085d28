package model

// This file defines linear regression, plain and with a penalty.

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/mat"
)

const (
	regressionName = "LinearRegression"
	regressionKind = "model." + regressionName
	ridgeName      = "Ridge"
	ridgeKind      = "model." + ridgeName
)

var (
	_ Regressor         = (*LinearRegression)(nil)
	_ Explainer         = (*LinearRegression)(nil)
	_ artefact.Stateful = (*LinearRegression)(nil)
	_ Regressor         = (*Ridge)(nil)
	_ Explainer         = (*Ridge)(nil)
	_ artefact.Stateful = (*Ridge)(nil)
)

// LinearRegression is ordinary least squares: values are x·w + b, with the w and b
// that minimise
//
//	Σ_i s_i·(y_i - x_i·w - b)²
//
// over samples of weights s. If several w do, as when one feature is the sum of two
// others or there are more features than samples, it is the one of the least norm.
//
// Up to 2048 dense columns or rows, or 512 sparse columns, are solved by orthogonal
// triangles and singular values, which do not square the features' condition number;
// more by LSQR, which goes on to rounding errors.
type LinearRegression struct {
	// Tol is the share of the largest singular value of the centred features up to
	// which a singular value counts as 0, as scikit-learn's tol is for dense
	// features. 0 stands for scikit-learn's 1e-6, which takes columns for equal
	// that differ by a millionth; and it leaves out a column whose values are a
	// millionth of another's, so that it is well to scale features, or to give a
	// Tol such as 1e-12. LSQR does without.
	Tol float64
	// NoIntercept leaves b out: it is 0, and nothing is centred.
	NoIntercept bool

	linear *linear
}

// Ridge is least squares with a penalty: values are x·w + b, with the w and b that
// minimise
//
//	Σ_i s_i·(y_i - x_i·w - b)² + Alpha·‖w‖²
//
// over samples of weights s. It is solved as [LinearRegression] is.
type Ridge struct {
	// Alpha is the penalty's strength, above 0. 0 stands for 1; without a
	// penalty, take a LinearRegression.
	Alpha float64
	// NoIntercept leaves b out: it is 0, and nothing is centred.
	NoIntercept bool

	linear *linear
}

// fitLeastSquares fits either.
func fitLeastSquares(ctx context.Context, what string, x mat.Matrix, y, weights []float64, penalty, least float64, intercept bool) (*linear, error) {
	s, err := checkFit(what, x, len(y))
	if err != nil {
		return nil, err
	}
	if err := finiteValues(what, y); err != nil {
		return nil, err
	}
	if err := checkWeights(what, weights, len(y)); err != nil {
		return nil, err
	}
	d, err := newDesign(ctx, what, s)
	if err != nil {
		return nil, err
	}
	l, err := newLeastSquares(ctx, d, y, weights, penalty, least, intercept)
	if err != nil {
		return nil, err
	}
	w, b, err := l.solve(ctx)
	if err != nil {
		return nil, err
	}
	if !allFinite(w) || b-b != 0 {
		return nil, fmt.Errorf("model: %s found no finite coefficients: features or values are too large; scale them", what)
	}
	return d.linear(w, []float64{b}, 1), nil
}

// Fit learns from the rows of x and their values y.
func (m *LinearRegression) Fit(x mat.Matrix, y []float64) error {
	return m.FitContext(context.Background(), x, y)
}

// FitContext is Fit that can be cancelled: then it returns ctx's error, and the model
// is not fitted.
func (m *LinearRegression) FitContext(ctx context.Context, x mat.Matrix, y []float64) error {
	return m.FitWeighted(ctx, x, y, nil)
}

// FitWeighted is FitContext with a weight for each sample. Nil stands for weights of
// 1.
func (m *LinearRegression) FitWeighted(ctx context.Context, x mat.Matrix, y, weights []float64) (err error) {
	m.linear = nil
	if !(m.Tol >= 0 && m.Tol < 1) {
		return fmt.Errorf("model: %s cannot have Tol %v; it is from 0 to below 1, and 0 stands for 1e-6", regressionName, m.Tol)
	}
	tol := m.Tol
	if tol == 0 {
		tol = 1e-6
	}
	m.linear, err = fitLeastSquares(ctx, regressionName, x, y, weights, 0, tol, !m.NoIntercept)
	return err
}

// Coef returns w, an element for each feature, or nil if the model is not fitted.
func (m *LinearRegression) Coef() []float64 { return m.linear.coef() }

// Intercept returns b, or NaN if the model is not fitted.
func (m *LinearRegression) Intercept() float64 { return m.linear.intercept() }

// Predict returns the value of each row.
func (m *LinearRegression) Predict(x mat.Matrix) ([]float64, error) {
	return m.linear.values(regressionName, x)
}

// ValueVector returns the value of one sample, without allocation: the same as
// Predict gives.
func (m *LinearRegression) ValueVector(v *feature.Vector) (float64, error) {
	return m.linear.value(regressionName, v)
}

// Explain takes values apart: a feature contributes its value times its
// coefficient, and Base is the intercept. The largest contributions come first.
func (m *LinearRegression) Explain(x mat.Matrix) ([]Explanation, error) {
	return m.linear.explainValues(regressionName, x)
}

// State returns what was learned. Its arrays are
//
//	coef       f64  1 × columns
//	intercept  f64  1
func (m *LinearRegression) State() (*artefact.State, error) {
	return m.linear.state(regressionKind, m)
}

// SetState makes the model what the state says.
func (m *LinearRegression) SetState(s *artefact.State) (err error) {
	fresh := &LinearRegression{}
	if fresh.linear, err = regressor(s, regressionKind, fresh); err != nil {
		return err
	}
	*m = *fresh
	return nil
}

// Fit learns from the rows of x and their values y.
func (m *Ridge) Fit(x mat.Matrix, y []float64) error {
	return m.FitContext(context.Background(), x, y)
}

// FitContext is Fit that can be cancelled: then it returns ctx's error, and the model
// is not fitted.
func (m *Ridge) FitContext(ctx context.Context, x mat.Matrix, y []float64) error {
	return m.FitWeighted(ctx, x, y, nil)
}

// FitWeighted is FitContext with a weight for each sample. Nil stands for weights of
// 1.
func (m *Ridge) FitWeighted(ctx context.Context, x mat.Matrix, y, weights []float64) (err error) {
	m.linear = nil
	if !(m.Alpha >= 0) || math.IsInf(m.Alpha, 1) {
		return fmt.Errorf("model: %s cannot have Alpha %v; it is above 0, and 0 stands for 1", ridgeName, m.Alpha)
	}
	alpha := m.Alpha
	if alpha == 0 {
		alpha = 1
	}
	m.linear, err = fitLeastSquares(ctx, ridgeName, x, y, weights, alpha, 1e-15, !m.NoIntercept)
	return err
}

// Coef returns w, an element for each feature, or nil if the model is not fitted.
func (m *Ridge) Coef() []float64 { return m.linear.coef() }

// Intercept returns b, or NaN if the model is not fitted.
func (m *Ridge) Intercept() float64 { return m.linear.intercept() }

// Predict returns the value of each row.
func (m *Ridge) Predict(x mat.Matrix) ([]float64, error) { return m.linear.values(ridgeName, x) }

// ValueVector returns the value of one sample, without allocation: the same as
// Predict gives.
func (m *Ridge) ValueVector(v *feature.Vector) (float64, error) {
	return m.linear.value(ridgeName, v)
}

// Explain takes values apart: a feature contributes its value times its
// coefficient, and Base is the intercept. The largest contributions come first.
func (m *Ridge) Explain(x mat.Matrix) ([]Explanation, error) {
	return m.linear.explainValues(ridgeName, x)
}

// State returns what was learned. Its arrays are
//
//	coef       f64  1 × columns
//	intercept  f64  1
func (m *Ridge) State() (*artefact.State, error) { return m.linear.state(ridgeKind, m) }

// SetState makes the model what the state says.
func (m *Ridge) SetState(s *artefact.State) (err error) {
	fresh := &Ridge{}
	if fresh.linear, err = regressor(s, ridgeKind, fresh); err != nil {
		return err
	}
	*m = *fresh
	return nil
}

// What regressors share; l is nil if the model is not fitted.

func (l *linear) coef() []float64 {
	if l == nil {
		return nil
	}
	return slices.Clone(l.w)
}

func (l *linear) intercept() float64 {
	if l == nil {
		return math.NaN()
	}
	return l.b[0]
}

func (l *linear) values(what string, x mat.Matrix) ([]float64, error) {
	if l == nil {
		return nil, &feature.NotFittedError{What: "model." + what}
	}
	rows := 0
	if x != nil {
		rows, _ = x.Dims()
	}
	values := make([]float64, rows)
	_, err := l.each(context.Background(), what, x, func(lo, hi int, z []float64) error {
		copy(values[lo:hi], z)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

func (l *linear) value(what string, v *feature.Vector) (float64, error) {
	if l == nil {
		return 0, &feature.NotFittedError{What: "model." + what}
	}
	var z [1]float64
	err := l.vector(what, v, z[:])
	return z[0], err
}

func (l *linear) explainValues(what string, x mat.Matrix) ([]Explanation, error) {
	if l == nil {
		return nil, &feature.NotFittedError{What: "model." + what}
	}
	return l.explain(what, "value", []string{""}, nil, x)
}

func (l *linear) state(kind string, m any) (*artefact.State, error) {
	if l == nil {
		return nil, &feature.NotFittedError{What: kind}
	}
	params, err := artefact.Params(m)
	if err != nil {
		return nil, err
	}
	s := &artefact.State{Kind: kind, Params: params, Arrays: map[string]artefact.Array{}}
	l.put(s, "coef", "intercept")
	return s, nil
}

// regressor sets the parameters of m, and returns what was learned.
func regressor(s *artefact.State, kind string, m any) (*linear, error) {
	if err := checkKind(s, kind); err != nil {
		return nil, err
	}
	if err := artefact.SetParams(m, s.Params); err != nil {
		return nil, err
	}
	return getLinear(s, 1, "coef", "intercept")
}
