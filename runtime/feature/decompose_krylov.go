package feature

// This file finds the singular values of matrices that are large both ways.

import (
	"context"
	"math"

	"github.com/netherfield/netherfield/runtime/internal/linalg"
	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// decomposeKrylov finds them from products with vectors alone.
func decomposeKrylov(ctx context.Context, m *numbers, k int, centre bool) (*decomposition, error) {
	mean, total, err := columnMeans(ctx, m)
	if err != nil {
		return nil, err
	}
	o := &operator{m: m, shift: shiftOf(centre, mean)}
	if m.csr != nil {
		o.transposed = transposeCSR(m.csr)
	}
	n, d := m.rows, m.cols
	apply, length := func(ctx context.Context, in, out [][]float64) error {
		between := buffers(len(in), n)
		if err := o.times(ctx, in, between); err != nil {
			return err
		}
		return o.transposedTimes(ctx, between, out)
	}, d
	if n < d {
		apply, length = func(ctx context.Context, in, out [][]float64) error {
			between := buffers(len(in), d)
			if err := o.transposedTimes(ctx, in, between); err != nil {
				return err
			}
			return o.times(ctx, between, out)
		}, n
	}
	values, found, err := linalg.Largest(ctx, length, k, apply)
	if err != nil {
		return nil, err
	}
	for i, v := range values {
		values[i] = math.Sqrt(max(0, v))
	}
	flat := make([]float64, 0, k*length)
	for _, v := range found {
		flat = append(flat, v...)
	}
	if n < d {
		if flat, err = rightVectors(ctx, m, o.shift, values, flat); err != nil {
			return nil, err
		}
	}
	return &decomposition{values, flat, mean, total}, nil
}

func buffers(count, length int) [][]float64 {
	b := make([][]float64, count)
	for i := range b {
		b[i] = make([]float64, length)
	}
	return b
}

// An operator is a matrix, less shift in every row, that multiplies vectors.
type operator struct {
	m          *numbers
	shift      []float64
	transposed *CSR // if m is sparse
}

// times sets out[r] to the matrix times in[r].
func (o *operator) times(ctx context.Context, in, out [][]float64) error {
	by := make([]float64, len(in))
	for r, v := range in {
		by[r] = simd.Dot(o.shift, v)
	}
	if o.m.csr != nil {
		return gather(ctx, o.m.csr, in, out, func(_, r int, sum float64) float64 { return sum - by[r] })
	}
	return parallel.Chunks(ctx, o.m.rows, 256, func(_, lo, hi int) error {
		for i := lo; i < hi; i++ {
			row := o.m.row(i)
			for r, v := range in {
				out[r][i] = simd.Dot(row, v) - by[r]
			}
		}
		return nil
	})
}

// transposedTimes sets out[r] to the transposed matrix times in[r].
func (o *operator) transposedTimes(ctx context.Context, in, out [][]float64) error {
	sums := make([]float64, len(in))
	for r, v := range in {
		for _, x := range v {
			sums[r] += x
		}
	}
	if o.m.csr != nil {
		return gather(ctx, o.transposed, in, out, func(j, r int, sum float64) float64 { return sum - o.shift[j]*sums[r] })
	}
	size := max(256, parallel.Count(o.m.rows, 8))
	parts := make([][][]float64, parallel.Count(o.m.rows, size))
	if err := parallel.Chunks(ctx, o.m.rows, size, func(c, lo, hi int) error {
		part := buffers(len(in), o.m.cols)
		for i := lo; i < hi; i++ {
			if i%64 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			row := o.m.row(i)
			for r, v := range in {
				simd.Axpy(v[i], row, part[r])
			}
		}
		parts[c] = part
		return nil
	}); err != nil {
		return err
	}
	for r := range out {
		for j, s := range o.shift {
			out[r][j] = -s * sums[r]
		}
		for _, part := range parts {
			simd.Axpy(1, part[r], out[r])
		}
	}
	return nil
}

// gather sets out[r][i] to what finish makes of the product of row i and in[r].
func gather(ctx context.Context, x *CSR, in, out [][]float64, finish func(i, r int, sum float64) float64) error {
	// Four vectors at a time, whose elements are together in memory.
	const four = 4
	together := make([][four]float64, x.Cols)
	for from := 0; from < len(in); from += four {
		count := min(four, len(in)-from)
		for r, v := range in[from : from+count] {
			for j, e := range v {
				together[j][r] = e
			}
		}
		if err := parallel.Chunks(ctx, x.Rows, 1024, func(_, lo, hi int) error {
			for i := lo; i < hi; i++ {
				var s0, s1, s2, s3 float64
				cols, values := x.Row(i)
				values = values[:len(cols)]
				for k, j := range cols {
					v, e := values[k], &together[j]
					s0 += v * e[0]
					s1 += v * e[1]
					s2 += v * e[2]
					s3 += v * e[3]
				}
				sums := [four]float64{s0, s1, s2, s3}
				for r := range count {
					out[from+r][i] = finish(i, from+r, sums[r])
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// transposeCSR returns the transposed matrix.
func transposeCSR(x *CSR) *CSR {
	t := &CSR{Rows: x.Cols, Cols: x.Rows, Start: make([]int, x.Cols+1), Col: make([]int32, x.NNZ()), Value: make([]float64, x.NNZ())}
	for _, j := range x.Col {
		t.Start[j+1]++
	}
	for j := range x.Cols {
		t.Start[j+1] += t.Start[j]
	}
	next := append([]int(nil), t.Start[:x.Cols]...)
	for i := range x.Rows {
		cols, values := x.Row(i)
		for k, j := range cols {
			t.Col[next[j]], t.Value[next[j]] = int32(i), values[k]
			next[j]++
		}
	}
	return t
}
