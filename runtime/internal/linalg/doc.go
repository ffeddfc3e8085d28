// Package linalg owns the dense linear algebra of what is long and narrow: Gram
// matrices, symmetric eigenvalues, orthogonal triangles and singular values. Matrices
// are row-major slices.
//
// Everything can be cancelled, uses all cores, and gives the same result on any number
// of them.
package linalg

import (
	"context"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// Rows is a matrix whose rows are read one after another.
type Rows interface {
	Dims() (rows, cols int)
	// ReadRow puts row i into dst, all of it.
	ReadRow(i int, dst []float64)
}

// groups is into how many parts the rows of a matrix are cut when each part needs a
// sum of its own: enough for the cores of a workstation, few enough that the sums
// cost little.
const groups = 8

// inGroups calls f for the rows of each group. Groups begin at multiples of block.
func inGroups(ctx context.Context, rows, block int, f func(group, lo, hi int) error) error {
	return parallel.Chunks(ctx, rows, groupSize(rows, block), f)
}

func groupSize(rows, block int) int {
	blocks := (rows + block - 1) / block
	return max(1, (blocks+groups-1)/groups) * block
}
