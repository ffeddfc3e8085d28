package feature

// This file defines the sparse matrix.

import (
	"fmt"
	"slices"

	"gonum.org/v1/gonum/mat"
)

// A CSR is a sparse matrix in compressed rows: what most documents have of most
// words is nothing. It is a gonum [mat.Matrix]. Entry k of row i, for k in
// [Start[i], Start[i+1]), has column Col[k] and value Value[k]; the columns of a
// row ascend and are distinct. Entries that are not there are 0. A CSR is not
// changed by the functions of this package that read it.
type CSR struct {
	Rows, Cols int
	Start      []int     // Rows+1
	Col        []int32   // one an entry
	Value      []float64 // one an entry
}

// NewCSR checks the parts of a matrix and puts them together, without a copy.
func NewCSR(rows, cols int, start []int, col []int32, value []float64) (*CSR, error) {
	switch {
	case rows < 0 || cols < 0 || cols > 1<<31-1:
		return nil, fmt.Errorf("feature: a matrix cannot have %d × %d elements", rows, cols)
	case len(start) != rows+1 || start[0] != 0 || start[rows] != len(col):
		return nil, fmt.Errorf("feature: the starts of %d rows with %d entries are wrong", rows, len(col))
	case len(col) != len(value):
		return nil, fmt.Errorf("feature: %d columns for %d values", len(col), len(value))
	}
	for i := range rows {
		if start[i] > start[i+1] || start[i+1] > len(col) {
			return nil, fmt.Errorf("feature: row %d of the matrix starts after it ends", i)
		}
		previous := int32(-1)
		for _, j := range col[start[i]:start[i+1]] {
			if j <= previous || int(j) >= cols {
				return nil, fmt.Errorf("feature: row %d of the matrix has column %d after column %d; columns ascend and are below %d", i, j, previous, cols)
			}
			previous = j
		}
	}
	return &CSR{rows, cols, start, col, value}, nil
}

// Dims returns the numbers of rows and columns.
func (m *CSR) Dims() (rows, cols int) { return m.Rows, m.Cols }

// At returns the element of row i and column j. It panics if there is none.
func (m *CSR) At(i, j int) float64 {
	if i < 0 || i >= m.Rows || j < 0 || j >= m.Cols {
		panic(fmt.Sprintf("feature: element (%d, %d) of a matrix of %d × %d", i, j, m.Rows, m.Cols))
	}
	cols, values := m.Row(i)
	if k, ok := slices.BinarySearch(cols, int32(j)); ok {
		return values[k]
	}
	return 0
}

// T returns the transposed matrix, as a view.
func (m *CSR) T() mat.Matrix { return mat.Transpose{Matrix: m} }

// NNZ returns the number of entries.
func (m *CSR) NNZ() int { return len(m.Col) }

// Row returns the entries of row i, in place.
func (m *CSR) Row(i int) (cols []int32, values []float64) {
	lo, hi := m.Start[i], m.Start[i+1]
	return m.Col[lo:hi:hi], m.Value[lo:hi:hi]
}

// Take returns the matrix of the given rows, in their order; a row may come
// more than once.
func (m *CSR) Take(rows []int) *CSR {
	t := &CSR{Rows: len(rows), Cols: m.Cols, Start: make([]int, len(rows)+1)}
	for k, i := range rows {
		t.Start[k+1] = t.Start[k] + m.Start[i+1] - m.Start[i]
	}
	t.Col, t.Value = make([]int32, t.Start[len(rows)]), make([]float64, t.Start[len(rows)])
	for k, i := range rows {
		cols, values := m.Row(i)
		copy(t.Col[t.Start[k]:], cols)
		copy(t.Value[t.Start[k]:], values)
	}
	return t
}

// Dense returns the matrix with its zeros.
func (m *CSR) Dense() *mat.Dense {
	if m.Rows == 0 || m.Cols == 0 {
		return &mat.Dense{}
	}
	data := make([]float64, m.Rows*m.Cols)
	for i := range m.Rows {
		cols, values := m.Row(i)
		row := data[i*m.Cols:]
		for k, j := range cols {
			row[j] = values[k]
		}
	}
	return mat.NewDense(m.Rows, m.Cols, data)
}
