package model

// This file defines logistic regression.

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
	logisticName = "LogisticRegression"
	logisticKind = "model." + logisticName
)

var (
	_ Classifier        = (*LogisticRegression)(nil)
	_ Explainer         = (*LogisticRegression)(nil)
	_ artefact.Stateful = (*LogisticRegression)(nil)
)

// LogisticRegression is a linear model of the probabilities of classes. For two
// classes, with coefficients w and intercept b, that of the second is
//
//	p(x) = 1/(1 + exp(-(x·w + b)))
//
// and for K of more than two, that of class k is exp(x·w_k + b_k) divided by the sum
// of these for all classes (softmax). The fit minimises, over n samples of weights s,
//
//	-Σ s_i·ln p_{y_i}(x_i) + ‖w‖²/(2C)
//
// which is what scikit-learn's LogisticRegression does. The zero value has its
// defaults, except that a fit goes on to the optimum, where scikit-learn's default
// stops earlier: the distance of the coefficients from those that minimise the sum is
// estimated to be below a millionth, and below a millionth of their own norm, for any
// C up to 1e5 (without a penalty, there is no such estimate). Coefficients depend on the scale of features,
// since all are penalised alike; how long a fit takes hardly does.
//
// Reference: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning,
// 4.4; for the method Nocedal and Wright, Numerical Optimization, 7.2.
type LogisticRegression struct {
	// C is the inverse of the penalty's strength, above 0; +Inf is no penalty. 0
	// stands for 1.
	C float64
	// MaxIter is how many steps a fit may take, with all samples. 0 stands for
	// 100; a few dozen are usual. A fit that ends there is none the less a fit:
	// Converged tells.
	MaxIter int
	// Tol ends a fit early, as scikit-learn's does: when no component of the
	// gradient of the objective above, divided by Σ s_i, is larger. 0 stands for
	// going on to the optimum.
	Tol float64
	// NoIntercept leaves b out: it is 0.
	NoIntercept bool
	// ClassWeight has the weights of classes, which multiply those of their
	// samples; classes that it does not have weigh 1.
	ClassWeight map[string]float64
	// Balanced makes each class weigh as much as any other: a sample of class k
	// has the weight n/(K·n_k), where n_k of n samples, or of their weights, are of
	// that class.
	Balanced bool

	linear     *linear
	classes    []string
	iterations int
	converged  bool
}

// Fit learns from the rows of x and their classes y, of which there must be two at
// least.
func (m *LogisticRegression) Fit(x mat.Matrix, y []string) error {
	return m.FitContext(context.Background(), x, y)
}

// FitContext is Fit that can be cancelled: then it returns ctx's error, and the model
// is not fitted.
func (m *LogisticRegression) FitContext(ctx context.Context, x mat.Matrix, y []string) error {
	return m.FitWeighted(ctx, x, y, nil)
}

// FitWeighted is FitContext with a weight for each sample: a weight of 2 is the
// same as the sample twice. Nil stands for weights of 1.
func (m *LogisticRegression) FitWeighted(ctx context.Context, x mat.Matrix, y []string, weights []float64) error {
	m.linear, m.classes, m.iterations, m.converged = nil, nil, 0, false
	switch {
	case !(m.C >= 0):
		return fmt.Errorf("model: %s cannot have C %v; it is above 0, and 0 stands for 1", logisticName, m.C)
	case m.MaxIter < 0:
		return fmt.Errorf("model: %s cannot have MaxIter %d; it is above 0, and 0 stands for 100", logisticName, m.MaxIter)
	case !(m.Tol >= 0):
		return fmt.Errorf("model: %s cannot have Tol %v; it is above 0, and 0 stands for the optimum", logisticName, m.Tol)
	}
	s, err := checkFit(logisticName, x, len(y))
	if err != nil {
		return err
	}
	if err := checkWeights(logisticName, weights, len(y)); err != nil {
		return err
	}
	classes, codes := encode(y)
	if len(classes) < 2 {
		return fmt.Errorf("model: %s needs samples of two classes at least, but all %d are %q", logisticName, len(y), classes[0])
	}
	byClass, err := classWeights(logisticName, classes, codes, m.ClassWeight, m.Balanced)
	if err != nil {
		return err
	}
	if m.Balanced {
		byClass = balancedWeights(len(classes), codes, weights)
	}
	weight, err := rowWeights(logisticName, codes, byClass, weights)
	if err != nil {
		return err
	}
	d, err := newDesign(ctx, logisticName, s)
	if err != nil {
		return err
	}
	c, maxIter, outputs := m.C, m.MaxIter, len(classes)
	if c == 0 {
		c = 1
	}
	if maxIter == 0 {
		maxIter = 100
	}
	if outputs == 2 {
		outputs = 1
	}
	o := newObjective(d, outputs, codes, weight, 1/c, !m.NoIntercept)
	iterations, converged, err := o.minimise(ctx, m.Tol, maxIter)
	if err != nil {
		return err
	}
	b := make([]float64, outputs)
	if !m.NoIntercept {
		copy(b, o.point[o.penalised():])
	}
	w := o.point[:o.penalised():o.penalised()]
	if outputs > 1 {
		centre(b)
		for at := 0; at < len(w); at += outputs {
			centre(w[at : at+outputs])
		}
	}
	if !allFinite(w) || !allFinite(b) {
		return fmt.Errorf("model: %s found no finite coefficients; scale the features, or make C smaller", logisticName)
	}
	m.linear, m.classes, m.iterations, m.converged = d.linear(w, b, outputs), classes, iterations, converged
	return nil
}

// centre makes the sum of z 0, which changes no probability of softmax: the penalty
// makes it so for coefficients, and for intercepts it is a convention.
func centre(z []float64) {
	mean := 0.0
	for _, v := range z {
		mean += v / float64(len(z))
	}
	for o := range z {
		z[o] -= mean
	}
}

func (m *LogisticRegression) fitted() error {
	if m.linear == nil {
		return &feature.NotFittedError{What: logisticKind}
	}
	return nil
}

// Classes returns the classes in ascending order, or nil if the model is not fitted.
func (m *LogisticRegression) Classes() []string { return slices.Clone(m.classes) }

// Coef returns the coefficients, a column for each feature: one row for two classes,
// which speaks for the second, and else a row for each class; the sum over classes
// is 0 then. It is nil if the model is not fitted.
func (m *LogisticRegression) Coef() *mat.Dense {
	if m.linear == nil {
		return nil
	}
	return mat.NewDense(m.linear.outputs, m.linear.cols, slices.Clone(m.linear.matrix()))
}

// Intercept returns an element for each row of Coef, or nil if the model is not
// fitted.
func (m *LogisticRegression) Intercept() []float64 {
	if m.linear == nil {
		return nil
	}
	return slices.Clone(m.linear.b)
}

// Iterations returns how many steps the fit took with all samples; before, it takes
// a few with some of them if there are many.
func (m *LogisticRegression) Iterations() int { return m.iterations }

// Converged tells whether the fit reached what Tol says. If not, MaxIter was too
// small, or the numbers had no more digits: features whose scales differ by many
// orders of magnitude, or two classes that can be told apart without errors, and no
// penalty.
func (m *LogisticRegression) Converged() bool { return m.converged }

// DecisionFunction returns x·w + b, a row for each row of x: with a column for two
// classes, positive where the second is the more probable, else with a column for
// each class.
func (m *LogisticRegression) DecisionFunction(x mat.Matrix) (*mat.Dense, error) {
	return m.outputs(x, 1, func(z, out []float64) { copy(out, z) })
}

// Predict returns the most probable class of each row.
func (m *LogisticRegression) Predict(x mat.Matrix) ([]string, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	return m.linear.predict(logisticName, m.classes, x)
}

// PredictProba returns the probabilities of the classes, a row for each row of x,
// with a column for each class.
func (m *LogisticRegression) PredictProba(x mat.Matrix) (*mat.Dense, error) {
	return m.outputs(x, 2, func(z, p []float64) {
		if len(z) == 1 {
			p[0], p[1] = logistic(z[0])
			return
		}
		copy(p, z)
		softmax(p)
	})
}

// PredictLogProba returns the natural logarithms of PredictProba; they are precise
// also where a probability is too small for a float64.
func (m *LogisticRegression) PredictLogProba(x mat.Matrix) (*mat.Dense, error) {
	return m.outputs(x, 2, func(z, p []float64) {
		if len(z) == 1 {
			p[0], p[1] = -softplus(z[0]), -softplus(-z[0])
			return
		}
		copy(p, z)
		logSoftmax(p)
	})
}

// outputs makes a matrix of the scores of rows; binary is how many columns it has for
// two classes.
func (m *LogisticRegression) outputs(x mat.Matrix, binary int, f func(z, out []float64)) (*mat.Dense, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	k := m.linear.outputs
	if k == 1 {
		k = binary
	}
	return m.linear.outputsOf(logisticName, x, k, f)
}

// ProbaVector writes the probabilities of one sample's classes to proba, which has an
// element for each class, without allocation: the same as PredictProba gives.
func (m *LogisticRegression) ProbaVector(v *feature.Vector, proba []float64) error {
	if err := m.fitted(); err != nil {
		return err
	}
	if err := checkProba(logisticName, m.classes, proba); err != nil {
		return err
	}
	if m.linear.outputs > 1 {
		if err := m.linear.vector(logisticName, v, proba); err != nil {
			return err
		}
		softmax(proba)
		return nil
	}
	if err := m.linear.vector(logisticName, v, proba[:1]); err != nil {
		return err
	}
	proba[0], proba[1] = logistic(proba[0])
	return nil
}

// Explain takes the classes' scores apart: a feature contributes its value times its
// coefficient, and Base is the intercept. For two classes a score is the log-odds of
// the class, ln(p/(1-p)); for more it is the logarithm of the class's odds against
// the geometric mean of all classes. The terms that move the scores furthest apart
// come first.
func (m *LogisticRegression) Explain(x mat.Matrix) ([]Explanation, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	var sign []float64
	if m.linear.outputs == 1 {
		sign = []float64{-1, 1}
	}
	return m.linear.explain(logisticName, "log-odds", m.Classes(), sign, x)
}

// logistic returns the probabilities of two classes, of which the second has the
// log-odds z.
func logistic(z float64) (first, second float64) {
	e := math.Exp(-math.Abs(z))
	if z < 0 {
		return 1 / (1 + e), e / (1 + e)
	}
	return e / (1 + e), 1 / (1 + e)
}

// softplus returns ln(1 + exp(z)).
func softplus(z float64) float64 {
	return max(z, 0) + math.Log1p(math.Exp(-math.Abs(z)))
}

// logSoftmax subtracts ln Σ exp(z) from z.
func logSoftmax(z []float64) {
	most, sum := slices.Max(z), 0.0
	for _, v := range z {
		sum += math.Exp(v - most)
	}
	// In two steps, so that no digits of what is small are lost to a large maximum.
	log := math.Log(sum)
	for k := range z {
		z[k] = z[k] - most - log
	}
}

// State returns what was learned. Its arrays are
//
//	classes    str  ascending
//	coef       f64  outputs × columns; one output for two classes, else one for each
//	intercept  f64  outputs
//	iterations i64  1, and
//	converged  u8   1; these two may be left out
func (m *LogisticRegression) State() (*artefact.State, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	params, err := artefact.Params(m)
	if err != nil {
		return nil, err
	}
	s := &artefact.State{Kind: logisticKind, Params: params, Arrays: map[string]artefact.Array{
		"classes":    artefact.Vector(m.classes),
		"iterations": artefact.Vector([]int64{int64(m.iterations)}),
		"converged":  artefact.Vector([]uint8{0}),
	}}
	if m.converged {
		s.Arrays["converged"] = artefact.Vector([]uint8{1})
	}
	m.linear.put(s, "coef", "intercept")
	return s, nil
}

// SetState makes the model what the state says.
func (m *LogisticRegression) SetState(s *artefact.State) error {
	if err := checkKind(s, logisticKind); err != nil {
		return err
	}
	fresh := &LogisticRegression{}
	if err := artefact.SetParams(fresh, s.Params); err != nil {
		return err
	}
	classes, err := getClasses(s, 2)
	if err != nil {
		return err
	}
	outputs := len(classes)
	if outputs == 2 {
		outputs = 1
	}
	if fresh.linear, err = getLinear(s, outputs, "coef", "intercept"); err != nil {
		return err
	}
	if _, ok := s.Arrays["iterations"]; ok {
		n, err := artefact.Get[int64](s, "iterations", 1)
		if err != nil {
			return err
		}
		fresh.iterations = int(n[0])
	}
	if _, ok := s.Arrays["converged"]; ok {
		b, err := artefact.Get[uint8](s, "converged", 1)
		if err != nil {
			return err
		}
		fresh.converged = b[0] != 0
	}
	fresh.classes = classes
	*m = *fresh
	return nil
}
