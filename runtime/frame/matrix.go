package frame

// This file turns columns into matrices and back.

import (
	"fmt"
	"strconv"

	"gonum.org/v1/gonum/mat"
)

// Matrix returns the named columns of numbers or bools (1 and 0), or all columns if
// none is named, as a matrix with a row for each row; nulls are NaN. Without rows or
// columns it is 0 × 0.
func (f *Frame) Matrix(columns ...string) (*mat.Dense, error) {
	if len(columns) == 0 {
		columns = f.Columns()
	}
	cols := make([]Column, len(columns))
	for i, name := range columns {
		var err error
		if cols[i], err = f.numbers(name, "Matrix"); err != nil {
			return nil, err
		}
	}
	if f.rows == 0 || len(cols) == 0 {
		return &mat.Dense{}, nil
	}
	data := make([]float64, f.rows*len(cols))
	for j, c := range cols {
		c.floatsInto(data[j:], len(cols))
	}
	return mat.NewDense(f.rows, len(cols), data), nil
}

// FromMatrix returns a frame of a matrix's columns, with the names given or else "0",
// "1" and so on.
func FromMatrix(m mat.Matrix, names ...string) (*Frame, error) {
	rows, n := m.Dims()
	if len(names) == 0 {
		for j := range n {
			names = append(names, strconv.Itoa(j))
		}
	} else if len(names) != n && rows > 0 {
		return nil, fmt.Errorf("frame: %d names for the %d columns of a matrix", len(names), n)
	}
	cols := make([]Column, len(names))
	dense, _ := m.(mat.RawMatrixer)
	for j, name := range names {
		x := make([]float64, rows)
		if dense != nil {
			raw := dense.RawMatrix()
			for i := range x {
				x[i] = raw.Data[i*raw.Stride+j]
			}
		} else {
			for i := range x {
				x[i] = m.At(i, j)
			}
		}
		cols[j] = newColumn(name, &Buffers{Kind: Float64, Len: rows, Floats: x})
	}
	return New(cols...)
}
