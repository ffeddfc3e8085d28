package model

// This file defines what is linear in the features once it is fitted: the scores
// of logistic regression, naive Bayes and linear regression.

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
	"gonum.org/v1/gonum/mat"
)

// A linear has outputs x·W + b. W is kept by columns of x, so that what a sample
// needs of it lies together: element (j, o) is w[j*outputs+o]. If there is an index,
// column j has the number index.at(j) instead of j, and W one column more, which
// stands for all that have no number.
type linear struct {
	cols, outputs int
	w, b          []float64
	index         *columns
}

// column returns the elements of W for column j.
func (l *linear) column(j int) []float64 {
	if l.index != nil {
		j = l.index.at(int32(j))
	}
	return l.w[j*l.outputs : (j+1)*l.outputs]
}

// scoreRows is how many rows are scored by one goroutine at a time.
const scoreRows = 512

// each calls use with the scores of some rows at a time, one row after the other.
// What names the model in errors.
func (l *linear) each(ctx context.Context, what string, x mat.Matrix, use func(lo, hi int, z []float64) error) (rows int, err error) {
	s, err := checkPredict(what, x, l.cols)
	if err != nil {
		return 0, err
	}
	d := design{rows: s.rows, cols: s.cols, dense: s.dense, stride: s.stride}
	if s.csr != nil {
		d.start, d.wide, d.value = s.csr.Start, s.csr.Col, s.csr.Value
	}
	return s.rows, parallel.Chunks(ctx, s.rows, scoreRows, func(_, lo, hi int) error {
		z := make([]float64, (hi-lo)*l.outputs)
		switch {
		case l.index == nil:
			d.forward(lo, hi, l.outputs, l.w, z)
		case s.csr != nil:
			for i := lo; i < hi; i++ {
				cols, values := s.csr.Row(i)
				l.indexedScores(cols, values, z[(i-lo)*l.outputs:(i-lo+1)*l.outputs])
			}
		default:
			for i := lo; i < hi; i++ {
				l.indexedDense(s.row(i), z[(i-lo)*l.outputs:(i-lo+1)*l.outputs])
			}
		}
		addEach(z, l.b)
		// What is not finite in a row, a score shows.
		if !allFinite(z) {
			for i := lo; i < hi; i++ {
				if err := s.finiteRow(what, i); err != nil {
					return err
				}
			}
		}
		return use(lo, hi, z)
	})
}

// vector writes the scores of one sample to z, the same as [linear.each] gives.
func (l *linear) vector(what string, v *feature.Vector, z []float64) error {
	if err := checkVector(what, v, l.cols); err != nil {
		return err
	}
	switch {
	case v.Dense && l.index != nil:
		l.indexedDense(v.Value, z)
	case l.index != nil:
		l.indexedScores(v.Index, v.Value, z)
	case v.Dense && l.outputs == 1:
		z[0] = simd.Dot(v.Value, l.w)
	case v.Dense:
		denseScores(v.Value, l.w, z)
	case l.outputs == 1:
		z[0] = simd.SparseDot(v.Index, v.Value, l.w)
	default:
		sparseScores(v.Index, v.Value, l.w, z)
	}
	addEach(z, l.b)
	if !allFinite(z) && !allFinite(v.Value) {
		return fmt.Errorf("model: %s cannot use NaN or infinite features", what)
	}
	return nil
}

// indexedScores multiplies one row with W.
func (l *linear) indexedScores(cols []int32, values, z []float64) {
	w, index := l.w, l.index
	values = values[:len(cols)]
	switch len(z) {
	case 2:
		var a, b float64
		for k, j := range cols {
			at := 2 * index.at(j)
			wj := w[at : at+2]
			a += values[k] * wj[0]
			b += values[k] * wj[1]
		}
		z[0], z[1] = a, b
	default:
		clear(z)
		for k, j := range cols {
			v := values[k]
			at := index.at(j) * len(z)
			for o, c := range w[at : at+len(z)] {
				z[o] += v * c
			}
		}
	}
}

func (l *linear) indexedDense(row, z []float64) {
	clear(z)
	for j, v := range row {
		if v != 0 {
			for o, c := range l.column(j) {
				z[o] += v * c
			}
		}
	}
}

// matrix returns W with a row for each output. It may be what the linear itself
// keeps.
func (l *linear) matrix() []float64 {
	if l.outputs == 1 && l.index == nil {
		return l.w[:l.cols:l.cols]
	}
	m := make([]float64, l.cols*l.outputs)
	for o := range l.outputs {
		row := m[o*l.cols : (o+1)*l.cols]
		if l.index == nil {
			for j := range row {
				row[j] = l.w[j*l.outputs+o]
			}
			continue
		}
		if rest := l.w[l.index.used*l.outputs+o]; rest != 0 {
			for j := range row {
				row[j] = rest
			}
		}
		l.index.each(func(j, number int) { row[j] = l.w[number*l.outputs+o] })
	}
	return m
}

// newLinear makes a linear of W with a row for each output, which it may keep.
func newLinear(cols, outputs int, coef, b []float64) *linear {
	l := &linear{cols: cols, outputs: outputs, b: b}
	// What columns that were not used have in common is the least element of naive
	// Bayes, and 0 of other models.
	for _, least := range []bool{false, true} {
		rest := make([]float64, outputs)
		set, used := make([]uint64, (cols+63)/64), 0
		for o := range rest {
			row := coef[o*cols : (o+1)*cols]
			if least {
				rest[o] = slices.Min(row)
			}
			for j, v := range row {
				if v != rest[o] {
					set[j>>6] |= 1 << (j & 63)
				}
			}
		}
		for _, word := range set {
			used += bits.OnesCount64(word)
		}
		if worthColumns(used, cols, outputs) {
			l.index = newColumns(set)
			l.w = make([]float64, (used+1)*outputs)
			for o := range outputs {
				l.index.each(func(j, number int) { l.w[number*outputs+o] = coef[o*cols+j] })
			}
			copy(l.w[used*outputs:], rest)
			return l
		}
	}
	if outputs == 1 {
		l.w = coef
		return l
	}
	l.w = make([]float64, len(coef))
	for o := range outputs {
		for j, v := range coef[o*cols : (o+1)*cols] {
			l.w[j*outputs+o] = v
		}
	}
	return l
}

// difference returns what has one output, the second of two less the first, or nil if
// there are not two.
func (l *linear) difference() *linear {
	if l.outputs != 2 {
		return nil
	}
	d := &linear{cols: l.cols, outputs: 1, w: make([]float64, l.cols), b: []float64{l.b[1] - l.b[0]}}
	if l.index == nil {
		for j := range d.w {
			d.w[j] = l.w[2*j+1] - l.w[2*j]
		}
		return d
	}
	if rest := l.w[2*l.index.used+1] - l.w[2*l.index.used]; rest != 0 {
		for j := range d.w {
			d.w[j] = rest
		}
	}
	l.index.each(func(j, number int) { d.w[j] = l.w[2*number+1] - l.w[2*number] })
	return d
}

// explain takes the scores of each row of x apart. Sign makes several outputs of
// one score: output k is sign[k] times it.
func (l *linear) explain(what, unit string, outputs []string, sign []float64, x mat.Matrix) ([]Explanation, error) {
	s, err := checkPredict(what, x, l.cols)
	if err != nil {
		return nil, err
	}
	explanations := make([]Explanation, s.rows)
	scale := func(z []float64) []float64 {
		out := make([]float64, len(outputs))
		for k := range out {
			if sign == nil {
				out[k] = z[k]
			} else if v := sign[k] * z[0]; v != 0 {
				out[k] = v
			}
		}
		return out
	}
	_, err = l.each(context.Background(), what, x, func(lo, hi int, z []float64) error {
		c := make([]float64, l.outputs)
		for i := lo; i < hi; i++ {
			e := Explanation{Unit: unit, Outputs: outputs, Base: scale(l.b), Score: scale(z[(i-lo)*l.outputs:])}
			add := func(j int, v float64) {
				some := false
				for o, w := range l.column(j) {
					c[o] = v * w
					some = some || c[o] != 0
				}
				if some {
					e.Terms = append(e.Terms, Term{j, scale(c)})
				}
			}
			if s.csr != nil {
				cols, values := s.csr.Row(i)
				for k, j := range cols {
					add(int(j), values[k])
				}
			} else {
				for j, v := range s.row(i) {
					add(j, v)
				}
			}
			slices.SortStableFunc(e.Terms, func(a, b Term) int {
				return cmp.Compare(weigh(b.Contribution), weigh(a.Contribution))
			})
			explanations[i] = e
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return explanations, nil
}

// weigh says how much a contribution changes a prediction: how far apart it moves
// the outputs, or a single output from 0.
func weigh(c []float64) float64 {
	if len(c) == 1 {
		return math.Abs(c[0])
	}
	return slices.Max(c) - slices.Min(c)
}

// put adds W and b to a state.
func (l *linear) put(s *artefact.State, coef, intercept string) {
	s.Arrays[coef] = artefact.Array{Shape: []int{l.outputs, l.cols}, Data: l.matrix()}
	s.Arrays[intercept] = artefact.Vector(l.b)
}

// getLinear returns what put added, checked.
func getLinear(s *artefact.State, outputs int, coef, intercept string) (*linear, error) {
	w, err := artefact.Get[float64](s, coef, outputs, -1)
	if err != nil {
		return nil, err
	}
	b, err := artefact.Get[float64](s, intercept, outputs)
	if err != nil {
		return nil, err
	}
	cols := s.Arrays[coef].Shape[1]
	if cols < 1 || cols > math.MaxInt32 {
		return nil, fmt.Errorf("model: the state of %s cannot be used: it has %d features", s.Kind, cols)
	}
	if !allFinite(w) || !allFinite(b) {
		return nil, fmt.Errorf("model: the state of %s cannot be used: a coefficient is NaN or infinite", s.Kind)
	}
	return newLinear(cols, outputs, w, b), nil
}

// getClasses returns the classes of a state, checked: at least the given number.
func getClasses(s *artefact.State, least int) ([]string, error) {
	classes, err := artefact.Get[string](s, "classes", -1)
	if err != nil {
		return nil, err
	}
	if len(classes) < least {
		return nil, fmt.Errorf("model: the state of %s cannot be used: it has %d classes", s.Kind, len(classes))
	}
	for k, class := range classes {
		if k > 0 && class <= classes[k-1] {
			return nil, fmt.Errorf("model: the state of %s cannot be used: class %q comes after %q; classes ascend", s.Kind, class, classes[k-1])
		}
	}
	return classes, nil
}

// checkKind returns an error if a state is that of another type.
func checkKind(s *artefact.State, kind string) error {
	if s == nil || s.Kind != kind {
		found := "nothing"
		if s != nil {
			found = s.Kind
		}
		return fmt.Errorf("model: a state of %s is expected, not of %s", kind, found)
	}
	return nil
}

// dense is a matrix of rows × cols, without rows as gonum has it.
func dense(rows, cols int, data []float64) *mat.Dense {
	if rows == 0 {
		return &mat.Dense{}
	}
	return mat.NewDense(rows, cols, data)
}

// predict returns the class with the largest score of each row; a single score
// speaks for the second of two classes.
func (l *linear) predict(what string, classes []string, x mat.Matrix) ([]string, error) {
	rows := 0
	if x != nil {
		rows, _ = x.Dims()
	}
	predicted := make([]string, rows)
	_, err := l.each(context.Background(), what, x, func(lo, hi int, z []float64) error {
		for i := lo; i < hi; i++ {
			best := 0
			if l.outputs == 1 {
				if z[i-lo] > 0 {
					best = 1
				}
			} else {
				row := z[(i-lo)*l.outputs : (i-lo+1)*l.outputs]
				for k, v := range row {
					if v > row[best] {
						best = k
					}
				}
			}
			predicted[i] = classes[best]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return predicted, nil
}

// outputsOf makes a matrix with k columns, whose rows f fills from scores.
func (l *linear) outputsOf(what string, x mat.Matrix, k int, f func(z, out []float64)) (*mat.Dense, error) {
	rows := 0
	if x != nil {
		rows, _ = x.Dims()
	}
	data := make([]float64, rows*k)
	_, err := l.each(context.Background(), what, x, func(lo, hi int, z []float64) error {
		for i := lo; i < hi; i++ {
			f(z[(i-lo)*l.outputs:(i-lo+1)*l.outputs], data[i*k:(i+1)*k])
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return dense(rows, k, data), nil
}

// checkProba checks that there is place for the probability of each class.
func checkProba(what string, classes []string, proba []float64) error {
	if len(proba) != len(classes) {
		return fmt.Errorf("model: %s has %d classes, but is given place for %d", what, len(classes), len(proba))
	}
	return nil
}
