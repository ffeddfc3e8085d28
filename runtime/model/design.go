package model

// This file defines features in the form that linear learners go through many
// times while they fit.

import (
	"context"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/feature"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
)

// A design is the features to fit to. If sparse, it has only the columns that
// occur: a column without entries has coefficient 0 at any optimum with a penalty. The
// most frequent come first, so that the coefficients most used lie side by side.
type design struct {
	rows, cols int
	used       []int32 // sparse: the column of x that each column is
	total      int     // columns of x

	// Sparse. One of narrow and wide has the columns, which do not ascend in a
	// row.
	start  []int
	narrow []uint16
	wide   []int32
	value  []float64

	// Dense.
	dense  []float64
	stride int
}

// newDesign makes a design of s, which it shares its numbers with where it can, and
// checks that they are finite.
func newDesign(ctx context.Context, what string, s samples) (*design, error) {
	if s.csr != nil {
		if err := s.finite(ctx, what); err != nil {
			return nil, err
		}
	} else {
		start, err := countNonzeros(ctx, what, s)
		if err != nil {
			return nil, err
		}
		if 2*start[s.rows] >= s.rows*s.cols {
			return &design{rows: s.rows, cols: s.cols, total: s.cols, dense: s.dense, stride: s.stride}, nil
		}
		if s.csr, err = compress(ctx, s, start); err != nil {
			return nil, err
		}
	}
	x := s.csr
	d := &design{rows: x.Rows, total: x.Cols, start: x.Start, value: x.Value}
	count := make([]int32, x.Cols)
	first, end := x.Start[0], x.Start[x.Rows]
	for lo := first; lo < end; lo += 1 << 22 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, j := range x.Col[lo:min(end, lo+1<<22)] {
			count[j]++
		}
	}
	// The most frequent first, and of as frequent ones the one before: in one
	// number, which is sorted faster than two are compared.
	var order []uint64
	for j, c := range count {
		if c > 0 {
			order = append(order, uint64(math.MaxUint32-uint32(c))<<32|uint64(j))
		}
	}
	slices.Sort(order)
	d.used = make([]int32, len(order))
	for k, key := range order {
		d.used[k] = int32(uint32(key))
	}
	d.cols = len(d.used)
	place := count
	for k, j := range d.used {
		place[j] = int32(k)
	}
	if d.cols <= 1<<16 {
		d.narrow = make([]uint16, end)
		return d, renumber(ctx, d.narrow[first:end], x.Col[first:end], place)
	}
	d.wide = make([]int32, end)
	return d, renumber(ctx, d.wide[first:end], x.Col[first:end], place)
}

func renumber[T uint16 | int32](ctx context.Context, to []T, from, place []int32) error {
	return parallel.Chunks(ctx, len(from), 1<<16, func(_, lo, hi int) error {
		for k, j := range from[lo:hi] {
			to[lo+k] = T(place[j])
		}
		return nil
	})
}

// countNonzeros returns how many elements of dense features before each row are not
// 0, and checks that they are finite.
func countNonzeros(ctx context.Context, what string, s samples) ([]int, error) {
	start := make([]int, s.rows+1)
	err := parallel.Chunks(ctx, s.rows, 512, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			if err := s.finiteRow(what, i); err != nil {
				return err
			}
			n := 0
			for _, v := range s.row(i) {
				n += isNonzero(v)
			}
			start[i+1] = n
		}
		return nil
	})
	for i := range s.rows {
		start[i+1] += start[i]
	}
	return start, err
}

// isNonzero is 1 if v is not 0, found without a branch, which would be mispredicted
// often.
func isNonzero(v float64) int {
	b := math.Float64bits(v) << 1
	return int((b | -b) >> 63)
}

// compress makes a sparse matrix of dense features; row i has the entries from
// start[i] to start[i+1].
func compress(ctx context.Context, s samples, start []int) (*feature.CSR, error) {
	n := start[s.rows]
	x := &feature.CSR{Rows: s.rows, Cols: s.cols, Start: start, Col: make([]int32, n), Value: make([]float64, n)}
	return x, parallel.Chunks(ctx, s.rows, 512, func(_, lo, hi int) error {
		// Each element is written, and what is 0 overwritten by the next.
		cols, values := make([]int32, s.cols+1), make([]float64, s.cols+1)
		for i := lo; i < hi; i++ {
			k := 0
			for j, v := range s.row(i) {
				cols[k], values[k] = int32(j), v
				k += isNonzero(v)
			}
			copy(x.Col[start[i]:start[i+1]], cols)
			copy(x.Value[start[i]:start[i+1]], values)
		}
		return nil
	})
}

// linear makes of coefficients of the design's columns, and of intercepts, those of
// the columns of x.
func (d *design) linear(w, b []float64, outputs int) *linear {
	if d.used == nil {
		return &linear{cols: d.total, outputs: outputs, w: w, b: b}
	}
	l := &linear{cols: d.total, outputs: outputs, b: b}
	if !worthColumns(d.cols, d.total, outputs) {
		l.w = make([]float64, d.total*outputs)
		for k, j := range d.used {
			copy(l.w[int(j)*outputs:], w[k*outputs:(k+1)*outputs])
		}
		return l
	}
	set := make([]uint64, (d.total+63)/64)
	for _, j := range d.used {
		set[j>>6] |= 1 << (j & 63)
	}
	l.index = newColumns(set)
	l.w = make([]float64, (d.cols+1)*outputs)
	for k, j := range d.used {
		copy(l.w[l.index.at(j)*outputs:], w[k*outputs:(k+1)*outputs])
	}
	return l
}

// readRow adds row i to dst, which is 0.
func (d *design) readRow(i int, dst []float64) {
	switch {
	case d.dense != nil:
		copy(dst, d.row(i))
	case d.narrow != nil:
		for e := d.start[i]; e < d.start[i+1]; e++ {
			dst[d.narrow[e]] += d.value[e]
		}
	default:
		for e := d.start[i]; e < d.start[i+1]; e++ {
			dst[d.wide[e]] += d.value[e]
		}
	}
}
