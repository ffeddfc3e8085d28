package feature

// This file weighs counts by how rare their terms are.

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/netherfield/netherfield/runtime/artefact"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// TFIDF weighs the counts of terms in documents, as scikit-learn's TfidfTransformer
// does, whose defaults are the zero value:
//
//	tf-idf(t, d) = tf(t, d) · idf(t)
//	idf(t) = ln((1 + n) / (1 + df(t))) + 1
//
// n being the number of documents in Fit and df(t) that of documents with an entry
// for t; then each row is scaled to the norm 1.
//
// Source: C. D. Manning, P. Raghavan, H. Schütze, Introduction to Information
// Retrieval, 2008, chapter 6, with the smoothing of scikit-learn.
type TFIDF struct {
	// Norm is what rows are scaled to: "l2", also if empty, "l1" or "none".
	Norm string
	// NoIDF leaves the weights out: use_idf=False.
	NoIDF bool
	// NoSmooth makes idf(t) = ln(n / df(t)) + 1: smooth_idf=False. That of a term in no
	// document is +Inf.
	NoSmooth bool
	// Sublinear takes 1 + ln(tf) for tf.
	Sublinear bool

	fitted bool
	cols   int
	idf    []float64
}

var (
	_ Matrices          = (*TFIDF)(nil)
	_ VectorVector      = (*TFIDF)(nil)
	_ artefact.Stateful = (*TFIDF)(nil)
)

// Fit counts in how many rows of x each column has an entry. It fails if x has no rows or
// no columns, or NaN or infinities.
func (t *TFIDF) Fit(x mat.Matrix) error { return t.FitContext(context.Background(), x) }

// FitContext is [TFIDF.Fit] until ctx ends. After an error t is not fitted.
func (t *TFIDF) FitContext(ctx context.Context, x mat.Matrix) error {
	t.fitted, t.cols, t.idf = false, 0, nil
	if err := checkNorm(t.Norm); err != nil {
		return err
	}
	m := Sparse(x)
	if m.Rows == 0 || m.Cols == 0 {
		return errors.New("feature: TFIDF cannot be fitted to a matrix without rows or columns")
	}
	if err := checkFinite(ctx, m); err != nil {
		return err
	}
	var idf []float64
	if !t.NoIDF {
		df, err := documentFrequency(ctx, m)
		if err != nil {
			return err
		}
		idf = make([]float64, m.Cols)
		for j, n := range df {
			if t.NoSmooth {
				idf[j] = math.Log(float64(m.Rows)/float64(n)) + 1
			} else {
				idf[j] = math.Log(float64(m.Rows+1)/float64(n+1)) + 1
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.fitted, t.cols, t.idf = true, m.Cols, idf
	return nil
}

// checkFinite refuses NaN and infinities.
func checkFinite(ctx context.Context, m *CSR) error {
	return parallel.Chunks(ctx, m.Rows, 4*chunkRows, func(_, lo, hi int) error {
		if k := checkValues(m.Value[m.Start[lo]:m.Start[hi]], false); k >= 0 {
			k += m.Start[lo]
			i := sort.Search(m.Rows, func(i int) bool { return m.Start[i+1] > k })
			return notFiniteError(m.Value[k], fmt.Sprintf("row %d, ", i), m.Col[k])
		}
		return nil
	})
}

func notFiniteError(x float64, row string, col int32) error {
	return fmt.Errorf("feature: TFIDF is given %v in %scolumn %d; it weighs finite counts", x, row, col)
}

// documentFrequency counts the entries of each column.
func documentFrequency(ctx context.Context, m *CSR) ([]int32, error) {
	// Integers: the sum is the same in any order, so there are few chunks and few
	// tables.
	const chunks = 4
	size := max(1, (m.NNZ()+chunks-1)/chunks)
	parts := make([][]int32, parallel.Count(m.NNZ(), size))
	err := parallel.Chunks(ctx, m.NNZ(), size, func(k, lo, hi int) error {
		df := make([]int32, m.Cols)
		for _, j := range m.Col[lo:hi] {
			df[j]++
		}
		parts[k] = df
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return make([]int32, m.Cols), nil
	}
	for _, p := range parts[1:] {
		for j, n := range p {
			parts[0][j] += n
		}
	}
	return parts[0], nil
}

// Transform returns the weighted rows of x, sparse. It fails if x has NaN or infinities.
func (t *TFIDF) Transform(x mat.Matrix) (*CSR, error) { return t.transform(context.Background(), x) }

// FitTransform fits and transforms x.
func (t *TFIDF) FitTransform(x mat.Matrix) (*CSR, error) {
	if err := t.Fit(x); err != nil {
		return nil, err
	}
	return t.Transform(x)
}

// TransformContext is [TFIDF.Transform] until ctx ends.
func (t *TFIDF) TransformContext(ctx context.Context, x mat.Matrix) (mat.Matrix, error) {
	m, err := t.transform(ctx, x)
	if err != nil {
		return nil, err
	}
	return m, nil
}

func (t *TFIDF) transform(ctx context.Context, x mat.Matrix) (*CSR, error) {
	if !t.fitted {
		return nil, &NotFittedError{"feature.TFIDF"}
	}
	m := Sparse(x)
	if m.Rows > 0 && m.Cols != t.cols {
		return nil, fmt.Errorf("feature: TFIDF was fitted to %d columns and is given %d", t.cols, m.Cols)
	}
	out := &CSR{Rows: m.Rows, Cols: t.cols, Start: m.Start, Col: m.Col, Value: make([]float64, len(m.Value))}
	err := parallel.Chunks(ctx, m.Rows, 4*chunkRows, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			cols, values := m.Row(i)
			if k := checkValues(values, false); k >= 0 {
				return notFiniteError(values[k], fmt.Sprintf("row %d, ", i), cols[k])
			}
			row := out.Value[m.Start[i]:m.Start[i+1]]
			copy(row, values)
			t.weigh(cols, row)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// weigh does the work for a row, in place. cols is nil for a dense one.
func (t *TFIDF) weigh(cols []int32, values []float64) {
	if t.Sublinear {
		for k, v := range values {
			if cols != nil || v != 0 {
				values[k] = math.Log(v) + 1
			}
		}
	}
	switch {
	case t.idf == nil:
	case cols == nil:
		for j := range values {
			values[j] *= t.idf[j]
		}
	case t.Norm == "" || t.Norm == "l2":
		// In one pass what follows does in two.
		sum := 0.0
		values = values[:len(cols)]
		for k, j := range cols {
			v := values[k] * t.idf[j]
			values[k] = v
			sum += v * v
		}
		divide(values, math.Sqrt(sum))
		return
	default:
		for k, j := range cols {
			values[k] *= t.idf[j]
		}
	}
	normalize(values, t.Norm)
}

// TransformVector weighs one row in place.
func (t *TFIDF) TransformVector(v *Vector) error {
	switch {
	case !t.fitted:
		return &NotFittedError{"feature.TFIDF"}
	case v.Len != t.cols:
		return fmt.Errorf("feature: TFIDF was fitted to %d columns and is given %d", t.cols, v.Len)
	case v.Dense:
		// As Transform has it: only what is not 0 counts.
		v.Index = v.Index[:0]
		n := 0
		for j, x := range v.Value {
			if x != 0 {
				v.Index, v.Value[n] = append(v.Index, int32(j)), x
				n++
			}
		}
		v.Dense, v.Value = false, v.Value[:n]
	}
	if k := checkValues(v.Value, false); k >= 0 {
		return notFiniteError(v.Value[k], "", v.Index[k])
	}
	t.weigh(v.Index, v.Value)
	return nil
}

// IDF returns the weight of each column; nil if it is not fitted, or with NoIDF.
func (t *TFIDF) IDF() []float64 { return slices.Clone(t.idf) }

// State returns the parameters and the weights.
func (t *TFIDF) State() (*artefact.State, error) {
	if !t.fitted {
		return nil, &NotFittedError{"feature.TFIDF"}
	}
	params, err := artefact.Params(t)
	if err != nil {
		return nil, err
	}
	state := &artefact.State{Kind: "feature.TFIDF", Params: params, Arrays: map[string]artefact.Array{
		"cols": artefact.Vector([]int64{int64(t.cols)}),
	}}
	if t.idf != nil {
		state.Arrays["idf"] = artefact.Vector(t.idf)
	}
	return state, nil
}

// SetState sets the parameters and the weights.
func (t *TFIDF) SetState(state *artefact.State) error {
	var u TFIDF
	if err := stateParams(state, "feature.TFIDF", &u); err != nil {
		return err
	}
	if err := checkNorm(u.Norm); err != nil {
		return err
	}
	cols, err := artefact.Get[int64](state, "cols", 1)
	if err != nil {
		return err
	}
	if cols[0] <= 0 || cols[0] > math.MaxInt32 {
		return fmt.Errorf("feature: the state of a TFIDF has %d columns", cols[0])
	}
	u.fitted, u.cols = true, int(cols[0])
	if !u.NoIDF {
		if u.idf, err = artefact.Get[float64](state, "idf", u.cols); err != nil {
			return err
		}
		for j, w := range u.idf {
			if math.IsNaN(w) || math.IsInf(w, -1) || math.IsInf(w, 1) && !u.NoSmooth {
				return fmt.Errorf("feature: the state of a TFIDF has the weight %v for column %d", w, j)
			}
		}
	}
	*t = u
	return nil
}
