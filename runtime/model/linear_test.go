package model

// What the tests of linear models share.

import (
	"math"
	"testing"

	"github.com/netherfield/netherfield/internal/golden"
	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// goldenX returns the features of a case, sparse or dense as they are there.
func goldenX(t *testing.T, s *artefact.State) mat.Matrix {
	t.Helper()
	if !golden.Has(s, "x_indptr") {
		return golden.Dense(t, s, "x")
	}
	x, err := feature.NewCSR(golden.CSR(t, s, "x"))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// goldenWeights returns the weights of a case's rows, or nil.
func goldenWeights(t *testing.T, s *artefact.State) []float64 {
	t.Helper()
	if !golden.Has(s, "weights") {
		return nil
	}
	return golden.Floats(t, s, "weights")
}

// forms returns x sparse, dense, and as a matrix of another type.
func forms(t testing.TB, x mat.Matrix) map[string]mat.Matrix {
	t.Helper()
	d := feature.Dense(x)
	var transposed mat.Dense
	transposed.CloneFrom(d.T())
	return map[string]mat.Matrix{"sparse": sparse(t, d), "dense": d, "view": mat.Transpose{Matrix: &transposed}}
}

func sparse(t testing.TB, x *mat.Dense) *feature.CSR {
	t.Helper()
	rows, cols := x.Dims()
	start := []int{0}
	var col []int32
	var value []float64
	for i := range rows {
		for j, v := range x.RawRowView(i) {
			if v != 0 {
				col, value = append(col, int32(j)), append(value, v)
			}
		}
		start = append(start, len(col))
	}
	s, err := feature.NewCSR(rows, cols, start, col, value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// vectors calls f with each row of x.
func vectors(x mat.Matrix, f func(i int, v *feature.Vector)) {
	rows, cols := x.Dims()
	for i := range rows {
		v := &feature.Vector{Len: cols}
		if s, ok := x.(*feature.CSR); ok {
			v.Index, v.Value = s.Row(i)
		} else {
			v.Dense, v.Value = true, mat.Row(nil, i, x)
		}
		f(i, v)
	}
}

// A linearClassifier is what classifiers with linear scores have in common.
type linearClassifier interface {
	Classifier
	Explainer
	PredictLogProba(mat.Matrix) (*mat.Dense, error)
}

// checkClassifier compares what m says of x with a golden case, and with itself:
// row by row, and explained.
func checkClassifier(t *testing.T, m linearClassifier, s *artefact.State, x mat.Matrix, rel, abs float64) {
	t.Helper()
	golden.Equal(t, "classes", m.Classes(), golden.Strings(t, s, "classes"))
	proba, err := m.PredictProba(x)
	if err != nil {
		t.Fatal(err)
	}
	golden.NearMatrix(t, "proba", proba, golden.Dense(t, s, "proba"), rel, abs)
	logs, err := m.PredictLogProba(x)
	if err != nil {
		t.Fatal(err)
	}
	golden.NearMatrix(t, "log proba", logs, golden.Dense(t, s, "logproba"), rel, 10*abs)
	predicted, err := m.Predict(x)
	if err != nil {
		t.Fatal(err)
	}
	golden.Equal(t, "predicted", predicted, golden.Strings(t, s, "predicted"))
	explanations, err := m.Explain(x)
	if err != nil {
		t.Fatal(err)
	}
	one := make([]float64, len(m.Classes()))
	vectors(x, func(i int, v *feature.Vector) {
		if err := m.ProbaVector(v, one); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "one row", one, proba.RawRowView(i))
		e := explanations[i]
		checkExplanation(t, e)
		if best := e.Outputs[floats.MaxIdx(e.Score)]; best != predicted[i] {
			t.Errorf("row %d: %s is predicted, but %s explained", i, predicted[i], best)
		}
	})
}

func checkExplanation(t *testing.T, e Explanation) {
	t.Helper()
	for k := range e.Outputs {
		sum, size := e.Base[k], math.Abs(e.Base[k])
		for n, term := range e.Terms {
			sum += term.Contribution[k]
			size += math.Abs(term.Contribution[k])
			if n > 0 && weigh(term.Contribution) > weigh(e.Terms[n-1].Contribution) {
				t.Errorf("term %d contributes more than the one before", n)
			}
		}
		golden.Near(t, "explanation", []float64{sum}, []float64{e.Score[k]}, 0, 1e-14*size)
	}
}
