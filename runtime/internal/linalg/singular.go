package linalg

// This file finds singular values without squaring them.

import (
	"context"
	"math"
	"slices"

	"github.com/netherfield/netherfield/runtime/internal/parallel"
	"github.com/netherfield/netherfield/runtime/internal/simd"
)

// qrBlock is how many rows are folded into a triangle at a time.
const qrBlock = 256

// Triangle returns the upper triangular d × d matrix R with RᵀR = Σ (xᵢ-shift)(xᵢ-shift)ᵀ·scale²,
// by reflections, so that R has the singular values of a, centred, to rounding, however
// small they are.
func Triangle(ctx context.Context, a Rows, shift []float64, scale float64) ([]float64, error) {
	n, d := a.Dims()
	parts := make([][]float64, parallel.Count(n, groupSize(n, qrBlock)))
	err := inGroups(ctx, n, qrBlock, func(g, lo, hi int) error {
		// r and block are column-major.
		r, block, row := make([]float64, d*d), make([]float64, qrBlock*d), make([]float64, d)
		for at := lo; at < hi; at += qrBlock {
			rows := min(qrBlock, hi-at)
			for i := range rows {
				a.ReadRow(at+i, row)
				for j, m := range shift {
					row[j] -= m
				}
				for j, v := range row {
					block[j*rows+i] = v * scale
				}
			}
			if err := fold(ctx, r, block, rows, d); err != nil {
				return err
			}
		}
		parts[g] = r
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := make([]float64, d*d)
	if len(parts) > 0 {
		r = parts[0]
	}
	for _, p := range parts[min(1, len(parts)):] {
		if err := fold(ctx, r, p, d, d); err != nil {
			return nil, err
		}
	}
	transpose(r, d)
	return r, nil
}

// fold makes r, upper triangular, the triangle of r on top of block. Both are
// column-major; block is overwritten.
func fold(ctx context.Context, r, block []float64, rows, d int) error {
	for j := range d {
		if j&0xf == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		x := block[j*rows : (j+1)*rows]
		below := norm2(x)
		if below == 0 {
			continue
		}
		top := r[j*d+j]
		alpha := -math.Copysign(math.Hypot(top, below), top)
		r[j*d+j] = alpha
		// The reflection is I - beta·h·hᵀ with h = (1, x/(top-α)).
		lead := top - alpha
		for i := range x {
			x[i] /= lead
		}
		beta := -lead / alpha
		for l := j + 1; l < d; l++ {
			y := block[l*rows : (l+1)*rows]
			t := beta * (r[l*d+j] + simd.Dot(x, y))
			r[l*d+j] -= t
			simd.Axpy(-t, x, y)
		}
	}
	return nil
}

func transpose(a []float64, d int) {
	for i := range d {
		for j := range i {
			a[i*d+j], a[j*d+i] = a[j*d+i], a[i*d+j]
		}
	}
}

// Singular returns the singular values of the rows × cols matrix a, with
// rows ≤ cols, descending, and the right singular vectors: row i of vectors, cols long,
// belongs to values[i]. Where a value is 0, the vector is any that is orthogonal to the
// others. It overwrites a.
//
// Rows are rotated in pairs until all are orthogonal, Jacobi's method from one side:
// what is left of row i is values[i]·vectors[i]. Small singular values come out as
// precise as the rows hold them (Demmel and Veselić, Jacobi's method is more accurate
// than QR, 1992).
func Singular(ctx context.Context, a []float64, rows, cols int) (values, vectors []float64, err error) {
	row := func(i int) []float64 { return a[i*cols : (i+1)*cols] }
	// Rounds of disjoint pairs, as in a tournament, so that a round can be played on all
	// cores; an odd one out rests.
	players := make([]int, rows+rows%2)
	for i := range players {
		players[i] = i
	}
	half := len(players) / 2
	size := max(1, 1<<16/max(1, cols))
	turned := make([]bool, parallel.Count(half, size))
	tolerance := 0x1p-52 * math.Sqrt(float64(max(4, min(rows, 256))))
	for sweep := 0; sweep < 40; sweep++ {
		clear(turned)
		for range max(1, len(players)-1) {
			err := parallel.Chunks(ctx, half, size, func(chunk, lo, hi int) error {
				for p := lo; p < hi; p++ {
					i, j := players[p], players[len(players)-1-p]
					if i > j {
						i, j = j, i
					}
					if j < rows && turn(row(i), row(j), tolerance) {
						turned[chunk] = true
					}
				}
				return nil
			})
			if err != nil {
				return nil, nil, err
			}
			if len(players) > 2 {
				last := players[len(players)-1]
				copy(players[2:], players[1:len(players)-1])
				players[1] = last
			}
		}
		if !slices.Contains(turned, true) {
			break
		}
	}
	norms, order := make([]float64, rows), make([]int, rows)
	for i := range rows {
		norms[i], order[i] = norm2(row(i)), i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch {
		case norms[i] > norms[j]:
			return -1
		case norms[i] < norms[j]:
			return 1
		}
		return 0
	})
	values, vectors = make([]float64, rows), make([]float64, rows*cols)
	for k, i := range order {
		values[k] = norms[i]
		vector := vectors[k*cols : (k+1)*cols]
		if norms[i] > 0 {
			for j, v := range row(i) {
				vector[j] = v / norms[i]
			}
		}
	}
	if rows > 0 && values[rows-1] == 0 {
		err = Complete(ctx, vectors, rows, cols)
	}
	return values, vectors, err
}

// turn makes two rows orthogonal and tells whether they were not.
func turn(x, y []float64, tolerance float64) bool {
	p, q, r := simd.Dot(x, x), simd.Dot(y, y), simd.Dot(x, y)
	if !(math.Abs(r) > tolerance*math.Sqrt(p)*math.Sqrt(q)) {
		return false
	}
	zeta := (q - p) / (2 * r)
	t := math.Copysign(1, zeta) / (math.Abs(zeta) + math.Hypot(1, zeta))
	c := 1 / math.Sqrt(1+t*t)
	s := c * t
	for i, u := range x {
		v := y[i]
		x[i] = c*u - s*v
		y[i] = s*u + c*v
	}
	return true
}

// Complete makes the rows of vectors orthonormal, those that are nearly so already,
// and puts in the place of those that are 0, or depend on rows before them, some that
// are. There are no more rows than cols.
func Complete(ctx context.Context, vectors []float64, rows, cols int) error {
	axis := 0
	// Among the axes not yet tried there is one whose part outside of fewer than cols
	// vectors is at least this.
	enough := 0.5 / math.Sqrt(float64(cols))
	for k := range rows {
		v := vectors[k*cols : (k+1)*cols]
		need := 0.5 * norm2(v)
		for {
			if err := ctx.Err(); err != nil {
				return err
			}
			outside(v, vectors, k, cols)
			if after := norm2(v); after > 0 && after >= need {
				break
			}
			clear(v)
			v[axis] = 1
			axis++
			need = enough
		}
		scale(v, 1/norm2(v))
		outside(v, vectors, k, cols)
		scale(v, 1/norm2(v))
	}
	return nil
}

// outside takes from v what it has of the first k vectors.
func outside(v, vectors []float64, k, cols int) {
	for i := range k {
		u := vectors[i*cols : (i+1)*cols]
		simd.Axpy(-simd.Dot(u, v), u, v)
	}
}

func scale(v []float64, by float64) {
	for j := range v {
		v[j] *= by
	}
}
