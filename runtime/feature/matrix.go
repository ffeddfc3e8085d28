package feature

// This file defines what holds for all matrices of features.

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// Rows returns the matrix of the given rows of x, in their order; a row may
// come more than once. What is sparse stays sparse; gonum has no dense matrix of no
// rows with columns, so that of no rows is 0 × 0.
func Rows(x mat.Matrix, rows []int) (mat.Matrix, error) {
	n, _ := x.Dims()
	for _, i := range rows {
		if i < 0 || i >= n {
			return nil, fmt.Errorf("feature: row %d of a matrix of %d rows", i, n)
		}
	}
	if s, ok := x.(*CSR); ok {
		return s.Take(rows), nil
	}
	d := Dense(x)
	_, cols := d.Dims()
	if len(rows) == 0 || cols == 0 {
		return &mat.Dense{}, nil
	}
	t := mat.NewDense(len(rows), cols, nil)
	for k, i := range rows {
		copy(t.RawRowView(k), d.RawRowView(i))
	}
	return t, nil
}

// Dense returns x itself if it is a dense matrix, else a dense copy.
func Dense(x mat.Matrix) *mat.Dense {
	switch x := x.(type) {
	case *mat.Dense:
		return x
	case *CSR:
		return x.Dense()
	}
	if r, c := x.Dims(); r == 0 || c == 0 {
		return &mat.Dense{}
	}
	return mat.DenseCopyOf(x)
}

// Density is the share of entries among the elements of x: 1 unless x is
// sparse.
func Density(x mat.Matrix) float64 {
	if s, ok := x.(*CSR); ok && s.Rows > 0 && s.Cols > 0 {
		return float64(s.NNZ()) / float64(s.Rows) / float64(s.Cols)
	}
	return 1
}
