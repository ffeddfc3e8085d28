package model

// This file checks what goes into learners: features, classes, values and
// weights.

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// samples are features as learners read them: sparse if csr is there, else the
// elements of row i are dense[i*stride : i*stride+cols].
type samples struct {
	rows, cols int
	csr        *feature.CSR
	dense      []float64
	stride     int
}

// row returns row i of features that are dense.
func (s *samples) row(i int) []float64 {
	at := i * s.stride
	return s.dense[at : at+s.cols : at+s.cols]
}

// checkFit checks what is to be learned from: that x has rows and columns, and as
// many rows as there are labels. It does not look for NaN and infinity:
// [samples.finite] and [newDesign] do. What names the learner, as in
// "LogisticRegression".
func checkFit(what string, x mat.Matrix, labels int) (samples, error) {
	s, err := read(what, x)
	switch {
	case err != nil:
		return s, err
	case s.rows == 0 && labels == 0:
		return s, fmt.Errorf("model: %s cannot learn from no samples", what)
	case s.rows != labels:
		return s, fmt.Errorf("model: %s has features of %d samples, but labels of %d; there must be one label for each row", what, s.rows, labels)
	case s.cols == 0:
		return s, fmt.Errorf("model: %s cannot learn from %d samples without features", what, s.rows)
	}
	return s, nil
}

// checkPredict checks that x has the number of columns that was learned from.
// Without rows it may have no columns either, as gonum's dense matrices do. It
// does not look for NaN: [samples.finite] does.
func checkPredict(what string, x mat.Matrix, cols int) (samples, error) {
	s, err := read(what, x)
	if err == nil && s.cols != cols && (s.rows > 0 || s.cols > 0) {
		err = fmt.Errorf("model: %s was fitted on %d features, but is given %d; the features must be made by the same steps", what, cols, s.cols)
	}
	return s, err
}

// checkVector checks that one sample has the number of columns that was learned
// from.
func checkVector(what string, v *feature.Vector, cols int) error {
	switch {
	case v == nil:
		return fmt.Errorf("model: %s is given no features", what)
	case v.Len != cols:
		return fmt.Errorf("model: %s was fitted on %d features, but is given %d; the features must be made by the same steps", what, cols, v.Len)
	case v.Dense && len(v.Value) != cols, !v.Dense && len(v.Index) != len(v.Value):
		return fmt.Errorf("model: %s is given a vector of %d features with %d values and %d columns", what, cols, len(v.Value), len(v.Index))
	case len(v.Index) > 0 && (v.Index[0] < 0 || int(v.Index[len(v.Index)-1]) >= cols):
		return fmt.Errorf("model: %s is given a vector with columns %d to %d of %d", what, v.Index[0], v.Index[len(v.Index)-1], cols)
	}
	return nil
}

// read makes samples of a matrix.
func read(what string, x mat.Matrix) (samples, error) {
	switch x := x.(type) {
	case nil:
		return samples{}, fmt.Errorf("model: %s is given no features", what)
	case *feature.CSR:
		s := samples{rows: x.Rows, cols: x.Cols, csr: x}
		if len(x.Start) != x.Rows+1 || len(x.Col) != len(x.Value) || x.Start[0] < 0 || x.Start[x.Rows] > len(x.Col) {
			return s, fmt.Errorf("model: %s is given a sparse matrix whose parts do not fit together; feature.NewCSR says why", what)
		}
		return s, nil
	}
	if r, c := x.Dims(); r == 0 || c == 0 {
		return samples{rows: r, cols: c}, nil
	}
	raw := feature.Dense(x).RawMatrix()
	return samples{rows: raw.Rows, cols: raw.Cols, dense: raw.Data, stride: raw.Stride}, nil
}

// finite returns an error that names the first element that is NaN or infinite.
func (s *samples) finite(ctx context.Context, what string) error {
	return parallel.Chunks(ctx, s.rows, 1024, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			if err := s.finiteRow(what, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// finiteRow returns an error that names the first element of row i that is NaN
// or infinite.
func (s *samples) finiteRow(what string, i int) error {
	var cols []int32
	var values []float64
	if s.csr != nil {
		cols, values = s.csr.Row(i)
	} else {
		values = s.row(i)
	}
	if allFinite(values) {
		return nil
	}
	k := slices.IndexFunc(values, func(v float64) bool { return v-v != 0 })
	j := k
	if cols != nil {
		j = int(cols[k])
	}
	return fmt.Errorf("model: %s cannot use %v in row %d, column %d of the features; leave such rows out, or put a number there", what, values[k], i, j)
}

// allFinite tells whether no value is NaN or infinite.
func allFinite(values []float64) bool {
	// An exponent of all ones, and only that, carries into the sign when one is
	// added to it.
	const exponent, one = 0x7ff << 52, 1 << 52
	var a, b, c, d uint64
	for len(values) >= 4 {
		a |= math.Float64bits(values[0])&exponent + one
		b |= math.Float64bits(values[1])&exponent + one
		c |= math.Float64bits(values[2])&exponent + one
		d |= math.Float64bits(values[3])&exponent + one
		values = values[4:]
	}
	for _, v := range values {
		a |= math.Float64bits(v)&exponent + one
	}
	return (a|b|c|d)>>63 == 0
}

// finiteValues returns an error that names the first of a regressor's values
// that is NaN or infinite.
func finiteValues(what string, y []float64) error {
	for i, v := range y {
		if v-v != 0 {
			return fmt.Errorf("model: %s cannot learn the value %v of row %d; leave such rows out", what, v, i)
		}
	}
	return nil
}

// encode returns the classes in ascending order, and for each label the position
// of its class among them.
func encode(y []string) (classes []string, codes []int32) {
	codes = make([]int32, len(y))
	known := map[string]int32{}
	for i, class := range y {
		if i > 0 && class == y[i-1] {
			codes[i] = codes[i-1]
			continue
		}
		code, ok := known[class]
		if !ok {
			code = int32(len(classes))
			known[class] = code
			classes = append(classes, class)
		}
		codes[i] = code
	}
	sorted := slices.Clone(classes)
	slices.Sort(sorted)
	rank := make([]int32, len(classes))
	for r, class := range sorted {
		rank[known[class]] = int32(r)
	}
	for i, code := range codes {
		codes[i] = rank[code]
	}
	return sorted, codes
}

// classWeights returns the weight of each class: what weight has for it, 1 for
// what it does not have, or, if balanced, n/(K·n_k) for class k of K with n_k of n
// samples. Codes are those of encode.
func classWeights(what string, classes []string, codes []int32, weight map[string]float64, balanced bool) ([]float64, error) {
	w := make([]float64, len(classes))
	if balanced {
		if len(weight) > 0 {
			return nil, fmt.Errorf("model: %s cannot have class weights and balance classes; leave out ClassWeight or Balanced", what)
		}
		return balancedWeights(len(classes), codes, nil), nil
	}
	for k, class := range classes {
		w[k] = 1
		if v, ok := weight[class]; ok {
			if !(v >= 0) || math.IsInf(v, 1) {
				return nil, fmt.Errorf("model: %s cannot give class %q the weight %v; weights are finite and not negative", what, class, v)
			}
			w[k] = v
		}
	}
	// A weight for a class that a fold of the data happens not to have is fine; a
	// weight that stands beside a class without one is likely misspelt.
	for _, class := range classes {
		if _, ok := weight[class]; !ok && len(weight) > 0 {
			for _, other := range slices.Sorted(maps.Keys(weight)) {
				if !slices.Contains(classes, other) {
					return nil, fmt.Errorf("model: %s has a weight for class %q, which does not occur, and none for class %q, which does; classes are %q", what, other, class, classes)
				}
			}
			break
		}
	}
	return w, nil
}

// balancedWeights returns n/(K·n_k) for each of K classes, where n is the sum of the
// weights of all rows, and n_k of those of class k. It is 0 for a class without
// weight.
func balancedWeights(classes int, codes []int32, weights []float64) []float64 {
	w := make([]float64, classes)
	total := 0.0
	for i, k := range codes {
		v := 1.0
		if weights != nil {
			v = weights[i]
		}
		w[k] += v
		total += v
	}
	for k, v := range w {
		if v > 0 {
			w[k] = total / (float64(classes) * v)
		}
	}
	return w
}

// checkWeights checks the weights of rows, if there are any.
func checkWeights(what string, weights []float64, rows int) error {
	if weights == nil {
		return nil
	}
	if len(weights) != rows {
		return fmt.Errorf("model: %s has %d samples, but weights of %d; there must be one weight for each row", what, rows, len(weights))
	}
	some := false
	for i, v := range weights {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("model: %s cannot give row %d the weight %v; weights are finite and not negative", what, i, v)
		}
		some = some || v > 0
	}
	if !some {
		return fmt.Errorf("model: %s cannot learn from samples that all have the weight 0", what)
	}
	return nil
}

// rowWeights returns the weight of each row: its own, if there are any, times that
// of its class. It is nil if all are 1.
func rowWeights(what string, codes []int32, byClass, weights []float64) ([]float64, error) {
	w := make([]float64, len(codes))
	one := true
	for i, k := range codes {
		w[i] = byClass[k]
		if weights != nil {
			w[i] *= weights[i]
		}
		one = one && w[i] == 1
	}
	if one {
		return nil, nil
	}
	return w, checkWeights(what, w, len(w))
}
