package model

// This file defines naive Bayes for counts.

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync/atomic"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
	"gonum.org/v1/gonum/mat"
)

const (
	bayesName = "MultinomialNB"
	bayesKind = "model." + bayesName
)

var (
	_ Classifier        = (*MultinomialNB)(nil)
	_ Explainer         = (*MultinomialNB)(nil)
	_ artefact.Stateful = (*MultinomialNB)(nil)
)

// MultinomialNB is naive Bayes for counts, such as those of words, though any features
// that are not negative will do. A sample x belongs to class k with the joint
// log-probability
//
//	ln π_k + Σ_j x_j·ln θ_kj,   θ_kj = (N_kj + α) / (Σ_j N_kj + α·d)
//
// up to a term that all classes share, where π_k is the share of class k among the
// samples, N_kj the sum of feature j over those of class k, and d the number of
// features. The zero value has scikit-learn's defaults.
//
// Reference: Manning, Raghavan and Schütze, Introduction to Information Retrieval,
// chapter 13; scikit-learn's MultinomialNB.
type MultinomialNB struct {
	// Alpha is what each count is raised by, above 0. 0 stands for 1; for no
	// smoothing, give a very small one.
	Alpha float64
	// UniformPrior makes all π_k equal: scikit-learn's fit_prior=False.
	UniformPrior bool
	// ClassPrior has π_k for each class; they are used as they are, whatever their
	// sum.
	ClassPrior map[string]float64

	linear     *linear // ln θ and ln π
	odds       *linear // of two classes, those of the second less those of the first
	classes    []string
	classCount []float64
}

// Fit learns from the rows of x, which have no negative elements, and their classes
// y. There may be one class only, which is predicted for everything then.
func (m *MultinomialNB) Fit(x mat.Matrix, y []string) error {
	return m.FitContext(context.Background(), x, y)
}

// FitContext is Fit that can be cancelled: then it returns ctx's error, and the model
// is not fitted.
func (m *MultinomialNB) FitContext(ctx context.Context, x mat.Matrix, y []string) error {
	return m.FitWeighted(ctx, x, y, nil)
}

// FitWeighted is FitContext with a weight for each sample: a weight of 2 is the
// same as the sample twice. Nil stands for weights of 1.
func (m *MultinomialNB) FitWeighted(ctx context.Context, x mat.Matrix, y []string, weights []float64) error {
	m.linear, m.odds, m.classes, m.classCount = nil, nil, nil, nil
	if !(m.Alpha >= 0) || math.IsInf(m.Alpha, 1) {
		return fmt.Errorf("model: %s cannot have Alpha %v; it is above 0, and 0 stands for 1", bayesName, m.Alpha)
	}
	s, err := checkFit(bayesName, x, len(y))
	if err != nil {
		return err
	}
	if err := checkWeights(bayesName, weights, len(y)); err != nil {
		return err
	}
	classes, codes := encode(y)
	counts := make([]float64, len(classes))
	total := 0.0
	for i, k := range codes {
		v := 1.0
		if weights != nil {
			v = weights[i]
		}
		counts[k] += v
		total += v
	}
	prior := make([]float64, len(classes))
	for k, class := range classes {
		p, ok := m.ClassPrior[class]
		switch {
		case counts[k] == 0:
			return fmt.Errorf("model: %s has only samples of weight 0 of class %q; leave them out", bayesName, class)
		case m.ClassPrior != nil && !ok:
			return fmt.Errorf("model: %s has no ClassPrior for class %q, which occurs; classes are %q", bayesName, class, classes)
		case m.ClassPrior != nil && (!(p > 0) || math.IsInf(p, 1)):
			return fmt.Errorf("model: %s cannot have the ClassPrior %v for class %q; it is a probability above 0", bayesName, p, class)
		case m.ClassPrior != nil:
			prior[k] = math.Log(p)
		case m.UniformPrior:
			prior[k] = -math.Log(float64(len(classes)))
		default:
			prior[k] = math.Log(counts[k]) - math.Log(total)
		}
	}
	w, index, err := countsOf(ctx, s, codes, len(classes), weights)
	if err != nil {
		return err
	}
	alpha := m.Alpha
	if alpha == 0 {
		alpha = 1
	}
	if w, err = logShares(ctx, w, s.cols, len(classes), alpha); err != nil {
		return err
	}
	m.linear = &linear{cols: s.cols, outputs: len(classes), w: w, b: prior, index: index}
	m.odds = m.linear.difference()
	m.classes, m.classCount = classes, counts
	return nil
}

// countsOf returns the sums of features over the samples of each class: for each column
// as many as there are classes. If index is there, it numbers the columns.
func countsOf(ctx context.Context, s samples, codes []int32, classes int, weights []float64) (counts []float64, index *columns, err error) {
	places := s.cols
	var place []int32
	if s.csr != nil {
		set, used, err := usedColumns(ctx, s.csr)
		if err != nil {
			return nil, nil, err
		}
		if worthColumns(used, s.cols, classes) {
			index = newColumns(set)
			places = used
			// While all samples are counted, a table is faster, if larger.
			place = make([]int32, s.cols)
			index.each(func(j, number int) { place[j] = int32(number * classes) })
		}
	}
	// Each chunk has sums of its own, 32 MB at most together.
	chunks := min(8, max(1, 1<<22/(places*classes)))
	size := max(256, (s.rows+chunks-1)/chunks)
	parts := make([][]float64, parallel.Count(s.rows, size))
	var refused atomic.Bool
	err = parallel.Chunks(ctx, s.rows, size, func(chunk, lo, hi int) error {
		w := make([]float64, places*classes)
		fine := true
		for i := lo; i < hi; i++ {
			if i%256 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			weight := 1.0
			if weights != nil {
				weight = weights[i]
			}
			class := w[codes[i]:]
			if s.csr == nil {
				at := 0
				for _, v := range s.row(i) {
					if !(v >= 0) {
						fine = false
					}
					class[at] += weight * v
					at += classes
				}
				continue
			}
			cols, values := s.csr.Row(i)
			values = values[:len(cols)]
			if place == nil {
				for e, j := range cols {
					v := values[e]
					if !(v >= 0) {
						fine = false
					}
					class[int(j)*classes] += weight * v
				}
				continue
			}
			for e, j := range cols {
				v := values[e]
				if !(v >= 0) {
					fine = false
				}
				class[place[j]] += weight * v
			}
		}
		if !fine {
			refused.Store(true)
		}
		parts[chunk] = w
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	for _, part := range parts[1:] {
		simd.Axpy(1, part, parts[0])
	}
	if refused.Load() || !allFinite(parts[0]) {
		if err := refuse(ctx, s); err != nil {
			return nil, nil, err
		}
	}
	return parts[0], index, nil
}

// refuse returns an error that names the first element that is no count.
func refuse(ctx context.Context, s samples) error {
	if err := s.finite(ctx, bayesName); err != nil {
		return err
	}
	for i := range s.rows {
		var cols []int32
		var values []float64
		if s.csr != nil {
			cols, values = s.csr.Row(i)
		} else {
			values = s.row(i)
		}
		if e := slices.IndexFunc(values, func(v float64) bool { return v < 0 }); e >= 0 {
			j := e
			if cols != nil {
				j = int(cols[e])
			}
			return fmt.Errorf("model: %s cannot use %v in row %d, column %d of the features: counts are not negative; a HashingVectorizer must not alternate signs", bayesName, values[e], i, j)
		}
	}
	return nil
}

// logShares returns the logarithms of (N+alpha)/Σ_j(N+alpha) of each class, for the
// columns that have sums N, which it overwrites; those after them stand for any
// column without.
func logShares(ctx context.Context, sums []float64, cols, classes int, alpha float64) ([]float64, error) {
	log, none := make([]float64, classes), make([]float64, classes)
	for k := range classes {
		total := 0.0
		for at := k; at < len(sums); at += classes {
			total += sums[at]
		}
		log[k] = math.Log(total + alpha*float64(cols))
		none[k] = math.Log(alpha) - log[k]
	}
	if !allFinite(none) {
		return nil, fmt.Errorf("model: %s cannot add up features so large; scale them", bayesName)
	}
	err := parallel.Chunks(ctx, len(sums)/classes, 1<<13, func(_, lo, hi int) error {
		for at := lo * classes; at < hi*classes; at += classes {
			for k, n := range sums[at : at+classes] {
				if n == 0 {
					sums[at+k] = none[k]
				} else {
					sums[at+k] = math.Log(n+alpha) - log[k]
				}
			}
		}
		return nil
	})
	return append(sums, none...), err
}

func (m *MultinomialNB) fitted() error {
	if m.linear == nil {
		return &feature.NotFittedError{What: bayesKind}
	}
	return nil
}

// Classes returns the classes in ascending order, or nil if the model is not fitted.
func (m *MultinomialNB) Classes() []string { return slices.Clone(m.classes) }

// ClassCount returns how many samples each class had, or their weights, or nil if
// the model is not fitted.
func (m *MultinomialNB) ClassCount() []float64 { return slices.Clone(m.classCount) }

// ClassLogPrior returns ln π_k for each class, or nil if the model is not fitted.
func (m *MultinomialNB) ClassLogPrior() []float64 {
	if m.linear == nil {
		return nil
	}
	return slices.Clone(m.linear.b)
}

// FeatureLogProb returns ln θ_kj, a row for each class and a column for each
// feature, or nil if the model is not fitted.
func (m *MultinomialNB) FeatureLogProb() *mat.Dense {
	if m.linear == nil {
		return nil
	}
	return mat.NewDense(m.linear.outputs, m.linear.cols, slices.Clone(m.linear.matrix()))
}

// Predict returns the most probable class of each row.
func (m *MultinomialNB) Predict(x mat.Matrix) ([]string, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	switch len(m.classes) {
	case 1:
		n, err := m.linear.each(context.Background(), bayesName, x, func(lo, hi int, z []float64) error { return nil })
		if err != nil {
			return nil, err
		}
		return slices.Repeat(m.classes, n), nil
	case 2:
		return m.odds.predict(bayesName, m.classes, x)
	}
	return m.linear.predict(bayesName, m.classes, x)
}

// PredictProba returns the probabilities of the classes, a row for each row of x,
// with a column for each class.
func (m *MultinomialNB) PredictProba(x mat.Matrix) (*mat.Dense, error) {
	if m.odds != nil {
		return m.odds.outputsOf(bayesName, x, 2, func(z, p []float64) { p[0], p[1] = logistic(z[0]) })
	}
	return m.outputs(x, func(z []float64) { softmax(z) })
}

// PredictLogProba returns the natural logarithms of PredictProba; they are precise
// also where a probability is too small for a float64.
func (m *MultinomialNB) PredictLogProba(x mat.Matrix) (*mat.Dense, error) {
	if m.odds != nil {
		return m.odds.outputsOf(bayesName, x, 2, func(z, p []float64) { p[0], p[1] = -softplus(z[0]), -softplus(-z[0]) })
	}
	return m.outputs(x, logSoftmax)
}

// JointLogProba returns ln π_k + Σ_j x_j·ln θ_kj, a row for each row of x, with a
// column for each class.
func (m *MultinomialNB) JointLogProba(x mat.Matrix) (*mat.Dense, error) {
	return m.outputs(x, func([]float64) {})
}

func (m *MultinomialNB) outputs(x mat.Matrix, f func(z []float64)) (*mat.Dense, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	return m.linear.outputsOf(bayesName, x, m.linear.outputs, func(z, out []float64) {
		copy(out, z)
		f(out)
	})
}

// ProbaVector writes the probabilities of one sample's classes to proba, which has an
// element for each class, without allocation: the same as PredictProba gives.
func (m *MultinomialNB) ProbaVector(v *feature.Vector, proba []float64) error {
	if err := m.fitted(); err != nil {
		return err
	}
	if err := checkProba(bayesName, m.classes, proba); err != nil {
		return err
	}
	if m.odds != nil {
		if err := m.odds.vector(bayesName, v, proba[:1]); err != nil {
			return err
		}
		proba[0], proba[1] = logistic(proba[0])
		return nil
	}
	if err := m.linear.vector(bayesName, v, proba); err != nil {
		return err
	}
	softmax(proba)
	return nil
}

// Explain takes the joint log-probabilities of the classes apart, those that
// JointLogProba returns: feature j contributes x_j·ln θ_kj to class k, and Base is
// ln π_k. All contributions are negative; what tells classes apart is how they
// differ, and the terms that move the classes furthest apart come first.
func (m *MultinomialNB) Explain(x mat.Matrix) ([]Explanation, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	return m.linear.explain(bayesName, "log-probability", m.Classes(), nil, x)
}

// State returns what was learned. Its arrays are
//
//	classes           str  ascending
//	class_count       f64  classes
//	class_log_prior   f64  classes: ln π
//	feature_log_prob  f64  classes × columns: ln θ
func (m *MultinomialNB) State() (*artefact.State, error) {
	if err := m.fitted(); err != nil {
		return nil, err
	}
	params, err := artefact.Params(m)
	if err != nil {
		return nil, err
	}
	s := &artefact.State{Kind: bayesKind, Params: params, Arrays: map[string]artefact.Array{
		"classes":     artefact.Vector(m.classes),
		"class_count": artefact.Vector(m.classCount),
	}}
	m.linear.put(s, "feature_log_prob", "class_log_prior")
	return s, nil
}

// SetState makes the model what the state says.
func (m *MultinomialNB) SetState(s *artefact.State) error {
	if err := checkKind(s, bayesKind); err != nil {
		return err
	}
	fresh := &MultinomialNB{}
	if err := artefact.SetParams(fresh, s.Params); err != nil {
		return err
	}
	var err error
	if fresh.classes, err = getClasses(s, 1); err != nil {
		return err
	}
	if fresh.classCount, err = artefact.Get[float64](s, "class_count", len(fresh.classes)); err != nil {
		return err
	}
	if !allFinite(fresh.classCount) {
		return fmt.Errorf("model: the state of %s cannot be used: a class has NaN or infinite samples", s.Kind)
	}
	if fresh.linear, err = getLinear(s, len(fresh.classes), "feature_log_prob", "class_log_prior"); err != nil {
		return err
	}
	fresh.odds = fresh.linear.difference()
	*m = *fresh
	return nil
}
