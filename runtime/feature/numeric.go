package feature

// This file reads and checks matrices of numbers.

import (
	"context"
	"fmt"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"gonum.org/v1/gonum/mat"
)

// rowChunk is how many rows a goroutine takes at a time.
const rowChunk = 512

// numbers is a matrix as the transformers of this package read it: sparse if csr is
// there, else row i is dense[i*stride : i*stride+cols]. It is a linalg.Rows.
type numbers struct {
	rows, cols int
	csr        *CSR
	dense      []float64
	stride     int

	what    string // the transformer that reads it, as errors say
	checked bool   // whether all elements are known to be numbers
}

func (x *numbers) Dims() (rows, cols int) { return x.rows, x.cols }

func (x *numbers) row(i int) []float64 {
	at := i * x.stride
	return x.dense[at : at+x.cols : at+x.cols]
}

// ReadRow puts row i into dst.
func (x *numbers) ReadRow(i int, dst []float64) {
	if x.csr == nil {
		copy(dst, x.row(i))
		return
	}
	clear(dst)
	cols, values := x.csr.Row(i)
	for k, j := range cols {
		dst[j] = values[k]
	}
}

// RowView returns row i in place, or nil if the matrix is sparse.
func (x *numbers) RowView(i int) []float64 {
	if x.csr != nil {
		return nil
	}
	return x.row(i)
}

// readNumbers makes numbers of a matrix; what names the transformer, as in "PCA".
func readNumbers(what string, x mat.Matrix) (*numbers, error) {
	switch x := x.(type) {
	case nil:
		return nil, fmt.Errorf("feature: %s is given no matrix", what)
	case *CSR:
		if x == nil || len(x.Start) != x.Rows+1 || len(x.Col) != len(x.Value) || x.Start[0] < 0 || x.Start[x.Rows] > len(x.Col) {
			return nil, fmt.Errorf("feature: %s is given a sparse matrix whose parts do not fit together; feature.NewCSR says why", what)
		}
		return &numbers{rows: x.Rows, cols: x.Cols, csr: x, what: what}, nil
	case *mat.Dense:
		if x == nil {
			return nil, fmt.Errorf("feature: %s is given no matrix", what)
		}
	}
	if r, c := x.Dims(); r == 0 || c == 0 {
		return &numbers{rows: r, cols: c, what: what}, nil
	}
	raw := Dense(x).RawMatrix()
	return &numbers{rows: raw.Rows, cols: raw.Cols, dense: raw.Data, stride: raw.Stride, what: what}, nil
}

// fitNumbers reads a matrix to learn from: it has rows and columns, and neither
// infinities nor, unless allowed, NaN.
func fitNumbers(ctx context.Context, what string, x mat.Matrix, nan bool) (*numbers, error) {
	m, err := fitShape(what, x)
	if err != nil {
		return nil, err
	}
	return m, m.check(ctx, nan)
}

// fitShape is fitNumbers without a look at the elements, of which those who go through
// them find out themselves whether they are numbers.
func fitShape(what string, x mat.Matrix) (*numbers, error) {
	m, err := readNumbers(what, x)
	switch {
	case err != nil:
		return nil, err
	case m.rows == 0:
		return nil, fmt.Errorf("feature: %s cannot learn from no rows", what)
	case m.cols == 0:
		return nil, fmt.Errorf("feature: %s cannot learn from %d rows without columns", what, m.rows)
	}
	return m, nil
}

// transformNumbers reads a matrix to transform, which has the number of columns
// that was learned from. Without rows it may have no columns either.
func transformNumbers(ctx context.Context, what string, x mat.Matrix, cols int, nan bool) (*numbers, error) {
	m, err := transformShape(what, x, cols)
	if err != nil {
		return nil, err
	}
	return m, m.check(ctx, nan)
}

// transformShape is transformNumbers without a look at the elements.
func transformShape(what string, x mat.Matrix, cols int) (*numbers, error) {
	m, err := readNumbers(what, x)
	if err != nil {
		return nil, err
	}
	if m.cols != cols && (m.rows > 0 || m.cols > 0) {
		return nil, fmt.Errorf("feature: %s was fitted on %d columns, but is given %d; the features must be made by the same steps", what, cols, m.cols)
	}
	return m, nil
}

// check returns an error that names the first element that is infinite or, unless
// allowed, NaN.
func (x *numbers) check(ctx context.Context, nan bool) error {
	if x.checked {
		return nil
	}
	err := parallel.Chunks(ctx, x.rows, rowChunk, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			if err := x.checkRow(i, nan); err != nil {
				return err
			}
		}
		return nil
	})
	x.checked = err == nil && !nan
	return err
}

// checkRow checks one row.
func (x *numbers) checkRow(i int, nan bool) error {
	var cols []int32
	var values []float64
	if x.csr != nil {
		cols, values = x.csr.Row(i)
		if n := len(cols); n > 0 && (cols[0] < 0 || int(cols[n-1]) >= x.cols) {
			return fmt.Errorf("feature: %s is given a sparse matrix of %d columns with columns %d to %d in row %d", x.what, x.cols, cols[0], cols[n-1], i)
		}
	} else {
		values = x.row(i)
	}
	if k := checkValues(values, nan); k >= 0 {
		j := k
		if cols != nil {
			j = int(cols[k])
		}
		return fmt.Errorf("feature: %s cannot use %v in row %d, column %d; leave such rows out, or put a number there", x.what, values[k], i, j)
	}
	return nil
}

// checkValues returns the position of the first value that is infinite or, unless
// allowed, NaN; -1 if there is none.
func checkValues(values []float64, nan bool) int {
	// v-v is 0 for a number and NaN else, which no sum loses.
	var s0, s1, s2, s3 float64
	rest := values
	for ; len(rest) >= 4; rest = rest[4:] {
		s0 += rest[0] - rest[0]
		s1 += rest[1] - rest[1]
		s2 += rest[2] - rest[2]
		s3 += rest[3] - rest[3]
	}
	for _, v := range rest {
		s0 += v - v
	}
	if s0+s1+s2+s3 == 0 {
		return -1
	}
	for k, v := range values {
		if math.IsInf(v, 0) || v != v && !nan {
			return k
		}
	}
	return -1
}

// checkVector checks one row against the number of columns that was learned from.
func checkVector(what string, v *Vector, cols int, nan bool) error {
	switch {
	case v == nil:
		return fmt.Errorf("feature: %s is given no vector", what)
	case v.Len != cols:
		return fmt.Errorf("feature: %s was fitted on %d columns, but is given %d; the features must be made by the same steps", what, cols, v.Len)
	case v.Dense && len(v.Value) != cols, !v.Dense && len(v.Index) != len(v.Value):
		return fmt.Errorf("feature: %s is given a vector of %d columns with %d values and %d indices", what, cols, len(v.Value), len(v.Index))
	}
	if n := len(v.Index); !v.Dense && n > 0 && (v.Index[0] < 0 || int(v.Index[n-1]) >= cols) {
		return fmt.Errorf("feature: %s is given a vector of %d columns with columns %d to %d", what, cols, v.Index[0], v.Index[n-1])
	}
	if k := checkValues(v.Value, nan); k >= 0 {
		j := k
		if !v.Dense {
			j = int(v.Index[k])
		}
		return fmt.Errorf("feature: %s cannot use %v in column %d", what, v.Value[k], j)
	}
	return nil
}

// finiteAll tells whether all are numbers.
func finiteAll(values ...[]float64) bool {
	for _, v := range values {
		if checkValues(v, false) >= 0 {
			return false
		}
	}
	return true
}

// extend returns s with n elements; what they are is not said.
func extend[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}
